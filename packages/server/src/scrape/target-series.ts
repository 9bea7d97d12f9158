import {
  type Appender,
  Labels,
  METRIC_NAME,
  type MetricMetadata,
  STALE_MARKER,
  type SeriesRef,
  WeirError,
} from '@weir/model'
import { ExpositionPage, SeriesTable, parseOpenMetrics, parseText } from '@weir/wire'
import type { FetchedPage } from './fetch-page.ts'
import type { Target } from './target.ts'
import { labelsOf } from './target.ts'

/** What a scrape gave, for the report series. */
export interface Intake {
  readonly scraped: number
  readonly kept: number
  readonly added: number
  readonly fault: WeirError | undefined
}

/** Not looked at yet · dropped by relabelling. */
const UNKNOWN = -1
const DROPPED = -2

/** Past this many forgotten series the table is tidied. */
const GARBAGE_MIN = 1000

/**
 * The series of one target: what its lines are called in the store, and which of them are alive.
 *
 * Three numbers of one thing: the line's (in the {@link SeriesTable}, by its bytes), the slot's (here, by
 * labels after relabelling: two lines may become one series), and the appender's.
 */
export class TargetSeries {
  #target: Target
  readonly #newAppender: () => Appender
  #appender: Appender
  readonly #page = new ExpositionPage()
  #table = new SeriesTable()
  /** By line: its slot, or UNKNOWN, DROPPED. */
  #slotOf = new Int32Array(64).fill(UNKNOWN)
  #slotByRef = new Map<SeriesRef, number>()
  #refs: SeriesRef[] = []
  #labels: Labels[] = []
  /** By slot: its newest exemplar as the page has it, which most pages just repeat. */
  #exemplars = new Map<number, string>()
  /** By slot: the number of the last good scrape that had it, 0 when it has ended. */
  #seenIn: number[] = []
  #scrape = 1
  #metadataHash = 0
  #metadata = new Map<string, MetricMetadata>()
  readonly #reports = new Map<string, SeriesRef>()

  constructor(target: Target, newAppender: () => Appender) {
    this.#target = target
    this.#newAppender = newAppender
    this.#appender = newAppender()
  }

  get appender(): Appender {
    return this.#appender
  }

  /** What the page says of its metrics, by family. */
  get metadata(): ReadonlyMap<string, MetricMetadata> {
    return this.#metadata
  }

  /** The same target under changed rules: names are found anew, and what they no longer give will end at the next scrape. */
  retarget(target: Target): void {
    this.#target = target
    this.#slotOf.fill(UNKNOWN)
  }

  /** Reads a page and queues its samples, or, if anything about it is wrong, ends all series. */
  take(fetched: FetchedPage, timeMs: number): Intake {
    this.#tidy()
    const parse = fetched.format === 'openmetrics' ? parseOpenMetrics : parseText
    const bad = parse(fetched.bytes, this.#table, this.#page)
    const before = this.#refs.length
    const resolved = this.#resolve()
    const added = this.#refs.length - before
    const fault =
      bad === undefined
        ? resolved.fault
        : new WeirError(
            'SCRAPE_FAILED',
            `Cannot read line ${bad.line} of ${this.#target.url}: ${bad.reason}`,
          )
    const counts = { scraped: this.#page.length, kept: resolved.kept, fault }
    if (fault !== undefined) {
      this.endAll(timeMs)
      return { ...counts, added }
    }
    const revived = this.#append(timeMs)
    this.#describe(fetched.bytes)
    return { ...counts, added: revived }
  }

  /** Queues a stale marker for each living series. */
  endAll(timeMs: number): void {
    for (let slot = 0; slot < this.#seenIn.length; slot++) this.#end(slot, timeMs)
  }

  /** Queues a sample of a series about the scrape itself: `up` and its like. Stale markers too. */
  report(name: string, timeMs: number, value: number): void {
    let ref = this.#reports.get(name)
    if (ref === undefined) {
      ref = this.#appender.ref(this.#target.labels.with(METRIC_NAME, name))
      this.#reports.set(name, ref)
    }
    this.#appender.append(ref, timeMs, value)
  }

  /** Ends the series about the scrape: the target is gone. */
  endReports(timeMs: number): void {
    for (const name of this.#reports.keys()) this.report(name, timeMs, STALE_MARKER)
  }

  close(): void {
    this.#appender.close()
  }

  /** Finds the slot of each line that is new, and checks limits; nothing is queued yet. */
  #resolve(): { kept: number; fault: WeirError | undefined } {
    const page = this.#page
    let kept = 0
    for (let i = 0; i < page.length; i++) {
      const line = page.series[i]!
      if (line >= this.#slotOf.length) this.#growSlots()
      if (this.#slotOf[line] === UNKNOWN) {
        const found = this.#slotFor(line)
        if (found instanceof WeirError) return { kept, fault: found }
        this.#slotOf[line] = found
      }
      if (this.#slotOf[line] !== DROPPED) kept++
    }
    const { samples } = this.#target.job.limits
    if (samples === 0 || kept <= samples) return { kept, fault: undefined }
    const fault = new WeirError(
      'SCRAPE_LIMIT',
      `Cannot scrape ${this.#target.url}: want at most ${samples} samples (sample_limit), got ${kept}`,
    )
    return { kept, fault }
  }

  #growSlots(): void {
    const larger = new Int32Array(Math.max(this.#slotOf.length * 2, this.#table.size)).fill(UNKNOWN)
    larger.set(this.#slotOf)
    this.#slotOf = larger
  }

  #slotFor(line: number): number | WeirError {
    const labels = this.#name(line)
    if (labels === undefined) return DROPPED
    const broken = this.#overLimit(labels)
    if (broken !== undefined) return broken
    return this.#slotWith(this.#appender.ref(labels), labels)
  }

  #slotWith(ref: SeriesRef, labels: Labels): number {
    const known = this.#slotByRef.get(ref)
    if (known !== undefined) return known
    const slot = this.#refs.length
    this.#slotByRef.set(ref, slot)
    this.#refs.push(ref)
    this.#labels.push(labels)
    this.#seenIn.push(0)
    return slot
  }

  /** The labels of a line in the store; undefined when relabelling drops it. */
  #name(line: number): Labels | undefined {
    const { job, labels: own } = this.#target
    const pairs = this.#table.pairs(line)
    const merged = job.config.honor_labels ? honoured(pairs, own) : exported(pairs, own)
    if (job.hasMetricRules && !job.metricRelabel(merged)) return undefined
    const labels = labelsOf(merged)
    return labels.size === 0 ? undefined : labels
  }

  #overLimit(labels: Labels): WeirError | undefined {
    const { limits } = this.#target.job
    const complain = (key: string, what: string): WeirError =>
      new WeirError(
        'SCRAPE_LIMIT',
        `Cannot scrape ${this.#target.url}: ${what} of ${labels.toString().slice(0, 200)} is past ${key}`,
      )
    if (labels.metricName === '') {
      return new WeirError(
        'SCRAPE_FAILED',
        `Cannot scrape ${this.#target.url}: relabelling left ${labels.toString().slice(0, 200)} without a name`,
      )
    }
    if (limits.labels > 0 && labels.size > limits.labels)
      return complain('label_limit', 'the number of labels')
    if (limits.labelNameBytes === 0 && limits.labelValueBytes === 0) return undefined
    for (const [name, value] of labels) {
      if (limits.labelNameBytes > 0 && Buffer.byteLength(name) > limits.labelNameBytes) {
        return complain('label_name_length_limit', 'a label name')
      }
      if (limits.labelValueBytes > 0 && Buffer.byteLength(value) > limits.labelValueBytes) {
        return complain('label_value_length_limit', 'a label value')
      }
    }
    return undefined
  }

  /** Queues the page; returns how many series began. */
  #append(timeMs: number): number {
    const page = this.#page
    const { honor_timestamps: honours, track_timestamps_staleness: tracksAll } =
      this.#target.job.config
    this.#scrape++
    const scrape = this.#scrape
    let began = 0
    for (let i = 0; i < page.length; i++) {
      const slot = this.#slotOf[page.series[i]!]!
      if (slot === DROPPED) continue
      const own = honours ? page.times[i]! : Number.NaN
      const isTimed = own === own
      const seenIn = this.#seenIn[slot]!
      // The second one of a page has the same time and cannot be stored.
      if (!isTimed && seenIn === scrape) continue
      if (seenIn === 0) began++
      this.#appender.append(this.#refs[slot]!, isTimed ? own : timeMs, page.values[i]!)
      if (!isTimed || tracksAll) this.#seenIn[slot] = scrape
    }
    for (let slot = 0; slot < this.#seenIn.length; slot++) {
      if (this.#seenIn[slot] !== scrape) this.#end(slot, timeMs)
    }
    this.#appendExemplars(timeMs, honours)
    return began
  }

  /** One without a time of its own has its sample's; said again, it is the same one, as in Prometheus. */
  #appendExemplars(scrapedMs: number, honours: boolean): void {
    const page = this.#page
    for (const { sample, pairs, value, timeMs } of page.exemplars) {
      const slot = this.#slotOf[page.series[sample]!]!
      if (slot === DROPPED) continue
      const shown = JSON.stringify([timeMs, value, pairs])
      if (this.#exemplars.get(slot) === shown) continue
      this.#exemplars.set(slot, shown)
      const sampleMs = honours ? page.times[sample]! : Number.NaN
      const own = Number.isNaN(timeMs) ? sampleMs : timeMs
      this.#appender.appendExemplar(this.#refs[slot]!, {
        labels: Labels.fromFlat(pairs),
        value,
        timeMs: Number.isNaN(own) ? scrapedMs : own,
      })
    }
  }

  #end(slot: number, timeMs: number): void {
    if (this.#seenIn[slot] === 0) return
    this.#seenIn[slot] = 0
    this.#appender.append(this.#refs[slot]!, timeMs, STALE_MARKER)
  }

  #describe(bytes: Uint8Array): void {
    if (this.#page.metadataHash === this.#metadataHash) return
    this.#metadataHash = this.#page.metadataHash
    const found = new Map<string, MetricMetadata>()
    for (const { kind, name, text } of this.#page.metadata(bytes)) {
      const known = found.get(name) ?? { type: 'unknown', help: '', unit: '' }
      found.set(name, { ...known, [kind]: text })
    }
    for (const [name, metadata] of found) {
      const known = this.#metadata.get(name)
      if (
        known?.type === metadata.type &&
        known.help === metadata.help &&
        known.unit === metadata.unit
      )
        continue
      this.#appender.describe(name, metadata)
    }
    this.#metadata = found
  }

  /** When most lines known are of series that have ended, forgets them, here and in the appender. */
  #tidy(): void {
    const living = this.#seenIn.reduce((count, seen) => count + (seen === 0 ? 0 : 1), 0)
    const known = Math.max(this.#table.size, this.#refs.length)
    if (known < GARBAGE_MIN + 2 * living) return
    const isKept = new Uint8Array(this.#table.size)
    for (let line = 0; line < isKept.length; line++) {
      const slot = this.#slotOf[line] ?? UNKNOWN
      isKept[line] = slot >= 0 && this.#seenIn[slot] !== 0 ? 1 : 0
    }
    this.#table.retain(isKept)
    this.#slotOf = new Int32Array(Math.max(64, this.#table.size)).fill(UNKNOWN)
    const old = this.#labels.filter((_, slot) => this.#seenIn[slot] !== 0)
    this.#slotByRef = new Map()
    this.#exemplars = new Map()
    this.#refs = []
    this.#labels = []
    this.#seenIn = []
    this.#reports.clear()
    this.#appender.close()
    this.#appender = this.#newAppender()
    for (const labels of old) {
      const slot = this.#slotWith(this.#appender.ref(labels), labels)
      this.#seenIn[slot] = this.#scrape
    }
  }
}

/** The page's labels win, also an empty one, which removes the target's. */
function honoured(pairs: readonly string[], own: Labels): Map<string, string> {
  const merged = new Map<string, string>()
  for (let i = 0; i < pairs.length; i += 2) merged.set(pairs[i]!, pairs[i + 1]!)
  for (const [name, value] of own) if (!merged.has(name)) merged.set(name, value)
  for (const [name, value] of merged) if (value === '') merged.delete(name)
  return merged
}

/** The target's labels win; what they push aside becomes `exported_<name>`, again while that is taken. */
function exported(pairs: readonly string[], own: Labels): Map<string, string> {
  const merged = new Map<string, string>()
  const aside: [name: string, value: string][] = []
  for (let i = 0; i < pairs.length; i += 2) {
    if (pairs[i + 1] === '') continue
    if (own.has(pairs[i]!)) aside.push([pairs[i]!, pairs[i + 1]!])
    else merged.set(pairs[i]!, pairs[i + 1]!)
  }
  for (const [name, value] of own) merged.set(name, value)
  for (const [name, value] of aside.toSorted(([a], [b]) => a.length - b.length)) {
    let free = `exported_${name}`
    while (merged.has(free)) free = `exported_${free}`
    merged.set(free, value)
  }
  return merged
}
