import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { KEY_SLACK } from '../keys/byte-keys.ts'
import { encodeOtlp } from './encode-request.ts'
import { protobufOfJson } from './json-request.ts'
import { OtlpBatch } from './otlp-batch.ts'
import { OtlpReader } from './read-request.ts'
import { requests } from './testing/requests.ts'

/** How often; a night's worth is `WEIR_FUZZ_RUNS=1000000 npm run test:slow`. */
const RUNS = Number(process.env['WEIR_FUZZ_RUNS'] ?? 20_000)
const OPTIONS = { timeout: 3_600_000 }

interface Change {
  readonly at: number
  readonly bytes: Uint8Array
  readonly isCut: boolean
}

const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    at: fc.nat(),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 4 }),
      // The longest lengths and numbers that fit.
      fc.constant(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)),
      fc.constant(new Uint8Array(10).fill(0xff)),
    ),
    isCut: fc.boolean(),
  }),
  { maxLength: 4 },
)

function changed(whole: Uint8Array, all: readonly Change[]): Uint8Array {
  let bytes = Uint8Array.from(whole)
  for (const { at, bytes: other, isCut } of all) {
    const from = at % (bytes.length + 1)
    if (isCut) bytes = bytes.slice(0, from)
    else bytes.set(other.subarray(0, bytes.length - from), from)
  }
  return bytes
}

function padded(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length + KEY_SLACK).fill(0x3a)
  copy.set(bytes)
  return copy
}

/** Reads with a reader that knows much and with one that knows nothing: both say the same. */
function agree(reader: OtlpReader, bytes: Uint8Array): void {
  const [known, fresh] = [new OtlpBatch(10_000), new OtlpBatch(10_000)]
  const before = reader.seriesCount
  const other = new OtlpReader(9, 8)
  const fault = reader.read(padded(bytes), bytes.length, known)
  expect(other.read(padded(bytes), bytes.length, fresh)).toBe(fault)
  expect([...known.times.subarray(0, known.length)]).toEqual([
    ...fresh.times.subarray(0, fresh.length),
  ])
  if (fault !== undefined) {
    expect([reader.seriesCount, other.seriesCount, known.length]).toEqual([before, 0, 0])
    return
  }
  for (let i = 0; i < known.length; i++) {
    const [a, b] = [known.keys[i]!, fresh.keys[i]!]
    const [ours, theirs] = [reader.metric(reader.metricOf(a)), other.metric(other.metricOf(b))]
    expect({ ...ours, scope: 0 }).toEqual({ ...theirs, scope: 0 })
    expect(reader.attributes(a, ours.kind)).toEqual(other.attributes(b, theirs.kind))
    const [scope, twin] = [reader.scope(ours.scope), other.scope(theirs.scope)]
    expect({ ...scope, resource: 0 }).toEqual({ ...twin, resource: 0 })
    expect(reader.resource(scope.resource)).toEqual(other.resource(twin.resource))
  }
}

test('protobuf, changed in many ways', OPTIONS, () => {
  let reader = new OtlpReader(1, 8)
  let runs = 0
  fc.assert(
    fc.property(requests, changes, (request, all) => {
      if (++runs % 500 === 0) reader = new OtlpReader(runs, 8)
      agree(reader, changed(encodeOtlp(request), all))
    }),
    { numRuns: RUNS },
  )
})

test('random bytes', OPTIONS, () => {
  const reader = new OtlpReader(1, 8)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => agree(reader, bytes)),
    { numRuns: RUNS },
  )
})

test('JSON, changed in many ways', OPTIONS, () => {
  fc.assert(
    fc.property(requests, changes, (request, all) => {
      const bytes = changed(Buffer.from(JSON.stringify(request)), all)
      const found = protobufOfJson(bytes, { slack: KEY_SLACK, depthMax: 8 })
      if ('why' in found) {
        expect(found.at).toBeLessThanOrEqual(bytes.length)
        return
      }
      // What was taken as JSON is whole protobuf; only nesting may still be too deep.
      const fault = new OtlpReader(1, 8).read(found.bytes, found.length, new OtlpBatch(10_000))
      expect([undefined, 'too_deep']).toContain(fault)
    }),
    { numRuns: RUNS },
  )
})
