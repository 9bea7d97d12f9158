import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:http'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Labels, systemClock } from '@weir/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAlerting } from '../alerting.ts'
import type { Alerting } from '../options.ts'
import { MemoryStore, RecordingAppender, recordingTelemetry } from '../testing/memory-rooms.ts'
import { peer } from '../testing/peers.ts'

/** The same alerts into a real Alertmanager and into Weir: the same groups, the same messages. */
const alertmanager = peer('prometheus-alertmanager')

const config = (port: number, who: string): string => `
global: {pagerduty_url: 'http://127.0.0.1:${port}/${who}/pagerduty'}
route:
  receiver: all.of+it
  group_by: [job]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 1h
  routes:
  - matchers: ['severity=~"page|wake"', team!=""]
    receiver: pager
    group_by: [alertname, team]
    continue: true
  - match_re: {service: 'db.*'}
    receiver: each
    group_by: ['...']
receivers:
- name: all.of+it
  webhook_configs: [{url: 'http://127.0.0.1:${port}/${who}/all', max_alerts: 2}]
- name: each
  webhook_configs: [{url: 'http://127.0.0.1:${port}/${who}/each', send_resolved: false}]
- name: pager
  pagerduty_configs:
  - routing_key: secret
    client: c
    client_url: u
    severity: '{{ with .CommonLabels.severity }}{{ if eq . "wake" }}critical{{ else }}warning{{ end }}{{ end }}'
    description: '{{ template "__subject" . }} {{ .CommonAnnotations.summary | toUpper }}'
    class: '{{ range $i, $p := .GroupLabels.SortedPairs }}{{ if $i }},{{ end }}{{ $p.Name }}{{ end }}'
    component: '{{ .CommonLabels.Names | join "-" }}'
    group: '{{ (index .Alerts 0).StartsAt.UTC.Format "2006-01-02" }}'
    details: {pairs: '{{ .CommonLabels }}', count: '{{ len .Alerts }}', yes: 'true', list: '["a"]', empty: '', plain: 'a: b: c'}
    links: [{href: 'http://l/{{ .GroupLabels.team | urlquery }}', text: '{{ .Status | title }}'}]
`

interface PushedAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

const ALERTS: readonly PushedAlert[] = [
  { labels: { alertname: 'A', job: 'etl', instance: 'b' }, annotations: { summary: 'x <&> "y"' } },
  { labels: { alertname: 'A', job: 'etl', instance: 'a' }, annotations: { summary: 'x <&> "y"' } },
  { labels: { alertname: 'B', job: 'etl' }, annotations: {} },
  { labels: { alertname: 'C' }, annotations: { description: 'no job\nat all' } },
  {
    labels: { alertname: 'D', severity: 'page', team: 'red & blue' },
    annotations: { summary: 's' },
  },
  {
    labels: { alertname: 'D', severity: 'wake', team: 'red & blue', host: 'h' },
    annotations: { summary: 's' },
  },
  {
    labels: { alertname: 'E', severity: 'wake', team: 't', service: 'db1' },
    annotations: { summary: 'é' },
  },
  { labels: { alertname: 'F', service: 'db2', quoted: 'a"b\\c' }, annotations: {} },
]

const heard = new Map<string, string[]>()
let sink: Server
let weir: Alerting
let peerProcess: ChildProcess | undefined
let peerUrl = ''
let folder = ''

beforeAll(async () => {
  if (alertmanager === undefined) return
  sink = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const [, who, path] = request.url!.split('/')
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
      heard.set(who!, [...(heard.get(who!) ?? []), comparable(path!, body)])
      response.writeHead(202).end('{}')
    })
  })
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  const { port } = sink.address() as AddressInfo
  folder = mkdtempSync(join(tmpdir(), 'weir-alertmanager-'))
  writeFileSync(join(folder, 'am.yml'), config(port, 'peer'))
  const free = await freePort()
  peerUrl = `http://127.0.0.1:${free}`
  peerProcess = spawn(
    alertmanager,
    [
      `--config.file=${join(folder, 'am.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${free}`,
      '--web.external-url=http://weir',
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  )
  await until(async () => (await fetch(`${peerUrl}/-/ready`)).ok)
  weir = await startAlerting({
    config: { fileName: 'am.yml', text: config(port, 'weir') },
    strictCompat: true,
    query: async () => [],
    appender: new RecordingAppender(),
    store: new MemoryStore(),
    clock: systemClock,
    externalUrl: 'http://weir',
    telemetry: recordingTelemetry().telemetry,
  })
})

afterAll(async () => {
  if (alertmanager === undefined) return
  await weir[Symbol.asyncDispose]()
  const exited = new Promise((resolve) => peerProcess!.once('exit', resolve))
  peerProcess!.kill()
  await exited
  sink.closeAllConnections()
  await new Promise((resolve) => sink.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const socket = createSocket()
  await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve))
  const { port } = socket.address() as AddressInfo
  await new Promise((resolve) => socket.close(resolve))
  return port
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endMs = systemClock.monotonicMs() + 10_000
  while (systemClock.monotonicMs() < endMs) {
    if (await isSo().catch(() => false)) return
    await systemClock.sleep(50)
  }
  throw new Error(`waited 10 s in vain; heard ${JSON.stringify([...heard], undefined, 1)}`)
}

/** What a message says, without what must differ between the two: links, newer fields, key order. */
function comparable(path: string, body: Record<string, unknown>): string {
  const { notification_reason: _, routeLabels: __, ...rest } = body
  return `${path} ${JSON.stringify(sortKeys(rest), undefined, 1)}`
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]))
}

async function push(
  alerts: readonly PushedAlert[],
  startsAtMs: number,
  endsAtMs: number,
): Promise<void> {
  const generatorUrl = 'http://g/?a=b&c'
  const body = alerts.map((alert) => ({
    ...alert,
    startsAt: new Date(startsAtMs).toISOString(),
    endsAt: new Date(endsAtMs).toISOString(),
    generatorURL: generatorUrl,
  }))
  const headers = { 'content-type': 'application/json' }
  const [answer] = await Promise.all([
    fetch(`${peerUrl}/api/v2/alerts`, { method: 'POST', headers, body: JSON.stringify(body) }),
    weir.receive(
      alerts.map(({ labels, annotations }) => ({
        labels: Labels.of(labels),
        annotations: Labels.of(annotations),
        startsAtMs,
        endsAtMs,
        generatorUrl,
      })),
    ),
  ])
  expect(answer.status).toBe(200)
}

const said = (who: string): string[] => (heard.get(who) ?? []).toSorted()

test.runIf(alertmanager !== undefined)(
  'Alertmanager and Weir send the same messages about the same alerts',
  { timeout: 30_000 },
  async () => {
    const startMs = systemClock.now()
    await push(ALERTS, startMs, startMs + 3_600_000)
    await until(async () => said('peer').length >= 6 && said('weir').length >= 6)
    expect(said('weir')).toEqual(said('peer'))
    heard.clear()
    const over = ALERTS.filter((_, i) => [0, 2, 3, 4, 6, 7].includes(i))
    await push(over, startMs, systemClock.now())
    await until(async () => said('peer').length >= 4 && said('weir').length >= 4)
    await systemClock.sleep(300) // anything that one of them says beyond that
    expect(said('weir')).toEqual(said('peer'))
  },
)
