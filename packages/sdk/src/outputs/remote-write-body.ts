import type { LabelPairs, MetricFamily } from '../metrics/family.ts'
import type { DepartedSeries } from './departed.ts'
import type { Service } from '../service.ts'
import { boundText, cumulative } from './exposition.ts'
import { ProtobufWriter } from './protobuf.ts'

/** Numbers of `MetricMetadata.MetricType`. */
const TYPES: Readonly<Record<MetricFamily['type'], number>> = { counter: 1, gauge: 2, histogram: 3 }

/**
 * A `WriteRequest` of remote write 1.0: series with sorted labels, `job` and `instance` among them,
 * a sample each, and what the names mean.
 *
 * @see prometheus:prompb/remote.proto, prompb/types.proto
 */
export function remoteWriteBody(
  families: readonly MetricFamily[],
  { name, instance }: Service,
  timestampMs: number,
  gone: readonly DepartedSeries[] = [],
): Uint8Array {
  const request = new ProtobufWriter()
  const sample = (metric: string, labels: LabelPairs, value: number | 'stale'): void => {
    request.message(1, (series) => {
      for (const [label, text] of sortedLabels(metric, labels, name, instance)) {
        series.message(1, (pair) => {
          pair.text(1, label)
          pair.text(2, text)
        })
      }
      series.message(2, (point) => {
        if (value === 'stale') point.staleMarker(1)
        else point.double(1, value)
        point.uint(2, timestampMs)
      })
    })
  }
  for (const { name: metric, series } of families) {
    for (const one of series) {
      if (!('histogram' in one)) {
        sample(metric, one.labels, one.value)
        continue
      }
      for (const [bound, count] of cumulative(one.histogram)) {
        sample(`${metric}_bucket`, [...one.labels, ['le', boundText(bound)]], count)
      }
      sample(`${metric}_sum`, one.labels, one.histogram.sum)
      sample(`${metric}_count`, one.labels, one.histogram.count)
    }
  }
  for (const one of gone) sample(one.name, one.labels, 'stale')
  for (const { name: metric, type, help, series } of families) {
    if (series.length === 0) continue
    request.message(3, (metadata) => {
      metadata.uint(1, TYPES[type])
      metadata.text(2, metric)
      metadata.text(4, help)
    })
  }
  return request.finish()
}

function sortedLabels(
  metric: string,
  labels: LabelPairs,
  job: string,
  instance: string,
): (readonly [string, string])[] {
  const own = new Set(labels.map(([label]) => label))
  const given = (['job', 'instance'] as const)
    .filter((label) => !own.has(label))
    .map((label) => [label, label === 'job' ? job : instance] as const)
  return [['__name__', metric] as const, ...given, ...labels].sort(([a], [b]) => (a < b ? -1 : 1))
}
