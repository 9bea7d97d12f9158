import type { DictionaryView } from './dictionary-view.ts'

type Metrics = Pick<DictionaryView, 'metricOf'>

/**
 * Puts series in the order in which windows keep them: by metric name, those of one name by number.
 *
 * Numbers are given as series come, so those of one target stand together, whatever they measure. A
 * query wants one metric of all targets: with this order it reads its own sheets, and not a fifteenth
 * of every sheet there is.
 */
export class MetricOrder {
  readonly #view: Metrics
  #series = new Uint32Array(1024)
  #metrics = new Uint32Array(1024)
  #count = 0
  #isOrdered = true

  constructor(view: Metrics) {
    this.#view = view
  }

  /** Adds a series; numbers ascend. */
  add(series: number): void {
    const at = this.#count
    if (at === this.#series.length) this.#grow()
    const metric = this.#view.metricOf(series)
    if (at > 0 && metric < this.#metrics[at - 1]!) this.#isOrdered = false
    this.#series[at] = series
    this.#metrics[at] = metric
    this.#count++
  }

  finish(): Uint32Array {
    const series = this.#series.subarray(0, this.#count)
    if (this.#isOrdered) return series
    const places = new Map<number, number>()
    for (let i = 0; i < this.#count; i++) {
      const metric = this.#metrics[i]!
      places.set(metric, (places.get(metric) ?? 0) + 1)
    }
    let place = 0
    for (const metric of [...places.keys()].sort((a, b) => a - b)) {
      const count = places.get(metric)!
      places.set(metric, place)
      place += count
    }
    const ordered = new Uint32Array(this.#count)
    for (let i = 0; i < this.#count; i++) {
      const metric = this.#metrics[i]!
      const at = places.get(metric)!
      places.set(metric, at + 1)
      ordered[at] = series[i]!
    }
    return ordered
  }

  #grow(): void {
    const series = new Uint32Array(this.#series.length * 2)
    const metrics = new Uint32Array(series.length)
    series.set(this.#series)
    metrics.set(this.#metrics)
    this.#series = series
    this.#metrics = metrics
  }
}

export function inMetricOrder(view: Metrics, ascending: Iterable<number>): Uint32Array {
  const order = new MetricOrder(view)
  for (const series of ascending) order.add(series)
  return order.finish()
}
