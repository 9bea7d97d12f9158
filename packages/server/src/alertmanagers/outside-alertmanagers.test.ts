import { type Alert, Labels, systemClock } from '@weir/model'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { startWeirRouting } from '../http/testing/alertmanagers.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { relabelOf } from './alert-relabel.ts'
import { alertingConfig, namesAlertmanagers } from './config.ts'
import { OutsideAlertmanagers } from './outside-alertmanagers.ts'

const ROUTES = 'route: {receiver: all, group_wait: 1h}\nreceivers: [{name: all}]\n'

function open(): OutsideAlertmanagers {
  const telemetry = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
  return new OutsideAlertmanagers({ clock: systemClock, telemetry, queuedMax: 10 })
}

function fires(name: string, more: Readonly<Record<string, string>> = {}): Alert {
  const nowMs = systemClock.now()
  return {
    labels: Labels.of({ alertname: name, ...more }),
    annotations: Labels.EMPTY,
    startsAtMs: nowMs,
    endsAtMs: nowMs + 60_000,
    generatorUrl: '',
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 400 && !isSo(); attempt++) await systemClock.sleep(5)
  expect(isSo()).toBe(true)
}

test('alerts go to every Alertmanager, relabelled for each; a reload keeps those that stay', async () => {
  await using first = await startWeirRouting(ROUTES)
  await using second = await startWeirRouting(ROUTES)
  const known = ({ alerting }: typeof first): string[] =>
    alerting.routing.alerts().map(({ labels }) => labels.toString())
  const { alertmanagers } = alertingConfig.parse({
    alertmanagers: [
      { static_configs: [{ targets: [new URL(first.url).host, new URL(first.url).host] }] },
      {
        static_configs: [{ targets: [new URL(second.url).host, 'gone:1'] }],
        path_prefix: '/away/',
        relabel_configs: [
          { source_labels: ['__address__'], regex: 'gone.*', action: 'drop' },
          { target_label: '__alerts_path__', replacement: '/api/v2/alerts' },
        ],
        alert_relabel_configs: [
          { source_labels: ['alertname'], regex: 'Not', action: 'drop' },
          { target_label: 'seen', replacement: 'yes' },
        ],
      },
    ],
  })
  await using outside = open()
  await outside.apply({ alertmanagers })
  expect(outside.view()).toEqual({
    activeAlertmanagers: [
      { url: `${first.url}/api/v2/alerts` },
      { url: `${second.url}/api/v2/alerts` },
    ],
    droppedAlertmanagers: [{ url: 'http://gone:1/away/api/v2/alerts' }],
  })
  await outside.receive([fires('A'), fires('Not')])
  await until(() => known(first).length === 2 && known(second).length === 1)
  expect(known(first).toSorted()).toEqual(['{alertname="A"}', '{alertname="Not"}'])
  expect(known(second)).toEqual(['{alertname="A", seen="yes"}'])
  await outside.apply({ alertmanagers: alertmanagers.slice(0, 1) })
  expect(outside.view().activeAlertmanagers).toHaveLength(1)
  await outside.receive([fires('B')])
  await until(() => known(first).length === 3)
  expect(known(second)).toHaveLength(1)
})

test('a certificate that cannot be read changes nothing', async () => {
  await using outside = open()
  const section = (more: object): object => ({ static_configs: [{ targets: ['a:1'] }], ...more })
  await outside.apply(alertingConfig.parse({ alertmanagers: [section({})] }))
  const broken = section({ tls_config: { ca_file: '/nowhere/ca.pem' } })
  const config = alertingConfig.parse({ alertmanagers: [broken] })
  await expect(outside.apply(config)).rejects.toMatchObject({ code: 'FETCH_FAILED' })
  expect(outside.view().activeAlertmanagers).toEqual([{ url: 'http://a:1/api/v2/alerts' }])
})

test.each([
  [[], false],
  [[{}], false],
  [[{ static_configs: [{}] }], false],
  [[{ static_configs: [{ targets: ['a:1'] }] }], true],
  [[{}, { file_sd_configs: [{ files: ['a.yml'] }] }], true],
])('sections %j name Alertmanagers: %s', (alertmanagers, want) => {
  expect(namesAlertmanagers(alertingConfig.parse({ alertmanagers }))).toBe(want)
})

test.each([
  [{ api_version: 'v1' }, 'want v2'],
  [{ sigv4: {} }, 'signing proxy'],
  [{ scheme: 'ftp' }, 'http'],
  [{ timeout: '0s' }, 'want more than 0'],
  [{ ec2_sd_configs: [{}] }, 'ec2'],
  [{ nope: 1 }, 'nope'],
])('%j is refused: %s', (keys, why) => {
  const read = alertingConfig.safeParse({ alertmanagers: [keys] })
  expect(JSON.stringify(read.error?.issues)).toContain(why)
})

test('rules over labels rename, drop and leave alone', () => {
  const { alert_relabel_configs: rules } = alertingConfig.parse({
    alert_relabel_configs: [
      { regex: 'secret', action: 'labeldrop' },
      { source_labels: ['alertname'], regex: 'Never', action: 'drop' },
    ],
  })
  const relabel = relabelOf(rules)
  const labels = Labels.of({ alertname: 'A' })
  expect(relabel(labels)).toBe(labels)
  expect(relabel(labels.with('secret', 'x'))?.toString()).toBe('{alertname="A"}')
  expect(relabel(Labels.of({ alertname: 'Never' }))).toBeUndefined()
})
