import type { MatchOperator, Matcher } from '@weir/model'
import { LENGTH, ProtoReader, VARINT } from '../protobuf/reader.ts'

/** What a reader asks for: samples within [startMs, endMs] of the series for which all matchers hold. */
export interface ReadQuery {
  readonly startMs: number
  readonly endMs: number
  readonly matchers: readonly Matcher[]
}

/** How the answer may look: one packed message, or a stream of frames with chunks. */
export type ReadFormat = 'samples' | 'streamed'

export interface ReadRequest {
  readonly queries: readonly ReadQuery[]
  /** In order of preference; unknown ones are left out. */
  readonly accepts: readonly ReadFormat[]
  /** Whether the request named any format at all, known or not. */
  readonly isPicky: boolean
}

/** `prometheus.ReadRequest`: 1 queries[] · 2 accepted_response_types[]. */
const QUERY = (1 << 3) | LENGTH
const ACCEPTS = (2 << 3) | LENGTH
const ACCEPT = (2 << 3) | VARINT

const FORMATS: readonly ReadFormat[] = ['samples', 'streamed']

const QUERIES_MAX = 1000
const MATCHERS_MAX = 1000
const NOT_WHOLE = 'it is no whole prometheus.ReadRequest'

/**
 * Reads a request, or says why it is none.
 *
 * Hints are read over: Weir gives exactly the samples of the range, and what a hint could leave out
 * (series that an aggregation drops, samples between steps) the asking Prometheus leaves out anyway.
 *
 * @see prometheus:prompb/remote.proto
 */
export function parseReadRequest(bytes: Uint8Array, length: number): ReadRequest | string {
  const input = new ProtoReader(bytes, 0, length)
  const queries: ReadQuery[] = []
  const types: number[] = []
  while (input.at < length) {
    const tag = input.u32()
    if (tag === QUERY) queries.push(readQuery(input))
    else if (tag === ACCEPTS) input.packed(types, 'u32')
    else if (tag === ACCEPT) input.one(types, 'u32')
    else if (tag >>> 3 <= 2) input.fail()
    else input.skip(tag)
    if (input.bad) return NOT_WHOLE
    if (queries.length > QUERIES_MAX) return `want at most ${QUERIES_MAX} queries, got more`
    if ((queries.at(-1)?.matchers.length ?? 0) > MATCHERS_MAX) {
      return `want at most ${MATCHERS_MAX} matchers in a query, got more`
    }
    input.end = length
  }
  const accepts = types.flatMap((type) => FORMATS[type] ?? [])
  return { queries, accepts, isPicky: types.length > 0 }
}

const START = (1 << 3) | VARINT
const END = (2 << 3) | VARINT
const MATCHER = (3 << 3) | LENGTH

function readQuery(input: ProtoReader): ReadQuery {
  const end = input.lengthEnd()
  input.end = end
  let startMs = 0
  let endMs = 0
  const matchers: Matcher[] = []
  while (input.at < end) {
    const tag = input.u32()
    if (tag === START) startMs = input.i64()
    else if (tag === END) endMs = input.i64()
    else if (tag === MATCHER && matchers.length > MATCHERS_MAX) input.at = input.lengthEnd()
    else if (tag === MATCHER) matchers.push(readMatcher(input))
    else if (tag >>> 3 <= 3) input.fail()
    else input.skip(tag)
    if (!input.bad) input.end = end
  }
  return { startMs, endMs, matchers }
}

const OPERATORS: readonly MatchOperator[] = ['=', '!=', '=~', '!~']
const TYPE = (1 << 3) | VARINT
const NAME = (2 << 3) | LENGTH
const VALUE = (3 << 3) | LENGTH

function readMatcher(input: ProtoReader): Matcher {
  const end = input.lengthEnd()
  input.end = end
  let type = 0
  let name = ''
  let value = ''
  while (input.at < end) {
    const tag = input.u32()
    if (tag === TYPE) type = input.u32()
    else if (tag === NAME) name = input.text()
    else if (tag === VALUE) value = input.text()
    else if (tag >>> 3 <= 3) input.fail()
    else input.skip(tag)
  }
  const operator = OPERATORS[type]
  if (operator === undefined) input.fail()
  return { name, operator: operator ?? '=', value }
}
