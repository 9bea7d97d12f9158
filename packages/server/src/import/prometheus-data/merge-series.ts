import type { BlockSeries } from '@weir/wire'
import type { OpenBlock } from './open-block.ts'

/** A series, with what each block has of it. */
export interface MergedSeries {
  readonly pairs: readonly string[]
  readonly parts: readonly { readonly block: OpenBlock; readonly series: BlockSeries }[]
}

/** Walks several blocks side by side, in order of labels; of each only one series is in memory. */
export function* mergeSeries(
  blocks: readonly OpenBlock[],
  onDamage: (block: OpenBlock, error: unknown) => void,
): Generator<MergedSeries> {
  const walks = blocks.map((block) => {
    const series = block.index.series((error) => onDamage(block, error))
    return { block, series, next: series.next() }
  })
  for (;;) {
    let least: readonly string[] | undefined
    for (const { next } of walks) {
      if (next.done === true) continue
      if (least === undefined || compareLabels(next.value.pairs, least) < 0)
        least = next.value.pairs
    }
    if (least === undefined) return
    const parts: { block: OpenBlock; series: BlockSeries }[] = []
    for (const walk of walks) {
      if (walk.next.done === true || compareLabels(walk.next.value.pairs, least) !== 0) continue
      parts.push({ block: walk.block, series: walk.next.value })
      walk.next = walk.series.next()
    }
    yield { pairs: least, parts }
  }
}

/** By name, value, name, …, as the bytes of UTF-8 compare; of two that are equal so far the shorter one first. */
function compareLabels(a: readonly string[], b: readonly string[]): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return Buffer.compare(Buffer.from(a[i]!), Buffer.from(b[i]!))
  }
  return a.length - b.length
}
