import { array, assert as check, integer, property, uint8Array } from 'fast-check'
import {
  ProtoWriter,
  encodeWriteRequestV1,
  packSnappy,
  parseReadRequest,
  snappyHead,
  unpackSnappy,
} from '@weir/wire'
import { expect, test } from 'vitest'
import { readRequest, writeRequestsOf } from './remote-read-bytes.ts'

function unpacked(packed: Uint8Array): Uint8Array {
  const head = snappyHead(packed)!
  const text = new Uint8Array(head.textBytes + 64)
  expect(unpackSnappy(packed, head, text)).toBe(true)
  return text.subarray(0, head.textBytes)
}

/** An answer with these series: as many results as lists. */
function answerOf(results: readonly (readonly number[])[]): Uint8Array {
  const out = new ProtoWriter()
  for (const values of results) out.raw(1, writeOf(values))
  return packSnappy(out.bytes)
}

const writeOf = (values: readonly number[]): Uint8Array =>
  encodeWriteRequestV1(
    values.map((value) => ({ labels: ['__name__', `m${value}`], samples: [[value, value]] })),
  )

test('whatever series an answer has, the requests have them, in order, each short enough', () => {
  const values = array(array(integer({ min: 1, max: 1e9 }), { maxLength: 20 }), { maxLength: 4 })
  check(
    property(values, integer({ min: 60, max: 400 }), (results, bytesMax) => {
      const requests = writeRequestsOf(answerOf(results), bytesMax) as Uint8Array[]
      const texts = requests.map(unpacked)
      for (const text of texts) expect(text.length).toBeLessThanOrEqual(bytesMax)
      expect(Buffer.concat(texts)).toEqual(Buffer.from(writeOf(results.flat())))
    }),
  )
})

test('one series that is too long is too much', () => {
  expect(writeRequestsOf(answerOf([[1]]), 10)).toBe('too much')
})

test('bytes that are no answer are refused, whatever they are', () => {
  check(
    property(uint8Array({ maxLength: 60 }), (bytes) => {
      for (const answer of [bytes, packSnappy(bytes)]) {
        try {
          const requests = writeRequestsOf(answer, 1000)
          if (requests !== 'too much') requests.forEach(unpacked)
        } catch (error) {
          expect(error).toMatchObject({ code: 'SERVER_REFUSED' })
        }
      }
    }),
  )
})

test('a request is one that Weir itself would answer', () => {
  const matchers = [{ name: '__name__', operator: '=', value: 'up' }] as const
  const text = unpacked(readRequest(matchers, 1_700_000_000_000, 1_700_000_060_000))
  expect(parseReadRequest(text, text.length)).toMatchObject({
    queries: [{ startMs: 1_700_000_000_000, endMs: 1_700_000_060_000, matchers }],
  })
})
