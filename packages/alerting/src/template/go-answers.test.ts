import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { SHARED_TEMPLATES } from './default-templates.ts'
import { NotificationTemplates } from './alertmanager.ts'
import { type AlertFacts, NotificationData } from './notification-data.ts'
import { RuleTemplate } from './prometheus.ts'

// What Alertmanager's and Prometheus's own packages answer to a few hundred templates:
// fixtures/go-templates, recorded by the program there.

interface Answer {
  readonly template: string
  readonly text?: string
  readonly error?: string
}

const FOLDER = join(import.meta.dirname, '../../../../fixtures/go-templates')
const ANSWERS = JSON.parse(readFileSync(join(FOLDER, 'answers.json'), 'utf8')) as Record<
  'text' | 'html' | 'rule',
  readonly Answer[]
>

const START = Date.UTC(2026, 10, 21, 4, 5, 6, 70)

function alert(
  status: 'firing' | 'resolved',
  instance: string,
  endsAtMs: number | null,
): AlertFacts {
  return {
    status,
    labels: Labels.of({ alertname: 'HighErrors', job: 'api', team: 'a&b <x>', instance }),
    annotations: Labels.of({
      summary: '50% of "requests" fail',
      runbook: 'https://wiki/run?book=1&x=ü',
    }),
    startsAtMs: START,
    endsAtMs,
    generatorUrl: 'http://prom/graph?g0.expr=up+%3D%3D+0',
    fingerprint: '0123456789abcdef',
  }
}

const RAW_ROUTE_LABELS = {
  owner: 'ops',
  link: '{{ .Receiver }}/{{ routeLabels "owner" }}',
  loop: '{{ routeLabels "loop" }}',
}

const DATA = new NotificationData(
  {
    receiver: 'team-x',
    groupKey: '{}',
    groupLabels: Labels.of({ alertname: 'HighErrors', job: 'api' }),
    routeLabels: Labels.of(RAW_ROUTE_LABELS),
    reason: 'first_notification',
    externalUrl: 'http://am.example/base',
    alerts: [
      alert('firing', 'a:1', null),
      alert('firing', 'b:2', null),
      alert('resolved', 'c:3', START + 90 * 60_000),
    ],
  },
  { rawRouteLabels: RAW_ROUTE_LABELS },
)

const TEMPLATES = new NotificationTemplates([{ name: '', text: SHARED_TEMPLATES }])

async function rule(text: string): Promise<string> {
  return new RuleTemplate('__alert_T', text).expand({
    labels: Labels.of({ instance: 'db-1:9100', 'a.b': 'dot' }),
    value: 0.5,
    externalLabels: Labels.of({ site: 'north' }),
    externalUrl: 'http://prom.example/base',
    timeMs: 1_000_000_000,
    query: async (expr) => {
      if (expr === 'none') return []
      if (expr !== 'up') throw new Error('cannot ask this')
      return [
        { labels: Labels.of({ __name__: 'up', instance: 'b' }), value: 1 },
        { labels: Labels.of({ __name__: 'up', instance: 'a' }), value: 0.25 },
        { labels: Labels.of({ __name__: 'up', instance: 'c', __value__: 'text' }), value: 1e9 },
      ]
    },
  })
}

const PREAMBLE_LENGTH = 112

/** Ours says columns of what the user wrote; Prometheus counts its own preamble in. */
function withoutPreamble(error: string): string {
  return error.replace(/(__alert_T:1:)(\d+)/, (_, at: string, column: string) =>
    Number(column) >= PREAMBLE_LENGTH ? at + (Number(column) - PREAMBLE_LENGTH) : at + column,
  )
}

/**
 * Errors are compared as they are but for this: html/template says which of its internal states it
 * was in, and finds while it reads what shows here when it runs.
 */
function comparable(error: string): string {
  return error
    .replace(/^html\/template:\S*/, 'html/template:')
    .replace(/(ends in a non-text context).*/, '$1')
    .replace(/\{\{if\}\} branches end in different contexts.*/, 'ends in a non-text context')
    .replace(/"\\"" in attribute name: .*/, 'a quote in attribute name')
    .replace(
      /(?:template: :1:12: executing .*|html\/template: no such )template "nope".*/,
      'no "nope"',
    )
    .replace(/^error parsing template __alert_T: /, '')
}

async function outcome(
  run: () => string | Promise<string>,
): Promise<{ text?: string; error?: string }> {
  try {
    const text = await run()
    const failed = /^<error expanding template: ([\s\S]*)>$/.exec(text)
    return failed === null ? { text } : { error: failed[1]! }
  } catch (cause) {
    return { error: (cause as Error).message }
  }
}

const RUNS = {
  text: (text: string) => TEMPLATES.expand(text, DATA, 0),
  html: (text: string) => TEMPLATES.expandHtml(text, DATA, 0),
  rule,
}

for (const engine of ['text', 'html', 'rule'] as const) {
  test.each(ANSWERS[engine])(`${engine} $template`, async ({ template, text, error }) => {
    const got = await outcome(() => RUNS[engine](template))
    const want = error === undefined ? { text } : { error: comparable(withoutPreamble(error)) }
    expect(got.error === undefined ? got : { error: comparable(got.error) }).toEqual(want)
  })
}
