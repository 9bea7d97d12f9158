/**
 * Whether heavy queries delay what comes in, and the page: latency of remote-write requests (each
 * answered after its commit) and of the overview, while nothing is asked, while one query over 50 M
 * samples runs after the other, and while four do at once. Phases take turns, since a machine's mood
 * changes. Weir alone; there is nothing to be compared with.
 *
 * | variable | is |
 * | --- | --- |
 * | `BENCH_SERIES`, `BENCH_SAMPLES` | 10,000 series of 5,000 samples unless told |
 * | `BENCH_SECONDS` | how long each phase takes, 15 unless told; each comes three times |
 * | `BENCH_DATA` | a folder where loaded data stays and is found again by the next run |
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { type BenchSeries, pipelineSeries } from './pipeline-series.ts'
import { cpuMs, resident } from './process.ts'
import { RemoteWriteBodies, sendBody } from './remote-write.ts'
import { startSide } from './sides.ts'
import { loadWeir } from './weir-load.ts'

const STEP_MS = 15_000
const ROUNDS = 3
const series = Number(process.env['BENCH_SERIES'] ?? 10_000)
const samples = Number(process.env['BENCH_SAMPLES'] ?? 5000)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 15)
const keptFolder = process.env['BENCH_DATA']

/** What comes in while queries run: 1,000 samples every 100 ms. */
const LIVE_SERIES = 1000
const SEND_EVERY_MS = 100
const LOOK_EVERY_MS = 500

/** Reads every sample that was loaded. */
const HEAVY = `count(last_over_time({job="pipelines"}[${Math.ceil((samples * STEP_MS) / 60_000) + 5}m]))`

const PHASES = [
  { name: 'nothing asked', queries: 0 },
  { name: 'one heavy query', queries: 1 },
  { name: 'four at once', queries: 4 },
] as const

interface Latencies {
  readonly send: number[]
  readonly look: number[]
  readonly heavy: number[]
}

const folder = keptFolder ?? mkdtempSync(join(tmpdir(), 'weir-bench-interference-'))
mkdirSync(folder, { recursive: true })
try {
  await measure()
} finally {
  if (keptFolder === undefined) rmSync(folder, { recursive: true, force: true })
}

async function measure(): Promise<void> {
  const endMs = await load()
  const side = (await startSide('Weir', join(folder, 'Weir')))!
  try {
    const bodies = new RemoteWriteBodies(liveSeries())
    let sent = 0
    const send = async (): Promise<void> => {
      const body = bodies.encode({ first: 0, last: LIVE_SERIES, from: sent, to: ++sent }, Date.now)
      await sendBody(side.url, body)
    }
    const look = (): Promise<void> => ask(`${side.url}/api/weir/v1/overview`)
    const heavy = (): Promise<void> => {
      const params = new URLSearchParams({ query: HEAVY, time: String(endMs / 1000) })
      return ask(`${side.url}/api/v1/query?${params.toString()}`)
    }
    await readsAll(side.url, endMs)
    for (const warm of [send, look, heavy, heavy, send, look]) await warm()
    const phases = PHASES.map((): Latencies => ({ send: [], look: [], heavy: [] }))
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, { queries }] of PHASES.entries()) {
        const before = cpuMs(side.pid)
        await phase(phases[i]!, { send, look, heavy, queries })
        const cpu = (cpuMs(side.pid) - before) / (seconds * 1000)
        console.log(
          `${PHASES[i]!.name}: ${cpu.toFixed(2)} cores, ${resident(side.pid).allMiB.toFixed(0)} MiB, load ${loadavg()[0]!.toFixed(1)}`,
        )
      }
    }
    for (const [i, { name }] of PHASES.entries()) {
      const { send: sends, look: looks, heavy: heavies } = phases[i]!
      console.log(
        `${name}\n  remote write ${shown(sends)}\n  overview ${shown(looks)}\n  heavy query ${shown(heavies)}`,
      )
    }
  } finally {
    await side.stop()
  }
}

/** What the query reads is what is measured: should it once read less, these figures mean nothing. */
async function readsAll(url: string, endMs: number): Promise<void> {
  const params = new URLSearchParams({ query: HEAVY, time: String(endMs / 1000), stats: 'weir' })
  const answer = await fetch(`${url}/api/v1/query?${params.toString()}`)
  const body = (await answer.json()) as {
    readonly data: { readonly stats: { readonly samples: { readonly samplesRead: number } } }
  }
  const { samplesRead } = body.data.stats.samples
  if (samplesRead < series * samples) {
    throw new Error(`the heavy query reads ${samplesRead} samples, want ${series * samples}`)
  }
}

/** The end of the data, loaded if it is not there yet. */
async function load(): Promise<number> {
  const endFile = join(folder, 'end')
  if (existsSync(endFile)) return Number(readFileSync(endFile, 'utf8'))
  const endMs = Math.floor((Date.now() - 600_000) / STEP_MS) * STEP_MS
  const timeOf = (k: number): number => endMs - (samples - 1 - k) * STEP_MS
  await loadWeir(join(folder, 'Weir', 'data'), { series: pipelineSeries(series), samples, timeOf })
  writeFileSync(endFile, String(endMs))
  console.log(`loaded ${(series * samples) / 1e6} M samples`)
  return endMs
}

/** Series of their own, so that they are no part of what the heavy query reads. */
function liveSeries(): BenchSeries[] {
  return pipelineSeries(LIVE_SERIES).map((one) => ({
    labels: { ...one.labels, job: 'live' },
    at: (k) => one.at(k),
  }))
}

async function phase(
  into: Latencies,
  work: {
    readonly send: () => Promise<void>
    readonly look: () => Promise<void>
    readonly heavy: () => Promise<void>
    readonly queries: number
  },
): Promise<void> {
  const end = performance.now() + seconds * 1000
  const again = async (
    one: () => Promise<void>,
    { times, everyMs }: { readonly times: number[]; readonly everyMs: number },
  ): Promise<void> => {
    while (performance.now() < end) {
      const began = performance.now()
      await one()
      const tookMs = performance.now() - began
      times.push(tookMs)
      if (tookMs < everyMs) await pause(everyMs - tookMs)
    }
  }
  await Promise.all([
    again(work.send, { times: into.send, everyMs: SEND_EVERY_MS }),
    again(work.look, { times: into.look, everyMs: LOOK_EVERY_MS }),
    ...Array.from({ length: work.queries }, () =>
      again(work.heavy, { times: into.heavy, everyMs: 0 }),
    ),
  ])
}

async function ask(url: string): Promise<void> {
  const answer = await fetch(url)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`)
}

function shown(times: readonly number[]): string {
  if (times.length === 0) return '-'
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): string =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1)
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)}, most ${at(1)} (${times.length})`
}
