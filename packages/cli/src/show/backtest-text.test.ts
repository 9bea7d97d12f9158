import type { BacktestResultView } from '@weir/packs'
import { expect, test } from 'vitest'
import { backtestLines, bars } from './backtest-text.ts'

test.each([
  [[0, 0, 0, 0], '····'],
  [[1, 0.5, 0.01, 0], '█▅▁·'],
])('shares %j are %s', (shares, shown) => expect(bars(shares, 4)).toBe(shown))

test('cells of one bar are taken together', () => {
  expect(bars([1, 0, 0, 0, 0, 0.001, 1, 1], 4)).toBe('▅·▁█')
})

const START = Date.parse('2026-11-01T00:00:00Z')
const HOUR = 3_600_000

const RESULT: BacktestResultView = {
  id: 'x',
  state: 'done',
  progress: 1,
  startMs: START,
  endMs: START + 24 * HOUR,
  timeZone: 'UTC',
  ruleNames: ['Slow'],
  error: '',
  createdMs: 0,
  endedMs: 1,
  rules: [
    {
      file: 'r',
      group: 'g',
      name: 'Slow',
      expr: 'lag > 5',
      askedAs: '(a / b) > 5',
      stepMs: 60_000,
      notes: ['lag is not stored'],
      operator: '>',
      chart: { startMs: START, stepMs: HOUR, seriesCount: 0, series: [] },
      happened: { fired: 3, firingMs: HOUR, longestMs: HOUR, flaps: 1, nights: 0 },
      variants: [
        {
          threshold: 5,
          forMs: 300_000,
          isAsWritten: true,
          fired: 2,
          firingMs: 26 * HOUR + 5 * 60_000 + 1000,
          longestMs: 2 * HOUR,
          flaps: 1,
          nights: 1,
          stillFiring: 0,
          noise: 50,
          busy: Array.from({ length: 240 }, (_, i) => (i < 120 ? 0 : 1)),
          firings: [],
          failedCount: 1,
          error: 'exceeded limit',
          notifications: {
            count: 20,
            firing: 10,
            byReceiver: { pager: 19, mail: 1 },
            list: [
              {
                atMs: START + HOUR,
                receiver: 'pager',
                integration: 'webhook',
                status: 'firing',
                reason: 'first notification',
                groupLabels: { job: 'a"b' },
                alertCount: 2,
              },
            ],
          },
        },
        {
          threshold: 6,
          forMs: 0,
          isAsWritten: false,
          fired: 0,
          firingMs: 0,
          longestMs: 0,
          flaps: 0,
          nights: 0,
          stillFiring: 0,
          noise: 0,
          busy: Array.from({ length: 240 }, () => 0),
          firings: [],
          failedCount: 0,
          error: '',
          notifications: null,
        },
      ],
    },
  ],
}

test('a result reads as a table, a timeline and a list', () => {
  expect(`\n${backtestLines(RESULT).join('\n')}\n`).toBe(`
Slow (g, every 1m): lag > 5
  asked as: (a / b) > 5
  lag is not stored
                           Sun 1 Nov, 00:00                            Mon 2 Nov, 00:00
  > 5 for 5m (as written)  ······························██████████████████████████████
  > 6 for 0s               ····························································
                                 fired  firing  longest  flaps  nights  notifications  noise
  > 5 for 5m (as written)        2      1d2h    2h       1      1       20             50 %
  > 6 for 0s                     0      0s      0s       0      0       –              0 %
  what really happened (ALERTS)  3      1h      1h       1      0       –              –
  > 5 for 5m (as written): 1 evaluation failed: exceeded limit
  20 notifications would have been sent: pager 19, mail 1
    Sun 1 Nov, 01:00  pager  firing  2 alerts  {job="a\\"b"} first notification
    and 19 more (--json has them)
`)
})
