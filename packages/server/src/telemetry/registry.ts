import { type FamilySample, Labels, type MetricFamily, invariant } from '@weir/model'

/**
 * Weir's metrics about itself. One registry a thread; the main thread gathers them for `/metrics`
 * and scrapes itself, so that what Weir knows about itself is stored like everything else.
 *
 * Names are `weir_<part>_<noun>_<unit>_total` for counters; label values must come from a bounded set.
 */
export class Registry {
  readonly #metrics = new Map<string, Metric>()

  counter<L extends string = never>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
  ): Counter<L> {
    invariant(name.endsWith('_total'), `counter ${name} must end in _total`)
    return this.#add(new Counter<L>(name, help, labelNames))
  }

  gauge<L extends string = never>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
  ): Gauge<L> {
    return this.#add(new Gauge<L>(name, help, labelNames))
  }

  histogram<L extends string = never>(
    name: string,
    help: string,
    bounds: readonly number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> {
    return this.#add(new Histogram<L>(name, help, bounds, labelNames))
  }

  /** Everything, as an exposition page shows it. */
  collect(): MetricFamily[] {
    return [...this.#metrics.values()].map((metric) => metric.collect())
  }

  #add<M extends Metric>(metric: M): M {
    const known = this.#metrics.get(metric.name)
    if (known !== undefined) {
      invariant(
        known.constructor === metric.constructor,
        `metric ${metric.name} registered twice, differently`,
      )
      return known as M
    }
    this.#metrics.set(metric.name, metric)
    return metric
  }
}

interface Metric {
  readonly name: string
  collect(): MetricFamily
}

type LabelsOf<L extends string> = Readonly<Record<L, string>>

abstract class Labelled<L extends string, State> {
  readonly name: string
  readonly help: string
  readonly #labelNames: readonly L[]
  readonly #children = new Map<string, { readonly labels: Labels; readonly state: State }>()

  constructor(name: string, help: string, labelNames: readonly L[]) {
    this.name = name
    this.help = help
    this.#labelNames = labelNames
  }

  protected abstract fresh(): State

  protected child(labels: LabelsOf<L> | undefined): State {
    const key = labels === undefined ? '' : this.#labelNames.map((name) => labels[name]).join('\0')
    const known = this.#children.get(key)
    if (known !== undefined) return known.state
    const state = this.fresh()
    this.#children.set(key, { labels: Labels.of(labels ?? {}), state })
    return state
  }

  /** Forgets one label combination, so that it no longer shows. */
  remove(labels: LabelsOf<L>): void {
    this.#children.delete(this.#labelNames.map((name) => labels[name]).join('\0'))
  }

  protected samples(render: (labels: Labels, state: State) => FamilySample[]): FamilySample[] {
    if (this.#labelNames.length === 0) this.child(undefined)
    return [...this.#children.values()].flatMap(({ labels, state }) => render(labels, state))
  }
}

export class Counter<L extends string = never>
  extends Labelled<L, { value: number }>
  implements Metric
{
  protected fresh(): { value: number } {
    return { value: 0 }
  }

  inc(labels?: LabelsOf<L>, by = 1): void {
    this.child(labels).value += by
  }

  /** For a figure counted elsewhere (a typed array on a hot path): sets the total. */
  set(total: number, labels?: LabelsOf<L>): void {
    this.child(labels).value = total
  }

  collect(): MetricFamily {
    const { name, help } = this
    const samples = this.samples((labels, { value }) => [{ name, labels, value }])
    return { name, type: 'counter', help, samples }
  }
}

export class Gauge<L extends string = never>
  extends Labelled<L, { value: number }>
  implements Metric
{
  protected fresh(): { value: number } {
    return { value: 0 }
  }

  set(value: number, labels?: LabelsOf<L>): void {
    this.child(labels).value = value
  }

  collect(): MetricFamily {
    const { name, help } = this
    const samples = this.samples((labels, { value }) => [{ name, labels, value }])
    return { name, type: 'gauge', help, samples }
  }
}

interface HistogramState {
  readonly counts: Float64Array
  sum: number
}

export class Histogram<L extends string = never>
  extends Labelled<L, HistogramState>
  implements Metric
{
  readonly #bounds: readonly number[]

  constructor(name: string, help: string, bounds: readonly number[], labelNames: readonly L[]) {
    super(name, help, labelNames)
    this.#bounds = bounds
  }

  protected fresh(): HistogramState {
    return { counts: new Float64Array(this.#bounds.length + 1), sum: 0 }
  }

  observe(value: number, labels?: LabelsOf<L>): void {
    const state = this.child(labels)
    let i = 0
    while (i < this.#bounds.length && value > this.#bounds[i]!) i++
    state.counts[i]!++
    state.sum += value
  }

  collect(): MetricFamily {
    const { name, help } = this
    const samples = this.samples((labels, state) => {
      let running = 0
      const buckets = [...state.counts].map((count, i) => {
        running += count
        const le = i < this.#bounds.length ? String(this.#bounds[i]) : '+Inf'
        return { name: `${name}_bucket`, labels: labels.with('le', le), value: running }
      })
      const total = { name: `${name}_count`, labels, value: running }
      return [...buckets, { name: `${name}_sum`, labels, value: state.sum }, total]
    })
    return { name, type: 'histogram', help, samples }
  }
}
