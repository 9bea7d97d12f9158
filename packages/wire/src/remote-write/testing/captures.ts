import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { SNAPPY_SLACK, snappyHead, unpackSnappy } from '../../snappy/decode.ts'
import { KEY_SLACK } from '../../keys/byte-keys.ts'
import { WriteReaderV1 } from '../parse-v1.ts'
import { WriteReaderV2 } from '../parse-v2.ts'
import { WriteBatch } from '../write-batch.ts'
import type { WriteReader } from '../write-reader.ts'
import { NO_UTF8, type Twin, twinV1, twinV2 } from './twin.ts'

const FOLDER = join(import.meta.dirname, '../../../../../fixtures/remote-write')

/** Requests of real senders, and how each is read. */
export const CAPTURES = [
  { name: 'prometheus-1.0', open: (): WriteReader => new WriteReaderV1(1), twin: twinV1 },
  { name: 'prometheus-2.0', open: (): WriteReader => new WriteReaderV2(1), twin: twinV2 },
  { name: 'vmagent-1.0', open: (): WriteReader => new WriteReaderV1(1), twin: twinV1 },
] as const

/** A capture, unpacked. */
export function capture(name: string): Uint8Array {
  const packed = readFileSync(join(FOLDER, `${name}.bin`))
  const head = snappyHead(packed)!
  const text = new Uint8Array(head.textBytes + SNAPPY_SLACK)
  if (!unpackSnappy(packed, head, text)) throw new Error(`${name} cannot be unpacked`)
  return text.subarray(0, head.textBytes)
}

/** What a reader makes of a message, in the words of the twin. */
export function readAs(reader: WriteReader, message: Uint8Array): Twin | undefined {
  const bytes = new Uint8Array(message.length + KEY_SLACK).fill(0xff)
  bytes.set(message)
  const batch = new WriteBatch(10_000_000)
  if (reader.read(bytes, message.length, batch) !== undefined) return undefined
  const shown: string[] = []
  const show = (series: number): string => {
    const pairs = reader.pairs(series)
    shown[series] ??= typeof pairs === 'string' ? NO_UTF8 : pairs.join(' ')
    return shown[series]
  }
  const bits = (value: number): string => {
    const bytes_ = Buffer.alloc(8)
    bytes_.writeDoubleBE(value)
    return bytes_.toString('hex')
  }
  const word = (i: number): string => (batch.valueWords[i]! >>> 0).toString(16).padStart(8, '0')
  return {
    samples: Array.from(
      { length: batch.length },
      (_, i) => `${show(batch.series[i]!)}: ${batch.times[i]} ${word(2 * i + 1)}${word(2 * i)}`,
    ),
    histograms: batch.histograms.map(
      ({ series, timeMs, histogram: { sum, count } }) =>
        `${show(series)}: ${timeMs} ${sum.toPrecision(12)} ${count.toPrecision(12)}`,
    ),
    exemplars: batch.exemplars.map(
      ({ series, timeMs, value, labels }) =>
        `${show(series)}: ${timeMs} ${bits(value)} ${labels.join(' ')}`,
    ),
  }
}

/** Whether a reader and the twin make the same of a message; what each makes of it when not. */
export function differences(
  { twin }: Pick<(typeof CAPTURES)[number], 'twin'>,
  reader: WriteReader,
  message: Uint8Array,
): { readonly got: Twin | undefined; readonly want: Twin | undefined } | undefined {
  const got = readAs(reader, message)
  const { isPartUnread, ...want } = twin(message) ?? { isPartUnread: undefined }
  if (got === undefined && isPartUnread) return undefined
  const asTwin = 'samples' in want ? want : undefined
  return isDeepStrictEqual(got, asTwin) ? undefined : { got, want: asTwin }
}

/** A message with some bytes changed, some cut out, some written twice. */
export function mutated(message: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    kind: fc.constantFrom('set', 'set', 'set', 'cut', 'double'),
    at: fc.nat(Math.max(0, message.length - 1)),
    byte: fc.nat(255),
    length: fc.integer({ min: 1, max: 40 }),
  })
  return fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
    let bytes = Uint8Array.from(message)
    for (const { kind, at, byte, length } of changes) {
      const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + length)]
      if (kind === 'cut') bytes = Uint8Array.from(Buffer.concat([before, after]))
      else if (kind === 'double')
        bytes = Uint8Array.from(Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]))
      else if (at < bytes.length) bytes[at] = byte
    }
    return bytes
  })
}
