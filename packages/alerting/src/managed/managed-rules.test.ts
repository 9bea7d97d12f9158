import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import type { Alerting, AlertingSetup } from '../options.ts'
import { checkRules } from '../rules/config.ts'
import type { QuerySample } from '../rules/source.ts'
import { alertingInMemory } from '../testing/alerting-in-memory.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore } from '../testing/memory-rooms.ts'

const ANN = { author: 'ann', reason: 'too loud' }
const BOB = { author: 'bob', reason: '' }
const FILE: AlertingSetup = {
  ruleFiles: [
    {
      fileName: 'r.yml',
      text: `groups:
- name: g
  interval: 30s
  rules:
  - {alert: Down, expr: up == 0, for: 1m, labels: {severity: page}}
  - {record: 'a:b', expr: sum(up), labels: {gone: ''}}
`,
    },
  ],
}

function world() {
  const clock = new ManualClock(Date.UTC(2026, 0, 1))
  const store = new MemoryStore()
  const answers: Record<string, readonly QuerySample[]> = {}
  const open = (setup: AlertingSetup = FILE, disk = store): Promise<Alerting> =>
    alertingInMemory({
      noData: { mode: 'resolve', forMs: 0 },
      ...setup,
      query: async (expr) => {
        if (expr === 'broken') throw new Error('too many samples')
        return answers[expr] ?? []
      },
      store: disk,
      clock,
      externalUrl: 'http://weir/',
      limits: { keptRules: 3 },
      fetch: async () => ({ status: 200, headers: new Headers(), text: async () => '' }),
    })
  return { clock, store, answers, open }
}

const sample = (job: string, value = 1): QuerySample => ({ labels: Labels.of({ job }), value })
const lag = { group: 'mine', rule: { alert: 'Lag', expr: 'lag > 5' } }

function loaded(alerting: Alerting): string[] {
  return alerting
    .ruleGroups()
    .groups.toSorted((a, b) => (a.file < b.file ? 1 : -1)) // those of files first
    .map(({ file, name, rules }) => `${file} ${name}: ${rules.map((r) => r.name).join(' ')}`)
}

function shown(alerting: Alerting): string[] {
  return alerting.managedRules
    .rows()
    .map(({ id, origin, off, rule }) =>
      [origin === 'page' ? id : origin, rule.alert ?? rule.record, off?.author ?? 'on'].join(' '),
    )
}

test('a rule is kept with who made it and who changed it, evaluated at once, and back after a restart', async () => {
  const w = world()
  w.answers['lag > 5'] = [sample('x', 9)]
  {
    await using alerting = await w.open()
    await alerting.managedRules.put('lag', lag, ANN)
    expect(loaded(alerting)).toEqual(['r.yml g: Down a:b', 'page mine: Lag'])
    await w.clock.advance(60_000)
    expect(alerting.alerts().alerts).toMatchObject([
      { state: 'firing', labels: { alertname: 'Lag' } },
    ])
    await alerting.managedRules.put('lag', { ...lag, rule: { ...lag.rule, for: '1h' } }, BOB)
    expect(alerting.managedRules.rows()[0]).toMatchObject({
      id: 'lag',
      origin: 'page',
      rule: { alert: 'Lag', for: '1h' },
      created: { ...ANN, atMs: Date.UTC(2026, 0, 1) },
      changed: { ...BOB, atMs: Date.UTC(2026, 0, 1, 0, 1) },
      problem: '',
    })
  }
  await using again = await w.open(FILE, new MemoryStore(w.store.snapshot()))
  expect(loaded(again)).toEqual(['r.yml g: Down a:b', 'page mine: Lag'])
  expect(again.managedRules.changes()).toMatchObject([
    { action: 'changed', author: 'bob', before: lag, after: { rule: { for: '1h' } } },
    { action: 'created', author: 'ann', before: null, after: lag },
  ])
})

test('a rule of a file can be switched off and on; its file is let be, and a reload keeps it off', async () => {
  const w = world()
  await using alerting = await w.open()
  const down = alerting.managedRules.rows().find(({ rule }) => rule.alert === 'Down')!
  expect(down).toMatchObject({
    origin: 'file',
    interval: '30s',
    rule: { alert: 'Down', expr: 'up == 0', for: '1m', labels: { severity: 'page' } },
  })
  await alerting.managedRules.switchOff(down.id, ANN)
  expect(loaded(alerting)).toEqual(['r.yml g: a:b'])
  await alerting.reload(FILE)
  expect(loaded(alerting)).toEqual(['r.yml g: a:b'])
  expect(shown(alerting)).toEqual(['file Down ann', 'file a:b on'])
  await alerting.reload({})
  expect(shown(alerting)).toEqual(['gone Down ann'])
  expect(await alerting.managedRules.switchOn(down.id, BOB)).toBeNull()
  expect(shown(alerting)).toEqual([])
  await alerting.reload(FILE)
  await alerting.managedRules.switchOff(down.id, ANN)
  await alerting.managedRules.switchOn(down.id, BOB)
  expect(loaded(alerting)).toEqual(['r.yml g: Down a:b'])
  expect(
    alerting.managedRules.changes().map(({ action, author }) => `${action} ${author}`),
  ).toEqual(['on bob', 'off ann', 'on bob', 'off ann'])
})

test('what a rule that is switched off was firing ends at once, and says why', async () => {
  const w = world()
  w.answers['lag > 5'] = [sample('x', 9)]
  await using alerting = await w.open()
  await alerting.managedRules.put('lag', lag, ANN)
  await w.clock.advance(60_000)
  await alerting.managedRules.switchOff('lag', ANN)
  expect(alerting.alerts().alerts).toEqual([])
  const [, stored] = [...w.store.entries('alerting/alerts/')][0]!
  expect(stored).toMatchObject({ endsAtMs: w.clock.now() })
  expect(JSON.stringify(stored)).toContain('its rule was switched off by ann: too loud')
})

test('a kept rule may stand in for one of a file, as long as it is there and on', async () => {
  const w = world()
  await using alerting = await w.open()
  const { id } = alerting.managedRules.rows().find(({ rule }) => rule.alert === 'Down')!
  const draft = { group: 'g', replaces: id, rule: { alert: 'Down', expr: 'up < 0' } }
  await alerting.managedRules.put('down', draft, ANN)
  expect(loaded(alerting)).toEqual(['r.yml g: a:b', 'page g: Down'])
  expect(alerting.managedRules.rows().map(({ replacedBy }) => replacedBy)).toEqual([
    null,
    'down',
    null,
  ])
  await alerting.managedRules.switchOff('down', ANN)
  expect(loaded(alerting)).toEqual(['r.yml g: Down a:b'])
  await alerting.managedRules.switchOn('down', ANN)
  await alerting.managedRules.remove('down', BOB)
  expect(loaded(alerting)).toEqual(['r.yml g: Down a:b'])
})

test.each([
  ['Lag', lag, ANN, 'want lower-case letters'],
  ['0abc', lag, ANN, 'want lower-case letters'],
  ['lag', { ...lag, group: '' }, ANN, 'name: group name must not be empty'],
  [
    'lag',
    { ...lag, rule: { alert: 'Lag', expr: 'sum((' } },
    ANN,
    'expr: could not parse expression',
  ],
  [
    'lag',
    { ...lag, rule: { alert: 'Lag', expr: 'x', flapping: { high: 7 } } },
    ANN,
    'flapping.high: want a share',
  ],
  ['lag', lag, { author: ' ', reason: '' }, 'want an author'],
  ['lag', { ...lag, replaces: '0000' }, ANN, 'no rule has this id'],
  ['lag', { ...lag, interval: '5s' }, ANN, 'group "mine" has the usual interval'],
  [
    'lag',
    { ...lag, rule: { alert: 'Lag', expr: 'x', annotations: { a: 'x'.repeat(70_000) } } },
    ANN,
    'want at most 65536',
  ],
])('rule %j of %j is refused and changes nothing: %s', async (id, draft, author, want) => {
  const w = world()
  await using alerting = await w.open()
  await alerting.managedRules.put('other', lag, BOB)
  const before = [...w.store.snapshot()]
  await expect(alerting.managedRules.put(id, draft, author)).rejects.toThrow(want)
  expect([...w.store.snapshot()]).toEqual(before)
})

test('a disk that is full changes nothing, in memory either', async () => {
  const w = world()
  await using alerting = await w.open()
  w.store.failure = new Error('disk full')
  await expect(alerting.managedRules.put('lag', lag, ANN)).rejects.toThrow('disk full')
  expect(loaded(alerting)).toEqual(['r.yml g: Down a:b'])
  w.store.failure = undefined
  await alerting.managedRules.put('lag', lag, ANN)
  expect(loaded(alerting)).toHaveLength(2)
})

test('there is an end to how many rules are kept', async () => {
  const w = world()
  await using alerting = await w.open()
  for (const id of ['a', 'b', 'c']) await alerting.managedRules.put(id, lag, ANN)
  await expect(alerting.managedRules.put('d', lag, ANN)).rejects.toThrow('rules.max_kept')
  await alerting.managedRules.put('a', lag, BOB)
})

test('unknown rules are told apart from those that are not kept here', async () => {
  await using alerting = await world().open()
  const { id } = alerting.managedRules.rows()[0]!
  await expect(alerting.managedRules.remove(id, ANN)).rejects.toThrow('only rules kept here')
  await expect(alerting.managedRules.switchOff('none', ANN)).rejects.toThrow('no rule has this id')
})

test('a preview says what would fire now, and writes nothing', async () => {
  const w = world()
  w.answers['lag > 5'] = [sample('x', 9)]
  w.answers['lag'] = [sample('x', 9), sample('y', 1)]
  await using alerting = await w.open()
  const { signal } = new AbortController()
  const before = [...w.store.snapshot()]
  const rule = {
    alert: 'Lag',
    expr: 'lag>5',
    annotations: { summary: '{{ $labels.job }}: {{ $value }}' },
  }
  expect(await alerting.managedRules.preview({ group: '', rule }, signal)).toMatchObject({
    problems: [],
    expr: 'lag > 5',
    count: 1,
    elements: [{ labels: { alertname: 'Lag', job: 'x' }, annotations: { summary: 'x: 9' } }],
    watchedCount: 2,
  })
  expect(
    await alerting.managedRules.preview({ group: '', rule: { record: 'r', expr: 'lag' } }, signal),
  ).toMatchObject({ type: 'recording', count: 2, elements: [{ value: '9' }, { value: '1' }] })
  expect(
    await alerting.managedRules.preview({ group: '', rule: { alert: '', expr: 'sum(' } }, signal),
  ).toMatchObject({
    problems: [
      { path: '', what: "one of 'record' or 'alert' must be set" },
      { path: 'expr', what: expect.stringContaining('could not parse') as string },
    ],
    count: 0,
  })
  expect(
    await alerting.managedRules.preview(
      { group: '', rule: { alert: 'A', expr: 'broken' } },
      signal,
    ),
  ).toMatchObject({ problems: [{ path: 'expr', what: 'too many samples' }] })
  expect([...w.store.snapshot()]).toEqual(before)
})

test('kept rules are written out as a rule file, and as one that Prometheus takes', async () => {
  const w = world()
  await using alerting = await w.open()
  await alerting.managedRules.put('lag', { ...lag, interval: '30s' }, ANN)
  await alerting.managedRules.put(
    'disk',
    {
      group: 'disks',
      rule: {
        alert: 'Disk',
        expr: 'used',
        for: '5m',
        levels: { warning: '> 0.8', critical: { when: 'used > 0.9', reset: '< 0.7', for: '1m' } },
      },
    },
    ANN,
  )
  await alerting.managedRules.put(
    'dead',
    { group: 'disks', rule: { alert: 'Dead', deadman: { of: 'x', silent: '5m' } } },
    ANN,
  )
  const weir = alerting.managedRules.exported('weir')
  expect(checkRules(weir, 'e.yml')).toMatchObject({ ruleCount: 3, problems: [] })
  const plain = alerting.managedRules.exported('prometheus')
  expect(plain).toMatchInlineSnapshot(`
    "# Disk: Prometheus has no levels
    groups:
      - name: mine
        interval: 30s
        rules:
          - alert: Lag
            expr: lag > 5
      - name: disks
        rules:
          - alert: Disk
            expr: (used) > 0.8
            for: 5m
            labels:
              severity: warning
          - alert: Disk
            expr: used > 0.9
            for: 1m
            labels:
              severity: critical
          - alert: Dead
            expr: last_over_time(x[1d]) unless last_over_time(x[5m])
    "
  `)
  expect(checkRules(plain, 'e.yml', { forPrometheus: true })).toMatchObject({
    ruleCount: 4,
    problems: [],
  })
})

test('a kept rule that an update no longer takes is shown with what is wrong, and harms nobody', async () => {
  const w = world()
  const signed = { ...ANN, atMs: 0 }
  const old = {
    id: 'old',
    draft: { group: 'mine', rule: { alert: 'Old', expr: 'no longer(' } },
    created: signed,
    changed: signed,
    off: null,
  }
  await w.store.write([{ key: 'alerting/managed/rule/old', value: old }])
  await using alerting = await w.open()
  expect(loaded(alerting)).toEqual(['r.yml g: Down a:b'])
  expect(alerting.managedRules.rows()[0]!.problem).toContain('expr: could not parse')
})
