import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { timeAtStart, timeNs } from './time-text.ts'

const bytes = (text: string): Uint8Array => Buffer.from(`xx${text}99`)
const read = (text: string): bigint | undefined => timeNs(bytes(text), 2, 2 + text.length)
const iso = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n
const SIX = iso('2026-11-28T18:00:06Z')

test.each<[string, bigint | undefined]>([
  ['2026-11-28T18:00:06Z', SIX],
  ['2026-11-28T18:00:06.123Z', SIX + 123_000_000n],
  ['2026-11-28T18:00:06,123', SIX + 123_000_000n], // Python
  ['2026-11-28 18:00:06.123456', SIX + 123_456_000n],
  ['2026-11-28T18:00:06.123456789Z', SIX + 123_456_789n],
  ['2026-11-28T18:00:06.1234567891234Z', SIX + 123_456_789n],
  ['2026-11-28T19:00:06+01:00', SIX],
  ['2026-11-28T19:00:06+0100', SIX],
  ['2026-11-28T19:00:06+01', SIX],
  ['2026-11-28 12:30:06 -0530', SIX],
  ['2026-11-28t18:00:06z', SIX],
  ['2026/11/28 18:00:06', SIX], // Go
  ['2026-11-28T18:00Z', SIX - 6_000_000_000n],
  ['2026-11-28', iso('2026-11-28T00:00:00Z')],
  ['1795888806', SIX], // seconds
  ['1795888806.5', SIX + 500_000_000n],
  ['1.795888806e9', SIX], // zap
  ['1795888806000', SIX],
  ['1795888806000.25', SIX + 250_000n],
  ['1795888806000000', SIX],
  ['1795888806000000001', SIX + 1n],
  ['', 0n],
  ['0', 0n],
  ['0001-01-01T00:00:00Z', 0n], // Go's zero
  ['9999-12-31T23:59:59Z', 2n ** 63n - 1n],
  ['1066-10-14T09:00:00Z', -(2n ** 63n) + 1n],
  ['99999999999999999999999', 2n ** 63n - 1n],
  ['2026-13-28T18:00:06Z', undefined],
  ['2026-11-28T25:00:06Z', undefined],
  ['2026-11-28T18:00:06 and more', undefined],
  ['yesterday', undefined],
  ['-5', undefined],
  ['1e999', undefined],
  ['2026-11-28X', undefined],
])('%j is %s', (text, want) => expect(read(text)).toBe(want))

test.each<[string, bigint | undefined]>([
  ['2026-11-28 18:00:06,000 INFO x', SIX],
  ['[2026-11-28T18:00:06.000+0000] {taskinstance.py:1} INFO', SIX],
  ['2026-11-28 is a day', undefined],
  ['INFO 2026-11-28 18:00:06', undefined],
  ['', undefined],
])('a line that begins %j was written at %s', (text, want) => {
  expect(timeAtStart(bytes(text), 2, 2 + text.length)).toBe(want)
})

test('every day that JavaScript can print is read', () => {
  const days = fc.date({
    min: new Date('1700-01-01T00:00:00Z'),
    max: new Date('2260-01-01T00:00:00Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(days, (day) => read(day.toISOString()) === BigInt(day.getTime()) * 1_000_000n),
  )
})

test('no bytes make it fail or read beyond them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (raw) => {
      const text = Buffer.from(raw).toString('latin1')
      const want = timeNs(raw, 0, raw.length)
      expect(timeNs(Buffer.from(`${text}0`, 'latin1'), 0, raw.length)).toBe(want)
    }),
  )
})
