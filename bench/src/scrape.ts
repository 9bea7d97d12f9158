/**
 * Scraping: processor time of the whole server for each scrape of a page of 50,000 series in the text
 * format, parsed, appended and committed, of Weir and Prometheus; the same target, one after the other.
 *
 * | variable | is |
 * | --- | --- |
 * | `BENCH_SERIES` | how many series the page has; 50,000 unless told |
 * | `BENCH_SIDES` | `Weir`: only this one |
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cpuMs, resident, showResident } from './process.ts'
import { type SideName, startSide } from './sides.ts'

const SERIES = Number(process.env['BENCH_SERIES'] ?? 50_000)
const INTERVAL_S = 2
/** Scrapes until both have met every series and their code is warm. */
const WARM_UP = 12
const SCRAPES = 18
const PAGES = 12
/** What a server does besides shows with a page of so few. */
const SMALL = 500

const BOTH = ['Weir', 'Prometheus'] as const satisfies readonly SideName[]
const asked = (process.env['BENCH_SIDES'] ?? BOTH.join(',')).split(',')

interface Cost {
  /** Of the whole process, everything else that it does meanwhile included; µs a sample. */
  readonly whole: number
  /** Of a sample more: what a large page costs beyond a small one. */
  readonly more: number
}

let ours: Cost | undefined
for (const name of BOTH.filter((each) => asked.includes(each))) {
  const cost = await costOf(name)
  if (cost === undefined) {
    console.log(`${name} is not here (WEIR_PEERS or PATH)`)
    continue
  }
  const { whole, more } = cost
  console.log(`  ${whole.toFixed(3)} µs a sample, whole process; ${more.toFixed(3)} a sample more`)
  if (ours === undefined) ours = cost
  else console.log(`  ${(whole / ours.whole).toFixed(2)}x; ${(more / ours.more).toFixed(2)}x`)
}

async function costOf(name: SideName): Promise<Cost | undefined> {
  const small = await scrapeMs(name, SMALL)
  const large = await scrapeMs(name, SERIES)
  if (small === undefined || large === undefined) return undefined
  const whole = (large * 1000) / SERIES
  return { whole, more: ((large - small) * 1000) / (SERIES - SMALL) }
}

/** Prints one side's figures with a page of so many series; gives processor time between two scrapes, ms. */
async function scrapeMs(name: SideName, seriesCount: number): Promise<number | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-scrape-'))
  const target = fork(new URL('./scrape-target.js', import.meta.url), [
    `${seriesCount}`,
    `${PAGES}`,
  ])
  try {
    const { port, bytes } = (await message(target)) as { port: number; bytes: number }
    const config = `global: { scrape_interval: ${INTERVAL_S}s, scrape_timeout: ${INTERVAL_S}s }
scrape_configs:
  - { job_name: bench, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }
`
    const side = await startSide(name, folder, { config })
    if (side === undefined) return undefined
    try {
      await scrapes(target, WARM_UP)
      const before = cpuMs(side.pid)
      const first = await count(target)
      await scrapes(target, first + SCRAPES)
      const ms = (cpuMs(side.pid) - before) / SCRAPES
      const page = `${seriesCount} series, ${(bytes / 2 ** 20).toFixed(1)} MiB`
      const memory = showResident(resident(side.pid))
      console.log(`${name}, ${page}: ${ms.toFixed(1)} ms in ${INTERVAL_S} s; ${memory}`)
      return ms
    } finally {
      await side.stop()
    }
  } finally {
    target.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Waits until the target was asked so often. */
async function scrapes(target: ChildProcess, wanted: number): Promise<void> {
  while ((await count(target)) < wanted) await pause(50)
}

async function count(target: ChildProcess): Promise<number> {
  const answer = message(target)
  target.send('count')
  return ((await answer) as { asked: number }).asked
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('message', resolve))
}
