/** Values sorted into buckets of equal width. */
import type { Field } from '@weir/boards'

export interface Histogram {
  readonly size: number
  /** Lower ends, ascending. */
  readonly starts: readonly number[]
  /** For each field a count for each bucket. */
  readonly counts: readonly (readonly number[])[]
}

const BUCKETS_MAX = 500

/**
 * @param size of a bucket; unset, a round one that makes about `count` of them
 * @param offset where buckets begin, counted from zero
 */
export function histogramOf(
  fields: readonly Field[],
  {
    size,
    count,
    offset,
  }: { readonly size: number | undefined; readonly count: number; readonly offset: number },
): Histogram | undefined {
  let min = Infinity
  let max = -Infinity
  for (const { values } of fields) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (typeof value !== 'number' || !Number.isFinite(value)) continue
      min = Math.min(min, value)
      max = Math.max(max, value)
    }
  }
  if (min > max) return undefined
  const least = (max - min) / BUCKETS_MAX
  const wide = Math.max(size ?? roundSize((max - min) / count), least) || 1
  const first = Math.floor((min - offset) / wide)
  const bucketCount = Math.floor((max - offset) / wide) - first + 1
  const counts = fields.map(({ values }) => {
    const own = Array.from({ length: bucketCount }, () => 0)
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (typeof value !== 'number' || !Number.isFinite(value)) continue
      own[Math.min(bucketCount - 1, Math.floor((value - offset) / wide) - first)]! += 1
    }
    return own
  })
  const starts = Array.from({ length: bucketCount }, (_, at) =>
    Number(((first + at) * wide + offset).toPrecision(12)),
  )
  return { size: wide, starts, counts }
}

/** 1, 2, 2.5 or 5 times a power of ten, not below what is asked for. */
function roundSize(size: number): number {
  if (!(size > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(size))
  return power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= size * 0.999) ?? 10)
}
