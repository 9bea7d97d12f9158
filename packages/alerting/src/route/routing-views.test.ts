import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import type { Alerting } from '../options.ts'
import { alertingInMemory } from '../testing/alerting-in-memory.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import type { PostedAlert, RoutedAlertView } from './views.ts'

const CONFIG = `
global: {resolve_timeout: 2m}
route:
  receiver: rest
  group_by: [team]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 90s
  routes:
  - matchers: [severity=page]
    receiver: pager
    continue: true
  - matchers: [team=~".+"]
    receiver: team
receivers:
- {name: rest}
- {name: pager, labels: {on: call}}
- name: team
  webhook_configs: [{url: 'http://r/team'}]
`

const START_MS = Date.UTC(2026, 0, 1)

function opened(clock: ManualClock, config = CONFIG): Promise<Alerting> {
  return alertingInMemory({
    config: { fileName: 'am.yml', text: config },
    clock,
    fetch: async () => ({ status: 200, headers: new Headers(), text: async () => '' }),
  })
}

const posted = (labels: Record<string, string>, times: Partial<PostedAlert> = {}): PostedAlert => ({
  labels: Labels.of(labels),
  annotations: Labels.EMPTY,
  generatorUrl: '',
  ...times,
})

const names = (alerts: readonly RoutedAlertView[]): string[] =>
  alerts.map(({ labels }) => labels.get('alertname')).toSorted()

test('alerts without an end fire for resolve_timeout after the last push', async () => {
  const clock = new ManualClock(START_MS)
  await using alerting = await opened(clock)
  const { routing } = alerting
  expect(await routing.post([posted({ alertname: 'a', severity: 'page', team: 'x' })])).toEqual([])
  expect(routing.alerts()).toMatchObject([
    {
      startsAtMs: START_MS,
      endsAtMs: START_MS + 120_000,
      receivers: ['pager', 'team'],
      status: { state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: [] },
    },
  ])
  await clock.advance(60_000)
  await routing.post([posted({ alertname: 'a', severity: 'page', team: 'x' })])
  await clock.advance(119_000)
  expect(names(routing.alerts())).toEqual(['a'])
  await clock.advance(1000)
  expect(routing.alerts()).toEqual([])
})

test('bad alerts are refused one by one, with what is wrong', async () => {
  await using alerting = await opened(new ManualClock(START_MS))
  const { routing } = alerting
  const problems = await routing.post([
    posted({}),
    posted({ alertname: 'good' }),
    posted({ alertname: 'late' }, { startsAtMs: START_MS + 1, endsAtMs: START_MS }),
  ])
  expect(problems).toEqual([
    'Cannot take an alert: want at least one label, got none',
    'Cannot take alert {alertname="late"}: want an end after its start',
  ])
  expect(names(routing.alerts())).toEqual(['good'])
  expect(names(routing.alerts(({ labels }) => labels.has('severity')))).toEqual([])
})

test('groups show what goes out together, to whom', async () => {
  const clock = new ManualClock(START_MS)
  await using alerting = await opened(clock)
  const { routing } = alerting
  await routing.post([
    posted({ alertname: 'b', team: 'x' }),
    posted({ alertname: 'a', team: 'x', severity: 'page' }),
    posted({ alertname: 'c' }),
  ])
  expect(
    routing
      .groups()
      .map(({ key, receiver, alerts }) => `${receiver} ${key} ${names(alerts).join()}`),
  ).toEqual([
    'rest {}:{} c',
    'pager {}/{severity="page"}:{team="x"} a',
    'team {}/{team=~".+"}:{team="x"} a,b',
  ])
  expect(routing.groups()[0]).toMatchObject({ groupIntervalMs: 60_000, repeatsEveryMs: 120_000 })
})

test('where labels would go can be asked without an alert', async () => {
  await using alerting = await opened(new ManualClock(START_MS))
  const { routing } = alerting
  expect(routing.routes(Labels.of({ team: 'x', severity: 'page' }))).toMatchObject([
    {
      receiver: 'pager',
      routeKey: '{}/{severity="page"}',
      groupKey: '{}/{severity="page"}:{team="x"}',
    },
    { receiver: 'team', groupWaitMs: 10_000, repeatIntervalMs: 90_000 },
  ])
  expect(routing.receivers()).toEqual([
    { name: 'rest', labels: {}, integrations: [] },
    { name: 'pager', labels: { on: 'call' }, integrations: [] },
    { name: 'team', labels: {}, integrations: ['webhook'] },
  ])
})
