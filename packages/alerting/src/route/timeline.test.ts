import { expect, test } from 'vitest'
import { playTimeline } from '../testing/timeline.ts'

const CONFIG = `
route:
  receiver: hook
  group_by: [team]
  group_wait: 10s
  group_interval: 60s
  repeat_interval: 10m
  routes:
  - matchers: ['severity="page"']
    receiver: pager
    continue: true
  - match_re: {service: 'db.*'}
    receiver: dba
    group_by: ['...']
    group_wait: 0s
  - matchers: ['severity=~"none|noise"']
    receiver: nobody
  - matchers: ['quiet=yes']
    receiver: quiet
receivers:
- name: hook
  webhook_configs: [{url: 'http://r/hook'}]
- name: pager
  webhook_configs: [{url: 'http://r/pager'}]
- name: dba
  webhook_configs: [{url: 'http://r/dba'}]
- name: nobody
- name: quiet
  webhook_configs: [{url: 'http://r/quiet', send_resolved: false}]
`

test.each([
  [
    'alerts that come within group_wait go out together',
    `
    1       push a{team="x"}
    5       push b{team="x"}
    11..11  hear hook firing a b
    300     over`,
  ],
  [
    'a later alert of the group waits for the next turn; nothing new, nothing sent',
    `
    1       push a{team="x"}
    11..11  hear hook firing a
    20      push b{team="x"}
    71..71  hear hook firing a b
    400     over`,
  ],
  [
    'groups are apart',
    `
    1       push a{team="x"}
    2       push b{team="y"}
    11..11  hear hook firing a
    12..12  hear hook firing b
    300     over`,
  ],
  [
    'what fires goes out again after repeat_interval, on the dot where that is a turn',
    `
    1        push a
    11..11   hear hook firing a
    611..611 hear hook firing a
    1211..1211 hear hook firing a
    1300     over`,
  ],
  [
    'one of two resolved, then both; the group ends and a new alert waits anew',
    `
    1        push a{team="x"}
    1        push b{team="x"}
    11..11   hear hook firing a b
    30       end a{team="x"}
    71..71   hear hook firing a! b
    80       end b{team="x"}
    131..131 hear hook resolved b!
    140      push a{team="x"}
    150..150 hear hook firing a
    200      over`,
  ],
  [
    'resolved within group_wait: nobody was told, nobody is told',
    `
    1    push a
    5    end a
    300  over`,
  ],
  [
    'continue goes on to later siblings, not to the parent',
    `
    1      push a{severity="page",service="db1"}
    1..1   hear dba firing a
    11..11 hear pager firing a
    200    over`,
  ],
  [
    'a receiver without integrations is a black hole',
    `
    1   push a{severity="noise"}
    300 over`,
  ],
  [
    'send_resolved off: the end is not told, and firing again is told',
    `
    1        push a{quiet="yes"}
    11..11   hear quiet firing a
    20       end a{quiet="yes"}
    100      push a{quiet="yes"}
    110..110 hear quiet firing a
    300      over`,
  ],
  [
    'a receiver that was away hears the newest state',
    `
    0      down
    1      push a{team="x"}
    20     push b{team="x"}
    80     up
    80..180 hear hook firing a b
    300    over`,
  ],
  [
    'away from the beginning to the end: that it fired is told before that it is over',
    `
    0       down
    1       push a
    30      end a
    100     up
    100..200 hear hook firing a
    100..200 hear hook resolved a!
    300     over`,
  ],
  [
    'killed with a message unsent: it is sent by the next life, once',
    `
    0       down
    1       push a
    20      crash
    30      up
    30..60  hear hook firing a
    400     over`,
  ],
  [
    'killed after the message went out: it is not repeated',
    `
    1       push a
    11..11  hear hook firing a
    20      crash
    400     over`,
  ],
  [
    'killed before group_wait was over: the alert is not forgotten',
    `
    1       push a
    5       crash
    10..12  hear hook firing a
    400     over`,
  ],
  [
    'resolved while nobody was there to tell: told after the restart',
    `
    1       push a
    11..11  hear hook firing a
    20      end a
    25      crash
    25..40  hear hook resolved a!
    400     over`,
  ],
])('%s', async (_, script) => {
  expect(await playTimeline(CONFIG, script)).toEqual([])
})
