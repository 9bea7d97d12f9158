import { Labels } from '@weir/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AlertFacts, NotificationFacts } from '../template/notification-data.ts'
import { detailsText } from './details.ts'
import { figureText } from './figure.ts'
import { HTML, MARKDOWN, PLAIN, SLACK } from './markup.ts'
import { ALERTS_TOLD_MAX, storyOf } from './story.ts'
import { lengthText, localTime, spanText } from './times.ts'

const START_MS = Date.UTC(2026, 10, 28, 13, 2, 11)
const NOW_MS = START_MS + 12 * 60_000

function alert(
  more: Partial<AlertFacts> & { readonly fields?: Record<string, string> },
): AlertFacts {
  const { fields = {}, ...rest } = more
  return {
    status: 'firing',
    labels: Labels.of({ alertname: 'A', ...fields }),
    annotations: Labels.EMPTY,
    startsAtMs: START_MS,
    endsAtMs: null,
    generatorUrl: '',
    fingerprint: 'f',
    ...rest,
  }
}

function facts(...alerts: AlertFacts[]): NotificationFacts {
  return {
    receiver: 'r',
    groupKey: '{}:{}',
    groupLabels: Labels.EMPTY,
    routeLabels: Labels.EMPTY,
    reason: 'first notification',
    externalUrl: 'https://weir.example',
    alerts,
  }
}

const annotated = (annotations: Record<string, string>): Partial<AlertFacts> => ({
  annotations: Labels.of(annotations),
})
const evidence = {
  expr: 'wait_seconds > 5',
  value: 7.25,
  threshold: { operator: '>', value: 5 },
  unit: 'seconds',
} as const

test.each([
  [annotated({ summary: 'it is\n slow ', description: 'd' }), 'it is slow'],
  [annotated({ description: 'd' }), 'd'],
  [annotated({ message: 'm' }), 'm'],
  [annotated({ summary: '  ' }), 'A'],
  [{ fields: { severity: 'page', job: 'etl', host: 'h' } }, 'A at host h, job etl'],
  [{ fields: { b: '1', c: '2', d: '3', e: '4' } }, 'A at b 1, c 2, d 3'],
  [{ evidence }, 'A: 7.25 s, which is > 5 s'],
  [{ evidence: { expr: 'x', value: 3 }, fields: { job: 'etl' } }, 'A at job etl: 3'],
  [{ labels: Labels.of({ job: 'etl' }) }, 'An alert at job etl'],
  [annotated({ summary: 'x'.repeat(10_000_000) }), `${'x'.repeat(299)}…`],
])('one alert in one sentence: %#', (more, want) => {
  expect(storyOf(facts(alert(more)), NOW_MS).sentence).toBe(want)
})

test.each([
  [[], 'Nothing to tell'],
  [['a', 'a', 'a'], 'a (3 alerts)'],
  [['a', 'b', 'c'], 'a, and 2 more'],
  [['!b', 'a'], 'a, and 1 more'], // what fires goes first
])('several alerts in one sentence: %j', (summaries, want) => {
  const alerts = summaries.map((summary) =>
    alert({
      ...annotated({ summary: summary.replace('!', '') }),
      ...(summary.startsWith('!') ? { status: 'resolved', endsAtMs: NOW_MS } : {}),
    }),
  )
  expect(storyOf(facts(...alerts), NOW_MS).sentence).toBe(want)
})

const FULL = alert({
  fields: { system: 'airflow', pipeline: 'orders & <b>', stage: 'run' },
  annotations: Labels.of({
    summary: 'DAG *orders* failed <!channel>',
    description: 'More\nof it_',
    runbook_url: '/packs/airflow#AirflowDagFailing',
    dashboard_url: 'javascript:alert(1)',
  }),
  evidence,
})

test('all that is told of an alert', () => {
  const { alerts } = storyOf(facts(FULL), NOW_MS)
  expect(alerts[0]).toMatchObject({
    place: 'airflow / orders & <b> › run',
    value: '7.25 s',
    limit: '> 5 s',
    figure: '7.25 s (fires when > 5 s)',
    links: {
      pipeline: 'https://weir.example/pipelines/airflow/orders%20%26%20%3Cb%3E',
      explore: `https://weir.example/explore?expr=wait_seconds&from=${START_MS - 1_800_000}&to=now`,
      logs: `https://weir.example/logs?query=${encodeURIComponent('{system="airflow", pipeline="orders & <b>", stage="run"}')}&from=${START_MS - 1_800_000}&to=${START_MS + 600_000}`,
      alerts: 'https://weir.example/alerts?q=A',
      runbook: 'https://weir.example/packs/airflow#AirflowDagFailing',
      dashboard: '', // no link that a reader must not follow
    },
  })
  expect(alerts[0]!.since).toMatch(/^since 2026-11-28 \d\d:\d\d:11 \S+ \(12 min\)$/)
})

test('lines of a pipeline of your own are found without a system, which they do not name', () => {
  const own = alert({ fields: { system: 'custom', pipeline: 'orders', stage: 'sink' } })
  const { logs } = storyOf(facts(own), NOW_MS).alerts[0]!.links
  expect(new URL(logs).searchParams.get('query')).toBe('{pipeline="orders", stage="sink"}')
})

test('what an alert lacks is left out, not told as empty', () => {
  const { alerts } = storyOf(facts(alert({ status: 'resolved', endsAtMs: NOW_MS })), NOW_MS)
  expect(alerts[0]).toMatchObject({ place: '', value: '', limit: '', figure: '', description: '' })
  expect(detailsText(storyOf(facts(alert({ endsAtMs: NOW_MS })), NOW_MS), PLAIN)).toMatch(
    /^from [^\n]+ \(12 min\)\nAlert: https:\/\/weir.example\/alerts\?q=A$/,
  )
})

test.each([
  ['plain', PLAIN, ['DAG *orders* failed <!channel>', 'Runbook: https://weir.example/packs']],
  [
    'Slack',
    SLACK,
    ['*DAG *orders* failed &lt;!channel&gt;*', '|Runbook>', 'orders &amp; &lt;b&gt;'],
  ],
  ['Markdown', MARKDOWN, ['**DAG \\*orders\\* failed \\<\\!channel\\>**', '[Runbook](https://']],
  [
    'HTML',
    HTML,
    ['<b>DAG *orders* failed &lt;!channel&gt;</b>', '">Runbook</a>', '&amp; &lt;b&gt;'],
  ],
])('details as %s, with foreign signs escaped', (_, markup, wanted) => {
  const text = detailsText(storyOf(facts(FULL, FULL), NOW_MS), markup)
  for (const want of wanted) expect(text).toContain(want)
})

test('the sentence of a single alert is the title: it is not told twice', () => {
  expect(detailsText(storyOf(facts(FULL), NOW_MS), PLAIN)).not.toContain('DAG *orders* failed')
})

test('ten alerts are told, the others counted', () => {
  const many = Array.from({ length: 500 }, () => FULL)
  const story = storyOf(facts(...many), NOW_MS)
  expect(story.alerts).toHaveLength(ALERTS_TOLD_MAX)
  expect(detailsText(story, PLAIN)).toMatch(/\n\nand 490 more alerts$/)
})

test('no text can begin a tag, a mention or a link', () => {
  const signs = fc.string({ unit: fc.constantFrom('<', '>', '&', '|', '!', '@', 'a', '*', '"') })
  fc.assert(
    fc.property(signs, (text) => {
      expect(SLACK.escape(text)).not.toMatch(/[<>]/)
      expect(HTML.escape(text)).not.toMatch(/[<>"]/)
      expect(MARKDOWN.escape(text)).not.toMatch(/(^|[^\\])<|@(?!\u200b)/)
    }),
  )
})

test.each([
  [7, '', '7'],
  [0, '', '0'],
  [1234, '', '1234'],
  [1234.5, '', '1.23k'],
  [999_600, '', '1M'],
  [12_345_678, '', '12.3M'],
  [0.0001234, '', '1.2e-4'],
  [-0.5, '', '-0.5'],
  [2.5, 'celsius', '2.5 celsius'],
  [0.957, 'ratio', '95.7%'],
  [90, 'seconds', '90 s'],
  [5400, 'seconds', '90 min'],
  [7200, 'seconds', '2 h'],
  [0.0031, 'seconds', '3.1 ms'],
  [0, 'seconds', '0 s'],
  [1_764_338_531, 'seconds', '2025-11-28T14:02:11Z'],
  [1536, 'bytes', '1.5 KiB'],
  [1536, 'bytes/s', '1.5 KiB/s'],
  [Number.NaN, 'seconds', 'NaN'],
  [-Infinity, '', '-Inf'],
])('the figure %d in %j is %j', (value, unit, want) => {
  expect(figureText(value, unit)).toBe(want)
})

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [59_400, '59 s'],
  [3_600_000, '1 h'],
  [3_661_000, '1 h 1 min'],
  [90_061_000, '1 d 1 h'],
  [86_400_000 * 400, '400 d'],
])('%d ms are %j', (ms, want) => expect(lengthText(ms)).toBe(want))

test('times are told in local time, named', () => {
  expect(localTime(START_MS, 'Europe/Berlin')).toBe('2026-11-28 14:02:11 CET')
  expect(localTime(START_MS, 'UTC')).toBe('2026-11-28 13:02:11 UTC')
  expect(spanText({ startMs: START_MS, endMs: null, nowMs: undefined }, 'UTC')).toBe(
    'since 2026-11-28 13:02:11 UTC',
  )
})
