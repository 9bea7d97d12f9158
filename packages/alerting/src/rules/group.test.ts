import { type Alert, Labels, type NativeHistogram } from '@weir/model'
import { expect, test } from 'vitest'
import { AlertingEvents } from '../telemetry.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore, RecordingAppender, recordingTelemetry } from '../testing/memory-rooms.ts'
import { parseRuleFile } from './config.ts'
import { LiveGroup } from './group.ts'
import { DEFAULT_NO_DATA } from './no-data.ts'
import type { QuerySample } from './source.ts'

/** `x=1 y=2`: one element per word, told apart by the label `l`; `x=h7` is a native histogram of 7; `!text` makes the query fail. */
function answerOf(text: string): QuerySample[] {
  if (text.startsWith('!')) throw new Error(text.slice(1))
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [l, value = ''] = word.split('=')
      const labels = Labels.of({ __name__: 'm', l: l! })
      if (value.startsWith('h')) return { labels, value: 0, histogram: histogramOf(value.slice(1)) }
      return { labels, value: Number(value) }
    })
}

function histogramOf(count: string): NativeHistogram {
  const none = new Float64Array(0)
  const noSpans = new Int32Array(0)
  return {
    isFloat: true,
    resetHint: 'unknown',
    schema: 0,
    zeroThreshold: 0.001,
    zeroCount: Number(count),
    count: Number(count),
    sum: 0,
    positiveSpans: noSpans,
    positive: none,
    negativeSpans: noSpans,
    negative: none,
    customValues: none,
  }
}

function open(rules: string, store = new MemoryStore(), startMs = 0) {
  const clock = new ManualClock(startMs)
  const appender = new RecordingAppender()
  const { telemetry, counts } = recordingTelemetry()
  const sent: Alert[] = []
  let answers: Readonly<Record<string, string>> = {}
  const asked: string[] = []
  const sink = { isAway: false }
  const slow = { ms: 0 }
  const spec = parseRuleFile({
    fileName: 'r.yml',
    text: `groups:\n- name: g\n  interval: 15s\n${rules}`,
  })[0]!
  const group = new LiveGroup(spec, {
    query: async (expr, timeMs) => {
      asked.push(`${expr} @${timeMs / 1000}`)
      if (slow.ms > 0) await clock.sleep(slow.ms)
      return answerOf(answers[expr] ?? '')
    },
    appender,
    store,
    clock,
    sink: {
      receive: async (alerts) => {
        if (sink.isAway) throw new Error('away')
        sent.push(...alerts)
      },
    },
    events: new AlertingEvents(telemetry),
    externalUrl: 'http://weir',
    externalLabels: Labels.of({ site: 'north' }),
    evaluationIntervalMs: 60_000,
    queryOffsetMs: 0,
    resendDelayMs: 60_000,
    noData: DEFAULT_NO_DATA,
  })
  const at = async (second: number, what: Readonly<Record<string, string>>): Promise<string[]> => {
    answers = what
    await clock.advance(second * 1000 - clock.now())
    await group.evaluate(second * 1000)
    return appender.take()
  }
  const states = (): string[] =>
    group
      .view()
      .rules.flatMap((rule) =>
        rule.type === 'alerting'
          ? rule.alerts.map(({ state, labels, value }) => `${state} ${labels['l'] ?? ''} ${value}`)
          : [],
      )
  return { group, clock, appender, counts, sent, asked, sink, slow, at, states, store }
}

const ALERT = `  rules:
  - alert: A
    expr: m
    for: 30s
    labels: {severity: page, big: '{{ if gt $value 5.0 }}yes{{ end }}'}
    annotations: {summary: '{{ $labels.l }} is {{ $value }}'}
`

test('pending, firing, resolved, with the series and alerts of each', async () => {
  const { at, states, sent } = open(ALERT)
  const series = 'alertname="A"'
  expect(await at(0, { m: 'x=1' })).toEqual([
    `ALERTS{${series}, alertstate="pending", l="x", severity="page"} @0 1`,
    `ALERTS_FOR_STATE{${series}, l="x", severity="page"} @0 0`,
  ])
  expect(states()).toEqual(['pending x 1e+00'])
  await at(15, { m: 'x=2' })
  expect(sent).toEqual([])
  expect(await at(30, { m: 'x=3' })).toEqual([
    `ALERTS{${series}, alertstate="firing", l="x", severity="page"} @30 1`,
    `ALERTS_FOR_STATE{${series}, l="x", severity="page"} @30 0`,
    `ALERTS{${series}, alertstate="pending", l="x", severity="page"} @30 stale`,
  ])
  expect(sent).toMatchObject([
    {
      labels: Labels.of({ alertname: 'A', l: 'x', severity: 'page', site: 'north' }),
      annotations: Labels.of({ summary: 'x is 3' }),
      startsAtMs: 30_000,
      endsAtMs: 30_000 + 240_000,
      generatorUrl: 'http://weir/graph?g0.expr=m&g0.tab=1',
    },
  ])
  await at(45, { m: 'x=3' })
  expect(sent).toHaveLength(1) // not again within the resend delay
  expect(await at(60, {})).toEqual([
    `ALERTS{${series}, alertstate="firing", l="x", severity="page"} @60 stale`,
    `ALERTS_FOR_STATE{${series}, l="x", severity="page"} @60 stale`,
  ])
  expect(sent[1]).toMatchObject({ startsAtMs: 30_000, endsAtMs: 60_000 })
  expect(states()).toEqual([])
})

test('an alert carries its expression, its last value and what that is compared with', async () => {
  const { at, sent } = open(`  rules:\n  - {alert: A, expr: wait_seconds > 2 and up}\n`)
  const expr = 'wait_seconds > 2 and up'
  await at(0, { [expr]: 'x=3' })
  await at(15, { [expr]: 'x=+Inf' })
  await at(60, { [expr]: 'x=5' })
  await at(75, { 'wait_seconds and up': 'x=1' })
  const threshold = { operator: '>', value: 2 }
  expect(sent.map(({ evidence }) => evidence)).toEqual([
    { expr, value: 3, threshold, unit: 'seconds' },
    { expr, value: 5, threshold, unit: 'seconds' },
    { expr, value: 5, threshold, unit: 'seconds' }, // its end: the last value that held
  ])
})

test('pending that vanishes is forgotten, and begins anew', async () => {
  const { at, states, sent } = open(ALERT)
  await at(0, { m: 'x=1' })
  await at(15, {})
  await at(30, { m: 'x=1' })
  expect(states()).toEqual(['pending x 1e+00'])
  expect(sent).toEqual([])
})

test('elements are alerts of their own, told apart by templated labels too', async () => {
  const { at, states } = open(ALERT)
  await at(0, { m: 'x=1 y=9' })
  await at(30, { m: 'x=9 y=9' }) // x has another identity now: it begins anew
  expect(states().toSorted()).toEqual(['firing y 9e+00', 'pending x 9e+00'])
})

test('keep_firing_for bridges gaps', async () => {
  const { at, states } = open(`  rules:\n  - {alert: A, expr: m, keep_firing_for: 30s}\n`)
  await at(0, { m: 'x=1' })
  await at(15, {})
  expect(states()).toEqual(['firing x 1e+00'])
  await at(30, { m: 'x=2' })
  await at(45, {})
  await at(60, {})
  expect(states()).toEqual(['firing x 2e+00'])
  await at(75, {})
  expect(states()).toEqual([])
})

test('a firing alert is handed on again each minute, its end once', async () => {
  const { at, sent } = open(`  rules:\n  - {alert: A, expr: m}\n`)
  for (let second = 0; second <= 120; second += 15) await at(second, { m: 'x=1' })
  expect(sent).toHaveLength(3)
  for (let second = 135; second <= 2000; second += 15) await at(second, {})
  expect(sent.slice(3)).toMatchObject([{ endsAtMs: 135_000 }])
})

test('a sink that is away is asked again at the next evaluation', async () => {
  const { at, sent, sink } = open(`  rules:\n  - {alert: A, expr: m}\n`)
  sink.isAway = true
  await at(0, { m: 'x=1' })
  sink.isAway = false
  await at(15, { m: 'x=1' })
  expect(sent).toHaveLength(1)
})

test('recording rules write, override labels, and end series that vanish', async () => {
  const { at } = open(
    `  labels: {team: t}\n  rules:\n  - {record: 'r:m', expr: m, labels: {l: '', by: rule}}\n  - {record: n, expr: m2}\n`,
  )
  expect(await at(0, { m: 'x=1', m2: 'a=1 b=2' })).toEqual([
    'r:m{by="rule", team="t"} @0 1',
    'n{l="a", team="t"} @0 1',
    'n{l="b", team="t"} @0 2',
  ])
  expect(await at(15, { m: 'x=2', m2: 'b=3' })).toEqual([
    'r:m{by="rule", team="t"} @15 2',
    'n{l="b", team="t"} @15 3',
    'n{l="a", team="t"} @15 stale',
  ])
})

test('native histograms are recorded as such, and alerted on with the value 0', async () => {
  const { at } = open(`  rules:\n  - {record: r, expr: m}\n  - {alert: A, expr: m}\n`)
  expect(await at(0, { m: 'x=h7 y=1' })).toEqual([
    'r{l="x"} @0 {count:7, sum:0}',
    'r{l="y"} @0 1',
    'ALERTS{alertname="A", alertstate="firing", l="x"} @0 1',
    'ALERTS_FOR_STATE{alertname="A", l="x"} @0 0',
    'ALERTS{alertname="A", alertstate="firing", l="y"} @0 1',
    'ALERTS_FOR_STATE{alertname="A", l="y"} @0 0',
  ])
  expect(await at(15, { m: 'y=1' })).toContain('r{l="x"} @15 stale')
})

test('one rule that fails spoils nothing beside it, writes nothing and ends nothing', async () => {
  const { at, group, counts } = open(
    `  rules:\n  - {record: a, expr: m}\n  - {record: b, expr: m2}\n  - {alert: C, expr: m3}\n`,
  )
  await at(0, { m: 'x=1', m2: 'x=1' })
  expect(await at(15, { m: '!the store is away', m2: 'x=2', m3: 'x=1' })).toEqual([
    'b{l="x"} @15 2',
    'ALERTS{alertname="C", alertstate="firing", l="x"} @15 1',
    'ALERTS_FOR_STATE{alertname="C", l="x"} @15 15',
  ])
  expect(group.view().rules.map(({ health, lastError }) => [health, lastError])).toEqual([
    ['err', 'the store is away'],
    ['ok', undefined],
    ['ok', undefined],
  ])
  expect(counts.get('weir_alerting_rule_failures_total{group="r.yml;g"}')).toBe(1)
})

test.each([
  [
    '{record: r, expr: m, labels: {l: same}}',
    'x=1 y=2',
    'vector contains metrics with the same labelset after applying rule labels',
  ],
  [
    '{alert: A, expr: m, labels: {l: same}}',
    'x=1 y=2',
    'vector contains metrics with the same labelset after applying alert labels',
  ],
])('%s with %j fails: %s', async (rule, answer, want) => {
  const { at, group } = open(`  rules:\n  - ${rule}\n`)
  await at(0, { m: answer })
  expect(group.view().rules[0]).toMatchObject({ health: 'err', lastError: want })
})

test('limits hold for series and for alerts', async () => {
  const { at, group, states } = open(
    `  limit: 1\n  rules:\n  - {record: r, expr: m}\n  - {alert: A, expr: m}\n`,
  )
  expect(await at(0, { m: 'x=1 y=1' })).toEqual([])
  expect(group.view().rules.map((rule) => rule.lastError)).toEqual([
    'exceeded limit of 1 with 2 series',
    'exceeded limit of 1 with 2 alerts',
  ])
  expect(states()).toEqual([])
})

test('a query offset moves what is asked and written, not what counts', async () => {
  const { at, asked } = open(`  query_offset: 1m\n  rules:\n  - {alert: A, expr: m, for: 15s}\n`)
  expect(await at(100, { m: 'x=1' })).toContain('ALERTS_FOR_STATE{alertname="A", l="x"} @40 100')
  expect(asked).toEqual(['m @40'])
})

test('state goes on after a restart; unwatched time does not count towards for', async () => {
  const first = open(ALERT)
  await first.at(0, { m: 'x=1 y=1' })
  await first.at(30, { m: 'x=1 y=1 z=1' })
  const second = open(ALERT, new MemoryStore(first.store.snapshot()), 130_000)
  second.group.restore()
  expect(second.states().toSorted()).toEqual([
    'firing x 1e+00',
    'firing y 1e+00',
    'pending z 1e+00',
  ])
  await second.at(130, { m: 'x=1 z=1' })
  expect(second.states().toSorted()).toEqual(['firing x 1e+00', 'pending z 1e+00'])
  expect(second.sent.map((alert) => [alert.labels.get('l'), alert.endsAtMs])).toEqual([
    ['x', 370_000],
    ['y', 130_000], // it was resolved while nobody watched
  ])
  await second.at(160, { m: 'z=1' })
  expect(second.states()).toEqual(['firing z 1e+00'])
})

test('ticks are aligned to the interval, and overrun ones are missed, not queued', async () => {
  const { group, clock, asked, counts, slow } = open(`  rules:\n  - {record: r, expr: m}\n`)
  const ticks = (): number[] => asked.map((line) => Math.round(Number(line.split('@')[1]) * 1000))
  group.start()
  await clock.advance(60_000)
  expect(ticks()).toHaveLength(4)
  expect(new Set(ticks().map((ms) => ms % 15_000)).size).toBe(1)
  slow.ms = 40_000 // the fifth begins in time and takes two ticks and a half
  await clock.advance(15_000)
  slow.ms = 0
  await clock.advance(45_000)
  expect(ticks().map((ms) => (ms - ticks()[0]!) / 15_000)).toEqual([0, 1, 2, 3, 4, 7])
  expect(counts.get('weir_alerting_iterations_missed_total{group="r.yml;g"}')).toBe(2)
  await group.stop()
})
