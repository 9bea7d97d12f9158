/**
 * How Weir's cost grows: with series (1,000, 10,000 and 100,000 over an hour) and with range (1,000
 * series over 1, 10 and 100 hours), samples 15 s apart. Prints a row of a table for each: bytes a
 * sample at rest, time until the first answer of a start, resident memory, and two queries over the
 * whole range, 240 steps, as processor time of the server, the middle one of five.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { pipelineSeries } from './pipeline-series.ts'
import { bytesOnDisk, cpuMs, resident } from './process.ts'
import { type Side, startSide } from './sides.ts'
import { loadWeir } from './weir-load.ts'

const STEP_MS = 15_000
const HOUR_MS = 3_600_000
const ROUNDS = 5
const QUERIES = [
  'sum by (stage) (rate(records_total[5m]))',
  'histogram_quantile(0.95, sum by (le, stage) (rate(latency_seconds_bucket[5m])))',
]
const LADDERS: readonly (readonly [series: number, hours: number])[] = [
  [1000, 1],
  [10_000, 1],
  [100_000, 1],
  [1000, 10],
  [1000, 100],
]

console.log('| series | hours | M samples | bytes a sample | start | memory | rate | quantile |')
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |')
for (const [series, hours] of LADDERS) console.log(`| ${(await row(series, hours)).join(' | ')} |`)

async function row(series: number, hours: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-growth-'))
  try {
    const samples = (hours * HOUR_MS) / STEP_MS
    const endMs = Math.floor(Date.now() / STEP_MS) * STEP_MS - 26 * HOUR_MS
    const startMs = endMs - (samples - 1) * STEP_MS
    const timeOf = (k: number): number => startMs + k * STEP_MS
    const path = join(folder, 'data')
    await loadWeir(path, { series: pipelineSeries(series), samples, timeOf, isAtRest: true })
    const began = performance.now()
    const weir = (await startSide('Weir', folder))!
    try {
      const range = { start: startMs / 1000, end: endMs / 1000, step: (hours * 3600) / 240 }
      await ask(weir, QUERIES[0]!, range)
      const startS = (performance.now() - began) / 1000
      const times: string[] = []
      for (const query of QUERIES) times.push(`${(await cpuOf(weir, query, range)).toFixed(0)} ms`)
      await weir.settle()
      const bytes = bytesOnDisk(weir.dataDir) / (series * samples)
      return [
        series.toLocaleString('en'),
        String(hours),
        String((series * samples) / 1e6),
        bytes.toFixed(2),
        `${startS.toFixed(1)} s`,
        `${resident(weir.pid).allMiB.toFixed(0)} MiB`,
        ...times,
      ]
    } finally {
      await weir.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Range {
  readonly start: number
  readonly end: number
  readonly step: number
}

async function cpuOf(side: Side, query: string, range: Range): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS + 2; round++) {
    const before = cpuMs(side.pid)
    await ask(side, query, range)
    if (round >= 2) times.push(cpuMs(side.pid) - before) // the first two warm up
  }
  return times.toSorted((a, b) => a - b)[ROUNDS >> 1]!
}

async function ask(side: Side, query: string, range: Range): Promise<void> {
  const params = new URLSearchParams({ query })
  for (const [name, value] of Object.entries(range)) params.set(name, String(value))
  const answer = await fetch(`${side.url}/api/v1/query_range?${params.toString()}`)
  const body = await answer.text()
  if (!answer.ok) throw new Error(`Weir answered ${answer.status} to ${query}: ${body}`)
}
