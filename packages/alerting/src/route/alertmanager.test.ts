import { systemClock } from '@weir/model'
import { expect, test } from 'vitest'
import type { PushedAlert } from '../testing/alertmanager.ts'
import { peer } from '../testing/peers.ts'
import { comparables, openSideBySide } from '../testing/side-by-side.ts'

/** The same alerts into a real Alertmanager and into Weir: the same groups, the same messages. */
const alertmanager = peer('prometheus-alertmanager')

const config = (url: string): string => `
global: {pagerduty_url: '${url}/pagerduty'}
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
  webhook_configs: [{url: '${url}/all', max_alerts: 2}]
- name: each
  webhook_configs: [{url: '${url}/each', send_resolved: false}]
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

test.runIf(alertmanager !== undefined)(
  'Alertmanager and Weir send the same messages about the same alerts',
  { timeout: 30_000 },
  async () => {
    await using both = await openSideBySide(alertmanager!, ({ url }) => config(url))
    const startMs = systemClock.now()
    await both.push(ALERTS, startMs, startMs + 3_600_000)
    const fired = await both.heard(6)
    expect(comparables(fired.weir)).toEqual(comparables(fired.peer))
    both.forget()
    const over = ALERTS.filter((_, i) => [0, 2, 3, 4, 6, 7].includes(i))
    await both.push(over, startMs, systemClock.now())
    const ended = await both.heard(4)
    expect(comparables(ended.weir)).toEqual(comparables(ended.peer))
  },
)
