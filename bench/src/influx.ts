/**
 * InfluxDB line protocol, beside VictoriaMetrics: bodies as Telegraf sends them, the same ones to both,
 * in turn. Processor time of the server per number taken, all of it: HTTP, unpacking, parsing, storing.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { telegrafBody } from './influx-lines.ts'
import { cpuMs, resident, showResident } from './process.ts'
import { type Side, startSide } from './sides.ts'

const TICKS = 40
const STEP_MS = 10_000
/** Repeated in the order A B A B, so that both meet the same disturbances. */
const ROUNDS = 3

async function send(url: string, bytes: Uint8Array<ArrayBuffer>, packed: boolean): Promise<void> {
  const headers = packed ? { 'content-encoding': 'gzip' } : undefined
  const answer = await fetch(`${url}/write?db=bench`, {
    method: 'POST',
    headers,
    body: bytes,
  } as RequestInit)
  if (answer.status !== 204) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
}

async function measure(
  side: Side,
  {
    lines,
    packed,
    round,
  }: { readonly lines: number; readonly packed: boolean; readonly round: number },
): Promise<number> {
  // Each round is later than the one before, and all of them are past.
  const startMs = Math.floor(Date.now() / 1000) * 1000 - 3_000_000 + round * TICKS * STEP_MS
  const bodies = Array.from({ length: TICKS }, (_, tick) => {
    const { text, samples } = telegrafBody(lines, tick, startMs + tick * STEP_MS)
    return { bytes: new Uint8Array(packed ? gzipSync(text) : Buffer.from(text)), samples }
  })
  const before = cpuMs(side.pid)
  let samples = 0
  for (const { bytes, samples: count } of bodies) {
    await send(side.url, bytes, packed)
    samples += count
  }
  return samples / ((cpuMs(side.pid) - before) / 1000)
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-influx-'))
for (const [lines, packed] of [
  [1000, false],
  [1000, true],
  [5000, false],
  [5000, true],
] as const) {
  const sides: Side[] = []
  for (const name of ['Weir', 'VictoriaMetrics'] as const) {
    const side = await startSide(name, join(folder, `${name}-${lines}-${packed}`))
    if (side === undefined) console.log(`${name}: not here`)
    else sides.push(side)
  }
  const rates = sides.map((): number[] => [])
  for (let round = 0; round < ROUNDS + 1; round++) {
    for (const [i, side] of sides.entries()) {
      const rate = await measure(side, { lines, packed, round })
      if (round > 0) rates[i]!.push(rate) // the first one makes the series
    }
  }
  console.log(`${lines} lines a body${packed ? ', gzip' : ''}:`)
  for (const [i, side] of sides.entries()) {
    const all = rates[i]!.map((rate) => (rate / 1e6).toFixed(2)).join(', ')
    const rate = (median(rates[i]!) / 1e6).toFixed(2)
    console.log(
      `  ${side.name.padEnd(16)}${rate} M samples a CPU-second (${all}); ${showResident(resident(side.pid))}`,
    )
  }
  for (const side of sides) await side.stop()
}
rmSync(folder, { recursive: true, force: true })
