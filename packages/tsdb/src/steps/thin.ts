/**
 * Rules of retention at work: a sealed window is written anew when the time of some of its series at
 * their present step is over. What happens to each series follows from its class and the age of the
 * window's newest sample:
 *
 * ```
 *              ┌─ still whole ───────► window of whole samples
 *   window ────┼─ due at a step ─────► window of that step
 *              └─ its time is over ──► nowhere
 * ```
 *
 * One transaction shows the new windows and removes the old one.
 */
import type { SheetView } from '../codec/sheet.ts'
import type { Core } from '../core.ts'
import type { WindowRecord } from '../disk/window-record.ts'
import { inMetricOrder } from '../index/metric-order.ts'
import { type ReadTransaction, SealedWindow } from '../read/sealed.ts'
import { OVERLAP_SETTLE_MS, removeWindow, seriesIn } from '../seal/compact.ts'
import type { Pause } from '../seal/pause.ts'
import { WindowWriter } from '../seal/window-writer.ts'
import { CHUNKS_PER_SERIES, KEPT, chunkNumber, stepOf } from './chunks.ts'
import { SteppedColumns, reduce } from './reduce.ts'

/** The next window that a rule wants to be written anew. */
export function nextThin(core: Core): WindowRecord | undefined {
  if (core.retention.isPlain) return undefined
  const now = core.settings.clock.now()
  for (const window of core.readableWindows()) {
    if (isDue(core, window, now) && isSettled(core, window, now)) return window
  }
  return undefined
}

/** Windows that are due as a whole are not: retention drops them without a look inside. */
function isDue(core: Core, window: WindowRecord, now: number): boolean {
  const { retention } = core
  const { stepMs = 0, maxMs } = window
  let isChanged = false
  let isKept = false
  for (const klass of retention.classesIn(window, () => seriesIn(core, window))) {
    const level = retention.levelOf(klass, maxMs, now)
    if (level !== undefined) isKept = true
    if (level === undefined || level.stepMs > stepMs) isChanged = true
  }
  return isChanged && isKept
}

/** Nothing more is expected: neither late samples of its time, nor to become one with another window. */
function isSettled(core: Core, window: WindowRecord, now: number): boolean {
  if (now - (window.writtenMs ?? 0) < OVERLAP_SETTLE_MS) return false
  const meets = ({ minMs, maxMs }: { minMs: number; maxMs: number }): boolean =>
    minMs <= window.maxMs && maxMs >= window.minMs
  const isOpen = core.head.arenas.some(({ startMs, endMs }) =>
    meets({ minMs: startMs, maxMs: endMs }),
  )
  if (isOpen) return false
  for (const other of core.windows.values()) {
    if (other !== window && other.stepMs === window.stepMs && meets(other)) return false
  }
  return true
}

export async function thin(core: Core, window: WindowRecord, pause: Pause): Promise<void> {
  const writers = new Map<number, WindowWriter>()
  let records: WindowRecord[]
  try {
    await rewrite(core, window, writers, pause)
    records = await publish(core, window, [...writers.values()])
  } catch (error) {
    for (const writer of writers.values()) writer.abandon()
    throw error
  }
  for (const record of records) core.windows.set(record.id, record)
  core.forgetWindows([window])
  core.windowsThinned++
}

async function publish(
  core: Core,
  window: WindowRecord,
  writers: readonly WindowWriter[],
): Promise<WindowRecord[]> {
  const ready: (readonly [WindowWriter, WindowRecord])[] = []
  for (const writer of writers) {
    if (writer.isEmpty) writer.abandon()
    else ready.push([writer, await writer.finish(window)])
  }
  core.environment.root.transactionSync(() => {
    for (const [writer, record] of ready) writer.put(record)
    removeWindow(core, window)
    core.putHead()
  })
  return ready.map(([, record]) => record)
}

async function rewrite(
  core: Core,
  window: WindowRecord,
  writers: Map<number, WindowWriter>,
  pause: Pause,
): Promise<void> {
  const { retention, environment, settings, metadata, dictionary } = core
  const { stepMs = 0, order } = window
  const now = settings.clock.now()
  const source = new Source(core, window)
  const older = [...core.windows.values()]
    .filter((other) => (other.stepMs ?? 0) > 0 && other !== window)
    .filter((other) => other.minMs <= window.maxMs && other.maxMs >= window.minMs)
    .map((other) => new Source(core, other))
  const thinned = new SteppedColumns()
  const transaction = environment.root.useReadTransaction()
  try {
    for (const series of inMetricOrder(dictionary, seriesIn(core, window))) {
      const level = retention.levelOf(retention.classOf(series), window.maxMs, now)
      if (level === undefined) continue
      const columns = source.read(series, transaction)
      const to = Math.max(stepMs, level.stepMs)
      if (to > stepMs) {
        for (const other of stepMs === 0 ? older : []) {
          dropCovered(columns, other.read(series, transaction), other.stepMs)
        }
        const name = dictionary.labels(series).metricName
        reduce(columns, to, metadata.get(name)?.type === 'gauge', thinned)
      }
      let writer = writers.get(to)
      if (writer === undefined) {
        writer = new WindowWriter(core, window.endMs - window.startMs, order, to)
        writers.set(to, writer)
      }
      write(writer, series, to === 0, to > stepMs ? thinned : columns)
      if (pause.isDue) await pause.wait()
    }
  } finally {
    transaction.done()
    for (const each of [source, ...older]) each.release()
  }
}

/** Reads all chunks that a window has of a series, without what was deleted. */
class Source {
  readonly stepMs: number
  readonly #core: Core
  readonly #window: SealedWindow
  readonly #columns = new SteppedColumns()
  readonly #free: SheetView[] = []

  constructor(core: Core, window: WindowRecord) {
    this.#core = core
    this.#window = new SealedWindow(window, core.environment, core.dictionary)
    this.stepMs = window.stepMs ?? 0
  }

  /** Closes the file. */
  release(): void {
    this.#window.release(this.#free)
  }

  /** Good until the next call. */
  read(series: number, transaction: ReadTransaction): SteppedColumns {
    const columns = this.#columns
    columns.clear()
    for (let kind = KEPT; kind < (this.stepMs === 0 ? 1 : CHUNKS_PER_SERIES); kind++) {
      const number = this.stepMs === 0 ? series : chunkNumber(series, kind)
      const into = columns.all[kind]!
      this.#window.read(number, -Infinity, Infinity, into, transaction, this.#free)
      this.#core.tombstones.cutWindow(series, this.#window.record.id, into, 0)
    }
    return columns
  }
}

/**
 * Takes out whole samples of steps that are on disk already: what came first stays, so that the same
 * samples sent again do not count twice. A step that is empty so far takes late ones.
 */
function dropCovered(
  { kept }: SteppedColumns,
  { kept: there }: SteppedColumns,
  stepMs: number,
): void {
  if (there.length === 0) return
  let at = 0
  let left = 0
  for (let i = 0; i < kept.length; i++) {
    const step = stepOf(kept.times[i]!, stepMs)
    while (at < there.length && stepOf(there.times[at]!, stepMs) < step) at++
    if (at < there.length && stepOf(there.times[at]!, stepMs) === step) continue
    kept.times[left] = kept.times[i]!
    kept.values[left] = kept.values[i]!
    if (kept.histograms !== undefined) kept.histograms[left] = kept.histograms[i]
    left++
  }
  kept.length = left
}

function write(writer: WindowWriter, series: number, isWhole: boolean, from: SteppedColumns): void {
  if (isWhole) {
    if (from.kept.length > 0) writer.add(series, from.kept)
    return
  }
  for (const [kind, columns] of from.all.entries()) {
    if (columns.length > 0) writer.add(chunkNumber(series, kind), columns)
  }
}
