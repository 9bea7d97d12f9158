import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Alert, Labels, systemClock } from '@weir/model'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type RunningAlertmanager,
  startAlertmanager,
  startWeirRouting,
} from '../http/testing/alertmanagers.ts'
import { findPeer, freePort } from '../http/testing/peers.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { alertingConfig } from './config.ts'
import { type AlertmanagersView, OutsideAlertmanagers } from './outside-alertmanagers.ts'

const prometheus = findPeer('prometheus')
const alertmanager = findPeer('prometheus-alertmanager')

const ROUTES = 'route: {receiver: all, group_wait: 1h}\nreceivers: [{name: all}]\n'

/** Two that take alerts, and some that never are asked, for what becomes of their names. */
const alerting = (real: string, weir: string): unknown => ({
  alert_relabel_configs: [
    { regex: 'secret', action: 'labeldrop' },
    { source_labels: ['alertname'], regex: 'Never', action: 'drop' },
    { source_labels: ['team'], target_label: 'crew', replacement: 'of $1' },
  ],
  alertmanagers: [
    { static_configs: [{ targets: [new URL(real).host] }], timeout: '5s' },
    {
      static_configs: [{ targets: [new URL(weir).host], labels: { kind: 'weir' } }],
      path_prefix: '/x/',
      relabel_configs: [{ target_label: '__alerts_path__', replacement: '/api/v2/alerts' }],
    },
    {
      static_configs: [{ targets: ['127.0.0.1:1', 'gone:1'], labels: { __scheme__: 'ftp' } }],
      scheme: 'https',
      path_prefix: 'am',
      relabel_configs: [{ source_labels: ['__address__'], regex: 'gone.*', action: 'drop' }],
    },
  ],
})

/** Prometheus lists its sections in any order. */
function sorted({ activeAlertmanagers, droppedAlertmanagers }: AlertmanagersView): string[] {
  const active = activeAlertmanagers.map(({ url }) => url).toSorted()
  return [...active, ...droppedAlertmanagers.map(({ url }) => `dropped ${url}`)]
}

describe.skipIf(prometheus === undefined || alertmanager === undefined)('beside real peers', () => {
  let real: RunningAlertmanager
  let weir: RunningAlertmanager
  let folder: string

  beforeAll(async () => {
    real = await startAlertmanager(alertmanager!, ROUTES)
    weir = await startWeirRouting(ROUTES)
    folder = await mkdtemp(join(tmpdir(), 'weir-sender-'))
  })
  afterAll(async () => {
    await real[Symbol.asyncDispose]()
    await weir[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  /** What is known there of alerts of these names, without the moments of the run. */
  async function known(url: string, names: string): Promise<string[]> {
    const reply = await fetch(`${url}/api/v2/alerts?filter=alertname=~"${names}"`)
    const all = (await reply.json()) as Record<string, unknown>[]
    return all.map(({ labels, annotations, generatorURL }) =>
      JSON.stringify({
        labels: Object.entries(labels as object).toSorted(([a], [b]) => (a < b ? -1 : 1)),
        annotations,
        generatorURL,
      }),
    )
  }

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt++) {
      if (await isSo().catch(() => false)) return
      await systemClock.sleep(25)
    }
    throw new Error('waited 10 s in vain')
  }

  let theirView: AlertmanagersView

  test(
    'Prometheus sends its alerts to Weir as to an Alertmanager',
    { timeout: 20_000 },
    async () => {
      const rule = (name: string): object => ({
        alert: name,
        expr: 'vector(1)',
        labels: { team: 'a', secret: 'x' },
        annotations: { summary: 'is {{ $value }}' },
      })
      const rules = {
        groups: [{ name: 'g', interval: '500ms', rules: [rule('A'), rule('Never')] }],
      }
      await writeFile(join(folder, 'rules.yml'), JSON.stringify(rules))
      const config = {
        global: { external_labels: { site: 's' } },
        rule_files: ['rules.yml'],
        alerting: alerting(real.url, weir.url),
      }
      await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config))
      const port = await freePort()
      const child = spawn(
        prometheus!,
        [
          `--config.file=${join(folder, 'prometheus.yml')}`,
          `--storage.tsdb.path=${join(folder, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--web.external-url=http://prometheus',
          '--rules.alert.resend-delay=1s', // its first alerts come before it knows of anybody
        ],
        { stdio: 'ignore' },
      )
      try {
        await until(async () => (await known(real.url, 'A')).length > 0)
        await until(async () => (await known(weir.url, 'A')).length > 0)
        const reply = await fetch(`http://127.0.0.1:${port}/api/v1/alertmanagers`)
        theirView = ((await reply.json()) as { data: AlertmanagersView }).data
      } finally {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      expect(await known(weir.url, 'A|Never')).toEqual(await known(real.url, 'A|Never'))
    },
  )

  test('Weir sends alerts to the same Alertmanagers as Prometheus, and they take them', async () => {
    const config = alertingConfig.parse(alerting(real.url, weir.url))
    await using outside = new OutsideAlertmanagers({
      clock: systemClock,
      telemetry: { registry: new Registry(), log: new Log(pino({ level: 'silent' })) },
      queuedMax: 10,
    })
    await outside.apply(config)
    expect(sorted(outside.view())).toEqual(sorted(theirView))
    const nowMs = systemClock.now()
    const fires: Alert = {
      labels: Labels.of({ alertname: 'B', team: 'b' }),
      annotations: Labels.of({ summary: 'é "q"' }),
      startsAtMs: nowMs,
      endsAtMs: nowMs + 60_000,
      generatorUrl: 'http://g/?a=b&c',
    }
    await outside.receive([fires])
    await until(async () => (await known(real.url, 'B')).length > 0)
    expect(await known(real.url, 'B')).toEqual([
      '{"labels":[["alertname","B"],["team","b"]],"annotations":{"summary":"é \\"q\\""},"generatorURL":"http://g/?a=b&c"}',
    ])
    await outside.receive([{ ...fires, endsAtMs: nowMs }])
    await until(async () => (await known(real.url, 'B')).length === 0)
  })
})
