import { systemClock } from '@weir/model'
import { expect, test } from 'vitest'
import type { PushedAlert } from '../testing/alertmanager.ts'
import { peer } from '../testing/peers.ts'
import { type Places, type Said, openSideBySide } from '../testing/side-by-side.ts'

/** Each kind's requests, from a real Alertmanager and from Weir under strict_compat. */
const alertmanager = peer('prometheus-alertmanager')

const config = ({ url, throughProxy }: Places): string => `
global:
  pagerduty_url: '${url}/pagerduty'
  opsgenie_api_url: '${url}/opsgenie'
  opsgenie_api_key: genie
  victorops_api_key: vo-key
  slack_api_url: '${url}/slack/default'
route: {receiver: every, group_by: [job], group_wait: 200ms, group_interval: 1s, repeat_interval: 1h}
receivers:
- name: every
  webhook_configs:
  - url: '${url}/webhook'
  - url: '${url}/payload/{{ .GroupLabels.job }}'
    max_alerts: 1
    payload:
      '{{ .Status }}': '{{ .Alerts | len }}'
      list: [yes, '017', '{{ .CommonLabels.alertname }}', {deep: '', json: '{{ .CommonLabels | toJson }}'}]
      text: 'a: b: {{ .GroupLabels.job }}'
      float: 1.50
      none: null
  pagerduty_configs:
  - routing_key: '{{ with .GroupLabels.job }}{{ . }}{{ else }}key{{ end }}'
  - service_key: v1
    http_config: ${throughProxy}
    details: {nested: {list: ['{{ len .Alerts }}', x]}, num_firing: '{{ .Alerts.Firing | len }} alerts'}
  opsgenie_configs:
  - update_alerts: true
    responders: [{name: 'a,b', type: teams}, {username: '{{ .CommonLabels.owner }}', name: n, type: user}]
    tags: '{{ .GroupLabels.job }},,two'
    priority: P2
    entity: '{{ .CommonLabels.alertname }}'
    actions: restart,stop
    note: '{{ .NotificationReason }}note'
    details: {status: '{{ .Status }}', job: over}
  - {api_key: other, description: d, message: '{{ range .Alerts }}{{ .Annotations.summary }} a message longer than a hundred and thirty characters {{ end }}'}
  slack_configs:
  - send_resolved: true
  - api_url: '${url}/slack/full'
    send_resolved: true
    channel: '#{{ .GroupLabels.job }}'
    link_names: true
    short_fields: true
    icon_emoji: ':x:'
    image_url: http://i
    fields: [{title: t, value: '{{ .Status }}'}, {title: u, value: v, short: false}]
    actions:
    - {type: button, text: go, url: 'http://u', name: n, value: v, confirm: {text: c}}
    - {type: button, text: ack, name: n, value: v, style: danger, confirm: {text: c, ok_text: o, dismiss_text: d}}
    mrkdwn_in: [text]
    text: '{{ range .Alerts }}{{ .Annotations.summary }} <&> {{ end }}'
  victorops_configs:
  - {api_url: '${url}/victorops', routing_key: 'a b', custom_fields: {x: '{{ .Status }}'}}
  - {api_url: '${url}/victorops/', api_key: k, routing_key: r, message_type: '{{ .CommonLabels.severity }}', state_message: s}
`

const ALERTS: readonly PushedAlert[] = [
  {
    labels: { alertname: 'A', job: 'etl', instance: 'b', severity: 'WARNING', owner: 'me' },
    annotations: { summary: 'x <&> "y"', description: 'é\nnew line' },
  },
  {
    labels: { alertname: 'A', job: 'etl', instance: 'a', severity: 'WARNING', owner: 'me' },
    annotations: { summary: 'x <&> "y"' },
  },
  { labels: { alertname: 'B', quoted: 'a"b\\c' }, annotations: { summary: '*b* @here' } },
]

/** What must differ: the product's name, and fields that Go writes although they are empty. */
function comparable({ method, path, authorization, body }: Said): string {
  const { notification_reason: _, routeLabels: __, ...rest } = body
  if (path.startsWith('//events.pagerduty.com')) {
    if (rest['event_action'] === '') delete rest['event_action']
    if (rest['payload'] === null) delete rest['payload']
  }
  const text = JSON.stringify(sortKeys(rest), undefined, 1).replaceAll('"Alertmanager"', '"Weir"')
  return `${method} ${path} ${authorization} ${text}`
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]))
}

const comparables = (said: readonly Said[]): string[] => said.map(comparable).toSorted()

test.runIf(alertmanager !== undefined)(
  'webhook, PagerDuty 2 and 1, OpsGenie, Slack and Splunk On-Call hear the same of both',
  { timeout: 30_000 },
  async () => {
    await using both = await openSideBySide(alertmanager!, config)
    const startMs = systemClock.now()
    await both.push(ALERTS, startMs, startMs + 3_600_000)
    const fired = await both.heard(24)
    expect(comparables(fired.weir)).toEqual(comparables(fired.peer))
    both.forget()
    await both.push(ALERTS.slice(0, 2), startMs, systemClock.now())
    const ended = await both.heard(10)
    expect(comparables(ended.weir)).toEqual(comparables(ended.peer))
  },
)
