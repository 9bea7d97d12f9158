import { Labels, METRIC_NAME } from '@weir/model'
import { formatFloat } from '@weir/wire'
import { typeWord } from './consistency.ts'
import type { GroupRecord } from './group.ts'

type FamilyRecord = GroupRecord['families'][number]

/**
 * `data` of the push gateway's `/api/v1/metrics`: an object a group, with its metrics by name.
 *
 * @see prometheus/pushgateway: api/v1/api.go
 */
export function gatewayMetrics(groups: readonly GroupRecord[]): Record<string, unknown>[] {
  return groups.map(({ labels, pushedMs, lastError, families }) => ({
    labels: Object.fromEntries(labels),
    last_push_successful: pushedMs > 0 && lastError === '',
    ...Object.fromEntries(families.map((family) => [family.name, familyView(family, labels)])),
  }))
}

function familyView(
  family: FamilyRecord,
  grouping: GroupRecord['labels'],
): Record<string, unknown> {
  return {
    time_stamp: new Date(family.pushedMs).toISOString(),
    type: typeWord(family.type),
    ...(family.help === '' ? {} : { help: family.help }),
    metrics: metricsOf(family, grouping),
  }
}

/** Series of one histogram or summary, which are one metric there, together. */
function metricsOf(
  { name, type, series }: FamilyRecord,
  grouping: GroupRecord['labels'],
): unknown[] {
  const bound = type === 'summary' ? 'quantile' : 'le'
  const isParted = type === 'summary' || type === 'histogram' || type === 'gaugehistogram'
  const metrics = new Map<string, Record<string, unknown>>()
  for (const { labels: flat, value, native } of series) {
    const labels = Labels.fromFlat(flat)
    const shown = formatFloat(Number(value))
    const own = labels.without(new Set(isParted ? [METRIC_NAME, bound] : [METRIC_NAME]))
    // Labels without a value are shown there too.
    const all = { instance: '', ...Object.fromEntries(grouping), ...own.toJSON() }
    const metric = metrics.get(own.key()) ?? { labels: all }
    metrics.set(own.key(), metric)
    const part = labels.metricName.slice(name.length)
    if (!isParted) metric['value'] = shown
    else if (part === '_sum' || part === '_count') metric[part.slice(1)] = shown
    else if (native !== undefined) {
      metric['count'] = formatFloat(native.count)
      metric['sum'] = formatFloat(Number(native.sum))
    } else {
      const list = type === 'summary' ? 'quantiles' : 'buckets'
      const known = (metric[list] ?? {}) as Record<string, string>
      metric[list] = { ...known, [boundOf(labels.get(bound))]: shown }
    }
  }
  return [...metrics.values()]
}

/** `1.0` and `1e+06` as Go prints the number. */
function boundOf(text: string): string {
  return formatFloat(text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text))
}
