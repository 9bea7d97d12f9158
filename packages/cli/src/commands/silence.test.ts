import { expect, test } from 'vitest'
import { matcherOf, silenceLines } from './silence.ts'

test.each([
  ['OrdersStopped', { name: 'alertname', value: 'OrdersStopped', isRegex: false, isEqual: true }],
  ['team=web', { name: 'team', value: 'web', isRegex: false, isEqual: true }],
  ['job!~"etl.*"', { name: 'job', value: 'etl.*', isRegex: true, isEqual: false }],
])('%j is %j', (text, matcher) => expect(matcherOf(text)).toEqual(matcher))

test('what is no matcher is said, with what would be one', () => {
  expect(() => matcherOf('job=~"("')).toThrow(/^Cannot silence by .*; want team=web/)
})

test('silences are listed as they end, each on a line', () => {
  const silence = {
    id: 'a',
    status: { state: 'active' },
    matchers: [{ name: 'team', value: 'web', isRegex: false, isEqual: false }],
    startsAt: '2026-11-28T10:00:00.000Z',
    endsAt: '2026-11-28T12:00:00.000Z',
    createdBy: 'ann',
    comment: 'move',
  } as const
  const sooner = { ...silence, id: 'b', endsAt: '2026-11-28T11:00:00.000Z' }
  expect(silenceLines([silence, sooner])).toEqual([
    'ID  State   Ends                  By   Matchers     Why',
    'b   active  2026-11-28 11:00 UTC  ann  team!="web"  move',
    'a   active  2026-11-28 12:00 UTC  ann  team!="web"  move',
  ])
})
