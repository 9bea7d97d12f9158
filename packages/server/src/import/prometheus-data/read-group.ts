/**
 * Blocks that overlap, read as the requests of remote write that bring them over, series by series.
 *
 * ```
 * block A  up{a} ▓▓▓▓▓▓     up{b} …          chunks of a series, in order of time
 * block B  up{a}    ▓▓▓ ▓▓  up{b} …          those that overlap make a run, which is in memory at once
 *                └──run─┘ └┘
 * ```
 *
 * Of two samples of one time the first block's stays, by name: which one Prometheus answers with is left to it.
 */
import { Labels } from '@weir/model'
import { type ChunkPlace, ChunkSamples, type Deleted, SentLabels } from '@weir/wire'
import type { Damage } from './damage.ts'
import type { BlockGroup } from './find-blocks.ts'
import { type MergedSeries, mergeSeries } from './merge-series.ts'
import { OpenBlock } from './open-block.ts'
import { RequestBatch } from './request-batch.ts'
import { type Wanted, metricOf } from './wanted.ts'

/** @param onSeries hears of each series how many blocks have it, and the name of its metric when it had samples */
export function* readGroup(
  group: BlockGroup,
  wanted: Wanted,
  damage: Damage,
  onSeries: (entries: number, metric: string | undefined) => void,
): Generator<Uint8Array> {
  const blocks: OpenBlock[] = []
  try {
    for (const found of group) {
      try {
        blocks.push(new OpenBlock(found))
      } catch (error) {
        damage.tell(`block ${found.name}`, error)
      }
    }
    const reading = new Reading(wanted, damage)
    const merged = mergeSeries(blocks, ({ name }, error) => damage.tell(`block ${name}`, error))
    for (const series of merged) {
      const has = yield* reading.requests(series)
      onSeries(series.parts.length, has ? metricOf(series.pairs) : undefined)
    }
    yield* reading.batch.end()
  } finally {
    for (const block of blocks) block[Symbol.dispose]()
  }
}

interface Part {
  readonly block: OpenBlock
  readonly place: ChunkPlace
  readonly deleted: readonly Deleted[]
}

class Reading {
  readonly batch = new RequestBatch()
  readonly #wanted: Wanted
  readonly #damage: Damage
  readonly #run = new ChunkSamples()
  readonly #chunk = new ChunkSamples()
  readonly #sorted = new ChunkSamples()

  constructor(wanted: Wanted, damage: Damage) {
    this.#wanted = wanted
    this.#damage = damage
  }

  /** Whether there was something. */
  *requests(series: MergedSeries): Generator<Uint8Array, boolean> {
    const { fromMs, untilMs, matches } = this.#wanted
    const labels = Labels.fromFlat(series.pairs)
    if (!matches(labels)) return false
    const parts = partsOf(series).filter(
      ({ place }) => place.maxMs >= fromMs && place.minMs <= untilMs,
    )
    if (parts.length === 0) return false
    parts.sort((a, b) => a.place.minMs - b.place.minMs)
    // Made once a series: within a request they stand once, however many runs there are.
    const sent = new SentLabels(series.pairs)
    let has = false
    let reachMs = Number.NEGATIVE_INFINITY
    let chunks = 0
    const run = this.#run
    run.clear()
    for (const part of parts) {
      if (part.place.minMs > reachMs && run.length > 0) {
        yield* this.batch.add(sent, chunks > 1 ? this.#inOrder(run) : run)
        run.clear()
        has = true
        chunks = 0
      }
      this.#read(part, labels)
      reachMs = Math.max(reachMs, part.place.maxMs)
      chunks++
    }
    if (run.length === 0) return has
    yield* this.batch.add(sent, chunks > 1 ? this.#inOrder(run) : run)
    return true
  }

  /** Adds a chunk to the run. */
  #read({ block, place, deleted }: Part, labels: Labels): void {
    const { fromMs, untilMs } = this.#wanted
    const isWhole = place.minMs >= fromMs && place.maxMs <= untilMs && deleted.length === 0
    const into = isWhole ? this.#run : this.#chunk
    try {
      if (!isWhole) into.clear()
      block.read(place, into)
    } catch (error) {
      const when = new Date(place.minMs).toISOString()
      this.#damage.tell(`block ${block.name}, ${labels.toString()} from ${when}`, error)
      return
    }
    if (isWhole) return
    for (let i = 0; i < into.length; i++) {
      const timeMs = into.times[i]!
      if (timeMs < fromMs || timeMs > untilMs) continue
      if (deleted.some(({ minMs, maxMs }) => timeMs >= minMs && timeMs <= maxMs)) continue
      this.#run.copy(into, i)
    }
  }

  /** In order of time, each time once. */
  #inOrder(run: ChunkSamples): ChunkSamples {
    const { times } = run
    const order = Array.from({ length: run.length }, (_, i) => i)
    // Stable: of equal times the one read first comes first.
    order.sort((a, b) => times[a]! - times[b]!)
    const sorted = this.#sorted
    sorted.clear()
    for (const i of order) {
      if (sorted.length > 0 && sorted.times[sorted.length - 1] === times[i]) continue
      sorted.copy(run, i)
    }
    return sorted
  }
}

function partsOf({ parts }: MergedSeries): Part[] {
  return parts.flatMap(({ block, series }) => {
    const deleted = block.deleted(series.ref)
    return series.chunks.map((place) => ({ block, place, deleted }))
  })
}
