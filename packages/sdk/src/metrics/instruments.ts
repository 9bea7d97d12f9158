import type { HistogramValue, LabelPairs, ObservationListener, Series } from './family.ts'
import type { Counter, Gauge, Histogram, Labels } from './meter.ts'
import { SeriesTable } from './series-table.ts'

/** What every instrument is made with. */
export interface InstrumentSettings {
  readonly name: string
  readonly help: string
  readonly unit: string
  readonly labelNames: readonly string[]
  readonly seriesMax: number
  /** Told when something could not be counted. */
  readonly refused: (reason: Refusal) => void
}

/** `series`: no room for another; `value`: not a number, or a counter going down. */
export type Refusal = 'series' | 'value'

export class RegistryCounter implements Counter<string> {
  readonly type = 'counter'
  readonly settings: InstrumentSettings
  readonly #table: SeriesTable<{ total: number }>

  constructor(settings: InstrumentSettings) {
    this.settings = settings
    this.#table = tableOf(settings, () => ({ total: 0 }))
    // A counter that has not moved yet is 0, not absent: `increase` sees its first step.
    if (settings.labelNames.length === 0) this.inc(0)
  }

  inc(by = 1, labels?: Labels<string>): void {
    if (!(by >= 0 && by < Infinity)) return this.settings.refused('value')
    const row = this.#table.at(labels)
    if (row !== undefined) row.value.total += by
  }

  series(): Series[] {
    return Array.from(this.#table.values(), ({ labels, value }) => ({ labels, value: value.total }))
  }
}

export class RegistryGauge implements Gauge<string> {
  readonly type = 'gauge'
  readonly settings: InstrumentSettings
  readonly #table: SeriesTable<{ now: number }>

  constructor(settings: InstrumentSettings) {
    this.settings = settings
    this.#table = tableOf(settings, () => ({ now: 0 }))
  }

  set(value: number, labels?: Labels<string>): void {
    if (!Number.isFinite(value)) return this.settings.refused('value')
    const row = this.#table.at(labels)
    if (row !== undefined) row.value.now = value
  }

  add(by: number, labels?: Labels<string>): void {
    if (!Number.isFinite(by)) return this.settings.refused('value')
    const row = this.#table.at(labels)
    if (row !== undefined) row.value.now += by
  }

  remove(labels?: Labels<string>): void {
    this.#table.remove(labels)
  }

  series(): Series[] {
    return Array.from(this.#table.values(), ({ labels, value }) => ({ labels, value: value.now }))
  }
}

interface Buckets {
  readonly counts: number[]
  sum: number
  count: number
}

export class RegistryHistogram implements Histogram<string> {
  readonly type = 'histogram'
  readonly settings: InstrumentSettings
  readonly #bounds: readonly number[]
  readonly #table: SeriesTable<Buckets>
  readonly #listeners: ReadonlySet<ObservationListener>

  constructor(
    settings: InstrumentSettings,
    bounds: readonly number[],
    listeners: ReadonlySet<ObservationListener>,
  ) {
    this.settings = settings
    this.#bounds = bounds
    this.#listeners = listeners
    this.#table = tableOf(settings, () => ({
      counts: bounds.map(() => 0).concat(0),
      sum: 0,
      count: 0,
    }))
  }

  observe(value: number, labels?: Labels<string>): void {
    if (!Number.isFinite(value)) return this.settings.refused('value')
    const row = this.#table.at(labels)
    if (row === undefined) return
    const buckets = row.value
    const bounds = this.#bounds
    let index = 0
    while (index < bounds.length && value > bounds[index]!) index++
    buckets.counts[index]!++
    buckets.sum += value
    buckets.count++
    if (this.#listeners.size > 0) this.#tell(row.labels, value)
  }

  series(): Series[] {
    return Array.from(this.#table.values(), ({ labels, value }) => ({
      labels,
      histogram: this.#valueOf(value),
    }))
  }

  #valueOf({ counts, sum, count }: Buckets): HistogramValue {
    return { bounds: this.#bounds, counts: [...counts], sum, count }
  }

  #tell(labels: LabelPairs, value: number): void {
    for (const listener of this.#listeners) listener(this.settings, labels, value)
  }
}

function tableOf<Value>(settings: InstrumentSettings, create: () => Value): SeriesTable<Value> {
  return new SeriesTable({
    labelNames: settings.labelNames,
    max: settings.seriesMax,
    create,
    onRefused: () => settings.refused('series'),
  })
}
