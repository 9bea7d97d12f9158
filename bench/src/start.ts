/**
 * How long a start takes: 1,000,000 series with 100 samples each, 15 s apart, as a living Weir had
 * them when it ended, some minutes not sealed yet. Prints the time from the start of `weir serve` to
 * the first answer of a query, asked again every 10 ms from the first moment on, three times, and what
 * it cost. `BENCH_SERIES` for fewer series.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { pipelineSeries } from './pipeline-series.ts'
import { cpuMs, resident, showResident } from './process.ts'
import { freePort, stop, weirProgram } from './sides.ts'
import { loadWeir } from './weir-load.ts'

const SERIES = Number(process.env['BENCH_SERIES'] ?? 1_000_000)
const SAMPLES = 100
const STEP_MS = 15_000
const ROUNDS = 3

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-start-'))
try {
  const endMs = Date.now()
  const timeOf = (k: number): number => endMs - (SAMPLES - k) * STEP_MS
  const kept = join(folder, 'kept')
  const series = pipelineSeries(SERIES)
  await loadWeir(join(kept, 'data'), { series, samples: SAMPLES, timeOf })
  console.log(`${SERIES} series, ${(SERIES * SAMPLES) / 1e6} M samples`)
  for (let round = 0; round < ROUNDS; round++) {
    const copy = join(folder, String(round))
    cpSync(kept, copy, { recursive: true })
    await start(copy)
    rmSync(copy, { recursive: true })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function start(copy: string): Promise<void> {
  const port = await freePort()
  const places = ['--listen', `127.0.0.1:${port}`, '--statsd-listen', '127.0.0.1:0']
  const args = [weirProgram, 'serve', '--data-dir', join(copy, 'data'), ...places]
  const began = performance.now()
  const child = spawn(process.execPath, [...args, '--log-level', 'error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    const query = encodeURIComponent('worker_up{pipeline="pipeline-7"}')
    const url = `http://127.0.0.1:${port}/api/v1/query?query=${query}`
    let opened = 0
    for (;;) {
      const answer = await fetch(url).catch(() => undefined)
      if (answer !== undefined) opened ||= performance.now() - began
      await answer?.text()
      if (answer?.ok === true) break
      if (child.exitCode !== null) throw new Error(`Weir ended with ${child.exitCode}`)
      await pause(10)
    }
    const took = performance.now() - began
    console.log(
      `port open after ${(opened / 1000).toFixed(2)} s, first answer after ${(took / 1000).toFixed(2)} s, ` +
        `processor time ${(cpuMs(child.pid!) / 1000).toFixed(2)} s, ${showResident(resident(child.pid!))}, load ${loadavg()[0]!.toFixed(0)}`,
    )
  } finally {
    await stop(child)
  }
}
