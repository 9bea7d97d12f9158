import { Labels } from '@weir/model'
import { describe, expect, test } from 'vitest'
import { AlertingEvents } from '../telemetry.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore, RecordingAppender, recordingTelemetry } from '../testing/memory-rooms.ts'
import { checkRules, parseRuleFile } from './config.ts'
import { LiveGroup } from './group.ts'
import { linesBehind, logComparison } from './log-expr.ts'
import { DEFAULT_NO_DATA } from './no-data.ts'
import type { QuerySample } from './source.ts'

const RULES = `
groups:
- name: orders
  source: logs
  interval: 1m
  rules:
  - record: orders:errors:count5m
    expr: sum by (stage) (count_over_time({pipeline="orders"} |= "error" [5m]))
  - alert: OutOfMemory
    expr: sum by (stage) (count_over_time({pipeline="orders"} |= "OutOfMemory" [5m])) > 2
    labels: {severity: page}
    annotations: {summary: '{{ $labels.stage }}: {{ $value }}'}
  - alert: Down
    source: metrics
    expr: up == 0
`

test('rules over logs ask the log store, write series and raise alerts; no line is an answer', async () => {
  const [spec] = parseRuleFile({ fileName: 'r.yml', text: RULES })
  const asked: string[] = []
  const sent: unknown[] = []
  const appender = new RecordingAppender()
  let found: readonly QuerySample[] = [{ labels: Labels.of({ stage: 'sink' }), value: 7 }]
  const group = new LiveGroup(spec!, {
    query: async (expr) => {
      asked.push(`metrics ${expr}`)
      return []
    },
    logQuery: async (expr) => {
      asked.push(`logs ${expr.slice(0, 3)} ${expr.slice(-5)}`)
      return found
    },
    appender,
    store: new MemoryStore(),
    clock: new ManualClock(0),
    sink: {
      receive: async (alerts) => {
        for (const { labels, annotations, generatorUrl, evidence, endsAtMs } of alerts)
          sent.push({
            labels: labels.toJSON(),
            text: annotations.get('summary'),
            generatorUrl,
            evidence,
            endsAtMs,
          })
      },
    },
    events: new AlertingEvents(recordingTelemetry().telemetry),
    externalUrl: 'http://weir',
    externalLabels: Labels.EMPTY,
    evaluationIntervalMs: 60_000,
    queryOffsetMs: 0,
    resendDelayMs: 60_000,
    noData: DEFAULT_NO_DATA,
  })
  await group.evaluate(60_000)
  expect(asked).toEqual(['logs sum 5m]))', 'logs sum ) > 2', 'metrics up == 0'])
  expect(sent).toEqual([
    {
      labels: { alertname: 'OutOfMemory', stage: 'sink', severity: 'page' },
      text: 'sink: 7',
      generatorUrl: 'http://weir/logs?query=%7Bpipeline%3D%22orders%22%7D+%7C%3D+%22OutOfMemory%22',
      evidence: {
        expr: 'sum by (stage) (count_over_time({pipeline="orders"} |= "OutOfMemory" [5m])) > 2',
        source: 'logs',
        value: 7,
        threshold: { operator: '>', value: 2 },
      },
      endsAtMs: 300_000,
    },
  ])
  const views = group.view().rules
  expect(views.map(({ source, health }) => [source, health])).toEqual([
    ['logs', 'ok'],
    ['logs', 'ok'],
    [undefined, 'ok'],
  ])
  found = []
  await group.evaluate(120_000)
  expect(sent[1]).toMatchObject({ endsAtMs: 120_000 }) // not kept for want of data
})

test('without a log store such a rule says so, and the others go on', async () => {
  const [spec] = parseRuleFile({ fileName: 'r.yml', text: RULES })
  const group = new LiveGroup(spec!, {
    query: async () => [],
    appender: new RecordingAppender(),
    store: new MemoryStore(),
    clock: new ManualClock(0),
    sink: { receive: async () => undefined },
    events: new AlertingEvents(recordingTelemetry().telemetry),
    externalUrl: 'http://weir',
    externalLabels: Labels.EMPTY,
    evaluationIntervalMs: 60_000,
    queryOffsetMs: 0,
    resendDelayMs: 60_000,
    noData: DEFAULT_NO_DATA,
  })
  await group.evaluate(60_000)
  expect(group.view().rules.map(({ health, lastError }) => lastError ?? health)).toEqual([
    'there is no log store to ask',
    'there is no log store to ask',
    'ok',
  ])
})

describe('what is wrong with them', () => {
  const check = (rule: string, source?: 'logs'): readonly string[] =>
    checkRules(`groups: [{name: g, rules: [${rule}]}]`, 'r.yml', { source }).problems

  test.each([
    ['{record: a, source: logs, expr: \'{app="x"}\'}', /the query gives lines/],
    ['{record: a, source: logs, expr: "sum("}', /could not parse LogQL/],
    ['{record: a, source: logs}', /field 'expr' must be set/],
    ['{record: a, source: traces, expr: x}', /want metrics or logs/],
    [
      '{alert: a, source: logs, expr: vector(1), no_data: keep}',
      /rules over logs have no 'no_data'/,
    ],
    ['{alert: a, source: logs, expr: vector(1), reset: "< 1"}', /rules over logs have no 'reset'/],
  ])('%s', (rule, why) => {
    expect(check(rule).join()).toMatch(why)
  })

  test('a file whose rules are all over logs need not say so', () => {
    const rule = '{alert: a, expr: \'count_over_time({app="x"} |= "e" [1m]) > 0\'}'
    expect(check(rule, 'logs')).toEqual([])
    expect(check(rule).join()).toMatch(/could not parse expression/)
    expect(checkRules(RULES, 'r.yml', { forPrometheus: true }).problems.join()).toMatch(
      /groups\[0\].source: Prometheus does not know this key.*rules\[2\].source/,
    )
  })
})

test.each([
  ['rate({a="b"}[1m]) > 5', { operator: '>', value: 5 }, '{a="b"}'],
  ['5 <= sum(rate({a="b"} | json [1m]))', { operator: '>=', value: 5 }, '{a="b"} | json'],
  ['rate({a="b"}[1m]) > bool 5', undefined, '{a="b"}'],
  ['rate({a="b"}[1m]) + 5', undefined, '{a="b"}'],
  ['vector(1) > 0', { operator: '>', value: 0 }, ''],
])('%s', (expr, threshold, lines) => {
  expect(logComparison(expr).threshold).toEqual(threshold)
  expect(linesBehind(expr)).toBe(lines)
})
