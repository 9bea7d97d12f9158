import { expect, test } from 'vitest'
import { boundsOf, countOf, directionOf, intervalOf, parseTime, stepOf } from './loki-parameters.ts'

const MS = 1_000_000n
const S = 1000n * MS

test.each<[text: string, ns: bigint | undefined]>([
  ['1714564800', 1714564800n * S],
  ['1714564800000000123', 1714564800000000123n],
  ['1714564800.5', 1714564800n * S + 500n * MS],
  ['1714564800.1234', 1714564800n * S + 123n * MS], // thousandths, as Loki rounds
  ['2024-05-01T12:00:00Z', 1714564800n * S],
  ['2024-05-01T14:00:00+02:00', 1714564800n * S],
  ['2024-05-01T12:00:00.123456789Z', 1714564800n * S + 123456789n],
  ['0', 0n],
  ['-5', -5n * S],
  ['12345678901', 12345678901n], // eleven digits: nanoseconds
  ['now', undefined],
  ['1e9', undefined],
  ['2024-05-01', undefined],
  ['', undefined],
])('%j is %d ns', (text, ns) => expect(parseTime(text)).toBe(ns))

const NOW_MS = 1714564800_000

test.each<[query: string, fromNs: bigint, toNs: bigint]>([
  ['', 1714561200n * S, 1714564800n * S],
  ['since=10m', 1714564200n * S, 1714564800n * S],
  ['end=1714560000&since=1h', 1714556400n * S, 1714560000n * S],
  ['end=1814560000&since=1h', 1714561200n * S, 1814560000n * S], // an end in the future moves no start
  ['start=1714560000&end=1714560060', 1714560000n * S, 1714560060n * S],
])('bounds of %j', (query, fromNs, toNs) => {
  expect(boundsOf(new URLSearchParams(query), NOW_MS)).toEqual({ fromNs, toNs })
})

test.each<[query: string, read: (params: URLSearchParams) => unknown, why: RegExp]>([
  ['start=yesterday', (params) => boundsOf(params, NOW_MS), /could not parse 'start'/],
  ['since=x', (params) => boundsOf(params, NOW_MS), /could not parse 'since'/],
  [`end=${'9'.repeat(40)}`, (params) => boundsOf(params, NOW_MS), /could not parse 'end'/],
  ['limit=0', (params) => countOf(params, 'limit'), /limit must be a positive value/],
  ['limit=-1', (params) => countOf(params, 'limit'), /limit must be a positive value/],
  ['limit=ten', (params) => countOf(params, 'limit'), /invalid syntax/],
  ['direction=up', directionOf, /invalid direction 'up'/],
  ['interval=-1', intervalOf, /interval must be >= 0/],
  ['step=0', (params) => stepOf(params, boundsOf(params, NOW_MS)), /zero or negative/],
  [
    'step=1ms',
    (params) => stepOf(params, boundsOf(params, NOW_MS)),
    /maximum resolution of 11,000/,
  ],
  ['step=soon', (params) => stepOf(params, boundsOf(params, NOW_MS)), /valid duration/],
])('%j is refused in words', (query, read, why) => {
  expect(() => read(new URLSearchParams(query))).toThrow(why)
})

test('steps and limits have defaults', () => {
  const bounds = boundsOf(new URLSearchParams('since=10h'), NOW_MS)
  expect(stepOf(new URLSearchParams(), bounds)).toBe(144n * S)
  expect(stepOf(new URLSearchParams('step=10000ms'), bounds)).toBe(10n * S)
  expect(stepOf(new URLSearchParams('step=0.5'), { fromNs: 0n, toNs: S })).toBe(500n * MS)
  expect(stepOf(new URLSearchParams(), { fromNs: 0n, toNs: S })).toBe(S)
  expect(countOf(new URLSearchParams(), 'limit')).toBe(100)
  expect(directionOf(new URLSearchParams('direction=FORWARD'))).toBe('forward')
})
