import type { HistogramSeries, LabelPairs, MetricFamily, NumberSeries } from '../metrics/family.ts'
import type { DepartedSeries } from './departed.ts'
import type { Service } from '../service.ts'

/** `AGGREGATION_TEMPORALITY_CUMULATIVE`. */
const CUMULATIVE = 2

/** `DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK`: the series ends here. */
const NO_RECORDED_VALUE = 1

/** UCUM, as OTLP wants units; others go as they are. */
const UNITS: Readonly<Record<string, string>> = { bytes: 'By', records: '{record}' }

/**
 * An `ExportMetricsServiceRequest` in OTLP's JSON. 64-bit numbers are texts there.
 *
 * @see opentelemetry-proto:opentelemetry/proto/metrics/v1/metrics.proto
 */
export function otlpBody(
  families: readonly MetricFamily[],
  { name, instance }: Service,
  {
    startMs,
    nowMs,
    gone = [],
  }: {
    readonly startMs: number
    readonly nowMs: number
    readonly gone?: readonly DepartedSeries[]
  },
): Uint8Array {
  const times = { startTimeUnixNano: nanos(startMs), timeUnixNano: nanos(nowMs) }
  const resource: LabelPairs = [
    ['service.name', name],
    ['service.instance.id', instance],
  ]
  const metrics = families
    .filter(({ series }) => series.length > 0)
    .map((family) => ({
      name: family.name,
      description: family.help,
      unit: unitOf(family),
      ...dataOf(family, times),
    }))
  const ended = gone.map(({ name: metric, labels }) => ({
    name: metric,
    gauge: {
      dataPoints: [{ attributes: attributesOf(labels), ...times, flags: NO_RECORDED_VALUE }],
    },
  }))
  const request = {
    resourceMetrics: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeMetrics: [{ scope: { name: '@weir/sdk' }, metrics: [...metrics, ...ended] }],
      },
    ],
  }
  return Buffer.from(JSON.stringify(request))
}

// Receivers append the unit to the name; a name that has it at its end already is left as it is, but
// `_ms` is `_milliseconds` to them, and would be appended: such a unit stays unsaid.
function unitOf({ unit }: MetricFamily): string {
  return unit === 'ms' ? '' : (UNITS[unit] ?? unit)
}

interface Times {
  readonly startTimeUnixNano: string
  readonly timeUnixNano: string
}

function dataOf({ type, series }: MetricFamily, times: Times): object {
  const numbers = (): object[] =>
    (series as readonly NumberSeries[]).map(({ labels, value }) => ({
      attributes: attributesOf(labels),
      ...times,
      asDouble: value,
    }))
  switch (type) {
    case 'counter':
      return {
        sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints: numbers() },
      }
    case 'gauge':
      return { gauge: { dataPoints: numbers() } }
    case 'histogram':
      return {
        histogram: {
          aggregationTemporality: CUMULATIVE,
          dataPoints: (series as readonly HistogramSeries[]).map(({ labels, histogram }) => ({
            attributes: attributesOf(labels),
            ...times,
            count: String(histogram.count),
            sum: histogram.sum,
            bucketCounts: histogram.counts.map(String),
            explicitBounds: histogram.bounds,
          })),
        },
      }
    default:
      return type satisfies never
  }
}

function attributesOf(labels: LabelPairs): object[] {
  return labels.map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

function nanos(ms: number): string {
  return `${Math.floor(ms)}000000`
}
