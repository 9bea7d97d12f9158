/**
 * Remote write: processor time of the whole server for each sample, in batches of 5,000, of Weir,
 * Prometheus and VictoriaMetrics; the same bodies into each, one after the other, so that none waits
 * for another's disk. First every series is told once, unmeasured; then the samples of 50 minutes that
 * end now, as fast as they are taken, by two connections; then what the server does with them until
 * its files stand still.
 *
 * | variable | is |
 * | --- | --- |
 * | `BENCH_SERIES` | how many series; 10,000 unless told |
 * | `BENCH_SIDES` | `Weir,VictoriaMetrics`: only these |
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { pipelineSeries } from './pipeline-series.ts'
import { cpuMs, resident, showResident } from './process.ts'
import { RemoteWriteBodies, sendBody } from './remote-write.ts'
import { SIDES, type Side, startSide } from './sides.ts'

const STEP_MS = 15_000
const BATCH = 5000
const STEPS = 200
const CONNECTIONS = 2
const SERIES = Number(process.env['BENCH_SERIES'] ?? 10_000)

const asked = (process.env['BENCH_SIDES'] ?? SIDES.join(',')).split(',')
const series = pipelineSeries(SERIES)
const bodies = new RemoteWriteBodies(series)
const samples = SERIES * STEPS

console.log(`${SERIES} series × ${STEPS} = ${samples / 1e6} M samples, ${BATCH} a body`)
let ours: number | undefined
for (const name of SIDES.filter((each) => asked.includes(each))) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-write-'))
  const side = await startSide(name, folder)
  try {
    if (side === undefined) {
      console.log(`${name} is not here (WEIR_PEERS or PATH)`)
      continue
    }
    const micros = await measure(side)
    if (ours === undefined) ours = micros
    else console.log(`  ${(micros / ours).toFixed(2)}x`)
  } finally {
    await side?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Prints one side's figures; gives µs a sample, all work included. */
async function measure(side: Side): Promise<number> {
  const startMs = Math.floor(Date.now() / STEP_MS - STEPS) * STEP_MS
  const timeOf = (k: number): number => startMs + k * STEP_MS
  const send = async (from: number, to: number): Promise<void> => {
    const step: Uint8Array[] = []
    for (let k = from; k < to; k++) {
      for (let first = 0; first < SERIES; first += BATCH) {
        const last = Math.min(SERIES, first + BATCH)
        step.push(Uint8Array.from(bodies.encode({ first, last, from: k, to: k + 1 }, timeOf)))
      }
    }
    const next = step.values()
    const connection = async (): Promise<void> => {
      for (const body of next) await sendBody(side.url, body)
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  }
  await send(0, 1)
  const before = cpuMs(side.pid)
  const began = performance.now()
  for (let k = 1; k < STEPS; k++) await send(k, k + 1)
  const sent = cpuMs(side.pid) - before
  const tookS = (performance.now() - began) / 1000
  await side.settle()
  const all = cpuMs(side.pid) - before
  const perSample = (ms: number): string => ((ms * 1000) / (samples - SERIES)).toFixed(3)
  console.log(
    `${side.name}: ${perSample(sent)} µs a sample while they came (${tookS.toFixed(1)} s), ` +
      `${perSample(all)} µs until at rest; ${showResident(resident(side.pid))}`,
  )
  return (sent * 1000) / (samples - SERIES)
}
