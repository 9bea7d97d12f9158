import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventColumns, PLAIN_MEANING } from './event-columns.ts'
import { parseStatsd } from './parse.ts'
import { packets } from './testing/packets.ts'
import { inTwinsWords, twinOf } from './testing/parse-twin.ts'

const OPTIONS = { ...PLAIN_MEANING, dogstatsdTags: true, maxLineBytes: 60 }

test('the parser and its slow twin read every packet alike', () => {
  const events = new EventColumns()
  fc.assert(
    fc.property(packets, fc.boolean(), (bytes, dogstatsdTags) => {
      const options = { ...OPTIONS, dogstatsdTags }
      events.clear()
      parseStatsd(bytes, 0, bytes.length, options, events)
      expect(inTwinsWords(bytes, events)).toEqual(twinOf(bytes, options))
    }),
    { numRuns: 3000 },
  )
})

test('a packet in the middle of other bytes is read like one by itself', () => {
  const events = new EventColumns()
  fc.assert(
    fc.property(packets, packets, packets, (before, bytes, behind) => {
      const whole = Uint8Array.from([...before, ...bytes, ...behind])
      events.clear()
      parseStatsd(whole, before.length, before.length + bytes.length, OPTIONS, events)
      expect(inTwinsWords(whole, events)).toEqual(twinOf(bytes, OPTIONS))
    }),
    { numRuns: 1000 },
  )
})

test.each([
  ['a name', (n: number) => `${'n'.repeat(n)}:1|c`],
  ['values', (n: number) => `a${':1'.repeat(n)}|ms`],
  ['samples', (n: number) => `a${':1|c'.repeat(n)}`],
  ['tags', (n: number) => `a:1|c|#${'k:v,'.repeat(n)}`],
  ['fields', (n: number) => `a:1|c${'|x'.repeat(n)}`],
  ['colons', (n: number) => ':'.repeat(n)],
  ['bars', (n: number) => `a:1${'|'.repeat(n)}`],
  ['lines', (n: number) => 'a:1|c\n'.repeat(n)],
])('a packet full of %s is read to its end', (_what, make) => {
  const bytes = new TextEncoder().encode(make(10_000))
  const options = { ...OPTIONS, maxLineBytes: 65_536 }
  const events = new EventColumns()
  parseStatsd(bytes, 0, bytes.length, options, events)
  expect(events.length).toBeLessThanOrEqual(10_000)
  expect(events.lines).toBeLessThanOrEqual(10_000)
})

test('what comes before a torn sample of a line keeps its name', () => {
  const bytes = new TextEncoder().encode('first.name:1|c\nsecond:1|c:2')
  const events = new EventColumns()
  parseStatsd(bytes, 0, bytes.length, OPTIONS, events)
  expect(inTwinsWords(bytes, events)).toMatchObject({
    events: [{ name: 'first.name' }, { name: 'second' }],
    rejects: { not_enough_parts_after_colon: 1 },
  })
})
