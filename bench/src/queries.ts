/**
 * Query times and bytes per sample against Prometheus: ten dashboard queries over 10,000 series, 6 h
 * at 15 s, the same data on both sides, asked in turn over HTTP, once unmeasured and then five times.
 * Prints ratios of medians.
 *
 * Prometheus is found in the folder `WEIR_PEERS` or on PATH; without it only Weir is measured.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, Labels, type Millis, systemClock } from '@weir/model'
import { openStore } from '@weir/tsdb'
import { DASHBOARD_QUERIES, pipelineSeries } from './pipeline-series.ts'
import { RemoteWriter } from './remote-write.ts'

const SERIES = Number(process.env['BENCH_SERIES'] ?? 10_000)
const HOURS = Number(process.env['BENCH_HOURS'] ?? 6)
const STEP_MS = 15_000
const SAMPLES = (HOURS * 3_600_000) / STEP_MS
const ROUNDS = 5

interface Side {
  readonly name: string
  readonly url: string
  readonly pid: number
  bytes(): number
  stop(): Promise<void>
}

const work = mkdtempSync(join(tmpdir(), 'weir-bench-queries-'))
const END_MS = Math.floor(Date.now() / STEP_MS) * STEP_MS
const START_MS = END_MS - (SAMPLES - 1) * STEP_MS
const timeOf = (k: number): number => START_MS + k * STEP_MS

console.log(`${SERIES} series × ${HOURS} h at 15 s = ${(SERIES * SAMPLES) / 1e6} M samples`)
const weir = await loadWeir(join(work, 'weir'))
const prometheus = await loadPrometheus(join(work, 'prometheus'))
const sides = prometheus === undefined ? [weir] : [weir, prometheus]
try {
  await compareQueries()
  await pause(1000)
  for (const side of sides) {
    const bytes = side.bytes()
    console.log(
      `${side.name}: ${(bytes / (SERIES * SAMPLES)).toFixed(3)} bytes per sample (${(bytes / 2 ** 20).toFixed(1)} MiB), ${residentMiB(side.pid)} MiB resident`,
    )
  }
} finally {
  for (const side of sides) await side.stop()
  rmSync(work, { recursive: true, force: true })
}

async function compareQueries(): Promise<void> {
  const ratios: number[] = []
  for (const query of DASHBOARD_QUERIES) {
    const times = new Map<string, number[]>(sides.map(({ name }) => [name, []]))
    // A dashboard asks again and again: the first look, with caches and code still cold, is not counted.
    for (const side of sides) await ask(side, query)
    for (let round = 0; round < ROUNDS; round++) {
      for (const side of sides) times.get(side.name)!.push(await ask(side, query))
    }
    const medians = sides.map(({ name }) => median(times.get(name)!))
    const [ours = Number.NaN, theirs] = medians
    if (theirs !== undefined) ratios.push(theirs / ours)
    const figures = sides.map(({ name }, i) => `${name} ${medians[i]!.toFixed(0)} ms`).join(', ')
    console.log(
      `${query}\n  ${figures}${theirs === undefined ? '' : `, ${(theirs / ours).toFixed(1)}x`}`,
    )
  }
  if (ratios.length > 0) {
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
    console.log(`geometric mean: Weir takes 1/${mean.toFixed(1)} of Prometheus's time`)
  }
}

async function ask(side: Side, query: string): Promise<number> {
  const params = new URLSearchParams({
    query,
    start: String(START_MS / 1000),
    end: String(END_MS / 1000),
    step: '60',
  })
  const began = performance.now()
  const answer = await fetch(`${side.url}/api/v1/query_range?${params.toString()}`)
  const body = await answer.text()
  const took = performance.now() - began
  if (!answer.ok) throw new Error(`${side.name} answered ${answer.status} to ${query}: ${body}`)
  return took
}

async function loadWeir(dataDir: string): Promise<Side> {
  // The store's clock goes with the data, so that it is sealed and compacted as it would be live.
  let nowMs = START_MS
  const clock: Clock = { ...systemClock, now: () => nowMs as Millis }
  const store = await openStore({ path: dataDir, retentionMs: 0, clock })
  const appender = store.appender()
  const series = pipelineSeries(SERIES)
  const refs = series.map(({ labels }) => appender.ref(Labels.of(labels)))
  const began = performance.now()
  for (let k = 0; k < SAMPLES; k++) {
    nowMs = timeOf(k)
    for (let i = 0; i < series.length; i++) appender.append(refs[i]!, timeOf(k), series[i]!.at(k))
    const { rejected } = await appender.commit()
    if (Object.keys(rejected).length > 0)
      throw new Error(`Weir refused ${JSON.stringify(rejected)}`)
    if (k % 20 === 19) await store.maintain()
  }
  await store.maintain()
  await store[Symbol.asyncDispose]()
  console.log(`loaded Weir in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  const main = join(import.meta.dirname, '../../packages/cli/dist/main.js')
  const args = [
    'serve',
    '--data-dir',
    dataDir,
    '--listen',
    '127.0.0.1:0',
    '--statsd-listen',
    '127.0.0.1:0',
    '--log-level',
    'error',
  ]
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('Weir ended')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('web ')) resolve(line.slice(4))
    })
  })
  return {
    name: 'Weir',
    url,
    pid: child.pid!,
    bytes: () => sizeOf(dataDir),
    stop: () => stop(child),
  }
}

async function loadPrometheus(folder: string): Promise<Side | undefined> {
  const program = find('prometheus')
  if (program === undefined) {
    console.log('Prometheus is not here (WEIR_PEERS or PATH): only Weir is measured')
    return undefined
  }
  mkdirSync(folder)
  writeFileSync(join(folder, 'prometheus.yml'), '')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const dataDir = join(folder, 'data')
  const child = spawn(program, [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${dataDir}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
    '--log.level=error',
    '--storage.tsdb.retention.time=10d',
  ])
  await until(async () => (await fetch(`${url}/-/ready`)).ok)
  const series = pipelineSeries(SERIES)
  const writer = new RemoteWriter(`${url}/api/v1/write`, series)
  const began = performance.now()
  const BATCH = 500
  const SPAN = 40
  for (let from = 0; from < SAMPLES; from += SPAN) {
    const to = Math.min(SAMPLES, from + SPAN)
    for (let first = 0; first < series.length; first += BATCH) {
      await writer.send({ first, last: Math.min(series.length, first + BATCH), from, to }, timeOf)
    }
  }
  console.log(`loaded Prometheus in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return {
    name: 'Prometheus',
    url,
    pid: child.pid!,
    bytes: () => sizeOf(dataDir),
    stop: () => stop(child),
  }
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await isDone().catch(() => false)) return
    await pause(100)
  }
  throw new Error('a peer did not start within 30 s')
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

function find(program: string): string | undefined {
  const folders = [process.env['WEIR_PEERS'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

function sizeOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 0
  if (!stats.isDirectory()) return stats.blocks * 512
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

function residentMiB(pid: number): string {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((row) => row.startsWith('VmRSS'))
  return (Number(line?.match(/\d+/)?.[0]) / 1024).toFixed(0)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
