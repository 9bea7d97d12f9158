/**
 * Remote write 1.0: `prometheus.WriteRequest`.
 *
 * ```
 * WriteRequest  1 timeseries[] · 3 metadata[]
 * TimeSeries    1 labels[] · 2 samples[] · 3 exemplars[] · 4 histograms[]
 * Label         1 name · 2 value          Sample  1 value · 2 timestamp (ms)
 * Metadata      1 type · 2 name · 4 help · 5 unit
 * ```
 *
 * @see prometheus:prompb/remote.proto, prompb/types.proto
 */
import { FIXED64, LENGTH, ProtoReader, VARINT } from '../protobuf/reader.ts'
import { readHistogram } from './histogram.ts'
import { ByteKeys, KEY_SLACK } from '../keys/byte-keys.ts'
import { areLabels, labelPairsV1, readLabel } from './labels.ts'
import { METRIC_TYPES } from './metric-types.ts'
import { readSample } from './sample.ts'
import type { WriteBatch, WriteFault } from './write-batch.ts'
import { LABELS_MAX, type LabelFault, type WriteReader } from './write-reader.ts'

const SERIES = (1 << 3) | LENGTH
const METADATA = (3 << 3) | LENGTH

const LABEL = (1 << 3) | LENGTH
const SAMPLE = (2 << 3) | LENGTH
const EXEMPLAR = (3 << 3) | LENGTH
const HISTOGRAM = (4 << 3) | LENGTH

/** Reads requests of 1.0; a series is known by the bytes of its labels as they stand in the message. */
export class WriteReaderV1 implements WriteReader {
  readonly #known: ByteKeys

  /** @param seed any number that senders cannot know */
  constructor(seed: number) {
    this.#known = new ByteKeys(seed)
  }

  get seriesCount(): number {
    return this.#known.size
  }

  get heldBytes(): number {
    return this.#known.keyBytes
  }

  pairs(series: number): string[] | LabelFault {
    return labelPairsV1(this.#known.bytes(series))
  }

  textBytes(series: number): number {
    return this.#known.byteLength(series)
  }

  retell(): void {
    // 1.0 tells everything each time it tells anything
  }

  read(bytes: Uint8Array, length: number, batch: WriteBatch): WriteFault | undefined {
    const known = this.#known
    const input = new ProtoReader(bytes, 0, length)
    const before = known.size
    let previous = -1
    batch.clear()
    while (input.at < length) {
      const tag = input.u32()
      if (tag === SERIES) previous = readSeries(input, known, batch, previous)
      else if (tag === METADATA) readMetadata(input, batch)
      else if (tag >>> 3 === 1 || tag >>> 3 === 3) input.fail()
      else input.skip(tag)
      if (input.bad || batch.isOverfull) break
      input.end = length
    }
    if (!input.bad && !batch.isOverfull) return undefined
    const fault = batch.isOverfull ? 'too_many_samples' : 'malformed'
    batch.clear()
    known.truncate(before)
    return fault
  }
}

/** Reads one series, a length and a message; gives its number, or `previous` when the message is bad. */
function readSeries(
  input: ProtoReader,
  known: ByteKeys,
  batch: WriteBatch,
  previous: number,
): number {
  const end = input.lengthEnd()
  if (input.bad) return previous
  const start = input.at
  const { bytes, view } = input
  input.end = end
  const before = known.size
  let series = known.expected(previous)
  if (series >= 0) {
    const after = start + known.byteLength(series)
    const isWhole = after < end ? bytes[after] !== LABEL : after === end
    if (isWhole && known.stands(series, view, start)) input.at = after
    else series = -1
  }
  if (series < 0) {
    while (input.at < end && bytes[input.at] === LABEL) {
      input.at++
      input.at = input.lengthEnd()
    }
    if (input.bad) return previous
    series = known.find(view, start, input.at, previous)
    if (known.size > before && !areLabels(bytes, start, input.at)) input.fail()
  }
  const samples = batch.length
  const histograms = batch.histograms.length
  const exemplars = batch.exemplars.length
  while (input.at < end) {
    const tag = input.u32()
    if (tag === SAMPLE) readSample(input, series, batch)
    else if (tag === HISTOGRAM) readHistogram(input, series, batch)
    else if (tag === EXEMPLAR) readExemplar(input, series, batch)
    else if (tag === LABEL) {
      batch.rewind({ samples, histograms, exemplars })
      known.truncate(before)
      return readReordered(input, { start, end }, known, batch, previous)
    } else if (tag >>> 3 >= 1 && tag >>> 3 <= 4) input.fail()
    else input.skip(tag)
    input.end = end
    if (input.bad) return previous
  }
  return series
}

/**
 * Protobuf lets fields come in any order, though everybody writes labels first. A series that has
 * some later is read once more from a copy in which they are first.
 */
function readReordered(
  input: ProtoReader,
  { start, end }: { readonly start: number; readonly end: number },
  known: ByteKeys,
  batch: WriteBatch,
  previous: number,
): number {
  const fields = new ProtoReader(input.bytes, start, end)
  const labels: Uint8Array[] = []
  const others: Uint8Array[] = []
  while (fields.at < end) {
    const from = fields.at
    const tag = fields.u32()
    fields.skip(tag)
    const field = input.bytes.subarray(from, fields.at)
    if (tag === LABEL) labels.push(field)
    else others.push(field)
  }
  const head: number[] = []
  for (let left = end - start; ; left >>>= 7) {
    head.push(left >= 0x80 ? (left & 0x7f) | 0x80 : left)
    if (left < 0x80) break
  }
  const copy = Buffer.concat([
    Uint8Array.from(head),
    ...labels,
    ...others,
    new Uint8Array(KEY_SLACK),
  ])
  const reader = new ProtoReader(copy, 0, copy.length - KEY_SLACK)
  const series = fields.bad ? previous : readSeries(reader, known, batch, previous)
  input.at = end
  if (fields.bad || reader.bad) input.fail()
  return series
}

const TYPE = (1 << 3) | VARINT
const NAME = (2 << 3) | LENGTH
const HELP = (4 << 3) | LENGTH
const UNIT = (5 << 3) | LENGTH

function readMetadata(input: ProtoReader, batch: WriteBatch): void {
  const end = input.lengthEnd()
  input.end = end
  let type = 0
  let name = ''
  let help = ''
  let unit = ''
  while (input.at < end) {
    const tag = input.u32()
    if (tag === TYPE) type = input.i64()
    else if (tag === NAME) name = input.text()
    else if (tag === HELP) help = input.text()
    else if (tag === UNIT) unit = input.text()
    else if (tag >>> 3 <= 5 && tag >>> 3 !== 3) input.fail()
    else input.skip(tag)
  }
  if (batch.isOverfull) input.fail()
  if (!input.bad && name !== '') {
    batch.metadata.push([name, { type: METRIC_TYPES[type] ?? 'unknown', help, unit }])
  }
}

const EXEMPLAR_LABEL = (1 << 3) | LENGTH
const VALUE = (2 << 3) | FIXED64
const TIME = (3 << 3) | VARINT

function readExemplar(input: ProtoReader, series: number, batch: WriteBatch): void {
  const end = input.lengthEnd()
  input.end = end
  const labels: string[] = []
  let value = 0
  let timeMs = 0
  while (input.at < end) {
    const tag = input.u32()
    if (tag === EXEMPLAR_LABEL) readLabel(input, labels.length < 2 * LABELS_MAX ? labels : [])
    else if (tag === VALUE) value = input.double()
    else if (tag === TIME) timeMs = input.i64()
    else if (tag >>> 3 <= 3) input.fail()
    else input.skip(tag)
    if (!input.bad) input.end = end
  }
  if (batch.isOverfull) input.fail()
  if (!input.bad) batch.exemplars.push({ series, labels, value, timeMs })
}
