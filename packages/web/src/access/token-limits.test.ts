import { expect, test } from 'vitest'
import { limitTexts, refusedText } from './token-limits.ts'

test.each([
  [undefined, []],
  [{ requestsPerSecond: 0.5 }, ['0.5 requests/s']],
  [{ requestsPerSecond: 1 }, ['1 request/s']],
  [
    { requestsPerSecond: 50, bytesPerSecond: 2 ** 20, series: 10_000 },
    ['50 requests/s', '1 MiB/s', '10\u2009000 series'],
  ],
] as const)('limits %j read %j', (limits, texts) => {
  expect(limitTexts(limits === undefined ? {} : { limits })).toEqual(texts)
})

test.each([
  [undefined, ''],
  [{ requests: 0, bytes: 0, samples: 0, lines: 0 }, ''],
  [{ requests: 2, bytes: 1, samples: 1, lines: 0 }, '3 requests, 1 sample'],
  [{ requests: 0, bytes: 0, samples: 0, lines: 4 }, '4 lines'],
] as const)('refused %j reads %j', (refused, text) => {
  expect(refusedText(refused === undefined ? {} : { refused })).toBe(text)
})
