import { crc32 } from 'node:zlib'
import type { Aggregate } from '../aggregate.ts'
import type { NativeState } from '../native-histograms.ts'
import { Numbers } from './numbers.ts'
import type { ListedSeries } from './series-list.ts'

/**
 * What all series are at one moment, in a file that is written anew at each flush: a head of JSON, then columns in
 * the order of the series' numbers.
 *
 *     "WSD1" · CRC-32 of the rest · bytes of the head · head · padding to 8
 *     value[n]    counter, gauge, set: the value · observers: the sum
 *     more[m]     observers: count, then buckets or centroids
 *     lastS[n]    when it was sent last, in seconds
 *     flags[n]    1: written at each flush
 */
const MAGIC = 0x31445357
const HEAD_AT = 12

interface Head {
  readonly sequence: number
  /** Which list of series it belongs to, and how much of it. */
  readonly list: { readonly generation: number; readonly bytes: number; readonly crc: number }
  readonly savedMs: number
  readonly seriesCount: number
  readonly moreCount: number
  /** Whether quantiles are in it. */
  readonly hasDigests: boolean
  /** Newest written times of counters whose samples have times of their own: `series, time, …`. */
  readonly timed: readonly number[]
}

export type Told = Pick<Head, 'sequence' | 'list' | 'savedMs' | 'hasDigests'>

const more = new Numbers()

/** The file for an aggregate as it is now. */
export function writeValues(aggregate: Aggregate, told: Told): Buffer {
  const { seriesCount } = aggregate
  const value = new Float64Array(seriesCount)
  const lastS = new Uint32Array(seriesCount)
  const flags = new Uint8Array(seriesCount)
  more.clear()
  let at = 0
  for (let series = 0; series < aggregate.seriesEnd; series++) {
    if (!aggregate.isOpen(series)) continue
    value[at] = aggregate.value[series]!
    lastS[at] = Math.max(0, Math.floor(aggregate.lastMsOf(series) / 1000))
    flags[at] = aggregate.isLive(series) ? 1 : 0
    at++
    writeMore(aggregate, series, told.hasDigests)
  }
  const timed = aggregate.timed.writtenTimes()
  const counts: Head = { ...told, seriesCount, moreCount: more.written.length, timed }
  const head = Buffer.from(JSON.stringify(counts))
  const headEnd = padded(HEAD_AT + head.length)
  const columns = [value, more.written, lastS, flags]
  const bytes = Buffer.alloc(columns.reduce((sum, column) => sum + column.byteLength, headEnd))
  bytes.writeUInt32LE(MAGIC, 0)
  bytes.writeUInt32LE(head.length, 8)
  head.copy(bytes, HEAD_AT)
  let end = headEnd
  for (const column of columns) {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), end)
    end += column.byteLength
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4)
  return bytes
}

function writeMore(aggregate: Aggregate, series: number, hasDigests: boolean): void {
  const { kind, observer } = aggregate.family[series]!
  if (kind === 'histogram' && observer.kind === 'histogram') {
    more.push(aggregate.count[series]!)
    const from = aggregate.extra[series]!
    for (let i = 0; i <= observer.buckets.length; i++) more.push(aggregate.spans.values[from + i]!)
    if (observer.native !== undefined) writeNative(aggregate.natives.stateOf(series))
  } else if (kind === 'summary') {
    more.push(aggregate.count[series]!)
    if (hasDigests) aggregate.digests.save(aggregate.extra[series]!, more.push)
  }
}

function writeNative({ schema, zeroCount, positive, negative }: NativeState): void {
  more.push(schema)
  more.push(zeroCount)
  for (const side of [positive, negative]) {
    more.push(side.size)
    for (const [bucket, count] of side) {
      more.push(bucket)
      more.push(count)
    }
  }
}

/** The head of a file that is whole; undefined for any other. */
export function readHead(bytes: Buffer): Head | undefined {
  if (bytes.length < HEAD_AT || bytes.readUInt32LE(0) !== MAGIC) return undefined
  if (crc32(bytes.subarray(8)) !== bytes.readUInt32LE(4)) return undefined
  const length = bytes.readUInt32LE(8)
  return JSON.parse(bytes.toString('utf8', HEAD_AT, HEAD_AT + length)) as Head
}

/** Puts the series of a file back; returns how many there was no room for. */
export function restoreValues(
  bytes: Buffer,
  head: Head,
  listed: ReadonlyMap<number, ListedSeries>,
  aggregate: Aggregate,
): number {
  const from = padded(HEAD_AT + bytes.readUInt32LE(8))
  const moreFrom = from + head.seriesCount * 8
  const lastFrom = moreFrom + head.moreCount * 8
  const flagsFrom = lastFrom + head.seriesCount * 4
  const values = doubles(bytes, from, head.seriesCount)
  const { next } = new Numbers(doubles(bytes, moreFrom, head.moreCount))
  const times = new Map<number, number>()
  for (let i = 0; i < head.timed.length; i += 2) times.set(head.timed[i]!, head.timed[i + 1]!)
  let left = 0
  const numbers = [...listed.keys()].toSorted((a, b) => a - b)
  for (const [i, number] of numbers.entries()) {
    const { labels, family, ttlMs } = listed.get(number)!
    const isObserved = family.kind === 'histogram' || family.kind === 'summary'
    const series = aggregate.restore(labels, {
      family,
      ttlMs,
      lastMs: bytes.readUInt32LE(lastFrom + i * 4) * 1000,
      isLive: bytes[flagsFrom + i] === 1,
      value: values[i]!,
      count: isObserved ? next() : 0,
    })
    if (series === undefined) left++
    restoreMore(aggregate, family, series, head.hasDigests, next)
    const writtenMs = times.get(number)
    if (series !== undefined && writtenMs !== undefined) aggregate.timed.written(series, writtenMs)
  }
  return left
}

/** Reads what belongs to a series, whether there is room for it or not. */
function restoreMore(
  aggregate: Aggregate,
  { kind, observer }: ListedSeries['family'],
  series: number | undefined,
  hasDigests: boolean,
  next: () => number,
): void {
  if (kind === 'histogram' && observer.kind === 'histogram') {
    for (let i = 0; i <= observer.buckets.length; i++) {
      const count = next()
      if (series !== undefined) aggregate.spans.values[aggregate.extra[series]! + i] = count
    }
    if (observer.native === undefined) return
    const native = readNative(next)
    if (series !== undefined) aggregate.natives.restore(series, native)
  } else if (kind === 'summary' && hasDigests) {
    if (series !== undefined) aggregate.digests.load(aggregate.extra[series]!, next)
    else passDigest(next)
  }
}

function readNative(next: () => number): NativeState {
  const schema = next()
  const zeroCount = next()
  const [positive, negative] = [new Map<number, number>(), new Map<number, number>()]
  for (const side of [positive, negative]) {
    for (let left = next(); left > 0; left--) {
      const bucket = next()
      side.set(bucket, next())
    }
  }
  return { schema, zeroCount, positive, negative }
}

function passDigest(next: () => number): void {
  next()
  for (let left = next() * 3; left > 0; left--) next()
}

function doubles(bytes: Buffer, from: number, count: number): Float64Array {
  // A copy, because a file's bytes lie at any place in memory.
  return new Float64Array(Uint8Array.from(bytes.subarray(from, from + count * 8)).buffer)
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8
}
