import { type IncomingMessage, type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@weir/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Alerting } from '../options.ts'
import {
  type RunningAlertmanager,
  pushToBoth,
  startAlertmanager,
  until,
} from '../testing/alertmanager.ts'
import { alertingInMemory } from '../testing/alerting-in-memory.ts'
import { peer } from '../testing/peers.ts'

/**
 * The same alerts into a real Alertmanager and into Weir, both telling every kind that speaks HTTP to
 * an address of ours: the same requests, word for word, default texts included.
 */
const alertmanager = peer('prometheus-alertmanager')

const at = (port: number, who: string, kind: string): string =>
  `http://127.0.0.1:${port}/${who}/${kind}`

const config = (port: number, who: string): string => `
global:
  wechat_api_url: '${at(port, who, 'wechat')}/'
  wechat_api_secret: wechat-secret
  wechat_api_corp_id: corp
  telegram_api_url: '${at(port, who, 'telegram')}'
  telegram_bot_token: telegram-token
  rocketchat_api_url: '${at(port, who, 'rocketchat')}/'
  rocketchat_token: rocket-token
  rocketchat_token_id: rocket-id
  mattermost_webhook_url: '${at(port, who, 'mattermost')}'
  jira_api_url: '${at(port, who, 'jira')}/rest/api/2/'
templates: ['brand.tmpl']
route:
  receiver: every.kind
  group_by: [job]
  group_wait: 1s
  group_interval: 1s
receivers:
- name: every.kind
  discord_configs:
  - {webhook_url: '${at(port, who, 'discord')}'}
  - {webhook_url: '${at(port, who, 'discord2')}', content: '{{ .Status }}', title: '{{ template "long" . }}', message: '{{ template "long" . }}', username: u, avatar_url: 'http://a/b.png'}
  msteams_configs:
  - {webhook_url: '${at(port, who, 'msteams')}'}
  msteamsv2_configs:
  - {webhook_url: '${at(port, who, 'msteamsv2')}'}
  - {webhook_url: '${at(port, who, 'msteamsv2b')}', title: '{{ .CommonAnnotations.summary }}', text: '{{ len .Alerts }}'}
  mattermost_configs:
  - {channel: alerts, icon_url: 'http://i/i.png'}
  - webhook_url: '${at(port, who, 'mattermost2')}'
    text: 'above'
    attachments: [{text: a, title: '{{ .Status }}', fields: [{title: t, value: '{{ .Receiver }}', short: true}]}, {image_url: 'http://i'}]
    props: {card: '# {{ .Status }}'}
    priority: {priority: urgent, requested_ack: true, persistent_notifications: true}
  - webhook_url: '${at(port, who, 'mattermost3')}'
    fields: [{title: t, value: v}]
    priority: {priority: odd, requested_ack: true}
    author_name: n
    footer: f
  rocketchat_configs:
  - {channel: '#alerts', send_resolved: true}
  - api_url: '${at(port, who, 'rocketchat2')}'
    send_resolved: true
    text: '{{ .CommonLabels.evil }}'
    fields: [{title: a, value: '{{ .Status }}'}, {title: b, value: c, short: false}]
    short_fields: true
    emoji: ':fire:'
    icon_url: 'http://i'
    image_url: 'http://i/1'
    actions: [{text: Open, url: 'http://o'}, {text: Say, msg: hi}]
  telegram_configs:
  - {chat_id: -42}
  - {api_url: '${at(port, who, 'telegram2')}', chat_id: 7, parse_mode: MarkdownV2, message: 'x {{ .CommonLabels.evil }}', disable_notifications: true, message_thread_id: 5}
  - {api_url: '${at(port, who, 'telegram3')}', chat_id: 7, parse_mode: '', message: '{{ template "long" . }}{{ template "long" . }}'}
  webex_configs:
  - {api_url: '${at(port, who, 'webex')}', room_id: 'room-{{ .CommonLabels.job }}', http_config: {authorization: {credentials: webex-token}}}
  - {api_url: '${at(port, who, 'webex2')}', room_id: r, message: '{{ template "ascii" . }}', http_config: {authorization: {credentials: webex-token}}}
  wechat_configs:
  - {send_resolved: true, to_user: '@all', agent_id: '1000'}
  - {send_resolved: true, api_url: '${at(port, who, 'wechat2')}/', to_party: p, message_type: markdown, message: '**{{ .Status }}**'}
  sns_configs:
  - {api_url: '${at(port, who, 'sns')}', topic_arn: 'arn:aws:sns:eu-central-1:1:{{ .CommonLabels.job }}', subject: '{{ .Status }}', attributes: {a: '{{ .Receiver }}', b: c}, sigv4: {region: eu-central-1, access_key: AK, secret_key: SK}}
  - {api_url: '${at(port, who, 'sns2')}', topic_arn: 'arn:aws:sns:eu-central-1:1:x.fifo', subject: s, sigv4: {region: eu-central-1, access_key: AK, secret_key: SK}}
  jira_configs:
  - project: P
    issue_type: Bug
    labels: [z, '{{ .CommonLabels.job }}']
    fields: {customfield_1: {value: '{{ .Status }}'}, customfield_2: ['{{ len .Alerts }}', b], customfield_3: 10}
    resolve_transition: Close
    reopen_transition: Reopen
    reopen_duration: 2h
    wont_fix_resolution: "Won't Fix"
  - {api_url: '${at(port, who, 'jira2')}/rest/api/2', api_type: cloud, project: P, issue_type: Bug, summary: {template: s, enable_update: false}, description: 'd {{ .Status }}', priority: '', resolve_transition: Close}
  incidentio_configs:
  - {url: '${at(port, who, 'incidentio')}', alert_source_token: incident-token, http_config: {}}
`

/** A real Alertmanager ends with a panic when it cuts a text that is not ASCII for Webex. */
const BRAND = `{{ define "__alertmanager" }}Brand{{ end }}{{ define "__product" }}Brand{{ end }}
{{ define "long" }}${'Ä🙂'.repeat(1500)}{{ end }}{{ define "ascii" }}${'x'.repeat(8000)}{{ end }}`

const COMMON = {
  job: 'etl',
  severity: 'warning',
  evil: '<b>*_[x](http://evil)&amp;',
}
const ALERTS = ['a', 'b'].map((instance) => ({
  labels: { alertname: 'A', instance, ...COMMON },
  annotations: { summary: 'x <&> "y"', description: `d ${instance}\nsecond line` },
}))

const heard = new Map<string, Map<string, string[]>>()
let sink: Server
let weir: Alerting
let real: RunningAlertmanager

/** What each service says; of those that are not named, nothing. */
function answerOf(kind: string, path: string): string {
  if (path.startsWith('gettoken')) return '{"errcode":0,"access_token":"wechat-access"}'
  if (kind.startsWith('wechat')) return '{"errcode":0,"errmsg":"ok"}'
  if (kind.startsWith('telegram')) return '{"ok":true,"result":{"message_id":1,"chat":{"id":7}}}'
  if (kind.startsWith('rocketchat')) return '{"success":true}'
  if (kind.startsWith('sns')) {
    return '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>'
  }
  if (kind === 'jira2' && path.includes('search')) {
    return '{"issues":[{"key":"P-1","fields":{"status":{"name":"x","statusCategory":{"key":"new"}}}}]}'
  }
  if (path.includes('search')) return '{"issues":[]}'
  if (path.endsWith('transitions')) return '{"transitions":[{"id":"7","name":"Close"}]}'
  return '{"ok":true}'
}

const HEADERS = ['authorization', 'x-auth-token', 'x-user-id', 'accept-language'] as const

/** What Alertmanager writes as texts to Telegram. */
const TEXTS: ReadonlySet<string> = new Set([
  'disable_notification',
  'disable_web_page_preview',
  'message_thread_id',
])

/** A request without what must differ between the two: signatures, newer fields, order of keys. */
function comparable(request: IncomingMessage, path: string, body: string): string {
  const type = body === '' ? '' : (request.headers['content-type'] ?? '').replace(/;.*$/, '')
  const headers = HEADERS.map((name) => [name, request.headers[name]])
    .filter(([, value]) => value !== undefined && !String(value).startsWith('AWS4'))
    .map((pair) => pair.join(': '))
  const said: unknown =
    type === 'application/x-www-form-urlencoded'
      ? Object.fromEntries(new URLSearchParams(body))
      : body === ''
        ? ''
        : JSON.parse(body, (key, value: unknown) => (TEXTS.has(key) ? String(value) : value))
  const lines = [
    `${request.method} ${path}`,
    type,
    ...headers,
    JSON.stringify(sortKeys(said), undefined, 1),
  ]
  return lines.join('\n')
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([key]) => key !== 'notification_reason' && key !== 'routeLabels')
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]))
}

beforeAll(async () => {
  if (alertmanager === undefined) return
  sink = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const [, who = '', kind = '', ...rest] = request.url!.split('/')
      const path = rest.join('/')
      const kinds = heard.get(who) ?? new Map<string, string[]>()
      heard.set(who, kinds)
      const one = comparable(request, path, Buffer.concat(chunks).toString())
      kinds.set(kind, [...(kinds.get(kind) ?? []), one])
      response.setHeader('content-type', kind.startsWith('sns') ? 'text/xml' : 'application/json')
      response.end(answerOf(kind, path))
    })
  })
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  const { port } = sink.address() as AddressInfo
  real = await startAlertmanager(alertmanager, config(port, 'peer'), { 'brand.tmpl': BRAND })
  weir = await alertingInMemory({
    config: { fileName: real.configFile, text: config(port, 'weir') },
    clock: systemClock,
    strictCompat: true,
  })
})

afterAll(async () => {
  if (alertmanager === undefined) return
  await weir[Symbol.asyncDispose]()
  await real[Symbol.asyncDispose]()
  sink.closeAllConnections()
  await new Promise((resolve) => sink.close(resolve))
})

const said = (who: string): Record<string, readonly string[]> =>
  Object.fromEntries([...(heard.get(who) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)))
const count = (who: string): number => Object.values(said(who)).flat().length

async function bothSaid(requests: number): Promise<void> {
  await until(
    async () => count('peer') >= requests && count('weir') >= requests,
    () => `want ${requests} requests of each, heard ${count('peer')} and ${count('weir')}`,
  )
  await systemClock.sleep(100) // anything that one of them says beyond that
  expect(said('weir')).toEqual(said('peer'))
}

test.runIf(alertmanager !== undefined)(
  'Alertmanager and Weir ask every service for the same',
  async () => {
    const startMs = systemClock.now()
    await pushToBoth({ url: real.url, weir }, ALERTS, startMs, startMs + 3_600_000)
    await bothSaid(26)
    heard.clear()
    await pushToBoth({ url: real.url, weir }, ALERTS, startMs, systemClock.now())
    await bothSaid(25)
  },
)
