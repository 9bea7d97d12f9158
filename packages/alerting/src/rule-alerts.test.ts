import { type Alert, type AlertSink, Labels } from '@weir/model'
import { expect, test } from 'vitest'
import type { AlertingSetup } from './options.ts'
import { RuleAlerts } from './rule-alerts.ts'

const CONFIG = { fileName: 'am.yml', text: '' }

function fires(name: string): Alert {
  const labels = Labels.of({ alertname: name })
  return { labels, annotations: Labels.EMPTY, startsAtMs: 0, endsAtMs: 1, generatorUrl: '' }
}

function recording(): { readonly sink: AlertSink; readonly heard: string[] } {
  const heard: string[] = []
  const receive = async (alerts: readonly Alert[]): Promise<void> => {
    heard.push(...alerts.map(({ labels }) => labels.toString()))
  }
  return { sink: { receive }, heard }
}

const relabelAlert = (labels: Labels): Labels | undefined =>
  labels.get('alertname') === 'Not' ? undefined : labels.with('site', 's')

test.each([
  ['no config, nobody elsewhere', {}, 'routes'],
  ['a config', { config: CONFIG }, 'routes'],
  ['Alertmanagers elsewhere', { isSent: true }, 'outside'],
  ['both', { isSent: true, config: CONFIG }, 'both'],
] as const)('with %s alerts of rules go there', async (_, given, want) => {
  const [routes, outside] = [recording(), recording()]
  const { isSent, ...rest } = { isSent: false, ...given }
  const setup: AlertingSetup = {
    ...rest,
    ...(isSent ? { outside: outside.sink } : {}),
    relabelAlert,
  }
  const alerts = new RuleAlerts(routes.sink, () => setup)
  await alerts.receive([fires('A'), fires('Not')])
  const relabelled = ['{alertname="A", site="s"}']
  expect(routes.heard).toEqual(want === 'outside' ? [] : relabelled)
  expect(outside.heard).toEqual(want === 'routes' ? [] : relabelled)
  await alerts.repeatEnds?.([fires('End'), fires('Not')])
  expect(routes.heard).toEqual(want === 'outside' ? [] : relabelled)
  expect(outside.heard.slice(1)).toEqual(want === 'routes' ? [] : ['{alertname="End", site="s"}'])
})

test('a failure on one side is told to the rule, and the other side hears all the same', async () => {
  const outside = recording()
  const broken: AlertSink = {
    receive: async () => {
      throw new Error('disk full')
    },
  }
  const alerts = new RuleAlerts(broken, () => ({ outside: outside.sink, config: CONFIG }))
  await expect(alerts.receive([fires('A')])).rejects.toThrow('disk full')
  expect(outside.heard).toEqual(['{alertname="A"}'])
})
