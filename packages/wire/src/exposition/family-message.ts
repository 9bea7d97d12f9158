import { type FamilySample, METRIC_NAME } from '@weir/model'
import type { ProtoFamily, ProtoMetric } from './encode-protobuf.ts'
import { type NameEscaping, escapedName } from './escaping.ts'
import type { Family } from './write.ts'

type Draft = { -readonly [Key in keyof ProtoMetric]: ProtoMetric[Key] } & {
  quantiles: [quantile: number, value: number][]
  buckets: { bound: number; count: number }[]
}

/** A family as protobuf has it: the lines of one histogram or summary, which text spreads, put together. */
export function protoFamily(family: Family, escaping: NameEscaping): ProtoFamily {
  const metrics = new Map<string, Draft>()
  const own = family.type === 'summary' ? 'quantile' : family.type === 'histogram' ? 'le' : ''
  for (const sample of family.samples.values()) {
    const labels = own === '' ? sample.labels : sample.labels.without(new Set([own]))
    const metric = metrics.get(labels.key()) ?? { labels: [], quantiles: [], buckets: [] }
    if (!metrics.has(labels.key())) {
      metric.labels = [...labels]
        .filter(([name]) => name !== METRIC_NAME)
        .flatMap(([name, value]) => [escapedName(name, escaping), value])
      metrics.set(labels.key(), metric)
    }
    put(metric, sample, sample.name.slice(family.name.length), own)
  }
  const { type, help } = family
  return { name: escapedName(family.name, escaping), type, help, metrics: [...metrics.values()] }
}

function put(metric: Draft, { labels, value }: FamilySample, suffix: string, own: string): void {
  if (suffix === '_created') metric.createdMs = Math.round(value * 1000)
  else if (own === '') metric.value = value
  else if (suffix === '_count') metric.count = value
  else if (suffix === '_sum') metric.sum = value
  else if (own === 'quantile') metric.quantiles.push([boundOf(labels.get(own)), value])
  else metric.buckets.push({ bound: boundOf(labels.get(own)), count: value })
}

function boundOf(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text)
}
