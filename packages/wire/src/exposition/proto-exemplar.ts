import { FIXED64, LENGTH, type ProtoReader, VARINT } from '../protobuf/reader.ts'
import { LABEL, readPair } from './proto-labels.ts'

const VALUE = (2 << 3) | FIXED64
const TIME = (3 << 3) | LENGTH
const SECONDS = (1 << 3) | VARINT
const NANOS = (2 << 3) | VARINT

export interface SentExemplar {
  /** `name, value, …` in the order sent. */
  readonly pairs: readonly string[]
  readonly value: number
  /** NaN when not told. */
  readonly timeMs: number
}

/** Reads an `Exemplar`, a length and a message. */
export function readExemplar(input: ProtoReader): SentExemplar {
  const outer = input.end
  const end = input.lengthEnd()
  if (!input.bad) input.end = end
  const pairs: string[] = []
  let value = 0
  let timeMs = Number.NaN
  while (input.at < end) {
    const tag = input.u32()
    if (tag === LABEL) readPair(input, pairs)
    else if (tag === VALUE) value = input.double()
    else if (tag === TIME) timeMs = readTimestamp(input)
    else input.skip(tag)
  }
  if (!input.bad) input.end = outer
  return { pairs, value, timeMs }
}

/** Reads a `google.protobuf.Timestamp`, a length and a message; milliseconds. */
function readTimestamp(input: ProtoReader): number {
  const outer = input.end
  const end = input.lengthEnd()
  if (!input.bad) input.end = end
  let seconds = 0
  let nanos = 0
  while (input.at < end) {
    const tag = input.u32()
    if (tag === SECONDS) seconds = input.i64()
    else if (tag === NANOS) nanos = input.i64()
    else input.skip(tag)
  }
  if (!input.bad) input.end = outer
  return seconds * 1000 + Math.trunc(nanos / 1e6)
}
