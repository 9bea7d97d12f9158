import {
  type Clock,
  type Labels,
  type NativeHistogram,
  type Querier,
  type Queryable,
  type SelectRequest,
  WeirError,
  systemClock,
} from '@weir/model'
import {
  type Expr,
  type TimeShift,
  type VectorSelector,
  childrenOf,
  innermostShift,
} from '../ast.ts'
import { lineAndColumn } from '../parse/parse-error.ts'
import type { Histograms, QueryOptions, QueryResult, QueryValue } from '../result.ts'
import type { Emit } from './emit.ts'
import { selectorTest } from '../matcher-test.ts'
import { Lookbacks } from './lookbacks.ts'
import { histogramWeight } from './histogram-weight.ts'
import type { Windows } from './windows.ts'
import { EveryTurn, type PartCounts, type Selection, type Sharing, type Team } from './split.ts'
import type { SplitQuery } from './split-owner.ts'
import { numberOf } from './series-wise.ts'
import { DELAYED_NAME_REMOVAL } from '../features.ts'
import { markedForRemoval, withoutName } from './metric-name.ts'

/** The times at which an expression is evaluated, ascending, equally spaced. */
export interface Steps {
  readonly times: Float64Array
  readonly count: number
  readonly stepMs: number
}

export function stepsBetween(startMs: number, endMs: number, stepMs: number): Steps {
  const count = Math.max(0, Math.floor((endMs - startMs) / stepMs) + 1)
  const times = new Float64Array(count)
  for (let k = 0; k < count; k++) times[k] = startMs + k * stepMs
  return { times, count, stepMs }
}

/** The walk over the tree, which operators call for what is below them; evaluate.ts has it. */
export interface Walk {
  vector(evaluation: Evaluation, expr: Expr, steps: Steps, emit: Emit): void
  scalar(evaluation: Evaluation, expr: Expr, steps: Steps): Float64Array
}

/** How often the flag and the clock are asked: once in this many series. */
const CHECK_EVERY = 32

/** What a held sample takes: a double, and whether it is there. */
const SAMPLE_BYTES = 9

/** What a histogram takes for each sample that it counts for. */
const HISTOGRAM_SAMPLE_BYTES = 24

/** What a held series takes besides its samples: its labels, two columns, its place in a map. */
const SERIES_BYTES = 400

/** A string's head, and its place in a set. */
const TEXT_BYTES = 64

/** At most so many annotations of a kind are kept; queries over thousands of names repeat themselves. */
const ANNOTATIONS_MAX = 10_000

/** What an annotation says beyond its sentence; that of equal sentences is put together. */
export interface AnnotationDetail {
  readonly text: string
  joinedWith(other: AnnotationDetail): AnnotationDetail
}

/** Sentences with their newest place: as in Prometheus, equal sentences are one. */
type Annotations = Map<
  string,
  { readonly start: number; readonly detail: AnnotationDetail | undefined }
>

const NOTHING = new Float64Array(0)

/** Everything one query needs and counts while it runs; closes its view of the store at the end. */
export class Evaluation implements Disposable {
  readonly steps: Steps
  /** The whole question. */
  readonly root: Expr
  readonly lookbacks: Lookbacks
  /** Whether a series is a counter whose first value counts; undefined when none is. */
  readonly countsFirst: ((labels: Labels) => boolean) | undefined
  readonly defaultSubqueryStepMs: number
  readonly querier: Querier
  readonly startMs: number
  readonly endMs: number
  /** Drops the metric name, or notes that it is to be dropped in the end. */
  readonly withoutName: (labels: Labels) => Labels
  readonly #features: ReadonlySet<string>
  readonly #walk: Walk
  readonly #tree: Expr
  readonly #isTimed: boolean
  readonly #text: string | undefined
  readonly #maxSamples: number
  readonly #maxBytes: number
  readonly #clock: Clock
  readonly #startedMs: number
  readonly #preparedMs: number
  readonly #options: QueryOptions
  readonly #warnings: Annotations = new Map()
  readonly #infos: Annotations = new Map()
  #samplesRead = 0
  #seriesRead = 0
  #held = 0
  #peak = 0
  #heldBytes = 0
  #peakBytes = 0
  #partsHelped = 0
  #untilCheck = 0
  /** Samples that each step looked at; undefined where nobody counts. */
  #queried: Float64Array | undefined
  #sharing: Sharing | undefined

  constructor(
    walk: Walk,
    queryable: Queryable,
    query: {
      readonly expr: Expr
      readonly text: string | undefined
      readonly startMs: number
      readonly endMs: number
      readonly stepMs: number
      /** Whether something in it was worked out of the query's own times. */
      readonly isTimed?: boolean
      /** When work on it began, by the monotonic clock. */
      readonly startedMs: number
    },
    options: QueryOptions,
  ) {
    this.#walk = walk
    this.#tree = query.expr
    this.#isTimed = query.isTimed ?? false
    this.root = query.expr
    this.startMs = query.startMs
    this.endMs = query.endMs
    this.steps = stepsBetween(query.startMs, query.endMs, query.stepMs)
    this.countsFirst =
      options.countFirstValue === undefined || options.countFirstValue.length === 0
        ? undefined
        : selectorTest(options.countFirstValue)
    this.lookbacks = new Lookbacks(options.lookbackMs ?? 300_000, options.lookbackRules ?? [])
    this.defaultSubqueryStepMs = options.defaultSubqueryStepMs ?? 60_000
    this.#text = query.text
    this.#maxSamples = options.maxSamples ?? 50_000_000
    this.#maxBytes = options.maxBytes ?? 1024 ** 3
    this.#options = options
    this.#clock = options.deadline?.clock ?? systemClock
    this.#startedMs = query.startedMs
    if (options.countSteps === true) this.#queried = new Float64Array(this.steps.count)
    this.#features = options.features ?? new Set()
    this.withoutName = this.has(DELAYED_NAME_REMOVAL) ? markedForRemoval : withoutName
    this.check()
    const { minMs, maxMs } = this.#extent(query.expr, query.startMs, query.endMs)
    this.querier = queryable.querier(minMs, maxMs)
    this.#preparedMs = this.#clock.monotonicMs()
  }

  /** Whether these steps are those of a range, be it that only one of them fits in. */
  isRange(steps: Steps): boolean {
    return steps.count > 1 || (steps === this.steps && this.startMs !== this.endMs)
  }

  /** Whether a feature flag is on. */
  has(feature: string): boolean {
    return this.#features.has(feature)
  }

  /** Streams an instant vector. */
  vector(expr: Expr, steps: Steps, emit: Emit): void {
    this.#walk.vector(this, expr, steps, emit)
  }

  /** A scalar's value at each step; the caller's to keep. */
  scalar(expr: Expr, steps: Steps): Float64Array {
    return this.#walk.scalar(this, expr, steps)
  }

  /** The series that a selector means: all of them, or those that are this thread's turn. */
  select(request: SelectRequest): Selection {
    if (this.#sharing !== undefined) return this.#sharing.select(this.querier, request)
    const set = this.querier.select(request)
    return { set, request, turns: new EveryTurn(set.count) }
  }

  /** Runs something whose selector is read in turns with others. */
  share(sharing: Sharing, run: () => void): void {
    this.#sharing = sharing
    try {
      run()
    } finally {
      this.#sharing = undefined
    }
  }

  /** Position of the series that is read now, among those of its selector. */
  get position(): number {
    return this.#sharing?.position ?? 0
  }

  /** The threads that may help. */
  get team(): Team | undefined {
    const { team, features } = this.#options
    // Helpers read the text again, without what is worked out of the query's times.
    if (team === undefined || this.#text === undefined || this.#isTimed) return undefined
    // With these, series of one name are not always told apart by their other labels.
    return features?.has('promql-delayed-name-removal') || features?.has('type-and-unit-labels')
      ? undefined
      : team
  }

  /** What helpers must know of the query to evaluate what is below `node`. */
  splitQuery(node: Expr): SplitQuery {
    const { lookbackMs, lookbackRules, countFirstValue, features } = this.#options
    const { maxSamples, maxBytes, defaultSubqueryStepMs } = this.#options
    return {
      expr: this.#text!,
      startMs: this.startMs,
      endMs: this.endMs,
      stepMs: this.steps.stepMs,
      node: numberOf(this.#tree, node),
      options: {
        ...(lookbackMs === undefined ? {} : { lookbackMs }),
        ...(lookbackRules === undefined ? {} : { lookbackRules }),
        ...(countFirstValue === undefined ? {} : { countFirstValue }),
        ...(maxSamples === undefined ? {} : { maxSamples }),
        ...(maxBytes === undefined ? {} : { maxBytes }),
        ...(defaultSubqueryStepMs === undefined ? {} : { defaultSubqueryStepMs }),
        ...(features === undefined ? {} : { features }),
        countSteps: this.#queried !== undefined,
      },
    }
  }

  /** What was counted so far, to be added elsewhere. */
  get counts(): PartCounts {
    return {
      samplesRead: this.#samplesRead,
      seriesRead: this.#seriesRead,
      peakSamples: this.#peak,
      peakBytes: this.#peakBytes,
      samplesQueried: this.#queried,
      warnings: [...this.#warnings].map(([text, { start }]) => [text, start]),
      infos: [...this.#infos].map(([text, { start }]) => [text, start]),
    }
  }

  /**
   * Adds what a helper counted. What it held was its own, within the same limits; what of it stays is
   * held here too.
   */
  addCounts(counts: PartCounts): void {
    this.#partsHelped++
    this.#samplesRead += counts.samplesRead
    this.#seriesRead += counts.seriesRead
    this.#peak = Math.max(this.#peak, counts.peakSamples)
    this.#peakBytes = Math.max(this.#peakBytes, counts.peakBytes)
    const { samplesQueried } = counts
    if (this.#queried !== undefined && samplesQueried !== undefined) {
      for (let k = 0; k < samplesQueried.length; k++) this.#queried[k]! += samplesQueried[k]!
    }
    const detail = undefined
    for (const [text, start] of counts.warnings) this.#warnings.set(text, { start, detail })
    for (const [text, start] of counts.infos) this.#infos.set(text, { start, detail })
  }

  /** The moment an `@` modifier means, undefined without one. */
  pinned(shift: Pick<TimeShift, 'at'>): number | undefined {
    switch (shift.at?.kind) {
      case undefined:
        return undefined
      case 'time':
        return shift.at.timeMs
      case 'start':
        return this.startMs
      case 'end':
        return this.endMs
      default:
        return shift.at satisfies never
    }
  }

  /** For each step the time that a selector or sub-query looks at. */
  shifted(shift: TimeShift, steps: Steps): Float64Array {
    const at = this.pinned(shift)
    return steps.times.map((time) => (at ?? time) - shift.offsetMs)
  }

  /** The times that the selectors of an expression may read when it is evaluated within [minMs, maxMs]. */
  #extent(expr: Expr, minMs: number, maxMs: number): { minMs: number; maxMs: number } {
    if (expr.kind === 'selector' || expr.kind === 'subquery') {
      const at = this.pinned(expr)
      const from = (at ?? minMs) - expr.offsetMs
      const to = (at ?? maxMs) - expr.offsetMs
      if (expr.kind === 'subquery') return this.#extent(expr.expr, from - expr.rangeMs, to)
      const longestMs = this.lookbacks.reachOf(expr).longestMs
      return { minMs: from - longestMs, maxMs: to + this.#beyond(expr) }
    }
    if (expr.kind === 'range') {
      const at = this.pinned(expr.selector)
      const { offsetMs, edges } = expr.selector
      const before = edges === undefined ? 0 : this.lookbacks.reachOf(expr.selector).longestMs
      return {
        minMs: (at ?? minMs) - offsetMs - expr.rangeMs - before,
        maxMs: (at ?? maxMs) - offsetMs + this.#beyond(expr.selector),
      }
    }
    let fromMs = maxMs
    let toMs = minMs
    const widen = (one: { readonly minMs: number; readonly maxMs: number }): void => {
      fromMs = Math.min(fromMs, one.minMs)
      toMs = Math.max(toMs, one.maxMs)
    }
    for (const child of childrenOf(expr)) widen(this.#extent(child, minMs, maxMs))
    if (expr.kind === 'call' && expr.name === 'info') {
      // Info series are looked at when what they describe is.
      const shift = innermostShift(expr.args[0]!)
      const at = this.pinned(shift)
      widen({
        minMs:
          (at ?? minMs) - shift.offsetMs - this.lookbacks.reachOf({ metricName: '' }).longestMs,
        maxMs: (at ?? maxMs) - shift.offsetMs,
      })
    }
    return { minMs: fromMs, maxMs: toMs }
  }

  /** How far after its time a selector looks: `smoothed` wants the next sample too. */
  #beyond(selector: VectorSelector): number {
    return selector.edges === 'smoothed' ? this.lookbacks.reachOf(selector).longestMs : 0
  }

  /** Counts one series that was read, with its samples; stops the query when it was cancelled or took too long. */
  countRead(sampleCount: number): void {
    this.#seriesRead++
    this.#samplesRead += sampleCount
    if (this.#held + sampleCount > this.#peak) this.#grow(sampleCount)
    if (--this.#untilCheck <= 0) this.check()
  }

  /** Stops the query when it was cancelled or took too long. Call it at least once per series. */
  check(): void {
    this.#untilCheck = CHECK_EVERY
    if (this.#options.isCancelled?.()) {
      throw new WeirError('QUERY_CANCELED', 'query was canceled in expression evaluation')
    }
    const { deadline } = this.#options
    if (deadline !== undefined && deadline.clock.monotonicMs() > deadline.atMonotonicMs) {
      throw new WeirError('QUERY_TIMEOUT', 'query timed out in expression evaluation')
    }
  }

  /** Counts samples that stay in memory, those of one series unless told. */
  hold(sampleCount: number, seriesCount = 1): void {
    this.#held += sampleCount
    if (this.#held > this.#peak) this.#grow(0)
    this.#holdBytes(sampleCount * SAMPLE_BYTES + seriesCount * SERIES_BYTES)
    if (--this.#untilCheck <= 0) this.check()
  }

  /** Counts the histograms of a column that stays in memory, over and above a sample each. */
  holdHistograms(histograms: Histograms): void {
    if (histograms === undefined) return
    const { samples, kept } = weightOfColumn(histograms)
    this.#held += samples
    if (this.#held > this.#peak) this.#grow(0)
    this.#holdBytes(kept * HISTOGRAM_SAMPLE_BYTES)
  }

  /** Takes back what {@link holdHistograms} counted. */
  releaseHistograms(histograms: Histograms): void {
    if (histograms === undefined) return
    const { samples, kept } = weightOfColumn(histograms)
    this.#held -= samples
    this.#heldBytes -= kept * HISTOGRAM_SAMPLE_BYTES
  }

  /** Takes back what {@link hold} counted. */
  release(sampleCount: number, seriesCount = 1): void {
    this.#held -= sampleCount
    this.#heldBytes -= sampleCount * SAMPLE_BYTES + seriesCount * SERIES_BYTES
  }

  /** Counts text that the query made and keeps to its end. */
  holdText(text: string): void {
    this.#holdBytes(TEXT_BYTES + text.length)
  }

  /** Counts columns of so many steps that an operator keeps while others run. */
  holdColumns(columnCount: number, steps: Steps): void {
    this.#holdBytes(columnCount * steps.count * Float64Array.BYTES_PER_ELEMENT)
  }

  /** Takes back what {@link holdColumns} counted. */
  releaseColumns(columnCount: number, steps: Steps): void {
    this.#heldBytes -= columnCount * steps.count * Float64Array.BYTES_PER_ELEMENT
  }

  #holdBytes(bytes: number): void {
    this.#heldBytes += bytes
    if (this.#heldBytes <= this.#peakBytes) return
    this.#peakBytes = this.#heldBytes
    if (this.#peakBytes > this.#maxBytes) {
      throw new WeirError(
        'QUERY_TOO_MUCH_MEMORY',
        `Cannot evaluate the query: it would hold more than ${this.#maxBytes} bytes in memory (query.max_memory); select fewer series, aggregate them, or raise the step`,
      )
    }
  }

  /** Counts that each step where `present` is 1 looked at one sample. */
  countPresent(present: Uint8Array, histograms: Histograms): void {
    const queried = this.#queried
    if (queried === undefined) return
    for (let k = 0; k < present.length; k++) {
      if (present[k] === 0) continue
      const histogram = histograms?.[k]
      queried[k]! += histogram === undefined ? 1 : histogramWeight(histogram)
    }
  }

  /** Counts that step `k` looked at the samples from `from[k]` up to `to[k]`. */
  countWindows({ from, to, histograms, length }: CountedWindows): void {
    const queried = this.#queried
    if (queried === undefined) return
    const before = histograms === undefined ? undefined : weightsBefore(histograms, length)
    for (let k = 0; k < from.length; k++) {
      const [first, end] = [from[k]!, to[k]!]
      queried[k]! += before === undefined ? end - first : before[end]! - before[first]!
    }
  }

  /**
   * Counts into other columns from now on, or not at all; gives back those until now. For parts that
   * have steps of their own.
   */
  swapCounts(into: Float64Array | undefined): Float64Array | undefined {
    const before = this.#queried
    this.#queried = into
    return before
  }

  #grow(more: number): void {
    this.#peak = this.#held + more
    if (this.#peak > this.#maxSamples) {
      throw new WeirError(
        'QUERY_TOO_MANY_SAMPLES',
        'query processing would load too many samples into memory in query execution',
      )
    }
  }

  /** Adds a warning about the expression that begins at `start`. */
  warn(text: string, start: number): void {
    if (this.#warnings.size < ANNOTATIONS_MAX) {
      this.#warnings.set(`PromQL warning: ${text}`, { start, detail: undefined })
    }
  }

  /** Adds an information about the expression that begins at `start`. */
  inform(text: string, start: number, detail?: AnnotationDetail): void {
    if (this.#infos.size >= ANNOTATIONS_MAX) return
    const sentence = `PromQL info: ${text}`
    const before = this.#infos.get(sentence)?.detail
    const joined = before === undefined || detail === undefined ? detail : before.joinedWith(detail)
    this.#infos.set(sentence, { start, detail: joined })
  }

  #placed(annotations: Annotations): string[] {
    const text = this.#text
    return [...annotations].map(([sentence, { start, detail }]) =>
      text === undefined
        ? sentence
        : `${sentence}${detail?.text ?? ''} (${lineAndColumn(text, start)})`,
    )
  }

  /** The answer. Sorts the series of a matrix. */
  finish(value: QueryValue): QueryResult {
    readLabels(value)
    const evaluatedMs = this.#clock.monotonicMs()
    const ordered = sorted(value)
    const sortedMs = this.#clock.monotonicMs()
    return {
      value: ordered,
      warnings: this.#placed(this.#warnings),
      infos: this.#placed(this.#infos),
      stats: {
        samplesRead: this.#samplesRead,
        seriesRead: this.#seriesRead,
        peakSamples: this.#peak,
        peakBytes: this.#peakBytes,
        partsHelped: this.#partsHelped,
        samplesQueried: this.#queried ?? NOTHING,
        preparedMs: this.#preparedMs - this.#startedMs,
        evaluatedMs: evaluatedMs - this.#preparedMs,
        sortedMs: sortedMs - evaluatedMs,
      },
    }
  }

  [Symbol.dispose](): void {
    this.querier[Symbol.dispose]()
  }
}

/** Labels may lie in the store until they are asked for; the answer outlives the view of it. */
function readLabels(value: QueryValue): void {
  if (value.kind === 'matrix' || value.kind === 'vector') {
    for (const { labels } of value.series) void labels.flat
  }
}

type CountedWindows = Pick<Windows, 'from' | 'to' | 'histograms' | 'length'>

/** For each sample what those before it count for; one entry more than there are samples. */
function weightsBefore(histograms: Histograms & object, length: number): Float64Array {
  const before = new Float64Array(length + 1)
  for (let i = 0; i < length; i++) {
    const histogram = histograms[i]
    before[i + 1] = before[i]! + (histogram === undefined ? 1 : histogramWeight(histogram))
  }
  return before
}

/**
 * What the histograms of a column count for beyond a sample each, and what of it takes room: one that
 * several steps in a row see is there once.
 */
function weightOfColumn(histograms: Histograms & object): { samples: number; kept: number } {
  let samples = 0
  let kept = 0
  let before: NativeHistogram | undefined
  for (const one of histograms) {
    if (one === undefined) continue
    const more = histogramWeight(one) - 1
    samples += more
    if (one !== before) kept += more
    before = one
  }
  return { samples, kept }
}

/** Series of a matrix go by their labels. */
function sorted(value: QueryValue): QueryValue {
  if (value.kind !== 'matrix') return value
  return { kind: 'matrix', series: value.series.toSorted((a, b) => a.labels.compare(b.labels)) }
}

/** What went wrong between a right query and its data. */
export function executionError(message: string): WeirError {
  return new WeirError('QUERY_EXECUTION', message)
}
