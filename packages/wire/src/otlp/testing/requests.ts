import * as fc from 'fast-check'
import { LENGTH, ProtoReader } from '../../protobuf/reader.ts'
import { ProtoWriter } from '../../protobuf/writer.ts'
import type { OtlpAttribute, OtlpMetricsRequest, OtlpValue } from '../encode-request.ts'

const text = fc.oneof(
  fc.constantFrom('', 'a', 'b.c', 'é😀', '"\\\n', 'service.name'),
  fc.string({ maxLength: 5 }),
)
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)
const uint64 = fc
  .oneof(fc.bigInt({ min: 0n, max: 1000n }), fc.bigInt({ min: 0n, max: 2n ** 53n }))
  .map(String)
const nanos = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String)
/** Not -0: JSON.stringify writes it as 0. */
const double = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => (value === 0 ? 0 : value))

const { value } = fc.letrec<{ value: OtlpValue; pair: OtlpAttribute }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 2 },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: int64 }),
    fc.record({ doubleValue: double }),
    fc.record({ bytesValue: fc.constantFrom('', 'AAEC', '/+8=') }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
    fc.record({ kvlistValue: fc.record({ values: fc.array(tie('pair'), { maxLength: 3 }) }) }),
  ),
  pair: fc.record({ key: text, value: tie('value') }),
}))

const attributes = fc.array(fc.record({ key: text, value }), { maxLength: 3 })
const head = {
  attributes,
  startTimeUnixNano: nanos,
  timeUnixNano: nanos,
  flags: fc.constantFrom(0, 1),
}
const exemplars = fc.array(
  fc.record(
    {
      timeUnixNano: nanos,
      asDouble: double,
      traceId: fc.constantFrom('', '0af7651916cd43dd8448eb211c80319c'),
      spanId: fc.constantFrom('', 'b7ad6b7169203331'),
      filteredAttributes: attributes,
    },
    { requiredKeys: ['timeUnixNano'] },
  ),
  { maxLength: 2 },
)
const number = fc.oneof(
  fc.record({ ...head, asDouble: double, exemplars }),
  fc.record({ ...head, asInt: int64, exemplars }),
  fc.record(head),
)
const histogram = fc.record(
  {
    ...head,
    count: uint64,
    sum: double,
    bucketCounts: fc.array(uint64, { maxLength: 4 }),
    explicitBounds: fc.array(double, { maxLength: 4 }),
    exemplars,
  },
  { requiredKeys: ['timeUnixNano', 'count'] },
)
const side = fc.record({
  offset: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  bucketCounts: fc.array(uint64, { maxLength: 4 }),
})
const exponential = fc.record(
  {
    ...head,
    count: uint64,
    sum: double,
    scale: fc.integer({ min: -10, max: 20 }),
    zeroCount: uint64,
    positive: side,
    negative: side,
    zeroThreshold: double,
    exemplars,
  },
  { requiredKeys: ['timeUnixNano', 'count', 'scale', 'zeroCount'] },
)
const summary = fc.record({
  ...head,
  count: uint64,
  sum: double,
  quantileValues: fc.array(fc.record({ quantile: double, value: double }), { maxLength: 3 }),
})

const aggregationTemporality = fc.constantFrom(0, 1, 2)
const named = { name: text, description: text, unit: text }

function points<P>(point: fc.Arbitrary<P>): fc.Arbitrary<P[]> {
  return fc.array(point, { maxLength: 3 })
}

const metric = fc.oneof(
  fc.record({ ...named, gauge: fc.record({ dataPoints: points(number) }) }),
  fc.record({
    ...named,
    sum: fc.record({
      dataPoints: points(number),
      aggregationTemporality,
      isMonotonic: fc.boolean(),
    }),
  }),
  fc.record({
    ...named,
    histogram: fc.record({ dataPoints: points(histogram), aggregationTemporality }),
  }),
  fc.record({
    ...named,
    exponentialHistogram: fc.record({ dataPoints: points(exponential), aggregationTemporality }),
  }),
  fc.record({ ...named, summary: fc.record({ dataPoints: points(summary) }) }),
)

const scopeMetrics = fc.record(
  {
    scope: fc.record({ name: text, version: text, attributes }),
    metrics: fc.array(metric, { maxLength: 3 }),
    schemaUrl: text,
  },
  { requiredKeys: ['metrics'] },
)

const resourceMetrics = fc.record(
  {
    resource: fc.record({ attributes }),
    scopeMetrics: fc.array(scopeMetrics, { maxLength: 2 }),
    schemaUrl: text,
  },
  { requiredKeys: ['scopeMetrics'] },
)

/** Requests of every shape, in OTLP's JSON form. */
export const requests: fc.Arbitrary<OtlpMetricsRequest> = fc.record({
  resourceMetrics: fc.array(resourceMetrics, { maxLength: 2 }),
})

/** Fields that hold messages whose fields may be shuffled too, by the path of numbers to them. */
const INSIDE = /^1(\.2(\.2(\.\d+(\.1)?)?)?)?$/
const TEXTS = new Set(['1.2.2.1', '1.2.2.2', '1.2.2.3'])

/**
 * The same message with its fields in another order: as protobuf allows, only fields of one number keep
 * their order among each other.
 */
export function shuffled(bytes: Uint8Array, seed: number, path = ''): Uint8Array {
  const input = new ProtoReader(bytes)
  const byNumber = new Map<number, Uint8Array[]>()
  const order: number[] = []
  while (input.at < bytes.length) {
    const from = input.at
    const tag = input.u32()
    const inner = path === '' ? String(tag >>> 3) : `${path}.${tag >>> 3}`
    if ((tag & 7) === LENGTH && INSIDE.test(inner) && !TEXTS.has(inner)) {
      const end = input.lengthEnd()
      const content = shuffled(bytes.subarray(input.at, end), seed, inner)
      add(byNumber, tag >>> 3, new ProtoWriter().raw(tag >>> 3, content).bytes)
      input.at = end
    } else {
      input.skip(tag)
      add(byNumber, tag >>> 3, bytes.subarray(from, input.at))
    }
    order.push(tag >>> 3)
  }
  let state = seed | 1
  for (let i = order.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    const j = (state >>> 8) % (i + 1)
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return Buffer.concat(order.map((number) => byNumber.get(number)!.shift()!))
}

function add(into: Map<number, Uint8Array[]>, number: number, field: Uint8Array): void {
  into.set(number, [...(into.get(number) ?? []), field])
}
