/**
 * The metric store alone: how fast it appends and reads, how small it is on disk and in memory.
 * `node bench/dist/tsdb.bench.js [append|read|series]`; figures with their machine: docs/benchmarks.md.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  type Appender,
  type Clock,
  Labels,
  type Millis,
  SampleColumns,
  type SeriesRef,
} from '@weir/model'
import { type Store, openReader, openStore } from '@weir/tsdb'

const STEP_MS = 15_000
const START_MS = Date.UTC(2026, 0, 5, 0, 0, 0)

/** A clock that the measurement moves. */
class BenchClock implements Clock {
  nowMs = START_MS

  now(): Millis {
    return this.nowMs as Millis
  }

  monotonicMs(): number {
    return performance.now()
  }

  sleep(): Promise<void> {
    return Promise.resolve()
  }
}

/** Values as pipelines make them: each kind for a third of the series. */
/** Matchers over a label with many values: processor time of a question, the first time and again. */
async function benchSelect(seriesCount: number, valueCount: number): Promise<void> {
  const load = new Load(0)
  await load.open()
  for (let i = 0; i < seriesCount; i++) {
    const pod = `app-${i % 7}-${(i % valueCount).toString(16).padStart(6, '0')}`
    const labels = { __name__: `select_${i % 40}`, pod, n: `${Math.floor(i / valueCount)}` }
    load.appender.append(load.appender.ref(Labels.of(labels)), START_MS, i)
    if (i % 100_000 === 99_999) await load.appender.commit()
  }
  const reader = openReader(load.store.seat())
  for (const [operator, value] of [
    ['=', 'app-3-0001f3'],
    ['=~', 'app-3-0001f3|app-4-0001f4|app-5-0001f5'],
    ['=~', 'app-3-000(1f3|afb)'],
    ['=~', 'app-3-.*'],
    ['=~', 'app-3-00[0-9a-f]+7'],
    ['=~', '.*1f3'],
    ['=~', '.*-[0-9]+'],
    ['=~', '.+'],
    ['!~', 'app-[0-5].*'],
    ['!=', ''],
  ] as const) {
    const times: string[] = []
    for (let round = 0; round < 3; round++) {
      using querier = reader.querier(START_MS, START_MS)
      const before = process.cpuUsage()
      // A range without samples: only the choosing is measured, not the look for samples of each.
      querier.select({ matchers: [{ name: 'pod', operator, value }], minMs: 0, maxMs: 1 })
      const { user, system } = process.cpuUsage(before)
      times.push(`${((user + system) / 1000).toFixed(1)} ms`)
    }
    say(`pod${operator}"${value}"`, times.join(', again '))
  }
  reader[Symbol.dispose]()
  await load.close()
}

const KINDS = ['counter', 'gauge', 'decimal'] as const
type Kind = (typeof KINDS)[number]

let seed = 42

function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

function next(kind: Kind, before: number): number {
  switch (kind) {
    case 'counter':
      return before + Math.floor(random() * 100)
    case 'gauge':
      return Math.max(0, before + Math.floor(random() * 21) - 10)
    case 'decimal':
      return Math.round(random() * 10_000) / 1000
    default:
      return kind satisfies never
  }
}

function labelsOf(i: number, kind: Kind): Labels {
  return Labels.of({
    __name__: `weir_bench_${kind}_${i % 50}`,
    job: 'bench',
    instance: `host-${i % 200}:9100`,
    pipeline: `pipeline-${i % 1000}`,
    stage: `stage-${i % 7}`,
    task: `task-${i}`,
  })
}

class Load {
  readonly clock = new BenchClock()
  readonly path = mkdtempSync(join(tmpdir(), 'weir-bench-'))
  readonly count: number
  readonly #kinds: readonly Kind[]
  readonly #values: Float64Array
  store!: Store
  appender!: Appender
  refs: SeriesRef[] = []

  constructor(count: number, kinds: readonly Kind[] = KINDS) {
    this.count = count
    this.#kinds = kinds
    this.#values = new Float64Array(count)
  }

  async open(): Promise<void> {
    this.store = await openStore({ path: this.path, clock: this.clock })
    this.appender = this.store.appender()
  }

  number(): void {
    for (let i = 0; i < this.count; i++) {
      this.refs.push(this.appender.ref(labelsOf(i, this.#kinds[i % this.#kinds.length]!)))
    }
  }

  /** One scrape or flush: a sample of every series. */
  async step(stepMs: number): Promise<void> {
    this.clock.nowMs += stepMs
    for (let i = 0; i < this.count; i++) {
      const value = next(this.#kinds[i % this.#kinds.length]!, this.#values[i]!)
      this.#values[i] = value
      this.appender.append(this.refs[i]!, this.clock.nowMs, value)
    }
    await this.appender.commit()
  }

  async close(): Promise<void> {
    await this.store[Symbol.asyncDispose]()
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** Resident memory that is this process's own, in MiB: mapped files are the kernel's to drop. */
function residentMiB(): string {
  const status = readFileSync('/proc/self/status', 'utf8')
  const of = (key: string): number =>
    Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024
  return `${of('VmRSS').toFixed(0)} MiB (anonymous ${of('RssAnon').toFixed(0)}, shared ${of('RssShmem').toFixed(0)}, files ${of('RssFile').toFixed(0)})`
}

function say(what: string, figure: string): void {
  console.log(`${what.padEnd(52)} ${figure}`)
}

async function benchRead(): Promise<void> {
  const load = new Load(10_000)
  await load.open()
  load.number()
  const steps = (6 * 3600_000) / STEP_MS
  let appendMs = 0
  let maintainMs = 0
  const cpu = process.cpuUsage()
  for (let step = 0; step < steps; step++) {
    let started = performance.now()
    await load.step(STEP_MS)
    appendMs += performance.now() - started
    if (step % 4 === 0) {
      started = performance.now()
      await load.store.maintain()
      maintainMs += performance.now() - started
    }
  }
  const used = process.cpuUsage(cpu)
  const samples = steps * load.count
  say(
    'append, commits of 10,000 samples (generator included)',
    `${(samples / appendMs / 1000).toFixed(2)} M samples/s`,
  )
  say('sealing and compaction', `${(samples / maintainMs / 1000).toFixed(2)} M samples/s`)
  say('CPU, all in', `${((used.user + used.system) / samples).toFixed(3)} µs/sample`)
  const reader = openReader(load.store.seat())
  for (let round = 0; round < 4; round++) {
    const started = performance.now()
    const querier = reader.querier(START_MS, load.clock.nowMs)
    const matchers = [{ name: 'job', operator: '=', value: 'bench' }] as const
    const set = querier.select({ matchers, minMs: START_MS, maxMs: load.clock.nowMs })
    const selected = performance.now()
    const columns = new SampleColumns(4096)
    let read = 0
    for (let i = 0; i < set.count; i++) {
      columns.clear()
      set.read(i, START_MS, load.clock.nowMs, columns)
      read += columns.length
    }
    const done = performance.now()
    querier[Symbol.dispose]()
    if (read !== samples) throw new Error(`read ${read} samples of ${samples}`)
    say(
      `read 10,000 series × 6 h at 15 s, round ${round}`,
      `select ${(selected - started).toFixed(1)} ms, read ${(done - selected).toFixed(0)} ms: ${(read / (done - selected) / 1000).toFixed(0)} M samples/s`,
    )
  }
  const stats = load.store.stats()
  say(
    'sealed',
    `${stats.sealedSamples} samples in ${stats.windows} windows, ${(stats.sealedBytes / stats.sealedSamples).toFixed(3)} bytes/sample`,
  )
  say('file, all counted', `${(stats.diskBytes / samples).toFixed(3)} bytes/sample`)
  say('after a day (one window a day)', await afterADay(load, samples))
  reader[Symbol.dispose]()
  await load.close()
}

async function afterADay(load: Load, samples: number): Promise<string> {
  load.clock.nowMs += 26 * 3600_000
  await load.store.maintain()
  const { sealedBytes, diskBytes } = load.store.stats()
  return `${(sealedBytes / samples).toFixed(3)} bytes/sample, file ${(diskBytes / samples).toFixed(3)}`
}

/** Bytes a sample of one kind in a day's window. */
async function benchKinds(): Promise<void> {
  for (const kind of KINDS) {
    const load = new Load(200, [kind])
    await load.open()
    load.number()
    for (let step = 0; step < 5760; step++) {
      await load.step(STEP_MS)
      if (step % 20 === 0) await load.store.maintain()
    }
    say(`${kind}: a day of 200 series at 15 s`, await afterADay(load, 200 * 5760))
    await load.close()
  }
}

/** Memory with this many series: 10 s flushes (50,000) or 15 s scrapes (1,000,000), head windows full. */
async function benchSeries(count: number, stepMs: number): Promise<void> {
  const load = new Load(count)
  await load.open()
  say('memory, empty', residentMiB())
  let started = performance.now()
  load.number()
  await load.step(stepMs)
  say(`first sample of ${count} series`, `${(performance.now() - started).toFixed(0)} ms`)
  globalThis.gc?.()
  say('memory then', residentMiB())
  const steps = Math.ceil((12 * 60_000) / stepMs)
  started = performance.now()
  for (let step = 0; step < steps; step++) {
    await load.step(stepMs)
    if (step % 2 === 0) await load.store.maintain()
  }
  const ms = performance.now() - started
  say(`${steps} flushes of each`, `${((steps * count) / ms / 1000).toFixed(2)} M samples/s`)
  globalThis.gc?.()
  say('memory after 12 min', residentMiB())
  const reader = openReader(load.store.seat())
  started = performance.now()
  reader.querier(0, 2 ** 50)[Symbol.dispose]()
  say('a reader learns the index', `${(performance.now() - started).toFixed(0)} ms`)
  globalThis.gc?.()
  say('memory with that reader', residentMiB())
  reader[Symbol.dispose]()
  await load.store[Symbol.asyncDispose]()
  const file = statSync(join(load.path, 'weir.mdb')).size
  started = performance.now()
  await load.open()
  const { headSamples } = load.store.stats()
  say(
    'opened again',
    `${(performance.now() - started).toFixed(0)} ms (${headSamples} samples in the head, file ${(file / 2 ** 20).toFixed(0)} MiB)`,
  )
  await load.close()
}

const [what = 'all'] = process.argv.slice(2)
if (what === 'read' || what === 'all') await benchRead()
if (what === 'kinds' || what === 'all') await benchKinds()
if (what === 'series' || what === 'all') await benchSeries(50_000, 10_000)
if (what === 'select') await benchSelect(1_000_000, 100_000)
if (what === 'million') await benchSeries(1_000_000, 15_000)
