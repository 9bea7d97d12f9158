import type { PackMetricView } from '@weir/packs'

export interface MetricGroup {
  readonly title: string
  readonly metrics: readonly PackMetricView[]
}

/** The metrics in which all words are found, by chapter, in the order of the reference. */
export function groupedMetrics(metrics: readonly PackMetricView[], query: string): MetricGroup[] {
  const words = query.toLowerCase().split(/\s+/)
  const groups = new Map<string, PackMetricView[]>()
  for (const metric of metrics) {
    const { name, help, group = '', aliases = [] } = metric
    const text = [name, help, group, ...aliases].join(' ').toLowerCase()
    if (!words.every((word) => text.includes(word))) continue
    const others = groups.get(group)
    if (others === undefined) groups.set(group, [metric])
    else others.push(metric)
  }
  return [...groups].map(([title, found]) => ({ title, metrics: found }))
}
