import { type Labels, METRIC_NAME } from '@weir/model'
import type { Family } from './families.ts'

// Which samples a series gives at a time, in the order of `Aggregate.read`.

/** Whether series of this family have a native histogram beside their numbers. */
export function hasNative({ kind, observer }: Family): boolean {
  return kind === 'histogram' && observer.kind === 'histogram' && observer.native !== undefined
}

/** How many samples a series of this family gives at a time. */
export function sampleCount(family: Family): number {
  const { observer, kind } = family
  if (kind === 'histogram' && observer.kind === 'histogram') {
    return observer.buckets.length + (observer.native === undefined ? 3 : 4)
  }
  if (kind === 'summary' && observer.kind === 'summary') return observer.quantiles.length + 2
  return 1
}

/** The labels of a series' samples, in the order of {@link Aggregate.read}; of the native histogram last. */
export function sampleLabels(
  family: Family,
  labels: Labels,
  showNumber: (bound: number) => string,
): Labels[] {
  const { observer, kind, name } = family
  const of = (suffix: string): Labels => labels.with(METRIC_NAME, name + suffix)
  if (kind === 'histogram' && observer.kind === 'histogram') {
    const bucket = of('_bucket')
    const bounds = [...observer.buckets.map(showNumber), '+Inf']
    const classic = [...bounds.map((le) => bucket.with('le', le)), of('_sum'), of('_count')]
    return hasNative(family) ? [...classic, labels] : classic
  }
  if (kind === 'summary' && observer.kind === 'summary') {
    const quantiles = observer.quantiles.map((q) => labels.with('quantile', showNumber(q)))
    return [...quantiles, of('_sum'), of('_count')]
  }
  return [labels]
}
