import { METRIC_NAME } from '@weir/model'
import type { MetricCardinality, StatsdCardinality } from '@weir/packs'
import type { Aggregate } from './aggregate.ts'
import { type Family, metricType } from './families.ts'

/** So many metrics and names are told of. */
const SHOWN = 20
const EXAMPLES = 3
/** So many series are looked at in one go; then the sockets get a turn. */
const SERIES_A_TURN = 2000
/** Fewer metrics whose names differ by an id are no explosion. */
const NAMES_MIN = 20

/** What makes the series many: which metric, by which label, and which names that hold ids. */
export async function cardinalityOf(aggregate: Aggregate): Promise<StatsdCardinality> {
  const families = [...aggregate.families.all()]
    .toSorted(
      (a, b) => refusals(aggregate, b) - refusals(aggregate, a) || b.seriesCount - a.seriesCount,
    )
    .slice(0, SHOWN)
  return {
    series: aggregate.seriesCount,
    maxSeries: aggregate.limits.maxSeries,
    metrics: await metricCardinality(aggregate, families),
    names: namePatterns(aggregate),
  }
}

function refusals(aggregate: Aggregate, { name }: Family): number {
  return aggregate.refused.byMetric.has(name) ? 1 : 0
}

/** Counts the values of every label of some metrics. Goes through all series, with pauses. */
export async function metricCardinality(
  aggregate: Aggregate,
  families: readonly Family[],
): Promise<MetricCardinality[]> {
  const values = new Map<Family, Map<string, Set<string>>>(families.map((f) => [f, new Map()]))
  for (let series = 0; series < aggregate.seriesEnd; series++) {
    if (series > 0 && series % SERIES_A_TURN === 0) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    const family = aggregate.family[series]
    const labels = family === undefined ? undefined : values.get(family)
    if (labels === undefined) continue
    for (const [name, value] of aggregate.labels[series]!) {
      if (name === METRIC_NAME) continue
      const known = labels.get(name)
      if (known === undefined) labels.set(name, new Set([value]))
      else known.add(value)
    }
  }
  return families.map((family) => {
    const refused = aggregate.refused.byMetric.get(family.name)
    return {
      metric: family.name,
      type: metricType(family.kind),
      series: family.seriesCount,
      limit: aggregate.limitOf(family),
      refused: refused?.count ?? 0,
      refusedExamples: refused?.examples ?? [],
      labels: [...values.get(family)!]
        .map(([name, set]) => ({
          name,
          values: set.size,
          examples: [...set].slice(0, EXAMPLES),
        }))
        .toSorted((a, b) => b.values - a.values),
    }
  })
}

/** Names that are equal but for parts with digits in them, when there are many: an id that belongs into a label. */
function namePatterns(aggregate: Aggregate): StatsdCardinality['names'] {
  const groups = new Map<string, string[]>()
  const counts = new Map<string, number>()
  for (const { name } of aggregate.families.all()) {
    if (!/\d/.test(name)) continue
    const pattern = name.replaceAll(/(?<![a-zA-Z0-9])[a-zA-Z]*\d[a-zA-Z0-9]*/g, '*')
    counts.set(pattern, (counts.get(pattern) ?? 0) + 1)
    const examples = groups.get(pattern)
    if (examples === undefined) groups.set(pattern, [name])
    else if (examples.length < EXAMPLES) examples.push(name)
  }
  return [...counts]
    .filter(([, count]) => count >= NAMES_MIN)
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, SHOWN)
    .map(([pattern, metrics]) => ({ pattern, metrics, examples: groups.get(pattern)! }))
}
