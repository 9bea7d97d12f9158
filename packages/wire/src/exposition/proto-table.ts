import { ProtoReader } from '../protobuf/reader.ts'
import { boundText } from './bound-text.ts'
import { labelPairs } from './proto-labels.ts'
import type { SeriesNames } from './series-names.ts'

/** Which of a metric's series it is. */
export const VALUE = 0
export const COUNT = 1
export const SUM = 2
export const BUCKET = 3
export const QUANTILE = 4

const SUFFIXES = ['', '_count', '_sum', '_bucket', ''] as const
const ABSENT = -1

/**
 * The series that a target has sent in protobuf, found again without reading their labels.
 *
 * ```
 * family "h", histogram ── metric {a="b"} ── series count
 *                                        ├─ series sum
 *                                        └─ series bucket 0.5, …
 * ```
 *
 * A metric is known by its family and the bytes of its label fields, a series by its metric, its part
 * and its bound. As in {@link SeriesTable} each knows what followed it last time: a page that only
 * moves its values costs one comparison of bytes a metric and three of numbers a series.
 */
export class ProtoSeriesTable implements SeriesNames {
  #families = new Map<string, number>()
  #familyNames: string[] = []
  #arena = new Uint8Array(4096)
  #arenaBytes = 0
  #metricCount = 0
  #familyOf = new Uint32Array(64)
  #offsets = new Uint32Array(64)
  #lengths = new Uint32Array(64)
  #metricHashes = new Uint32Array(64)
  /** `[m + 1]` followed metric `m` last time, `[0]` came first; the same for series below. */
  #nextMetric = new Int32Array(65).fill(ABSENT)
  #metricSlots = new Int32Array(256).fill(ABSENT)
  #size = 0
  #metricOf = new Uint32Array(64)
  #parts = new Uint8Array(64)
  #bounds = new Float64Array(64)
  #seriesHashes = new Uint32Array(64)
  #nextSeries = new Int32Array(65).fill(ABSENT)
  #seriesSlots = new Int32Array(256).fill(ABSENT)

  get size(): number {
    return this.#size
  }

  /** The number of a family: names are few beside series. */
  family(name: string): number {
    const known = this.#families.get(name)
    if (known !== undefined) return known
    this.#families.set(name, this.#familyNames.length)
    return this.#familyNames.push(name) - 1
  }

  /** The metric with the labels `bytes[from, to)` of a family, or -1 when it is new. */
  findMetric(
    family: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    previous: number,
  ): number {
    const expected = this.#nextMetric[previous + 1]!
    if (expected >= 0 && this.#isMetric(expected, family, bytes, from, to)) return expected
    const hash = metricHash(family, bytes, from, to)
    const mask = this.#metricSlots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const m = this.#metricSlots[slot]!
      if (m === ABSENT) return ABSENT
      if (this.#metricHashes[m] === hash && this.#isMetric(m, family, bytes, from, to)) {
        this.#nextMetric[previous + 1] = m
        return m
      }
    }
  }

  addMetric(family: number, bytes: Uint8Array, from: number, to: number, previous: number): number {
    const m = this.#metricCount++
    this.#reserveMetric(to - from)
    this.#arena.set(bytes.subarray(from, to), this.#arenaBytes)
    this.#familyOf[m] = family
    this.#offsets[m] = this.#arenaBytes
    this.#lengths[m] = to - from
    this.#metricHashes[m] = metricHash(family, bytes, from, to)
    this.#nextMetric[previous + 1] = m
    this.#nextMetric[m + 1] = ABSENT
    this.#arenaBytes += to - from
    if (this.#metricCount * 2 > this.#metricSlots.length) {
      this.#metricSlots = rehashed(this.#metricHashes, this.#metricCount)
    } else place(this.#metricSlots, this.#metricHashes, m)
    return m
  }

  /** The series of a metric, taken in when it is new. */
  series(metric: number, part: number, bound: number, previous: number): number {
    const expected = this.#nextSeries[previous + 1]!
    if (expected >= 0 && this.#isSeries(expected, metric, part, bound)) return expected
    const hash = seriesHash(metric, part, bound)
    const mask = this.#seriesSlots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const n = this.#seriesSlots[slot]!
      if (n === ABSENT) break
      if (this.#seriesHashes[n] === hash && this.#isSeries(n, metric, part, bound)) {
        this.#nextSeries[previous + 1] = n
        return n
      }
    }
    return this.#addSeries(metric, part, bound, previous)
  }

  pairs(n: number): string[] {
    const m = this.#metricOf[n]!
    const part = this.#parts[n]!
    const from = this.#offsets[m]!
    const input = new ProtoReader(this.#arena, from, from + this.#lengths[m]!)
    const name = this.#familyNames[this.#familyOf[m]!]! + SUFFIXES[part]!
    const pairs = ['__name__', name, ...labelPairs(input)]
    if (part === BUCKET) pairs.push('le', boundText(this.#bounds[n]!))
    if (part === QUANTILE) pairs.push('quantile', boundText(this.#bounds[n]!))
    return pairs
  }

  retain(isKept: Uint8Array): Int32Array {
    const moved = new Int32Array(this.#size).fill(ABSENT)
    const kept = new ProtoSeriesTable()
    const metrics = new Map<number, number>()
    let previous = ABSENT
    let previousMetric = ABSENT
    for (let n = 0; n < this.#size; n++) {
      if (isKept[n] === 0) continue
      const m = this.#metricOf[n]!
      let metric = metrics.get(m)
      if (metric === undefined) {
        const family = kept.family(this.#familyNames[this.#familyOf[m]!]!)
        const from = this.#offsets[m]!
        const to = from + this.#lengths[m]!
        metric = kept.addMetric(family, this.#arena, from, to, previousMetric)
        metrics.set(m, metric)
        previousMetric = metric
      }
      previous = kept.series(metric, this.#parts[n]!, this.#bounds[n]!, previous)
      moved[n] = previous
    }
    this.#takeOver(kept)
    return moved
  }

  #takeOver(other: ProtoSeriesTable): void {
    this.#families = other.#families
    this.#familyNames = other.#familyNames
    this.#arena = other.#arena
    this.#arenaBytes = other.#arenaBytes
    this.#metricCount = other.#metricCount
    this.#familyOf = other.#familyOf
    this.#offsets = other.#offsets
    this.#lengths = other.#lengths
    this.#metricHashes = other.#metricHashes
    this.#nextMetric = other.#nextMetric
    this.#metricSlots = other.#metricSlots
    this.#size = other.#size
    this.#metricOf = other.#metricOf
    this.#parts = other.#parts
    this.#bounds = other.#bounds
    this.#seriesHashes = other.#seriesHashes
    this.#nextSeries = other.#nextSeries
    this.#seriesSlots = other.#seriesSlots
  }

  #addSeries(metric: number, part: number, bound: number, previous: number): number {
    const n = this.#size++
    this.#reserveSeries()
    this.#metricOf[n] = metric
    this.#parts[n] = part
    this.#bounds[n] = bound
    this.#seriesHashes[n] = seriesHash(metric, part, bound)
    this.#nextSeries[previous + 1] = n
    this.#nextSeries[n + 1] = ABSENT
    if (this.#size * 2 > this.#seriesSlots.length) {
      this.#seriesSlots = rehashed(this.#seriesHashes, this.#size)
    } else place(this.#seriesSlots, this.#seriesHashes, n)
    return n
  }

  #isMetric(m: number, family: number, bytes: Uint8Array, from: number, to: number): boolean {
    const length = this.#lengths[m]!
    if (this.#familyOf[m] !== family || to - from !== length) return false
    const arena = this.#arena
    const offset = this.#offsets[m]!
    for (let i = 0; i < length; i++) if (arena[offset + i] !== bytes[from + i]) return false
    return true
  }

  /** A bound may be NaN, which is one bound like others. */
  #isSeries(n: number, metric: number, part: number, bound: number): boolean {
    if (this.#metricOf[n] !== metric || this.#parts[n] !== part) return false
    const own = this.#bounds[n]!
    return own === bound || (own !== own && bound !== bound)
  }

  #reserveMetric(byteCount: number): void {
    if (this.#arenaBytes + byteCount > this.#arena.length) {
      const arena = new Uint8Array(Math.max(this.#arena.length * 2, this.#arenaBytes + byteCount))
      arena.set(this.#arena.subarray(0, this.#arenaBytes))
      this.#arena = arena
    }
    if (this.#metricCount <= this.#offsets.length) return
    const capacity = this.#offsets.length * 2
    this.#familyOf = grown(this.#familyOf, new Uint32Array(capacity))
    this.#offsets = grown(this.#offsets, new Uint32Array(capacity))
    this.#lengths = grown(this.#lengths, new Uint32Array(capacity))
    this.#metricHashes = grown(this.#metricHashes, new Uint32Array(capacity))
    this.#nextMetric = grown(this.#nextMetric, new Int32Array(capacity + 1).fill(ABSENT))
  }

  #reserveSeries(): void {
    if (this.#size <= this.#parts.length) return
    const capacity = this.#parts.length * 2
    this.#metricOf = grown(this.#metricOf, new Uint32Array(capacity))
    this.#parts = grown(this.#parts, new Uint8Array(capacity))
    this.#bounds = grown(this.#bounds, new Float64Array(capacity))
    this.#seriesHashes = grown(this.#seriesHashes, new Uint32Array(capacity))
    this.#nextSeries = grown(this.#nextSeries, new Int32Array(capacity + 1).fill(ABSENT))
  }
}

function grown<A extends Uint32Array | Uint8Array | Int32Array | Float64Array>(
  from: A,
  into: A,
): A {
  into.set(from)
  return into
}

function place(slots: Int32Array, hashes: Uint32Array, n: number): void {
  const mask = slots.length - 1
  let slot = hashes[n]! & mask
  while (slots[slot] !== ABSENT) slot = (slot + 1) & mask
  slots[slot] = n
}

function rehashed(hashes: Uint32Array, count: number): Int32Array<ArrayBuffer> {
  let capacity = 256
  while (capacity < count * 4) capacity *= 2
  const slots = new Int32Array(capacity).fill(ABSENT)
  for (let n = 0; n < count; n++) place(slots, hashes, n)
  return slots
}

/** FNV-1a with a last stir, as for text. */
function metricHash(family: number, bytes: Uint8Array, from: number, to: number): number {
  let hash = Math.imul(0x811c9dc5 ^ family, 0x01000193)
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)

function seriesHash(metric: number, part: number, bound: number): number {
  double[0] = bound === bound ? bound + 0 : 0 // -0 is the bound 0
  let hash = Math.imul(0x811c9dc5 ^ metric, 0x01000193)
  hash = Math.imul(hash ^ part, 0x01000193)
  hash = Math.imul(hash ^ words[0]!, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13) ^ words[1]!, 0xc2b2ae35)
  return (hash ^ (hash >>> 15)) >>> 0
}
