/**
 * Query times, processor time of queries, bytes per sample and memory of Weir, Prometheus and
 * VictoriaMetrics on the same data: a dashboard's queries over 10,000 series × 6 h and 100,000 × 1 h
 * at 15 s, asked in turn over HTTP, once unmeasured and then five times. Prints medians and ratios.
 *
 * | variable | is |
 * | --- | --- |
 * | `BENCH_SCALES` | `2000x6`, or several with commas: series × hours |
 * | `BENCH_AGE_HOURS` | how long ago the data ends; 26 unless told, so that each side can bring it to rest. 0: data as it comes in, nothing at rest |
 * | `BENCH_DATA` | a folder where loaded data stays and is found again by the next run |
 * | `BENCH_SIDES` | `Weir,VictoriaMetrics`: only these |
 *
 * Peers are found in the folder `WEIR_PEERS` or on PATH; one that is not here is left out by name.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { DASHBOARD_QUERIES, pipelineSeries } from './pipeline-series.ts'
import { bytesOnDisk, cpuMs, resident, showResident } from './process.ts'
import { RemoteWriteBodies, sendBody } from './remote-write.ts'
import { SIDES, type Side, type SideName, headIsEmpty, startSide } from './sides.ts'
import { loadWeir } from './weir-load.ts'

const STEP_MS = 15_000
/** How often each query is asked; the first rounds find code that is not compiled yet. */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5)
/** Samples of one series, and series, in one body while a peer is loaded. */
const SPAN = 40
const BATCH = 500

interface Scale {
  readonly series: number
  readonly hours: number
}

const scales = (process.env['BENCH_SCALES'] ?? '10000x6,100000x1').split(',').map((text): Scale => {
  const [series = 0, hours = 0] = text.split('x').map(Number)
  return { series, hours }
})
const ageHours = Number(process.env['BENCH_AGE_HOURS'] ?? 26)
const asked = (process.env['BENCH_SIDES'] ?? SIDES.join(',')).split(',')
const names = SIDES.filter((name) => asked.includes(name))
const keptFolder = process.env['BENCH_DATA']

for (const scale of scales) await measure(scale)

async function measure(scale: Scale): Promise<void> {
  const samples = (scale.hours * 3_600_000) / STEP_MS
  const folder =
    keptFolder === undefined
      ? mkdtempSync(join(tmpdir(), 'weir-bench-queries-'))
      : join(keptFolder, `${scale.series}x${scale.hours}-age-${ageHours}`)
  mkdirSync(folder, { recursive: true })
  const endFile = join(folder, 'end')
  const endMs = existsSync(endFile)
    ? Number(readFileSync(endFile, 'utf8'))
    : Math.floor((Date.now() - ageHours * 3_600_000) / STEP_MS) * STEP_MS
  const startMs = endMs - (samples - 1) * STEP_MS
  const total = scale.series * samples
  console.log(`\n${scale.series} series × ${scale.hours} h at 15 s = ${total / 1e6} M samples`)
  const sides: Side[] = []
  try {
    await load(folder, { scale, samples, startMs })
    writeFileSync(endFile, String(endMs))
    for (const name of names) {
      const side = await startSide(name, join(folder, name))
      if (side === undefined) console.log(`${name} is not here (WEIR_PEERS or PATH)`)
      else sides.push(side)
    }
    if (ageHours > 0) await Promise.all(sides.map((side) => side.settle()))
    const before = sides.map(({ pid }) => resident(pid))
    const range = { startMs, endMs, stepS: Math.max(15, scale.hours * 10) }
    const peaks = await compare(sides, range)
    for (const [i, side] of sides.entries()) {
      const perSample = (bytesOnDisk(side.dataDir) / total).toFixed(3)
      console.log(`${side.name}: ${perSample} bytes per sample${ageHours > 0 ? ' at rest' : ''}`)
      console.log(
        `  memory before the queries ${showResident(before[i]!)}\n` +
          `  most while they ran ${peaks[i]!.toFixed(0)} MiB\n` +
          `  afterwards ${showResident(resident(side.pid))}`,
      )
    }
  } finally {
    for (const side of sides) await side.stop()
    if (keptFolder === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

interface Load {
  readonly scale: Scale
  readonly samples: number
  readonly startMs: number
}

/** Fills the sides that have no data here from a run before. */
async function load(folder: string, { scale, samples, startMs }: Load): Promise<void> {
  const missing = names.filter((name) => !existsSync(join(folder, name)))
  const series = pipelineSeries(scale.series)
  const timeOf = (k: number): number => startMs + k * STEP_MS
  if (missing.includes('Weir')) {
    const began = performance.now()
    await loadWeir(join(folder, 'Weir', 'data'), {
      series,
      samples,
      timeOf,
      isAtRest: ageHours > 0,
    })
    console.log(`loaded Weir in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  }
  const peers: Side[] = []
  for (const name of missing.filter((each): each is SideName => each !== 'Weir')) {
    const side = await startSide(name, join(folder, name))
    if (side !== undefined) peers.push(side)
  }
  if (peers.length === 0) return
  const began = performance.now()
  const bodies = new RemoteWriteBodies(series)
  for (let from = 0; from < samples; from += SPAN) {
    const to = Math.min(samples, from + SPAN)
    for (let first = 0; first < series.length; first += BATCH) {
      const last = Math.min(series.length, first + BATCH)
      const body = bodies.encode({ first, last, from, to }, timeOf)
      await Promise.all(peers.map(({ url }) => sendBody(url, body)))
    }
  }
  // One sample a while later: Prometheus makes blocks of what is three hours older than its newest.
  if (ageHours >= 6) {
    const late = new RemoteWriteBodies([{ labels: { __name__: 'bench_loaded' }, at: () => 1 }])
    const body = late.encode({ first: 0, last: 1, from: 0, to: 1 }, () => timeOf(samples) + 18e6)
    await Promise.all(peers.map(({ url }) => sendBody(url, body)))
    await Promise.all(peers.filter(({ name }) => name === 'Prometheus').map(headIsEmpty))
  }
  if (ageHours > 0) await Promise.all(peers.map((peer) => peer.settle()))
  for (const peer of peers) await peer.stop()
  console.log(`loaded the peers in ${((performance.now() - began) / 1000).toFixed(1)} s`)
}

interface Range {
  readonly startMs: number
  readonly endMs: number
  readonly stepS: number
}

/** Asks everything of everybody; gives each side's largest resident memory meanwhile. */
async function compare(sides: readonly Side[], range: Range): Promise<number[]> {
  const peaks = sides.map(() => 0)
  /** By side: ratios of its wall and processor time to Weir's. */
  const wall = sides.map((): number[] => [])
  const cpu = sides.map((): number[] => [])
  for (const query of DASHBOARD_QUERIES) {
    const times = sides.map((): number[] => [])
    const spent = sides.map(() => 0)
    // A dashboard asks again and again: the first look, with code still cold, is not counted.
    const lines: number[] = []
    for (const side of sides) lines.push((await ask(side, query, range)).lines)
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, side] of sides.entries()) {
        const before = cpuMs(side.pid)
        times[i]!.push((await ask(side, query, range)).tookMs)
        spent[i]! += (cpuMs(side.pid) - before) / ROUNDS
        peaks[i] = Math.max(peaks[i]!, resident(side.pid).allMiB)
      }
    }
    const medians = times.map(median)
    const figures = sides.map(({ name }, i) => {
      wall[i]!.push(medians[i]! / medians[0]!)
      cpu[i]!.push(spent[i]! / spent[0]!)
      const ratios =
        i === 0
          ? ''
          : ` = ${(medians[i]! / medians[0]!).toFixed(2)}x, cpu ${(spent[i]! / spent[0]!).toFixed(2)}x`
      return `${name} ${medians[i]!.toFixed(1)} ms (cpu ${spent[i]!.toFixed(1)})${ratios}`
    })
    const odd = lines.some((count) => count !== lines[0])
      ? `  lines differ: ${lines.join(', ')}`
      : ''
    console.log(`${query}\n  ${figures.join('; ')}${odd}`)
  }
  for (const [i, { name }] of sides.entries()) {
    if (i === 0) continue
    const figures = `${mean(wall[i]!).toFixed(2)} (processor time ${mean(cpu[i]!).toFixed(2)})`
    console.log(`geometric mean of ${name} / ${sides[0]!.name}: ${figures}`)
  }
  return peaks
}

async function ask(
  side: Side,
  query: string,
  { startMs, endMs, stepS }: Range,
): Promise<{ tookMs: number; lines: number }> {
  const params = new URLSearchParams({
    query,
    start: String(startMs / 1000),
    end: String(endMs / 1000),
    step: String(stepS),
    ...side.parameters,
  })
  const began = performance.now()
  const answer = await fetch(`${side.url}/api/v1/query_range?${params.toString()}`)
  const body = await answer.text()
  const tookMs = performance.now() - began
  if (!answer.ok) throw new Error(`${side.name} answered ${answer.status} to ${query}: ${body}`)
  return { tookMs, lines: body.split('"values":').length - 1 }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

function mean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
}
