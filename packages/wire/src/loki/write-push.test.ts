import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLokiPush } from './read-push.ts'
import { LokiPushWriter } from './write-push.ts'

const pairs = fc
  .uniqueArray(
    fc.tuple(fc.constantFrom('app', 'env', 'job', 'a_1'), fc.string({ unit: 'grapheme' })),
    {
      selector: ([name]) => name,
      minLength: 1,
    },
  )
  .map((all) => all.flat())

const lines = fc.array(
  fc.record({
    stream: pairs,
    timeNs: fc.bigInt({ min: -9_000_000_000_000_000_000n, max: 9_000_000_000_000_000_000n }),
    line: fc.string({ unit: 'binary' }),
    metadata: fc.oneof(fc.constant([]), pairs),
  }),
  { maxLength: 20 },
)

test('what is written is read back, stream by stream in the order of its lines', () => {
  fc.assert(
    fc.property(lines, (given) => {
      const writer = new LokiPushWriter()
      for (const { stream, timeNs, line, metadata } of given) {
        writer.add(writer.stream(stream), timeNs, Buffer.from(line), metadata)
      }
      const body = writer.finish()
      const heard = new Map<string, unknown[]>()
      let current: unknown[] = []
      const isWhole = readLokiPush(body, body.length, {
        stream: (labels) => {
          expect(labels).toBeDefined()
          current = []
          expect(heard.has(JSON.stringify(labels))).toBe(false)
          heard.set(JSON.stringify(labels), current)
        },
        entry: (timeNs, line, metadata) =>
          current.push([timeNs, Buffer.from(line).toString(), metadata]),
      })
      expect(isWhole).toBe(true)
      const want = new Map<string, unknown[]>()
      for (const { stream, timeNs, line, metadata } of given) {
        const key = JSON.stringify(stream)
        const entry = [timeNs, Buffer.from(line).toString(), metadata]
        want.set(key, [...(want.get(key) ?? []), entry])
      }
      expect(heard).toEqual(want)
    }),
  )
})
