import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import type { Fetch } from './notify/fetch.ts'
import type { Alerting, AlertingSetup } from './options.ts'
import type { QuerySample } from './rules/source.ts'
import { alertingInMemory } from './testing/alerting-in-memory.ts'
import { ManualClock } from './testing/manual-clock.ts'
import { MemoryStore, RecordingAppender } from './testing/memory-rooms.ts'

const RULES = (expr: string, more = ''): string => `
groups:
- name: g
  interval: 10s
  rules:
  - alert: Down
    expr: ${expr}
    labels: {severity: critical}
    annotations: {summary: '{{ $labels.instance }} is down'}
${more}`

const CONFIG = `
route: {receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1m}
receivers: [{name: hook, webhook_configs: [{url: 'http://r/hook'}]}]
`

interface World {
  readonly clock: ManualClock
  readonly store: MemoryStore
  readonly messages: string[]
  readonly appender: RecordingAppender
  down: string[]
  /** Of each series that is there. */
  value: number
  open(setup: AlertingSetup, disk?: MemoryStore): Promise<Alerting>
}

function world(): World {
  const clock = new ManualClock(Date.UTC(2026, 0, 1))
  const messages: string[] = []
  const fetch: Fetch = async (url, { body }) => {
    const { status, alerts } = JSON.parse(String(body)) as {
      readonly status: string
      readonly alerts: readonly { readonly annotations: Record<string, string> }[]
    }
    messages.push(
      `${url} ${status} ${alerts.map((alert) => alert.annotations['summary']).join(', ')}`,
    )
    return { status: 200, headers: new Headers(), text: async () => '' }
  }
  const made: World = {
    clock,
    store: new MemoryStore(),
    messages,
    appender: new RecordingAppender(),
    down: [],
    value: 0,
    open: (setup, disk) =>
      alertingInMemory({
        noData: { mode: 'resolve', forMs: 0 }, // what is not down has no series here
        ...setup,
        query: async (): Promise<QuerySample[]> =>
          made.down.map((instance) => ({ labels: Labels.of({ instance }), value: made.value })),
        appender: made.appender,
        store: disk ?? made.store,
        clock,
        externalUrl: 'http://weir/',
        fetch,
      }),
  }
  return made
}

const setup = (rules: string, config?: string): AlertingSetup => ({
  ruleFiles: [{ fileName: 'r.yml', text: rules }],
  ...(config === undefined ? {} : { config: { fileName: 'am.yml', text: config } }),
})

test('an alert goes from its rule to the webhook within one evaluation, and its end after it', async () => {
  const w = world()
  await using alerting = await w.open(setup(RULES('up == 0'), CONFIG))
  w.down = ['a', 'b']
  await w.clock.advance(10_000)
  expect(w.messages).toEqual(['http://r/hook firing a is down, b is down'])
  expect(alerting.alerts().alerts).toMatchObject([
    {
      state: 'firing',
      labels: { alertname: 'Down', instance: 'a', severity: 'critical' },
      value: '0e+00',
    },
    { state: 'firing', labels: { instance: 'b' } },
  ])
  expect(alerting.outbox.views()).toMatchObject([
    {
      receiver: 'hook',
      integration: 'webhook',
      state: 'sent',
      status: 'firing',
      alertNames: ['Down'],
    },
  ])
  w.down = ['b']
  await w.clock.advance(60_000)
  w.down = []
  await w.clock.advance(60_000)
  expect(w.messages.slice(1)).toEqual([
    'http://r/hook firing a is down, b is down',
    'http://r/hook resolved b is down',
  ])
})

test('the rules view is that of the Prometheus API', async () => {
  const w = world()
  await using alerting = await w.open(
    setup(RULES('up == 0', '  - {record: r, expr: up, labels: {a: b}}\n')),
  )
  w.down = ['a']
  await w.clock.advance(10_000)
  expect(alerting.ruleGroups()).toEqual({
    groups: [
      {
        name: 'g',
        file: 'r.yml',
        interval: 10,
        limit: 0,
        evaluationTime: 0,
        lastEvaluation: expect.stringMatching(/^2026-01-01T00:00:(?:0\d|10)\.\d\d\dZ$/),
        rules: [
          {
            type: 'alerting',
            state: 'firing',
            name: 'Down',
            query: 'up == 0',
            duration: 0,
            keepFiringFor: 0,
            labels: { severity: 'critical' },
            annotations: { summary: '{{ $labels.instance }} is down' },
            health: 'ok',
            evaluationTime: 0,
            lastEvaluation: expect.any(String),
            alerts: [
              {
                labels: { alertname: 'Down', instance: 'a', severity: 'critical' },
                annotations: { summary: 'a is down' },
                state: 'firing',
                activeAt: expect.any(String),
                value: '0e+00',
              },
            ],
          },
          {
            type: 'recording',
            name: 'r',
            query: 'up',
            labels: { a: 'b' },
            health: 'ok',
            evaluationTime: 0,
            lastEvaluation: expect.any(String),
          },
        ],
      },
    ],
  })
})

test('without a config alerts are recorded, so that they show', async () => {
  const w = world()
  await using alerting = await w.open(setup(RULES('up == 0')))
  w.down = ['a']
  await w.clock.advance(10_000)
  expect(alerting.receivers()).toEqual(['page'])
  expect(alerting.outbox.views()).toMatchObject([
    { receiver: 'page', integration: 'record', state: 'sent', status: 'firing' },
  ])
  expect(w.messages).toEqual([])
})

test('after kill -9 nothing is told twice and nothing is forgotten', async () => {
  const w = world()
  const first = await w.open(setup(RULES('up == 0'), CONFIG))
  w.down = ['a']
  await w.clock.advance(10_000)
  const disk = new MemoryStore(w.store.snapshot())
  w.store.failure = new Error('killed')
  await first[Symbol.asyncDispose]()
  await w.clock.advance(600_000) // a long while: what was on disk has run out meanwhile
  await using second = await w.open(setup(RULES('up == 0'), CONFIG), disk)
  await w.clock.advance(120_000)
  expect(w.messages).toEqual(['http://r/hook firing a is down'])
  expect(second.alerts().alerts).toMatchObject([{ state: 'firing' }])
  w.down = []
  await w.clock.advance(120_000)
  expect(w.messages.slice(1)).toEqual(['http://r/hook resolved a is down'])
})

test('a full disk does not keep alerts from being told, once', async () => {
  const w = world()
  await using _ = await w.open(setup(RULES('up == 0'), CONFIG))
  w.store.failure = new Error('disk full')
  w.down = ['a']
  await w.clock.advance(300_000)
  expect(w.messages).toEqual(['http://r/hook firing a is down'])
})

test('a reload keeps alerts of rules that stay, and ends series of those that go', async () => {
  const w = world()
  await using alerting = await w.open(setup(RULES('up == 0'), CONFIG))
  w.down = ['a']
  await w.clock.advance(10_000)
  const [before] = alerting.alerts().alerts
  await alerting.reload(setup(RULES('up == 0 or down', '  - {alert: New, expr: up}\n'), CONFIG))
  expect(alerting.alerts().alerts).toEqual([before])
  await w.clock.advance(10_000)
  expect(alerting.alerts().alerts).toHaveLength(2)
  w.appender.take()
  await alerting.reload({})
  expect(alerting.ruleGroups()).toEqual({ groups: [] })
  expect(w.appender.take()).toHaveLength(4)
  expect(alerting.receivers()).toEqual(['page'])
})

test('a reload ends the series of a rule that left its group', async () => {
  const w = world()
  await using alerting = await w.open(
    setup(RULES('up == 0', '  - {alert: Left, expr: up}\n'), CONFIG),
  )
  w.down = ['a']
  await w.clock.advance(10_000)
  const written = w.appender.take().filter((line) => line.includes('alertname="Left"'))
  await alerting.reload(setup(RULES('up == 0'), CONFIG))
  const ended = w.appender.take()
  expect(written.length).toBeGreaterThan(0)
  expect(ended.map((line) => line.replace(/ @.*/, ''))).toEqual([
    ...new Set(written.map((line) => line.replace(/ @.*/, ''))),
  ])
  expect(ended.every((line) => line.endsWith(' stale'))).toBe(true)
})

test.each([
  ['rules', setup('groups: [{name: ""}]', CONFIG)],
  ['config', setup(RULES('up'), 'route: {}')],
])('a bad %s is refused and changes nothing', async (_, bad) => {
  const w = world()
  await using alerting = await w.open(setup(RULES('up == 0'), CONFIG))
  const before = alerting.ruleGroups()
  await expect(alerting.reload(bad)).rejects.toThrow('Cannot read')
  expect(alerting.ruleGroups()).toEqual(before)
  expect(alerting.receivers()).toEqual(['hook'])
})

test('other senders hand alerts in too; bad ones are refused, those beside them taken', async () => {
  const w = world()
  await using alerting = await w.open({ config: { fileName: 'am.yml', text: CONFIG } })
  const now = w.clock.now()
  const alert = (labels: Labels, endsAtMs: number) => ({
    labels,
    annotations: Labels.of({ summary: 'from outside' }),
    startsAtMs: now,
    endsAtMs,
    generatorUrl: '',
  })
  await alerting.receive([
    alert(Labels.EMPTY, now + 1000),
    alert(Labels.of({ alertname: 'B' }), now - 1000),
    alert(Labels.of({ alertname: 'C' }), now + 300_000),
  ])
  await w.clock.advance(1000)
  expect(w.messages).toEqual(['http://r/hook firing from outside'])
  await w.clock.advance(360_000) // nobody repeated it
  expect(w.messages.at(-1)).toBe('http://r/hook resolved from outside')
})

const WATCHED = `
route:
  receiver: hook
  routes: [{receiver: dead, matchers: ['alertname="Watchdog"'], group_wait: 0s, group_interval: 1m, repeat_interval: 2m}]
receivers:
- {name: hook, webhook_configs: [{url: 'http://r/hook'}]}
- {name: dead, webhook_configs: [{url: 'http://r/dead'}]}
`

test("a dead man's switch beats once a route asks for it, and stops when told to", async () => {
  const w = world()
  w.down = ['a'] // what the stand-in store answers to each question
  const config = { fileName: 'am.yml', text: WATCHED }
  await using alerting = await w.open({ config })
  expect(alerting.ruleGroups().groups).toMatchObject([{ file: 'weir', name: 'watchdog' }])
  await w.clock.advance(6 * 60_000)
  expect(w.messages.length).toBeGreaterThanOrEqual(2)
  expect(new Set(w.messages.map((message) => message.split(' ', 2).join(' ')))).toEqual(
    new Set(['http://r/dead firing']),
  )
  await alerting.reload({ config, watchdog: false })
  expect(alerting.ruleGroups().groups).toEqual([])
})

test.each([
  ['no route asks for it', { config: { fileName: 'am.yml', text: CONFIG } }, 0],
  [
    'a route takes everything without naming it',
    {
      config: {
        fileName: 'am.yml',
        text: WATCHED.replace('alertname="Watchdog"', 'severity!="x"'),
      },
    },
    0,
  ],
  [
    'a rule of that name is there',
    {
      config: { fileName: 'am.yml', text: WATCHED },
      ruleFiles: [
        {
          fileName: 'r.yml',
          text: 'groups: [{name: g, rules: [{alert: Watchdog, expr: vector(1)}]}]',
        },
      ],
    },
    1,
  ],
])("no dead man's switch of our own where %s", async (_, given, count) => {
  await using alerting = await world().open(given)
  const { groups } = alerting.ruleGroups()
  expect(groups.filter(({ file }) => file !== 'weir')).toHaveLength(count)
  expect(groups).toHaveLength(count)
})

test('a level that changes is one firing notification, with the old level as resolved in it', async () => {
  const w = world()
  const rules = `
groups:
- name: g
  interval: 5s
  rules:
  - alert: Lag
    expr: lag
    levels: {warning: '> 10', critical: '> 100'}
    annotations: {summary: '{{ $labels.severity }}'}
`
  await using alerting = await w.open(setup(rules, CONFIG))
  w.down = ['a']
  w.value = 50
  await w.clock.advance(30_000)
  w.value = 500
  await w.clock.advance(60_000)
  w.value = 0
  await w.clock.advance(120_000)
  expect(w.messages).toEqual([
    'http://r/hook firing warning',
    'http://r/hook firing critical, warning',
    'http://r/hook resolved critical',
  ])
  expect(alerting.alerts().alerts).toEqual([])
})
