import { type LogEntry, jsonFields, tailFilter } from '@weir/logs'
import { Labels, type LogBatch, METRIC_NAME } from '@weir/model'
import type { LogMetricConfig } from './config.ts'

/** One series of a rule. */
export interface RuleSeries {
  /** Without a name. */
  readonly labels: Labels
  /** A counter's total, a gauge's newest value, the sum of a histogram. */
  value: number
  /** A histogram's: how many values were at most each bound, and all. */
  readonly counts: Float64Array
  touchedMs: number
}

/** Why a line that a rule chose gave it no value. */
export type Skip = 'no_field' | 'no_number' | 'series_limit'

/** A rule at work: lines go in, series grow. */
export class LogRule {
  readonly config: LogMetricConfig
  readonly series = new Map<string, RuleSeries>()
  readonly #filter: (batch: LogBatch) => readonly LogEntry[]
  readonly #labels: readonly (readonly [label: string, from: string])[]

  /** @throws {WeirError} `LOGQL_PARSE` */
  constructor(config: LogMetricConfig) {
    this.config = config
    this.#filter = tailFilter(config.match)
    this.#labels = Object.entries(config.labels)
  }

  /**
   * Counts what a batch has for this rule.
   *
   * @param skip is called for each line that was chosen and gave nothing
   * @returns how many lines counted
   */
  take(batch: LogBatch, nowMs: number, skip: (why: Skip) => void): number {
    let taken = 0
    for (const entry of this.#filter(batch)) {
      const why = this.#count(new EntryValues(entry), nowMs)
      if (why === undefined) taken++
      else skip(why)
    }
    return taken
  }

  #count(entry: EntryValues, nowMs: number): Skip | undefined {
    const { field, scale, type } = this.config
    let value = 1
    if (field !== undefined) {
      const text = entry.get(field)
      if (text === '') return 'no_field'
      value = Number(text) * scale
      // A counter that falls would look as if it had begun anew.
      if (!Number.isFinite(value) || (type === 'counter' && value < 0)) return 'no_number'
    }
    const series = this.#seriesOf(entry)
    if (series === undefined) return 'series_limit'
    series.touchedMs = nowMs
    this.#add(series, value)
    return undefined
  }

  #add(series: RuleSeries, value: number): void {
    const { type, buckets } = this.config
    if (type === 'gauge') {
      series.value = value
      return
    }
    series.value += value
    if (type === 'counter') return
    for (let i = 0; i < buckets.length; i++) if (value <= buckets[i]!) series.counts[i]!++
    series.counts[buckets.length]!++
  }

  #seriesOf(entry: EntryValues): RuleSeries | undefined {
    const values = this.#labels.map(([, from]) => entry.get(from))
    const key = values.join('\0')
    const known = this.series.get(key)
    if (known !== undefined) return known
    if (this.series.size >= this.config.max_series) return undefined
    const pairs = this.#labels.flatMap(([label], i) =>
      values[i] === '' ? [] : [label, values[i]!],
    )
    const { type, buckets } = this.config
    const counts = new Float64Array(type === 'histogram' ? buckets.length + 1 : 0)
    const series = { labels: Labels.fromFlat(pairs), value: 0, counts, touchedMs: 0 }
    this.series.set(key, series)
    return series
  }
}

/** What a line is known by, the stages of the rule's own query first. */
class EntryValues {
  readonly #entry: LogEntry
  #fields: ReadonlyMap<string, string> | undefined
  #isRead = false

  constructor(entry: LogEntry) {
    this.#entry = entry
  }

  get(name: string): string {
    const { parsed, stream, metadata } = this.#entry
    const told = parsed.get(name) || stream.get(name) || metadata.get(name)
    if (told !== '') return told
    if (!this.#isRead) this.#fields = jsonFields(this.#entry.line)
    this.#isRead = true
    return this.#fields?.get(name) ?? ''
  }
}

/** A name and what it is worth, with the labels that a series has under it. */
export type RuleSample = readonly [labels: Labels, value: number]

/** The samples of a series, as Prometheus has them. */
export function samplesOf(
  { name, type, buckets }: LogMetricConfig,
  series: RuleSeries,
): RuleSample[] {
  const { labels, value, counts } = series
  if (type !== 'histogram') return [[labels.with(METRIC_NAME, name), value]]
  const bucket = labels.with(METRIC_NAME, `${name}_bucket`)
  return [
    ...[...buckets.map(String), '+Inf'].map(
      (le, i) => [bucket.with('le', le), counts[i]!] as const,
    ),
    [labels.with(METRIC_NAME, `${name}_sum`), value],
    [labels.with(METRIC_NAME, `${name}_count`), counts[buckets.length]!],
  ]
}
