/**
 * A page of exemplars: those of one commit, or some of them, as one value on disk. Layout:
 * docs/formats/data-dir.md.
 */
import { ByteReader, ByteWriter } from '../codec/bytes.ts'
import { TAIL_BYTES, decodeInts, encodeInts } from '../codec/int-column.ts'
import { decodeValues, encodeValues } from '../codec/value-column.ts'

export interface PageColumns {
  readonly series: Float64Array
  readonly times: Float64Array
  readonly values: Float64Array
  /** Labels of each, as `writeLabels` writes them. */
  readonly labels: readonly Uint8Array[]
}

const out = new ByteWriter(4096)

export function encodePage({ series, times, values, labels }: PageColumns): Uint8Array {
  const count = series.length
  out.clear()
  out.varint(count)
  out.zigzag(times.reduce((least, time) => Math.min(least, time)))
  out.zigzag(times.reduce((most, time) => Math.max(most, time)))
  encodeInts(series, count, out)
  encodeInts(times, count, out)
  encodeValues(values, count, out)
  for (const bytes of labels) out.sized(bytes)
  out.zeros(TAIL_BYTES)
  return out.copy()
}

/** The exemplars of several pages, in their order. */
export function mergePages(pages: readonly PageColumns[]): PageColumns {
  const count = pages.reduce((sum, { series }) => sum + series.length, 0)
  const merged = {
    series: new Float64Array(count),
    times: new Float64Array(count),
    values: new Float64Array(count),
    labels: pages.flatMap(({ labels }) => labels),
  }
  let at = 0
  for (const { series, times, values } of pages) {
    merged.series.set(series, at)
    merged.times.set(times, at)
    merged.values.set(values, at)
    at += series.length
  }
  return merged
}

/** A page whose columns are read when they are asked for: most pages hold nothing for most queries. */
export class PageView {
  readonly count: number
  readonly minMs: number
  readonly maxMs: number
  readonly series: Float64Array
  readonly #input: ByteReader

  constructor(page: Uint8Array) {
    this.#input = new ByteReader(page)
    this.count = this.#input.varint()
    this.minMs = this.#input.zigzag()
    this.maxMs = this.#input.zigzag()
    this.series = new Float64Array(this.count)
    decodeInts(this.#input, this.count, this.series, 0)
  }

  /** The other columns; asked for once. */
  rest(): PageColumns {
    const { count, series } = this
    const times = new Float64Array(count)
    const values = new Float64Array(count)
    decodeInts(this.#input, count, times, 0)
    decodeValues(this.#input, count, values, 0)
    return { series, times, values, labels: Array.from(series, () => this.#input.sized()) }
  }
}
