import { systemClock } from '@weir/model'
import { expect, test } from 'vitest'
import { startWeirRouting } from '../http/testing/alertmanagers.ts'
import { alertingFamilies } from './alerting-families.ts'

const CONFIG = `
route: {receiver: team, group_wait: 1h, group_by: [alertname]}
receivers: [{name: team, webhook_configs: [{url: 'http://127.0.0.1:9/a'}, {url: 'http://127.0.0.1:9/b'}]}, {name: quiet}]
inhibit_rules: [{source_matchers: [alertname="Down"], target_matchers: [alertname="Slow"]}]
`

test('figures of what is there now', async () => {
  await using weir = await startWeirRouting(CONFIG)
  const { alerting } = weir
  const nowMs = systemClock.now()
  const post = (...names: readonly string[]): unknown =>
    fetch(`${weir.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(names.map((alertname) => ({ labels: { alertname } }))),
    })
  await post('Down', 'Slow', 'Late')
  const silence = { createdBy: 'ann', comment: '', annotations: {}, endsAtMs: nowMs + 9e6 }
  for (const startsAtMs of [nowMs - 1, nowMs + 1e6]) {
    const matchers = [{ name: 'alertname', operator: '=' as const, value: 'Late' }]
    await alerting.silences.set({ ...silence, matchers, startsAtMs })
  }
  const failing = { receiver: 'team', integration: 'webhook', lastError: 'away' }
  const outbox = {
    ...alerting.outbox,
    pendingCount: 3,
    failing: () => [
      { ...failing, index: 1, sinceMs: nowMs - 9000 },
      { ...failing, index: 0, sinceMs: nowMs - 5000 },
    ],
  }
  const families = alertingFamilies({ ...views(alerting), outbox }, nowMs)
  expect(
    families.flatMap(({ samples }) =>
      samples.map(({ name, labels, value }) => `${name}${labels.toString()} ${value}`),
    ),
  ).toEqual([
    'weir_alerting_alerts{state="active"} 1',
    'weir_alerting_alerts{state="suppressed"} 2',
    'weir_alerting_groups{} 3',
    'weir_alerting_silences{state="active"} 1',
    'weir_alerting_silences{state="pending"} 1',
    'weir_alerting_silences{state="expired"} 0',
    'weir_alerting_notifications_pending{} 3',
    'weir_alerting_receiver_failing_seconds{integration="webhook", receiver="team"} 9',
  ])
  const healthy = { ...outbox, failing: () => [] }
  const last = alertingFamilies({ ...views(alerting), outbox: healthy }, nowMs).at(-1)!
  expect(last.samples.map(({ value }) => value)).toEqual([0])
})

function views({ routing, silences }: Awaited<ReturnType<typeof startWeirRouting>>['alerting']) {
  return { routing, silences }
}
