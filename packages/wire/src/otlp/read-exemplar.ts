import { FIXED64, LENGTH, type ProtoReader } from '../protobuf/reader.ts'
import { readAttributes } from './attributes.ts'
import { int64, wholeMs } from './fixed64.ts'
import type { OtlpBatch } from './otlp-batch.ts'

const TIME = (2 << 3) | FIXED64
const DOUBLE = (3 << 3) | FIXED64
const SPAN = (4 << 3) | LENGTH
const TRACE = (5 << 3) | LENGTH
const INT = (6 << 3) | FIXED64
const ATTRIBUTE = (7 << 3) | LENGTH

/** Names and values of an exemplar's labels are at most so long together, in characters. */
const LABELS_LENGTH_MAX = 128

/**
 * Reads an exemplar, a length and a message, of the point that is being read. Attributes stay out when
 * they would make its labels too long; one without a value is none.
 *
 * @returns whether its attributes lie deeper than allowed
 * @see prometheus:storage/remote/otlptranslator/prometheusremotewrite/helper.go
 */
export function readExemplar(input: ProtoReader, batch: OtlpBatch, depthMax: number): boolean {
  const end = input.lengthEnd()
  if (batch.isOverfull) input.fail()
  if (input.bad) return false
  input.end = end
  const start = input.at
  let value: number | undefined
  let timeMs = 0
  let trace = ''
  let span = ''
  while (input.at < end) {
    const tag = input.u32()
    const { at } = input
    if (tag === SPAN || tag === TRACE) {
      if (tag === SPAN) span = hex(input)
      else trace = hex(input)
      continue
    }
    if (tag >>> 3 < 7 && tag !== TIME && tag !== DOUBLE && tag !== INT) input.fail()
    else input.skip(tag)
    if (input.bad) return false
    if (tag === TIME) timeMs = wholeMs(input.view, at)
    else if (tag === DOUBLE) value = input.view.getFloat64(at, true)
    else if (tag === INT) value = int64(input.view, at)
  }
  const told = readAttributes(input.bytes.subarray(start, end), ATTRIBUTE, depthMax)
  if (typeof told === 'string') {
    input.fail()
    return told === 'too_deep'
  }
  const labels = [
    ...(trace === '' ? [] : ['trace_id', trace]),
    ...(span === '' ? [] : ['span_id', span]),
  ]
  if (lengthOf(labels) + lengthOf(told.pairs) <= LABELS_LENGTH_MAX) labels.push(...told.pairs)
  if (value === undefined || told.hasBadText) return false
  batch.exemplars.push({ point: batch.length, labels, value, timeMs })
  return false
}

/** Bytes as hexadecimal digits; '' for zeros, which mean that there is none. */
function hex(input: ProtoReader): string {
  const end = input.lengthEnd()
  if (input.bad) return ''
  const bytes = input.bytes.subarray(input.at, end)
  input.at = end
  return bytes.every((byte) => byte === 0) ? '' : Buffer.from(bytes).toString('hex')
}

function lengthOf(texts: readonly string[]): number {
  let length = 0
  for (const text of texts) length += Array.from(text).length
  return length
}
