import { Labels, METRIC_NAME } from '@weir/model'
import { LENGTH, ProtoReader } from '../protobuf/reader.ts'
import { LABELS_BYTES_MAX, LABELS_MAX, type LabelFault } from './write-reader.ts'

/**
 * Labels as 1.0 writes them: `Label { 1 name · 2 value }`, each as field 1 of the message around it.
 * Read only when a series is new.
 */
const LABEL = (1 << 3) | LENGTH
const NAME = (1 << 3) | LENGTH
const VALUE = (2 << 3) | LENGTH

/** Whether `bytes[from, to)` is nothing but labels that can be read. */
export function areLabels(bytes: Uint8Array, from: number, to: number): boolean {
  const input = new ProtoReader(bytes, from, to)
  while (input.at < to) {
    if (input.u32() === LABEL) readLabel(input, [])
    else input.fail()
    if (!input.bad) input.end = to
  }
  return !input.bad
}

/** `name, value, …` of labels that {@link areLabels}, as they came. */
export function labelPairsV1(bytes: Uint8Array): string[] | LabelFault {
  if (bytes.length > LABELS_BYTES_MAX) return 'too_long'
  const input = new ProtoReader(bytes)
  const pairs: string[] = []
  while (input.at < bytes.length) {
    if (pairs.length === 2 * LABELS_MAX) return 'too_long'
    input.u32()
    readLabel(input, pairs)
    input.end = bytes.length
  }
  return input.hasBadText ? 'not_utf8' : pairs
}

/** Reads one label, a length and a message; leaves `input.end` at its end. */
export function readLabel(input: ProtoReader, into: string[]): void {
  const end = input.lengthEnd()
  input.end = end
  let name = ''
  let value = ''
  while (input.at < end) {
    const tag = input.u32()
    if (tag === NAME) name = input.text()
    else if (tag === VALUE) value = input.text()
    else if (tag >>> 3 <= 2) input.fail()
    else input.skip(tag)
  }
  into.push(name, value)
}

/**
 * The labels of a series from the pairs in which it was sent, in any order; or why they are none.
 * Labels without a value count as absent, as everywhere.
 */
export function seriesLabels(pairs: readonly string[]): Labels | string {
  const names = new Set<string>()
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i]!
    if (name === '') return 'a label has no name'
    if (names.has(name)) return `label ${JSON.stringify(name.slice(0, 100))} is there twice`
    names.add(name)
  }
  const labels = Labels.fromFlat(pairs)
  return labels.has(METRIC_NAME) ? labels : 'it has no metric name'
}
