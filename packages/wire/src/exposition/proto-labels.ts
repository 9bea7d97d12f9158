import { LENGTH, type ProtoReader } from '../protobuf/reader.ts'

const NAME = (1 << 3) | LENGTH
const VALUE = (2 << 3) | LENGTH

/** The tag of the label fields of a metric and of an exemplar, both the first of their message. */
export const LABEL = (1 << 3) | LENGTH

/** Label fields behind each other (`LABEL`, a length, a `LabelPair`), as `name, value, …`. */
export function labelPairs(input: ProtoReader): string[] {
  const pairs: string[] = []
  while (input.at < input.end) {
    const tag = input.u32()
    if (tag === LABEL) readPair(input, pairs)
    else input.skip(tag)
  }
  return pairs
}

/** Reads a `LabelPair`, a length and a message. */
export function readPair(input: ProtoReader, into: string[]): void {
  const outer = input.end
  const end = input.lengthEnd()
  if (input.bad) return
  input.end = end
  let name = ''
  let value = ''
  while (input.at < end) {
    const tag = input.u32()
    if (tag === NAME) name = input.text()
    else if (tag === VALUE) value = input.text()
    else input.skip(tag)
  }
  if (input.bad) return
  input.end = outer
  into.push(name, value)
}
