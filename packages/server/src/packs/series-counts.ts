import { type MetricReference, type Pack, seriesNames, seriesTest } from '@weir/packs'
import type { VectorColumns } from '../query/job.ts'

/** Whom counts are asked of. */
interface CountSource {
  vector(expr: string, timeMs: number, signal?: AbortSignal): Promise<VectorColumns>
}

/**
 * Series of each pack now, by its id. Systems whose names begin alike are asked for by that beginning,
 * others by every name of their reference: a list of plain words is looked up, not tried one by one.
 */
export async function countSeries(
  source: CountSource,
  packs: readonly Pack[],
  atMs: number,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const counts = new Map(packs.map(({ id }) => [id, 0]))
  const owner = ownerOf(packs)
  const prefixes = packs.flatMap(({ metricPrefix }) => (metricPrefix === '' ? [] : metricPrefix))
  const patterns = prefixes.map((prefix) => `${prefix.replaceAll(/\W/g, '\\$&')}.*`)
  const asked = [...lists(patterns), ...lists([...owner.names.keys()])]
  const answers = await Promise.all(
    asked.map((list) => source.vector(countExpr(list), atMs, signal)),
  )
  const seen = new Map<string, number>()
  for (const { labels, values } of answers) {
    for (const [i, flat] of labels.entries()) {
      const name = flat[flat.indexOf('__name__') + 1] ?? ''
      const id = seen.has(name) ? undefined : owner.of(name)
      seen.set(name, values[i]!)
      if (id !== undefined) counts.set(id, counts.get(id)! + values[i]!)
    }
  }
  // Names such as `process_cpu_seconds_total` are in many references: they wake nobody. What wakes a pack
  // may be another one's (Flink's sink of a consumer's pack): then it counts that.
  for (const { id, metricPrefix, detect } of packs) {
    if (metricPrefix !== '') continue
    const woken = detect.reduce((sum, name) => sum + (seen.get(name) ?? 0), 0)
    counts.set(id, woken === 0 ? 0 : Math.max(counts.get(id)!, woken))
  }
  return counts
}

/**
 * Whose a name is: the pack with the longest beginning, else one without a beginning of its own that has
 * that very name in its reference. (A consumer's pack asks for Flink's names too; they stay Flink's.)
 */
function ownerOf(packs: readonly Pack[]): {
  readonly names: ReadonlyMap<string, string>
  readonly of: (name: string) => string | undefined
} {
  const byPrefix = packs
    .filter(({ metricPrefix }) => metricPrefix !== '')
    .toSorted((a, b) => b.metricPrefix.length - a.metricPrefix.length)
  const prefixed = (name: string): string | undefined =>
    byPrefix.find(({ metricPrefix }) => name.startsWith(metricPrefix))?.id
  const names = new Map(
    packs
      .filter(({ metricPrefix }) => metricPrefix === '')
      .flatMap(({ id, metrics }) =>
        metrics
          .flatMap(seriesNames)
          .filter((name) => prefixed(name) === undefined)
          .map((name) => [name, id] as const),
      ),
  )
  const of = (name: string): string | undefined => prefixed(name) ?? names.get(name)
  return { names, of }
}

/** Series of each metric of a pack now, in the order of the reference; under its name, an alias or a pattern. */
export async function countByMetric(
  source: CountSource,
  { metrics }: Pack,
  atMs: number,
  signal?: AbortSignal,
): Promise<number[]> {
  const patterns = metrics.flatMap(({ pattern }) => (pattern === undefined ? [] : `(${pattern}).*`))
  const asked = [...lists(patterns), ...lists(metrics.flatMap(seriesNames))]
  const answers = await Promise.all(
    asked.map((list) => source.vector(countExpr(list), atMs, signal)),
  )
  const found = new Map<string, number>()
  for (const { labels, values } of answers) {
    for (const [i, flat] of labels.entries()) {
      found.set(flat[flat.indexOf('__name__') + 1] ?? '', values[i]!)
    }
  }
  return metrics.map((metric) => countOf(metric, found))
}

function countOf(metric: MetricReference, found: ReadonlyMap<string, number>): number {
  const names =
    metric.pattern === undefined
      ? seriesNames(metric)
      : [...found.keys()].filter(seriesTest(metric))
  return names.reduce((sum, name) => sum + (found.get(name) ?? 0), 0)
}

/**
 * An expression may not be longer than 100,000 characters here, and 16,384 where a VictoriaMetrics keeps the
 * metrics; the names of a large reference are.
 */
const LIST_CHARS_MAX = 12_000

/** Names in as many lists as have room in an expression each; none when there are none. */
function lists(names: readonly string[]): readonly string[][] {
  const all: string[][] = []
  let chars = LIST_CHARS_MAX
  for (const name of names) {
    if (chars + name.length >= LIST_CHARS_MAX) {
      all.push([])
      chars = 0
    }
    all.at(-1)!.push(name)
    chars += name.length + 1
  }
  return all
}

function countExpr(names: readonly string[]): string {
  return `count by (__name__) ({__name__=~${JSON.stringify(names.join('|'))}})`
}
