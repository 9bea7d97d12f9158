/**
 * Lines of log: processor time a line on the way in, bytes on the disk, resident memory, and times of
 * searches, of Weir, VictoriaLogs and Loki; the same lines into each, one side after the other, by the way in that
 * costs it least: NDJSON, and for Loki its push as JSON. Lines are made while they are sent, by this process;
 * only the servers are measured. Loki runs as one process on files,
 * its limits on rates lifted.
 *
 * Searches have the same meaning on each side and their answers are compared; each is asked five times
 * and the least time counts. `BENCH_LINES` (2,000,000), `BENCH_SIDES` (`Weir,VictoriaLogs,Loki`).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { type BenchLine, benchLines } from './log-lines.ts'
import { LOG_SIDES, type LogSide, type LogSideName, startLogSide } from './log-sides.ts'
import { bytesOnDisk, cpuMs, resident, showResident } from './process.ts'

const LINES = Number(process.env['BENCH_LINES'] ?? 2_000_000)
const SIDES = (process.env['BENCH_SIDES'] ?? LOG_SIDES.join(',')).split(',')
const EVERY_MS = 40
const BODY_LINES = 5000
const ASKED = 5
/** Ends at a whole hour that is over, so that times are within every side's limits. */
const TO_MS = Math.floor(Date.now() / 3_600_000) * 3_600_000
const FROM_MS = TO_MS - Math.ceil((LINES * EVERY_MS) / 3_600_000) * 3_600_000

interface Result {
  readonly name: string
  readonly inMicros: number
  readonly settledMicros: number
  readonly diskRatio: number
  readonly residentMiB: number
  readonly times: ReadonlyMap<string, number>
}

const results: Result[] = []
for (const name of LOG_SIDES.filter((side) => SIDES.includes(side))) {
  const result = await measure(name)
  if (result === undefined) console.log(`${name} is not here (WEIR_PEERS or PATH)`)
  else results.push(result)
}
compare(results)

async function measure(name: LogSideName): Promise<Result | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-logs-'))
  const side = await startLogSide(name, folder)
  try {
    if (side === undefined) return undefined
    await send(side, 20_000, FROM_MS - 7_200_000) // until its code is warm; before the times that are asked for
    await pause(2000)
    const before = cpuMs(side.pid)
    const { bytes, most } = await send(side, LINES, FROM_MS)
    const inMicros = ((cpuMs(side.pid) - before) * 1000) / LINES
    await side.settle()
    const settledMicros = ((cpuMs(side.pid) - before) * 1000) / LINES
    const disk = bytesOnDisk(side.dataDir)
    console.log(
      `${name}: ${inMicros.toFixed(2)} µs a line in, ${settledMicros.toFixed(2)} µs when at rest; ` +
        `${(disk / bytes).toFixed(4)} of ${(bytes / LINES).toFixed(0)} bytes a line; ` +
        `at most ${most.toFixed(0)} MiB, now ${showResident(resident(side.pid))}`,
    )
    const times = await search(side)
    const residentMiB = Math.max(most, resident(side.pid).allMiB)
    console.log(`  after the searches ${showResident(resident(side.pid))}`)
    return { name, inMicros, settledMicros, diskRatio: disk / bytes, residentMiB, times }
  } finally {
    await side?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function send(side: LogSide, count: number, fromMs: number) {
  let bytes = 0
  let most = 0
  let body: BenchLine[] = []
  const flush = async (): Promise<void> => {
    await side.push(body)
    body = []
    most = Math.max(most, resident(side.pid).allMiB)
  }
  for (const line of benchLines(count, fromMs, EVERY_MS)) {
    body.push(line)
    bytes += line.text.length + 1
    if (body.length === BODY_LINES) await flush()
  }
  if (body.length > 0) await flush()
  return { bytes, most }
}

async function search(side: LogSide): Promise<Map<string, number>> {
  const times = new Map<string, number>()
  const range = { fromMs: FROM_MS, toMs: TO_MS }
  for (const [what, ask] of Object.entries(side.searches(range))) {
    let best = Infinity
    let answer = ''
    for (let i = 0; i < ASKED; i++) {
      const from = performance.now()
      answer = await ask()
      best = Math.min(best, performance.now() - from)
    }
    console.log(`  ${what.padEnd(14)} ${best.toFixed(1).padStart(8)} ms   ${answer}`)
    times.set(what, best)
  }
  return times
}

function compare([ours, ...peers]: readonly Result[]): void {
  if (ours === undefined) return
  for (const peer of peers) {
    const ratios = [...ours.times].map(([what, ms]) => ({
      what,
      ratio: ms / peer.times.get(what)!,
    }))
    const mean = Math.exp(
      ratios.reduce((sum, { ratio }) => sum + Math.log(ratio), 0) / ratios.length,
    )
    const of = (a: number, b: number): string => `${(a / b).toFixed(2)}x`
    console.log(
      `${ours.name} to ${peer.name}: CPU in ${of(ours.inMicros, peer.inMicros)} (at rest ${of(ours.settledMicros, peer.settledMicros)}), ` +
        `disk ${of(ours.diskRatio, peer.diskRatio)}, memory ${of(ours.residentMiB, peer.residentMiB)}, search ${mean.toFixed(3)}x: ` +
        ratios.map(({ what, ratio }) => `${what} ${ratio.toFixed(2)}x`).join(', '),
    )
  }
}
