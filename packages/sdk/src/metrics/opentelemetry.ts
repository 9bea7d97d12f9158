/**
 * An application that has OpenTelemetry keeps it: `openTelemetryMeter(metrics.getMeter('orders'))`
 * makes the reporters of this package measure through it. `@opentelemetry/api` is never imported
 * here; the caller hands its meter in.
 */
import type { Counter, Gauge, Histogram, HistogramOptions, Meter, MetricOptions } from './meter.ts'
import { SamplerSet } from './samplers.ts'
import { SeriesTable } from './series-table.ts'

interface Details {
  readonly description: string
  readonly unit: string
  readonly advice?: { explicitBucketBoundaries?: number[] }
}

type Attributes = Record<string, string>

/** As much of the API's `Meter` as is used. */
export interface OpenTelemetryMeter {
  createCounter(name: string, details: Details): { add(by: number, attributes?: Attributes): void }
  createHistogram(
    name: string,
    details: Details,
  ): { record(value: number, attributes?: Attributes): void }
  createObservableGauge(
    name: string,
    details: Details,
  ): {
    addCallback(
      callback: (result: { observe(value: number, attributes?: Attributes): void }) => void,
    ): void
  }
}

const SERIES_MAX = 2000

/** UCUM, as OpenTelemetry wants units. */
const UNITS: Readonly<Record<string, string>> = { bytes: 'By', records: '{record}' }

export function openTelemetryMeter(meter: OpenTelemetryMeter): Meter {
  const samplers = new SamplerSet()
  const made = new Map<string, unknown>()
  const once = <I>(name: string, make: () => I): I => {
    const known = made.get(name)
    if (known !== undefined) return known as I
    const instrument = make()
    made.set(name, instrument)
    return instrument
  }
  const details = ({ help, unit = '' }: MetricOptions<string>): Details => ({
    description: help,
    unit: UNITS[unit] ?? unit,
  })
  const table = <Value>(options: MetricOptions<string>, create: () => Value): SeriesTable<Value> =>
    new SeriesTable({
      labelNames: [...(options.labels ?? [])],
      max: options.seriesMax ?? SERIES_MAX,
      create,
      onRefused: () => {},
    })
  return {
    counter: <L extends string>(options: MetricOptions<L>): Counter<L> =>
      once(options.name, () => {
        const counter = meter.createCounter(options.name, details(options))
        const series = table(options, () => 0)
        return {
          inc(by = 1, labels) {
            const row = by >= 0 && by < Infinity ? series.at(labels) : undefined
            if (row !== undefined) counter.add(by, Object.fromEntries(row.labels))
          },
        }
      }),
    // Observed, not set: only so can a series be forgotten again.
    gauge: <L extends string>(options: MetricOptions<L>): Gauge<L> =>
      once(options.name, () => {
        const series = table(options, () => ({ now: 0 }))
        meter.createObservableGauge(options.name, details(options)).addCallback((result) => {
          samplers.runOnce()
          for (const { labels, value } of series.values()) {
            result.observe(value.now, Object.fromEntries(labels))
          }
        })
        return {
          set(value, labels) {
            const row = Number.isFinite(value) ? series.at(labels) : undefined
            if (row !== undefined) row.value.now = value
          },
          add(by, labels) {
            const row = Number.isFinite(by) ? series.at(labels) : undefined
            if (row !== undefined) row.value.now += by
          },
          remove: (labels) => series.remove(labels),
        }
      }),
    histogram: <L extends string>(options: HistogramOptions<L>): Histogram<L> =>
      once(options.name, () => {
        const histogram = meter.createHistogram(options.name, {
          ...details(options),
          advice: { explicitBucketBoundaries: [...options.buckets] },
        })
        const series = table(options, () => 0)
        return {
          observe(value, labels) {
            const row = Number.isFinite(value) ? series.at(labels) : undefined
            if (row !== undefined) histogram.record(value, Object.fromEntries(row.labels))
          },
        }
      }),
    onCollect: (sampler) => samplers.add(sampler),
  }
}
