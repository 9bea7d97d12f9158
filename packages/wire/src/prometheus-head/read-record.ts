/**
 * What a record of Prometheus's write-ahead log says, of either log.
 *
 * ```
 * kind, a byte, then of kind
 *   1  series            { number · count · name, value … } …
 *   2  samples           number · time, of which the others are told by differences: { number · time · value } …
 *   3  deleted           { number · first and last time } …
 *   7, 8, 9, 10          like 2, with histograms: of whole numbers, of floats, the same with bounds of their own
 *   11, 12, 13           the same three with a start time each (Prometheus 3.12 on, when asked to)
 *   4, 5, 6              exemplars, marks of what lies in chunks too, types and help texts: not wanted here
 * ```
 *
 * @see prometheus:tsdb/docs/format/wal.md
 */
import type { NativeHistogram } from '@weir/model'
import { damaged } from '../prometheus-block/damage.ts'
import { ProtoReader } from '../protobuf/reader.ts'
import { bigInteger, skipBig } from './big-endian.ts'
import { readHistogram } from './read-histogram.ts'

/** Who hears what a log says; what is not asked for is not read. */
export interface HeadEvents {
  /** @param pairs `name, value, …` in order of name */
  readonly series?: (ref: number, pairs: readonly string[]) => void
  /** @param high, low the halves of the value, whose bits may be a stale marker's */
  readonly sample?: (ref: number, timeMs: number, high: number, low: number) => void
  readonly histogram?: (ref: number, timeMs: number, histogram: NativeHistogram) => void
  /** A kind of record that Prometheus has learnt to write since. */
  readonly unknown?: (kind: number) => void
  /** Both ends are included. */
  readonly deleted?: (ref: number, minMs: number, maxMs: number) => void
}

const SERIES = 1
const SAMPLES = 2
const DELETED = 3
/** The first three have nothing that is imported. */
const UNWANTED = new Set([4, 5, 6])

/** Histograms of whole numbers or of floats, and whether each has a start time. */
const HISTOGRAMS = new Map([
  [7, { isFloat: false, hasStart: false }],
  [8, { isFloat: true, hasStart: false }],
  [9, { isFloat: false, hasStart: false }],
  [10, { isFloat: true, hasStart: false }],
  [12, { isFloat: false, hasStart: true }],
  [13, { isFloat: true, hasStart: true }],
])
const SAMPLES_WITH_START = 11

/** @throws {WeirError} `IMPORT_DAMAGED`, when what was heard of the record is not all of it */
export function readRecord(record: Uint8Array, events: HeadEvents): void {
  const kind = record[0]
  if (kind === undefined || UNWANTED.has(kind)) return
  const input = new ProtoReader(record, 1)
  const histograms = HISTOGRAMS.get(kind)
  if (kind === SERIES) {
    if (events.series !== undefined) readSeries(input, events.series)
  } else if (kind === DELETED) {
    if (events.deleted !== undefined) readDeleted(input, events.deleted)
  } else if (kind === SAMPLES || kind === SAMPLES_WITH_START) {
    const { sample } = events
    if (sample === undefined) return
    eachSample(input, kind === SAMPLES_WITH_START, (ref, timeMs) => {
      const { at } = input
      skipBig(input)
      if (!input.bad) sample(ref, timeMs, input.view.getUint32(at), input.view.getUint32(at + 4))
    })
  } else if (histograms !== undefined) {
    const { histogram } = events
    if (histogram === undefined) return
    eachSample(input, histograms.hasStart, (ref, timeMs) => {
      const read = readHistogram(input, histograms.isFloat)
      if (!input.bad) histogram(ref, timeMs, read)
    })
  } else {
    events.unknown?.(kind)
  }
  if (input.bad) throw damaged('a record that breaks off')
}

function readSeries(
  input: ProtoReader,
  onSeries: (ref: number, pairs: readonly string[]) => void,
): void {
  while (input.at < input.end) {
    const ref = bigInteger(input)
    const pairs: string[] = []
    for (let left = input.u32() * 2; left > 0 && !input.bad; left--) pairs.push(input.text())
    if (!input.bad) onSeries(ref, pairs)
  }
}

function readDeleted(
  input: ProtoReader,
  onDeleted: (ref: number, minMs: number, maxMs: number) => void,
): void {
  while (input.at < input.end) {
    const ref = bigInteger(input)
    const minMs = input.zigzag()
    const maxMs = input.zigzag()
    if (!input.bad) onDeleted(ref, minMs, maxMs)
  }
}

/**
 * Reads number and time of each sample; `readValue` reads what follows. Without start times all differ from a base in
 * front; with them the first one is the base of times, and numbers differ from the one before.
 */
function eachSample(
  input: ProtoReader,
  hasStart: boolean,
  readValue: (ref: number, timeMs: number) => void,
): void {
  if (input.at === input.end) return
  if (hasStart) {
    let ref = input.zigzag()
    const baseMs = input.zigzag()
    input.zigzag()
    readValue(ref, baseMs)
    while (input.at < input.end) {
      ref += input.zigzag()
      const timeMs = baseMs + input.zigzag()
      // No start, the same as before, or how far it is from the first one.
      if (input.u32() > SAME_START) input.zigzag()
      readValue(ref, timeMs)
    }
    return
  }
  const baseRef = bigInteger(input)
  const baseMs = bigInteger(input)
  while (input.at < input.end) {
    const ref = baseRef + input.zigzag()
    readValue(ref, baseMs + input.zigzag())
  }
}

const SAME_START = 1
