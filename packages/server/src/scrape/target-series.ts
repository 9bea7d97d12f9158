import {
  type Appender,
  Labels,
  METRIC_NAME,
  type MetricMetadata,
  STALE_MARKER,
  type SampleRun,
  type SeriesRef,
  WeirError,
} from '@weir/model'
import type { ExpositionPage, PageExemplar, SeriesNames } from '@weir/wire'
import { limited } from './formats.ts'
import { isLegacyValid } from './naming.ts'
import { type FetchedPage, PageReader } from './page-reader.ts'
import { Slots } from './slots.ts'
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
 * Three numbers of one thing: the line's (in the {@link PageReader}, by its bytes), the slot's (here, by
 * labels after relabelling: two lines may become one series), and the appender's.
 */
export class TargetSeries {
  #target: Target
  readonly #appender: Appender
  readonly #reader = new PageReader()
  #generation = 0
  /** By line: its slot, or UNKNOWN, DROPPED. */
  #slotOf = new Int32Array(64).fill(UNKNOWN)
  readonly #slots = new Slots()
  /** By slot: its newest exemplar as the page has it, which most pages just repeat. */
  #exemplars = new Map<number, string>()
  /** By slot that had several: the time of its newest. */
  #newestExemplar = new Map<number, number>()
  #scrape = 1
  #metadataHash = 0
  #metadata = new Map<string, MetricMetadata>()
  /** How many lines were left when they were tidied last: some live without a series of their own. */
  #tidied = 0
  readonly #reports = new Map<string, SeriesRef>()

  constructor(target: Target, newAppender: () => Appender) {
    this.#target = target
    this.#appender = newAppender()
  }

  get appender(): Appender {
    return this.#appender
  }

  /** What the page says of its metrics, by family. */
  get metadata(): ReadonlyMap<string, MetricMetadata> {
    return this.#metadata
  }

  get #page(): ExpositionPage {
    return this.#reader.page
  }

  get #names(): SeriesNames {
    return this.#reader.names
  }

  /** The same target under changed rules: names are found anew, and what they no longer give will end at the next scrape. */
  retarget(target: Target): void {
    this.#target = target
    this.#slotOf.fill(UNKNOWN)
  }

  /** Reads a page and queues its samples, or, if anything about it is wrong, ends all series. */
  take(fetched: FetchedPage, timeMs: number): Intake {
    this.#tidy()
    const bad = this.#reader.read(fetched, this.#target.job.formats)
    if (this.#reader.generation !== this.#generation) {
      this.#generation = this.#reader.generation
      this.#slotOf.fill(UNKNOWN)
    }
    const before = this.#slots.count
    const resolved = this.#resolve()
    const added = this.#slots.count - before
    const fault =
      bad === undefined
        ? resolved.fault
        : new WeirError(
            'SCRAPE_FAILED',
            `Cannot read ${bad.line === 0 ? '' : `line ${bad.line} of `}${this.#target.url}: ${bad.reason}`,
          )
    const counts = { scraped: resolved.seen, kept: resolved.kept, fault }
    if (fault !== undefined) {
      this.endAll(timeMs)
      this.#tidy() // a page past its limit may have named a million
      return { ...counts, added }
    }
    const revived = this.#append(timeMs)
    this.#describe(fetched.bytes)
    return { ...counts, added: revived }
  }

  /** Queues a stale marker for each living series. */
  endAll(timeMs: number): void {
    for (let slot = 0; slot < this.#slots.count; slot++) this.#end(slot, timeMs)
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
  #resolve(): { seen: number; kept: number; fault: WeirError | undefined } {
    const page = this.#page
    let kept = 0
    for (let i = 0; i < page.length; i++) {
      const line = page.series[i]!
      if (line >= this.#slotOf.length) this.#growSlots()
      if (this.#slotOf[line] === UNKNOWN) {
        const found = this.#slotFor(line)
        if (found instanceof WeirError) return { seen: i + 1, kept, fault: found }
        this.#slotOf[line] = found
      }
      if (this.#slotOf[line] !== DROPPED) kept++
    }
    const { samples } = this.#target.job.limits
    const seen = page.length
    if (samples === 0 || kept <= samples) return { seen, kept, fault: this.#limitHistograms() }
    const fault = new WeirError(
      'SCRAPE_LIMIT',
      `Cannot scrape ${this.#target.url}: want at most ${samples} samples (sample_limit), got ${kept}`,
    )
    return { seen, kept, fault }
  }

  /** Merges buckets where a job wants them wider; tells of one that cannot be merged so far. */
  #limitHistograms(): WeirError | undefined {
    const { histograms, series } = this.#page
    const { formats } = this.#target.job
    for (const own of histograms) {
      if (this.#slotOf[series[own.sample]!] === DROPPED) continue
      const fitting = limited(own.histogram, formats)
      if (fitting !== undefined) own.histogram = fitting
      else {
        return new WeirError(
          'SCRAPE_LIMIT',
          `Cannot scrape ${this.#target.url}: want at most ${formats.bucketsMax} buckets in a native histogram (native_histogram_bucket_limit)`,
        )
      }
    }
    return undefined
  }

  #growSlots(): void {
    const larger = new Int32Array(Math.max(this.#slotOf.length * 2, this.#names.size)).fill(UNKNOWN)
    larger.set(this.#slotOf)
    this.#slotOf = larger
  }

  #slotFor(line: number): number | WeirError {
    const labels = this.#name(line)
    if (labels === undefined) return DROPPED
    const broken = this.#overLimit(labels)
    if (broken !== undefined) return broken
    const ref = this.#appender.ref(labels)
    const known = this.#slots.of(ref)
    if (known < 0) return this.#slots.add(ref)
    this.#appender.release(ref) // a slot counts once, however many lines lead to it
    return known
  }

  /** The labels of a line in the store; undefined when relabelling drops it. */
  #name(line: number): Labels | undefined {
    const { job, labels: own } = this.#target
    const pairs = this.#names.pairs(line)
    const merged = job.config.honor_labels ? honoured(pairs, own) : exported(pairs, own)
    let labels = labelsOf(merged)
    if (job.hasMetricRules) {
      const relabelled = new Map(labels)
      if (!job.metricRelabel(relabelled)) return undefined
      labels = labelsOf(relabelled)
    }
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
    if (this.#target.job.naming.isLegacy && !isLegacyValid(labels)) {
      return new WeirError(
        'SCRAPE_FAILED',
        `Cannot scrape ${this.#target.url}: a name in ${labels.toString().slice(0, 200)} has other signs than letters, digits, _ and : (metric_name_validation_scheme)`,
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
    const { refs, seenIn: seen } = this.#slots
    let began = 0
    let histogram = 0
    const { length, series, times, values, histograms } = page
    const slotOf = this.#slotOf
    const run = roomFor(length)
    let count = 0
    for (let i = 0; i < length; i++) {
      const native = histograms[histogram]?.sample === i ? histograms[histogram++] : undefined
      const slot = slotOf[series[i]!]!
      if (slot === DROPPED) continue
      const own = honours ? times[i]! : Number.NaN
      const isTimed = own === own
      const seenIn = seen[slot]!
      // The second one of a page has the same time and cannot be stored.
      if (!isTimed && seenIn === scrape) continue
      if (seenIn === 0) began++
      const sampleMs = isTimed ? own : timeMs
      if (native === undefined) {
        run.refs[count] = refs[slot]!
        run.times[count] = sampleMs
        run.values[count++] = values[i]!
      } else {
        this.#appender.appendHistogram(refs[slot]! as SeriesRef, sampleMs, native.histogram)
      }
      if (!isTimed || tracksAll) seen[slot] = scrape
    }
    this.#appender.appendColumns(run, count)
    for (let slot = 0; slot < this.#slots.count; slot++) {
      if (seen[slot] !== scrape) this.#end(slot, timeMs)
    }
    this.#appendExemplars(timeMs, honours)
    return began
  }

  /** A sample of a native histogram may have many, which come again until newer ones push them out. */
  #appendExemplars(scrapedMs: number, honours: boolean): void {
    const { exemplars, series, times } = this.#page
    for (let from = 0, to = 0; from < exemplars.length; from = to) {
      const { sample } = exemplars[from]!
      while (exemplars[to]?.sample === sample) to++
      const slot = this.#slotOf[series[sample]!]!
      if (slot === DROPPED) continue
      const own = honours ? times[sample]! : Number.NaN
      const sampleMs = Number.isNaN(own) ? scrapedMs : own
      if (to - from === 1) this.#appendExemplar(slot, exemplars[from]!, sampleMs)
      else this.#appendNewer(slot, exemplars.slice(from, to))
    }
  }

  /** One without a time of its own has its sample's; said again, it is the same one, as in Prometheus. */
  #appendExemplar(slot: number, { pairs, value, timeMs }: PageExemplar, sampleMs: number): void {
    const shown = JSON.stringify([timeMs, value, pairs])
    if (this.#exemplars.get(slot) === shown) return
    this.#exemplars.set(slot, shown)
    this.#appender.appendExemplar(this.#slots.refs[slot]! as SeriesRef, {
      labels: Labels.fromFlat(pairs),
      value,
      timeMs: Number.isNaN(timeMs) ? sampleMs : timeMs,
    })
  }

  /** Those that are newer than all before, oldest first, since exemplars of a series are kept in order of time. */
  #appendNewer(slot: number, exemplars: readonly PageExemplar[]): void {
    const sinceMs = this.#newestExemplar.get(slot) ?? Number.NEGATIVE_INFINITY
    const newer = exemplars
      .filter(({ timeMs }) => timeMs > sinceMs)
      .toSorted((a, b) => a.timeMs - b.timeMs || a.value - b.value)
    for (const exemplar of newer) {
      this.#newestExemplar.set(slot, exemplar.timeMs)
      const { value, timeMs } = exemplar
      const labels = Labels.fromFlat(exemplar.pairs)
      this.#appender.appendExemplar(this.#slots.refs[slot]! as SeriesRef, { labels, value, timeMs })
    }
  }

  #end(slot: number, timeMs: number): void {
    const { refs, seenIn } = this.#slots
    if (seenIn[slot] === 0) return
    seenIn[slot] = 0
    this.#appender.append(refs[slot]! as SeriesRef, timeMs, STALE_MARKER)
  }

  #describe(bytes: Uint8Array): void {
    if (this.#reader.metadataHash === this.#metadataHash) return
    this.#metadataHash = this.#reader.metadataHash
    const found = new Map<string, MetricMetadata>()
    for (const { kind, name, text } of this.#reader.metadata(bytes)) {
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
    const slots = this.#slots
    const known = Math.max(this.#names.size, slots.count)
    if (known < GARBAGE_MIN || known < GARBAGE_MIN + 2 * Math.max(slots.living, this.#tidied))
      return
    const before = this.#slotOf
    const isKept = new Uint8Array(this.#names.size)
    for (let line = 0; line < isKept.length; line++) {
      const slot = before[line] ?? UNKNOWN
      isKept[line] = slot >= 0 && slots.seenIn[slot] !== 0 ? 1 : 0
    }
    const movedLines = this.#names.retain(isKept)
    const movedSlots = slots.compact((ref) => this.#appender.release(ref))
    this.#slotOf = new Int32Array(Math.max(64, this.#names.size)).fill(UNKNOWN)
    for (const [line, moved] of movedLines.entries()) {
      const slot = before[line] ?? UNKNOWN
      if (moved >= 0 && slot >= 0) this.#slotOf[moved] = movedSlots[slot]!
    }
    this.#exemplars = new Map()
    this.#newestExemplar = new Map()
    this.#tidied = Math.max(this.#names.size, slots.count)
  }
}

let room = emptyRun(256)

/** Columns for the samples of a page: one set for all targets, which are read one after the other. */
function roomFor(samples: number): SampleRun {
  if (room.refs.length < samples) room = emptyRun(Math.ceil(samples * 1.25))
  return room
}

function emptyRun(capacity: number): SampleRun {
  return {
    refs: new Uint32Array(capacity),
    times: new Float64Array(capacity),
    values: new Float64Array(capacity),
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
