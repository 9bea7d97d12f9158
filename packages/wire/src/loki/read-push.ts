/**
 * A push to Loki in protobuf (unpacked already: senders pack it by snappy).
 *
 * ```
 * PushRequest  1 streams[]
 * Stream       1 labels, as text · 2 entries[] · 3 hash
 * Entry        1 Timestamp{1 seconds · 2 nanos} · 2 line · 3 structuredMetadata[]{1 name · 2 value}
 * ```
 *
 * @see grafana/loki:pkg/push/push.proto
 */
import { LENGTH, ProtoReader, VARINT } from '../protobuf/reader.ts'
import { labelsOfText } from './labels-text.ts'
import type { PushVisitor } from './push-visitor.ts'

const FIRST = (1 << 3) | LENGTH
const SECOND = (2 << 3) | LENGTH
const THIRD = (3 << 3) | LENGTH
const SECONDS = (1 << 3) | VARINT
const NANOS = (2 << 3) | VARINT

const NS = 1_000_000_000n
/** Seconds beyond are no time of 64 bits; what they stand for is beyond what is kept anyway. */
const SECONDS_MAX = 9_223_372_036

/** Whether `bytes[0, length)` is a whole push; when it is not, what the visitor heard is to be forgotten. */
export function readLokiPush(bytes: Uint8Array, length: number, visitor: PushVisitor): boolean {
  const input = new ProtoReader(bytes, 0, length)
  const reader = new PushReader(input, visitor)
  while (input.at < input.end) {
    const tag = input.u32()
    if (tag === FIRST) reader.stream()
    else input.skip(tag)
  }
  return !input.bad
}

class PushReader {
  readonly #input: ProtoReader
  readonly #visitor: PushVisitor

  constructor(input: ProtoReader, visitor: PushVisitor) {
    this.#input = input
    this.#visitor = visitor
  }

  stream(): void {
    const input = this.#input
    const outer = input.end
    const end = input.lengthEnd()
    const begin = input.at
    input.end = end
    // Labels stand first as a rule, and need not.
    let labels = ''
    while (input.at < input.end) {
      const tag = input.u32()
      if (tag === FIRST) labels = input.text()
      else input.skip(tag)
    }
    if (input.bad) return
    this.#visitor.stream(labelsOfText(labels))
    input.at = begin
    while (input.at < input.end) {
      const tag = input.u32()
      if (tag === SECOND) this.#entry()
      else input.skip(tag)
    }
    if (!input.bad) input.end = outer
  }

  #entry(): void {
    const input = this.#input
    const outer = input.end
    input.end = input.lengthEnd()
    let timeNs = 0n
    let line: Uint8Array = NOTHING
    let metadata: string[] | undefined
    while (input.at < input.end) {
      const tag = input.u32()
      if (tag === FIRST) timeNs = this.#time()
      else if (tag === SECOND) {
        const end = input.lengthEnd()
        line = input.bytes.subarray(input.at, end)
        if (!input.bad) input.at = end
      } else if (tag === THIRD) this.#pair((metadata ??= []))
      else input.skip(tag)
    }
    if (input.bad) return
    input.end = outer
    this.#visitor.entry(timeNs, line, metadata ?? NO_METADATA)
  }

  #time(): bigint {
    const input = this.#input
    const outer = input.end
    input.end = input.lengthEnd()
    let seconds = 0
    let nanos = 0
    while (input.at < input.end) {
      const tag = input.u32()
      if (tag === SECONDS) seconds = input.i64()
      else if (tag === NANOS) nanos = input.i64()
      else input.skip(tag)
    }
    if (!input.bad) input.end = outer
    const bounded = Math.min(SECONDS_MAX, Math.max(-SECONDS_MAX, seconds))
    return BigInt(bounded) * NS + BigInt(Math.min(999_999_999, Math.max(0, nanos)))
  }

  #pair(into: string[]): void {
    const input = this.#input
    const outer = input.end
    input.end = input.lengthEnd()
    let name = ''
    let value = ''
    while (input.at < input.end) {
      const tag = input.u32()
      if (tag === FIRST) name = input.text()
      else if (tag === SECOND) value = input.text()
      else input.skip(tag)
    }
    if (input.bad) return
    input.end = outer
    into.push(name, value)
  }
}

const NOTHING = new Uint8Array()
const NO_METADATA: readonly string[] = []
