import { type Alert, Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { type Arrival, simulateRouting } from './simulate.ts'

const CONFIG = `
route:
  receiver: hook
  group_by: [team]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 1h
  routes:
  - matchers: [severity=page]
    receiver: pager
    continue: true
  - matchers: [team=~".+"]
receivers:
- name: hook
  webhook_configs: [{url: 'http://r/hook'}]
- name: pager
  pagerduty_configs: [{routing_key: secret}]
  webhook_configs: [{url: 'http://r/pager', send_resolved: false}]
`

const DAY_MS = 86_400_000
const START_MS = Date.UTC(2026, 0, 1)

const alert = (labels: Record<string, string>, startsAtMs: number, endsAtMs: number): Alert => ({
  labels: Labels.of(labels),
  annotations: Labels.EMPTY,
  startsAtMs,
  endsAtMs,
  generatorUrl: '',
})

async function played(arrivals: Iterable<Arrival>, untilMs: number): Promise<string[]> {
  const told = await simulateRouting({
    config: { fileName: 'am.yml', text: CONFIG },
    arrivals,
    untilMs,
  })
  const lines = told.map(
    ({ atMs, receiver, integration, status, alerts, reason }) =>
      `${(atMs - START_MS) / 1000} ${receiver} ${integration} ${status} ${alerts.length}: ${reason}`,
  )
  // What is told at the same moment has no order.
  return lines.sort((a, b) => parseInt(a) - parseInt(b) || (a < b ? -1 : 1))
}

test('alerts of the past lead to the notifications that they would have led to', async () => {
  const labels = { alertname: 'a', severity: 'page', team: 'x' }
  const endMs = START_MS + 4_000_000
  const arrivals = [
    { atMs: START_MS, alerts: [alert(labels, START_MS, endMs)] },
    {
      atMs: START_MS + 30_000,
      alerts: [alert({ alertname: 'b', team: 'x' }, START_MS + 30_000, endMs)],
    },
  ]
  expect(await played(arrivals, START_MS + DAY_MS)).toEqual([
    '10 hook webhook firing 1: first notification',
    '10 pager pagerduty firing 1: first notification',
    '10 pager webhook firing 1: first notification',
    '70 hook webhook firing 2: new alerts added',
    '3610 pager pagerduty firing 1: repeat interval elapsed',
    '3610 pager webhook firing 1: repeat interval elapsed',
    '3670 hook webhook firing 2: repeat interval elapsed',
    '4030 hook webhook resolved 2: all alerts resolved',
    '4030 pager pagerduty resolved 1: all alerts resolved',
  ])
})

test('thirty days of an alert that comes and goes are played in no time', async () => {
  function* comings(): Iterable<Arrival> {
    for (let atMs = START_MS; atMs < START_MS + 30 * DAY_MS; atMs += 7_200_000) {
      yield { atMs, alerts: [alert({ alertname: 'a' }, atMs, atMs + 1_800_000)] }
    }
  }
  const told = await played(comings(), START_MS + 31 * DAY_MS)
  expect(told).toHaveLength(2 * 30 * 12)
  expect(told.slice(0, 3)).toEqual([
    '10 hook webhook firing 1: first notification',
    '1810 hook webhook resolved 1: all alerts resolved',
    '7210 hook webhook firing 1: first notification',
  ])
})

test('without a config everything is shown on the page', async () => {
  const arrivals = [{ atMs: START_MS, alerts: [alert({ alertname: 'a' }, START_MS, START_MS + 1)] }]
  const told = await simulateRouting({ config: undefined, arrivals, untilMs: START_MS + DAY_MS })
  expect(told).toMatchObject([
    { receiver: 'page', integration: 'record', atMs: START_MS, status: 'firing' },
    { atMs: START_MS + 300_000, status: 'resolved' },
  ])
})
