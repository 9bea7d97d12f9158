/**
 * A rule over stored history: the state machine of the live rule, moved from step to step over answers
 * that were asked for as ranges.
 *
 *     range queries, a slice at a time ─► columns ─► at each step that matters: AlertingRule.evaluate
 *
 * A step matters when the set of elements is another than at the step before, or when time alone moves
 * an alert on (`for` is over). In between, evaluating would change nothing but values, so it is left
 * out: over a month most steps are such. Whatever else a rule asks for (what has data, what lets an
 * alert end) is asked as ranges too, once a slice.
 */
import { Labels, type NativeHistogram, type Threshold, WeirError, isStale } from '@weir/model'
import { NO_APPENDER } from '../nowhere.ts'
import { AlertingRule } from '../rules/alert.ts'
import type { AlertingRuleSpec } from '../rules/config.ts'
import type { NoDataPolicy } from '../rules/no-data.ts'
import { SeriesTracker } from '../rules/series-tracker.ts'
import type { QuerySample } from '../rules/source.ts'
import { AlertingEvents } from '../telemetry.ts'
import { passes } from './threshold.ts'

/** Answers on a grid: series `i` at step `k` is `values[i * stepCount + k]`, the stale marker where it has none. */
export interface AnswerColumns {
  readonly startMs: number
  readonly stepMs: number
  readonly stepCount: number
  readonly labels: readonly (readonly string[])[]
  readonly values: Float64Array
  readonly histograms: ReadonlyMap<number, NativeHistogram>
}

/** A stretch of time with the answers to whatever is asked about it. */
export interface ReplaySlice {
  /** The first evaluation; queries look `queryOffsetMs` earlier. */
  readonly startMs: number
  readonly stepMs: number
  readonly stepCount: number
  answer(expr: string): Promise<AnswerColumns>
  /** Called at each step; gives others a turn now and then. */
  breathe(): Promise<void> | undefined
}

export interface ReplayOptions {
  readonly spec: AlertingRuleSpec
  /** The expression compares this, and one answer serves many thresholds; undefined: ask for it as it is. */
  readonly compared: { readonly expr: string; readonly threshold: Threshold } | undefined
  readonly limit: number
  readonly queryOffsetMs: number
  readonly externalLabels: Labels
  readonly externalUrl: string
  /** What becomes of alerts without data when the rule does not say. */
  readonly noData: NoDataPolicy
}

/** An alert that fired, from then until it ended. */
export interface Firing {
  readonly labels: Labels
  readonly activeMs: number
  readonly firedMs: number
  /** Null while it still fires at the end. */
  endedMs: number | null
  /** What made it fire. */
  readonly value: number
}

export class RuleReplay {
  readonly firings: Firing[] = []
  /** Evaluations that failed, and why the last one did. */
  failedCount = 0
  error = ''
  readonly #options: ReplayOptions
  readonly #rule: AlertingRule
  readonly #open = new Map<string, Firing>()
  readonly #rows = new Map<string, Labels>()
  readonly #isPlain: boolean
  /** Elements at the last evaluation, as labels of their series. */
  #present: readonly Labels[] = []
  /** From when on time alone changes something. */
  #nextMs = 0

  constructor(options: ReplayOptions) {
    this.#options = options
    // Annotations are for people: nobody reads them here.
    const spec = { ...options.spec, annotations: new Map() }
    this.#rule = new AlertingRule(spec, new SeriesTracker(NO_APPENDER, UNWATCHED))
    this.#isPlain = isPlain(options.spec, this.#noData.mode)
  }

  get #noData(): NoDataPolicy {
    const { spec, noData } = this.#options
    return { mode: spec.noData ?? noData.mode, forMs: spec.noDataForMs ?? noData.forMs }
  }

  async take(slice: ReplaySlice): Promise<void> {
    const { spec, compared } = this.#options
    const columns = await slice.answer(compared?.expr ?? spec.expr)
    const asked = new Map<string, Grid>([[spec.expr, this.#gridOf(columns, compared?.threshold)]])
    const own = asked.get(spec.expr)!
    for (let k = 0; k < slice.stepCount; k++) {
      const pause = slice.breathe()
      if (pause !== undefined) await pause
      const nowMs = slice.startMs + k * slice.stepMs
      const present = own.presentAt(k)
      if (this.#isPlain && nowMs < this.#nextMs && isSame(present, this.#present)) continue
      await this.#evaluate(nowMs, async (expr) => {
        let grid = asked.get(expr)
        if (grid === undefined) {
          grid = this.#gridOf(await slice.answer(expr), undefined)
          asked.set(expr, grid)
        }
        return grid.samplesAt(k)
      })
      this.#present = present.slice()
    }
  }

  async #evaluate(
    nowMs: number,
    query: (expr: string) => Promise<readonly QuerySample[]>,
  ): Promise<void> {
    const { limit, queryOffsetMs, externalLabels, externalUrl } = this.#options
    try {
      await this.#rule.evaluate({
        timeMs: nowMs,
        queryTimeMs: nowMs - queryOffsetMs,
        query,
        answerTo: ({ expr }) => query(expr),
        limit,
        externalLabels,
        externalUrl,
        noDataOf: () => this.#noData,
        signal: NEVER,
      })
      this.#nextMs = this.#nextChange()
    } catch (error) {
      if (!(error instanceof WeirError) || error.code !== 'RULE_FAILED') throw error
      this.failedCount++
      this.error = error.message
      this.#nextMs = 0
      // Beyond its limit a rule forgets its alerts.
      if (this.#rule.state === 'inactive') this.#endAll(nowMs)
    }
    this.#note(nowMs)
  }

  /** Alerts that began to fire or ended. */
  #note(nowMs: number): void {
    for (const due of this.#rule.due(nowMs, Number.POSITIVE_INFINITY)) {
      due.wasSent()
      const { alert } = due
      const key = alert.labels.key()
      if (alert.resolvedAtMs !== null) {
        const open = this.#open.get(key)
        if (open !== undefined) open.endedMs = alert.resolvedAtMs
        this.#open.delete(key)
        continue
      }
      if (this.#open.has(key)) continue // it fires anew before it ended: nobody was told that it had
      const { labels, activeAtMs, firedAtMs, value } = alert
      const firing = {
        labels,
        activeMs: activeAtMs,
        firedMs: firedAtMs ?? nowMs,
        endedMs: null,
        value,
      }
      this.#open.set(key, firing)
      this.firings.push(firing)
    }
  }

  #endAll(nowMs: number): void {
    for (const firing of this.#open.values()) firing.endedMs = nowMs
    this.#open.clear()
  }

  /** When an alert moves on although its elements stay as they are. */
  #nextChange(): number {
    const { forMs } = this.#options.spec
    let next = Number.POSITIVE_INFINITY
    for (const { state, activeAt, ...held } of this.#rule.views()) {
      if (held.keepFiringSince ?? held.noDataSince ?? held.heldBy) return 0
      if (state === 'pending') next = Math.min(next, Date.parse(activeAt) + forMs)
    }
    return next
  }

  #gridOf(columns: AnswerColumns, threshold: Threshold | undefined): Grid {
    const rows = columns.labels.map((flat) => {
      const key = flat.join('\u0000')
      const known = this.#rows.get(key) ?? Labels.fromFlat(flat)
      this.#rows.set(key, known)
      return known
    })
    return new Grid(columns, rows, threshold)
  }
}

/** The columns of an answer, looked at step by step. */
class Grid {
  readonly #columns: AnswerColumns
  readonly #rows: readonly Labels[]
  readonly #threshold: Threshold | undefined
  readonly #present: Labels[] = []

  constructor(columns: AnswerColumns, rows: readonly Labels[], threshold: Threshold | undefined) {
    this.#columns = columns
    this.#rows = rows
    this.#threshold = threshold
  }

  /** Series with an element at a step. The list is used again. */
  presentAt(k: number): readonly Labels[] {
    this.#present.length = 0
    for (let i = 0; i < this.#rows.length; i++) {
      if (this.#isThere(i, k)) this.#present.push(this.#rows[i]!)
    }
    return this.#present
  }

  samplesAt(k: number): QuerySample[] {
    const { values, histograms, stepCount } = this.#columns
    const samples: QuerySample[] = []
    for (const [i, labels] of this.#rows.entries()) {
      if (!this.#isThere(i, k)) continue
      const histogram = histograms.get(i * stepCount + k)
      const value = histogram === undefined ? values[i * stepCount + k]! : 0
      samples.push({ labels, value, histogram })
    }
    return samples
  }

  #isThere(i: number, k: number): boolean {
    const { values, histograms, stepCount } = this.#columns
    const value = values[i * stepCount + k]!
    if (this.#threshold === undefined) return !isStale(value)
    if (!passes(value, this.#threshold)) return false
    // A NaN passes `!=`: it may be a gap, or a histogram, which no comparison lets through.
    return value === value || (!isStale(value) && !histograms.has(i * stepCount + k))
  }
}

function isSame(a: readonly Labels[], b: readonly Labels[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Whether all that counts of an element is that it is there: not its value, nor how long it was gone. */
function isPlain(
  { labels, levels, flapping }: AlertingRuleSpec,
  noData: NoDataPolicy['mode'],
): boolean {
  if (levels.length > 0 || flapping !== undefined || noData === 'alert') return false
  return [...labels.values()].every(
    ({ text }) => !text.includes('{{') || !/\$value|\.Value|query|now|time/i.test(text),
  )
}

const NEVER = new AbortController().signal
const UNWATCHED = new AlertingEvents({
  registry: { counter: () => ({ inc: () => undefined }) },
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
})
