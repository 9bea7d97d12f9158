import { systemClock } from '@weir/model'
import { expect, test } from 'vitest'
import type { PushedAlert } from '../testing/alertmanager.ts'
import { peer } from '../testing/peers.ts'
import { type SideBySide, comparables, openSideBySide } from '../testing/side-by-side.ts'

const alertmanager = peer('prometheus-alertmanager')

/** Everything that holds alerts back. Times of 1 s so that a test can wait for turns. */
const config = (base: string): string => `
route:
  receiver: rest
  group_by: [team]
  group_wait: 400ms
  group_interval: 1s
  repeat_interval: 1h
  routes:
  - matchers: [kind="muted"]
    receiver: muted
    mute_time_intervals: [never, always]
  - matchers: [kind="awake"]
    receiver: awake
    active_time_intervals: [never, always]
    mute_time_intervals: [never]
  - matchers: [kind="asleep"]
    receiver: asleep
    active_time_intervals: [never]
  - matchers: [kind="quiet"]
    receiver: quiet
  - matchers: [kind="twice"]
    receiver: first
    continue: true
  - matchers: [kind=~"tw.*"]
    receiver: second
    group_by: ['...']
  - matchers: [kind="again"]
    receiver: again
    repeat_interval: 1s
receivers:
${['rest', 'muted', 'awake', 'asleep', 'first', 'second', 'again']
  .map((name) => `- {name: ${name}, webhook_configs: [{url: '${base}/${name}'}]}`)
  .join('\n')}
- name: quiet
  webhook_configs: [{url: '${base}/quiet', send_resolved: false}]
inhibit_rules:
- source_matchers: [severity="critical"]
  target_matchers: [severity=~"warning|info"]
  equal: [team, missing]
- source_match: {loop: both}
  target_match_re: {loop: 'b.*'}
time_intervals:
- {name: always, time_intervals: [{years: ['2000:2100']}]}
mute_time_intervals:
- {name: never, time_intervals: [{years: ['2000']}, {months: [1], days_of_month: ['31'], weekdays: ['sunday:monday'], years: ['1999']}]}
`

const labelled = (...all: readonly Record<string, string>[]): PushedAlert[] =>
  all.map((labels) => ({ labels, annotations: {} }))

const KEPT = labelled(
  { alertname: 'a', team: 'x', severity: 'warning' }, // held back by the critical one
  { alertname: 'a', team: 'y', severity: 'warning' }, // of another team
  { alertname: 'b', team: 'x', severity: 'none' },
  { alertname: 'm', kind: 'muted' },
  { alertname: 'n', kind: 'awake' },
  { alertname: 'o', kind: 'asleep' },
  { alertname: 'p', kind: 'twice', team: 'x' },
  { alertname: 'q', kind: 'twice', team: 'y' },
  { alertname: 'r', loop: 'both' }, // of both sides: it does not hold back itself
  { alertname: 's', loop: 'b' }, // held back by the one before
  { alertname: 'v', kind: 'again' },
)

const ENDING = labelled(
  { alertname: 'c', team: 'x', severity: 'critical' },
  { alertname: 'd', team: 'hushed' }, // ends under a silence
  { alertname: 'e', kind: 'quiet' },
  { alertname: 'p', kind: 'twice', team: 'z' },
)

/** What both said so far, but for the receiver that is told again and again. */
async function told(both: SideBySide, count: number): Promise<Record<'peer' | 'weir', string[]>> {
  const { peer: theirs, weir: ours } = await both.heard(count)
  const heard = (said: typeof ours): string[] =>
    comparables(said.filter(({ path }) => path !== '/again'))
  return { peer: heard(theirs), weir: heard(ours) }
}

test.runIf(alertmanager !== undefined)(
  'Alertmanager and Weir hold the same alerts back, and let them go together',
  { timeout: 60_000 },
  async () => {
    await using both = await openSideBySide(alertmanager!, ({ url }) => config(url))
    const startMs = systemClock.now()
    const unhush = await both.silence([{ name: 'team', operator: '=~', value: 'h.*d' }])
    const untilMs = startMs + 3_600_000
    await both.push([...KEPT, ...ENDING], startMs, untilMs)
    await both.heard(12)
    await both.push(ENDING, startMs, systemClock.now())
    await both.heard(18)
    await systemClock.sleep(700) // a turn more, with what either says beyond that
    const ended = await told(both, 18) // the source is over: what it held back is told
    expect(ended.weir).toEqual(ended.peer)
    await unhush()
    await both.push(ENDING, systemClock.now(), untilMs)
    const again = await told(both, 24)
    expect(again.weir).toEqual(again.peer)
    const { peer: theirs, weir: ours } = await both.heard(0)
    for (const said of [theirs, ours]) {
      expect(said.filter(({ path }) => path === '/again').length).toBeGreaterThan(1)
    }
  },
)
