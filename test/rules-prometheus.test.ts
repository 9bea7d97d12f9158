import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PeerProcess } from './peer-process.ts'
import { PROMETHEUS, startPrometheus } from './prometheus-peer.ts'
import { type WeirProcess, eventually, getJson, startWeir } from './weir-process.ts'

/**
 * Prometheus and Weir scrape the same page and evaluate the same rules. What they say of them must be
 * the same, but for times.
 */

const RULES = `groups:
- name: plain
  interval: 1s
  labels: {team: shop}
  rules:
  - record: shop:lag:max
    expr: max by (topic) (lag)
    labels: {topic_kind: '', by: rule}
  - alert: Lag
    expr: lag>100
    for: 2s
    labels: {severity: page, big: '{{ if gt $value 400.0 }}yes{{ else }}no{{ end }}'}
    annotations:
      summary: '{{ $labels.topic }} is {{ $value | humanize }} behind, {{ with query "shop:lag:max" }}{{ len . }}{{ end }} topics, {{ $externalLabels.site }}'
  - {alert: Kept, expr: lag > 100, keep_firing_for: 1h}
  - {alert: Waiting, expr: lag > 100, for: 1h}
  - {alert: Gone, expr: 'absent(nothing{a="b"})'}
  - {alert: Twice, expr: lag > 0, labels: {topic: same}}
  - {alert: Odd, expr: 'vector(1)', labels: {"with.dot": x}, annotations: {"a b": '{{ .Value }}'}}
- name: limited
  interval: 1s
  limit: 1
  rules:
  - {record: all, expr: lag}
  - {alert: All, expr: lag}
- name: late
  interval: 1s
  query_offset: 1h
  rules:
  - {alert: Late, expr: lag > 0}
- name: empty
`

const page = { lag: 500 }
let folder: string
let stopPage: () => void
let prometheus: PeerProcess
let weir: WeirProcess

beforeAll(async () => {
  if (PROMETHEUS === undefined) return
  folder = mkdtempSync(join(tmpdir(), 'weir-rules-'))
  const rules = join(folder, 'rules.yml')
  writeFileSync(rules, RULES)
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(`lag{topic="a"} ${page.lag}\nlag{topic="b"} 150\nlag{topic="c"} 3\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stopPage = () => server.close()
  const config = `global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s, external_labels: {site: north}}
rule_files: ['${rules}']
scrape_configs:
- job_name: shop
  static_configs: [{targets: ['127.0.0.1:${(server.address() as AddressInfo).port}']}]
`
  const [peer, own] = await Promise.all([
    startPrometheus(config),
    startWeir({ config: `${config}rules: {no_data: resolve}\npacks: {disabled: [weir]}\n` }),
  ])
  prometheus = peer
  weir = own
}, 120_000)

afterAll(async () => {
  if (PROMETHEUS === undefined) return
  await prometheus[Symbol.asyncDispose]()
  await weir[Symbol.asyncDispose]()
  stopPage()
  rmSync(folder, { recursive: true, force: true })
})

interface Alerts {
  readonly data: { readonly alerts: readonly { readonly state: string; readonly labels: Labels }[] }
}
type Labels = Readonly<Record<string, string>>

async function statesOf(url: string): Promise<string[]> {
  const { data } = await getJson<Alerts>(`${url}/api/v1/alerts`)
  return data.alerts
    .map(({ state, labels }) => `${labels['alertname']} ${labels['topic'] ?? ''} ${state}`)
    .toSorted()
}

/** Until both say so. */
async function bothSay(states: readonly string[]): Promise<void> {
  const want = states.toSorted()
  for (const url of [prometheus.url, weir.web]) {
    await eventually(`the wanted states of ${url}`, async () => {
      const now = await statesOf(url)
      return JSON.stringify(now) === JSON.stringify(want)
    }).catch(async (cause: unknown) => {
      expect(await statesOf(url)).toEqual(want)
      throw cause
    })
  }
}

const TIMES = new Set(['evaluationTime', 'lastEvaluation', 'activeAt', 'keepFiringSince'])

/** An answer with times replaced by whether they are there, and alerts in an order of their own. */
async function shapeOf(url: string, path: string): Promise<unknown> {
  const text = JSON.stringify(await getJson(`${url}${path}`))
  return JSON.parse(text, (key, value: unknown) => {
    if (TIMES.has(key)) return typeof value
    if (key !== 'alerts' || value === null) return value
    return (value as Labels[]).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  })
}

async function seriesOf(url: string): Promise<string[]> {
  const query = '{__name__=~"ALERTS|shop:lag:max|all"} or (ALERTS_FOR_STATE > bool 0)'
  const answer = await getJson<{
    readonly data: {
      readonly result: readonly { metric: Labels; value: readonly [number, string] }[]
    }
  }>(`${url}/api/v1/query?query=${encodeURIComponent(query)}`)
  return answer.data.result
    .map(({ metric, value }) => {
      const labels = Object.entries(metric).toSorted(([a], [b]) => (a < b ? -1 : 1))
      return `${JSON.stringify(labels)} ${value[1]}`
    })
    .toSorted()
}

const PATHS = ['/api/v1/rules', '/api/v1/alerts', '/api/v1/rules?type=alert&exclude_alerts=true']

async function answersOf(url: string): Promise<unknown> {
  const shapes = await Promise.all(PATHS.map((path) => shapeOf(url, path)))
  return [...shapes, await seriesOf(url)]
}

/** Each evaluates at moments of its own: while one has and the other has not, they differ. */
async function expectSame(): Promise<void> {
  const isSame = async (): Promise<boolean> =>
    isDeepStrictEqual(await answersOf(weir.web), await answersOf(prometheus.url))
  await eventually('both to say the same', isSame).catch(() => undefined)
  expect(await answersOf(weir.web)).toEqual(await answersOf(prometheus.url))
}

test.runIf(PROMETHEUS !== undefined)(
  'rules, alerts and the series of both are those of Prometheus, while they fire and after',
  { timeout: 300_000 },
  async () => {
    const always = ['Gone  firing', 'Odd  firing']
    await bothSay([
      ...always,
      ...['Lag', 'Kept'].flatMap((name) => [`${name} a firing`, `${name} b firing`]),
      'Waiting a pending',
      'Waiting b pending',
    ])
    await expectSame()
    page.lag = 1
    await bothSay([
      ...always,
      'Kept a firing',
      'Kept b firing',
      'Lag b firing',
      'Waiting b pending',
    ])
    await expectSame()
  },
)
