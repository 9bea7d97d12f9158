import { expect, test } from 'vitest'
import { playTimeline } from '../testing/timeline.ts'

/** The clock starts on Thursday, 1 January 2026, 00:00 UTC; a turn each minute from second 11 on. */
const config = (more = ''): string => `
${more}
route:
  receiver: hook
  group_by: [team]
  group_wait: 10s
  group_interval: 60s
  repeat_interval: 10m
  routes:
  - matchers: ['quiet="early"']
    receiver: hook
    mute_time_intervals: [early]
  - matchers: ['quiet="late"']
    receiver: hook
    active_time_intervals: [early]
  - matchers: ['mode="all"']
    receiver: all
receivers:
- name: hook
  webhook_configs: [{url: 'http://r/hook'}]
- name: all
  webhook_configs: [{url: 'http://r/all', send_resolved: false}]
time_intervals:
- name: early
  time_intervals:
  - times: [{start_time: '00:00', end_time: '00:05'}]
    weekdays: [thursday]
inhibit_rules:
- source_matchers: [alertname="down"]
  target_matchers: [alertname!="down"]
  equal: [team]
`

/** What strict_compat does not change. */
const BOTH: [string, string][] = [
  [
    'an alert that is silenced is not told, and told once the silence ends',
    `
    0        silence a{team="x"}
    1        push a{team="x"}
    200      unsilence
    251..251 hear hook firing a
    300      over`,
  ],
  [
    'a silence takes single alerts out of a group',
    `
    0        silence a{team="x"}
    1        push a{team="x"}
    2        push b{team="x"}
    11..11   hear hook firing b
    100      unsilence
    131..131 hear hook firing a b
    200      over`,
  ],
  [
    'while the source fires, the target of the same team is not told; then it is news',
    `
    1        push down{team="x"}
    2        push a{team="x"}
    2        push a{team="y"}
    11..11   hear hook firing down
    12..12   hear hook firing a
    80       end down{team="x"}
    131..131 hear hook firing a down!
    200      over`,
  ],
  [
    'an interval mutes what its route tells, and nothing else',
    `
    1        push a{team="x",quiet="early"}
    1        push b{team="x"}
    11..11   hear hook firing b
    311..311 hear hook firing a
    400      over`,
  ],
  [
    'a route with an active interval is quiet outside of it',
    `
    1        push a{team="x",quiet="late"}
    11..11   hear hook firing a
    320      push b{team="x",quiet="late"}
    600      over`,
  ],
  [
    'fires and ends while it is muted, with nobody told before: nobody is told',
    `
    1        push a{team="x",quiet="early"}
    100      end a{team="x",quiet="early"}
    500      over`,
  ],
  [
    'setting the wall clock forward or back repeats nothing and loses nothing',
    `
    1        push a{team="x"}
    11..11   hear hook firing a
    20       step 7200
    25       push b{team="x"}
    71..71   hear hook firing a b
    80       step -14400
    90       push c{team="x"}
    131..131 hear hook firing a b c
    400      over`,
  ],
  [
    'a reload tells nothing twice and loses nothing',
    `
    1        push a{team="x"}
    5        reload
    11..15   hear hook firing a
    20       push b{team="x"}
    30       reload
    30..75   hear hook firing a b
    80       end b{team="x"}
    100      reload
    90..135  hear hook firing a b!
    140      reload
    400      over`,
  ],
]

test.each([
  ...BOTH.map(([name, script]) => [name, '', script]),
  ...BOTH.map(([name, script]) => [`${name} (strict)`, 'strict_compat: true', script]),
])('%s', async (_, more, script) => {
  expect(await playTimeline(config(more), script)).toEqual([])
})

/** What Alertmanager forgets. */
const FORGOTTEN: [string, string][] = [
  [
    'an end under a silence is told when the silence ends',
    `
    1        push a{team="x"}
    11..11   hear hook firing a
    20       silence a{team="x"}
    80       end a{team="x"}
    300      unsilence
    311..311 hear hook resolved a!
    500      over`,
  ],
  [
    'an end under a silence is told after a restart, a reload and a day',
    `
    1        push a{team="x"}
    11..11   hear hook firing a
    20       silence a{team="x"}
    80       end a{team="x"}
    200      crash
    400      reload
    86400    unsilence
    86400..86500 hear hook resolved a!
    87000    over`,
  ],
  [
    'it fires again after an end under a silence: that is news',
    `
    1        push a{team="x"}
    11..11   hear hook firing a
    20       silence a{team="x"}
    80       end a{team="x"}
    200      unsilence
    205      push a{team="x"}
    205..255 hear hook firing a
    500      over`,
  ],
  [
    'it fires again under the same silence: that is news too, once the silence ends',
    `
    1        push a{team="x"}
    11..11   hear hook firing a
    20       silence a{team="x"}
    80       end a{team="x"}
    200      push a{team="x"}
    300      unsilence
    300..320 hear hook firing a
    500      over`,
  ],
  [
    'of two, one ends under a silence: its end is told beside the one that fires',
    `
    1        push a{team="x"}
    1        push b{team="x"}
    11..11   hear hook firing a b
    20       silence a{team="x"}
    30       push c{team="x"}
    71..71   hear hook firing b c
    80       end a{team="x"}
    200      unsilence
    251..251 hear hook firing a! b c
    500      over`,
  ],
  [
    'the others end first, the one under the silence later: its end is told by itself',
    `
    1        push a{team="x"}
    1        push b{team="x"}
    11..11   hear hook firing a b
    20       silence a{team="x"}
    30       end b{team="x"}
    71..71   hear hook resolved b!
    100      end a{team="x"}
    200      unsilence
    251..251 hear hook resolved a!
    500      over`,
  ],
  [
    'an end under an inhibition is told when the source is over',
    `
    1        push a{team="x"}
    11..11   hear hook firing a
    20       push down{team="x"}
    71..71   hear hook firing down
    80       end a{team="x"}
    200      end down{team="x"}
    251..251 hear hook resolved a! down!
    500      over`,
  ],
  [
    'with send_resolved off the end is not told, but a new beginning is',
    `
    1        push a{team="x",mode="all"}
    11..11   hear all firing a
    20       silence a{team="x"}
    80       end a{team="x",mode="all"}
    200      unsilence
    300      push a{team="x",mode="all"}
    300..320 hear all firing a
    500      over`,
  ],
]

test.each(FORGOTTEN)('%s', async (_, script) => {
  expect(await playTimeline(config(), script)).toEqual([])
})

test('an end outside of the active hours is told when they begin again', async () => {
  const muted = config().replace("end_time: '00:05'", "end_time: '00:01'")
  const twice = muted.replace(
    '    weekdays: [thursday]',
    "  - times: [{start_time: '00:10', end_time: '24:00'}]",
  )
  const script = `
    1        push a{team="x",quiet="late"}
    11..11   hear hook firing a
    80       end a{team="x",quiet="late"}
    611..611 hear hook resolved a!
    800      over`
  expect(await playTimeline(twice, script)).toEqual([])
})

test.each([
  [
    'an end under a silence is never told, and a new beginning within the repeat interval neither',
    `
    1        push a{team="x"}
    11..11   hear hook firing a
    20       silence a{team="x"}
    80       end a{team="x"}
    200      unsilence
    300      push a{team="x"}
    560      over`,
  ],
  [
    'the repetition comes a turn later than repeat_interval says',
    `
    1        push a{team="x"}
    11..11   hear hook firing a
    671..671 hear hook firing a
    800      over`,
  ],
])('strict_compat: %s', async (_, script) => {
  expect(await playTimeline(config('strict_compat: true'), script)).toEqual([])
})
