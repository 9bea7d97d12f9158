/**
 * An application that has prom-client keeps it: its registry can hold what this package measures
 * (`promClientMeter`), and what it holds can be sent by the outputs of this package
 * (`promClientSource`). prom-client itself is never imported here; the caller hands it in.
 */
import type { HistogramSeries, LabelPairs, MetricFamily, MetricSource } from './family.ts'
import type { Counter, Gauge, Histogram, HistogramOptions, Meter, MetricOptions } from './meter.ts'
import { SamplerSet } from './samplers.ts'
import { SeriesTable } from './series-table.ts'

type Values = Record<string, string | number>

interface Settings {
  readonly name: string
  readonly help: string
  readonly labelNames: string[]
  readonly registers: never[]
}

/** As much of the module `prom-client` (14 and 15) as is used. */
export interface PromClientModule {
  readonly Counter: new (settings: Settings) => { inc(labels: Values, by: number): void }
  readonly Gauge: new (settings: Settings & { collect(): void }) => {
    set(labels: Values, value: number): void
    inc(labels: Values, by: number): void
    remove(labels: Values): void
  }
  readonly Histogram: new (settings: Settings & { buckets: number[] }) => {
    observe(labels: Values, value: number): void
  }
}

/** As much of a prom-client `Registry` as is used. */
export interface PromClientRegistry {
  getMetricsAsJSON(): Promise<readonly PromClientMetric[]>
}

interface PromClientMetric {
  readonly name: string
  readonly help: string
  readonly type: unknown
  readonly values: readonly {
    readonly value: number
    readonly labels: Partial<Record<string, string | number>>
    readonly metricName?: string
  }[]
}

const SERIES_MAX = 2000

/**
 * Makes instruments in a prom-client registry.
 *
 * @example `promClientMeter(promClient, promClient.register)`
 */
export function promClientMeter(module: PromClientModule, registry: PromClientRegistry): Meter {
  const samplers = new SamplerSet()
  const made = new Map<string, unknown>()
  // prom-client throws when a name comes twice, and knows no limit: both are looked after here.
  const once = <I>(name: string, make: () => I): I => {
    const known = made.get(name)
    if (known !== undefined) return known as I
    const instrument = make()
    made.set(name, instrument)
    return instrument
  }
  const settingsOf = ({ name, help, labels = [] }: MetricOptions<string>): Settings => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry as never],
  })
  const admission = (options: MetricOptions<string>): SeriesTable<Values> =>
    new SeriesTable({
      labelNames: [...(options.labels ?? [])],
      max: options.seriesMax ?? SERIES_MAX,
      create: () => ({}),
      onRefused: () => {},
    })
  return {
    counter: <L extends string>(options: MetricOptions<L>): Counter<L> =>
      once(options.name, () => {
        const counter = new module.Counter(settingsOf(options))
        const series = admission(options)
        return {
          inc(by = 1, labels) {
            const values = by >= 0 && by < Infinity ? valuesAt(series, labels) : undefined
            if (values !== undefined) counter.inc(values, by)
          },
        }
      }),
    gauge: <L extends string>(options: MetricOptions<L>): Gauge<L> =>
      once(options.name, () => {
        const gauge = new module.Gauge({
          ...settingsOf(options),
          collect: () => samplers.runOnce(),
        })
        const series = admission(options)
        return {
          set(value, labels) {
            const values = Number.isFinite(value) ? valuesAt(series, labels) : undefined
            if (values !== undefined) gauge.set(values, value)
          },
          add(by, labels) {
            const values = Number.isFinite(by) ? valuesAt(series, labels) : undefined
            if (values !== undefined) gauge.inc(values, by)
          },
          remove(labels) {
            const values = valuesAt(series, labels)
            series.remove(labels)
            if (values !== undefined) gauge.remove(values)
          },
        }
      }),
    histogram: <L extends string>(options: HistogramOptions<L>): Histogram<L> =>
      once(options.name, () => {
        const histogram = new module.Histogram({
          ...settingsOf(options),
          buckets: [...options.buckets],
        })
        const series = admission(options)
        return {
          observe(value, labels) {
            const values = Number.isFinite(value) ? valuesAt(series, labels) : undefined
            if (values !== undefined) histogram.observe(values, value)
          },
        }
      }),
    onCollect: (sampler) => samplers.add(sampler),
  }
}

function valuesAt(
  series: SeriesTable<Values>,
  labels: { readonly [name: string]: string | number | undefined } | undefined,
): Values | undefined {
  const row = series.at(labels)
  return row === undefined ? undefined : Object.fromEntries(row.labels)
}

/** What a prom-client registry holds, for the outputs of this package. */
export function promClientSource(registry: PromClientRegistry): MetricSource {
  return {
    collect: async () => (await registry.getMetricsAsJSON()).flatMap(familiesOf),
  }
}

function familiesOf(metric: PromClientMetric): MetricFamily[] {
  const { name, help, type, values } = metric
  const family = { name, help, unit: '' }
  switch (type) {
    case 'histogram':
      return [{ ...family, type, series: histogramsOf(metric) }]
    case 'counter':
    case 'gauge':
      return [{ ...family, type, series: values.map((one) => numberOf(one)) }]
    case 'summary':
      return summaryFamilies(metric)
    default:
      return []
  }
}

function numberOf({ labels, value }: PromClientMetric['values'][number]): {
  labels: LabelPairs
  value: number
} {
  return { labels: pairsOf(labels), value }
}

function pairsOf(labels: Partial<Record<string, string | number>>): LabelPairs {
  return Object.entries(labels).map(([name, value]) => [name, String(value)] as const)
}

/** Quantiles as gauges, and the two counters beside them. */
function summaryFamilies({ name, help, values }: PromClientMetric): MetricFamily[] {
  const part = (metric: string, type: 'gauge' | 'counter'): MetricFamily => ({
    name: metric,
    help,
    unit: '',
    type,
    series: values.filter(({ metricName }) => (metricName ?? name) === metric).map(numberOf),
  })
  return [part(name, 'gauge'), part(`${name}_sum`, 'counter'), part(`${name}_count`, 'counter')]
}

/** prom-client tells added-up buckets, sum and count as rows of their own: they are put together. */
function histogramsOf({ name, values }: PromClientMetric): HistogramSeries[] {
  const found = new Map<string, { labels: LabelPairs; upTo: [number, number][]; sum: number }>()
  for (const { labels, value, metricName } of values) {
    const { le, ...rest } = labels
    const pairs = pairsOf(rest)
    const key = JSON.stringify(pairs)
    const row = found.get(key) ?? { labels: pairs, upTo: [], sum: 0 }
    found.set(key, row)
    if (metricName === `${name}_sum`) row.sum = value
    else if (le !== undefined) row.upTo.push([le === '+Inf' ? Infinity : Number(le), value])
  }
  return Array.from(found.values(), ({ labels, upTo, sum }) => {
    const ascending = upTo.sort(([a], [b]) => a - b)
    return {
      labels,
      histogram: {
        bounds: ascending.map(([bound]) => bound).filter(Number.isFinite),
        counts: ascending.map(([, n], i) => n - (ascending[i - 1]?.[1] ?? 0)),
        sum,
        count: ascending.at(-1)?.[1] ?? 0,
      },
    }
  })
}
