/**
 * A push to Loki in JSON:
 * `{"streams":[{"stream":{"app":"shop"},"values":[["1795867199000000000","the line",{"trace_id":"4b"}]]}]}`
 *
 * @see grafana/loki:docs/sources/reference/loki-http-api.md
 */
import { JsonBytes } from '../otlp/json-bytes.ts'
import type { PushVisitor } from './push-visitor.ts'

const DEPTH_MAX = 100
const TIME = { min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }

/** Where reading stopped and why; undefined when all was read. What the visitor heard before a fault is to be forgotten. */
export function readLokiJson(
  json: Uint8Array,
  visitor: PushVisitor,
): { readonly at: number; readonly why: string } | undefined {
  const input = new JsonBytes(json, DEPTH_MAX)
  if (input.open('{')) {
    while (input.next('}')) {
      const name = input.text()
      input.expect(':')
      if (name === 'streams' && !input.isNull()) readStreams(input, json, visitor)
      else input.skipValue()
      if (input.why !== '') break
    }
  }
  input.finish()
  return input.why === '' ? undefined : { at: input.at, why: input.why }
}

function readStreams(input: JsonBytes, json: Uint8Array, visitor: PushVisitor): void {
  if (!input.open('[')) return
  while (input.next(']')) readStream(input, json, visitor)
}

function readStream(input: JsonBytes, json: Uint8Array, visitor: PushVisitor): void {
  let pairs: readonly string[] | undefined
  let early: { readonly from: number; readonly to: number } | undefined
  if (!input.open('{')) return
  while (input.next('}')) {
    const name = input.text()
    input.expect(':')
    if (name === 'stream') {
      pairs = readPairs(input)
      if (input.why === '') visitor.stream(pairs)
    } else if (name === 'values' && !input.isNull()) {
      if (pairs === undefined) {
        const from = input.at
        input.skipValue()
        early = { from, to: input.at } // the labels come behind
      } else readValues(input, visitor)
    } else input.skipValue()
    if (input.why !== '') return
  }
  if (early === undefined) return
  if (pairs === undefined) visitor.stream([])
  const values = new JsonBytes(json.subarray(early.from, early.to), DEPTH_MAX)
  readValues(values, visitor)
  if (values.why !== '') input.fail(values.why)
}

function readValues(input: JsonBytes, visitor: PushVisitor): void {
  if (!input.open('[')) return
  while (input.next(']')) {
    if (!input.open('[')) return
    // Loki refuses times that are numbers: most readers of JSON lose their last digits.
    if (!input.next(']') || !input.isString()) return input.fail('want a time as a string')
    const timeNs = input.integer(TIME)
    if (!input.next(']')) return input.fail('want a line')
    const line = Buffer.from(input.text())
    let metadata: readonly string[] = []
    if (input.next(']')) {
      metadata = readPairs(input)
      if (input.next(']')) return input.fail('want no more than time, line and metadata')
    }
    if (input.why !== '') return
    visitor.entry(timeNs, line, metadata)
  }
}

/** An object of strings as `name, value, …`. */
function readPairs(input: JsonBytes): string[] {
  const pairs: string[] = []
  if (!input.open('{')) return pairs
  while (input.next('}')) {
    const name = input.text()
    input.expect(':')
    pairs.push(name, input.text())
    if (input.why !== '') return pairs
  }
  return pairs
}
