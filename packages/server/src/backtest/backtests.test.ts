import { backtestRules } from '@weir/alerting'
import { Labels, STALE_MARKER, SampleColumns, WeirError, systemClock } from '@weir/model'
import type { BacktestResultView, BacktestRuleView } from '@weir/packs'
import { MemoryQueryable } from '@weir/promql'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { evaluateMatrix } from '../query/execute.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { type BacktestOrder, Backtests } from './backtests.ts'
import { pagerOf } from './pages.ts'
import type { RangeAsk } from './test-rule.ts'

const MINUTE = 60_000
const START = 1_700_000_040_000 - (1_700_000_040_000 % MINUTE)
const MINUTES = 2000

/** A value each minute: 0, but what a course says from then on. */
function storeOf(series: Readonly<Record<string, Readonly<Record<number, number>>>>): {
  readonly ask: RangeAsk
  readonly asked: string[]
} {
  const memory = new MemoryQueryable()
  for (const [name, course] of Object.entries(series)) {
    const columns = new SampleColumns(MINUTES)
    let value = 0
    for (let k = 0; k < MINUTES; k++) {
      value = course[k] ?? value
      columns.push(START + k * MINUTE, value)
    }
    const [metric = '', shop = ''] = name.split(' ')
    memory.add(Labels.of({ __name__: metric, shop }), columns)
  }
  const source = Object.assign(memory, { metadata: () => new Map() })
  const asked: string[] = []
  return {
    asked,
    ask: async (expr, range) => {
      asked.push(expr)
      return evaluateMatrix({ kind: 'matrix', expr, ...range }, source)
    },
  }
}

const RULES = `
groups:
  - name: shops
    rules:
      - { record: 'shop:errors', expr: 'errors' }
      - { alert: ErrorsHigh, expr: 'errors > 5', for: 2m, labels: { severity: page } }
      - { alert: AllErrors, expr: 'sum(shop:errors) > 5' }
      - { alert: PerShop, expr: 'shop:errors{shop="a"} > 5' }
`

function orderOf(rule: string, more: Partial<BacktestOrder> = {}): BacktestOrder {
  const setup = { ruleFiles: [{ fileName: 'rules', text: RULES }] }
  return {
    ...backtestRules(setup, { name: rule }),
    wish: { thresholds: [], forsMs: [] },
    startMs: START,
    endMs: START + (MINUTES - 1) * MINUTE,
    stepMs: MINUTE,
    timeZone: 'UTC',
    setup: {},
    pager: undefined,
    ...more,
  }
}

function backtests(query: RangeAsk): Backtests {
  const log = new Log(pino({ level: 'silent' }))
  return new Backtests({ query, clock: systemClock, telemetry: { registry: new Registry(), log } })
}

async function ended(all: Backtests, id: string): Promise<BacktestResultView> {
  for (;;) {
    const view = all.result(id)
    if (view.endedMs !== null) return view
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function resultOf(query: RangeAsk, order: BacktestOrder): Promise<BacktestRuleView> {
  await using all = backtests(query)
  const result = await ended(all, all.begin(order).id)
  expect(result).toMatchObject({ state: 'done', error: '', progress: 1 })
  return result.rules[0]!
}

/** `shop from+length`, in minutes. */
function firingsOf({ variants }: BacktestRuleView, i = 0): string[] {
  return variants[i]!.firings.map(({ labels, firedMs, endedMs }) => {
    const from = (firedMs - START) / MINUTE
    return `${labels['shop'] ?? ''} ${from}+${endedMs === null ? '' : (endedMs - firedMs) / MINUTE}`
  })
}

const SHOPS = {
  'errors a': { 100: 9, 110: 0, 300: 7, 301: 0, 1990: 8 },
  'errors b': { 715: 6, 730: 0 }, // over the border of two slices
}

describe('a rule on history', () => {
  test('fires when it would have, with figures', async () => {
    const rule = await resultOf(storeOf(SHOPS).ask, orderOf('ErrorsHigh'))
    expect(firingsOf(rule)).toEqual(['a 102+8', 'b 717+13', 'a 1992+'])
    expect(rule.variants).toMatchObject([
      {
        threshold: 5,
        forMs: 2 * MINUTE,
        isAsWritten: true,
        fired: 3,
        firingMs: 28 * MINUTE,
        longestMs: 13 * MINUTE,
        flaps: 0,
        stillFiring: 1,
        noise: 0,
        notifications: null,
      },
    ])
    expect(rule.variants[0]!.firings[0]).toMatchObject({
      labels: { alertname: 'ErrorsHigh', severity: 'page', shop: 'a' },
      activeMs: START + 100 * MINUTE,
      value: 9,
    })
    expect(rule.happened).toBeNull()
  })

  test('thresholds and `for` are tried side by side, over one answer', async () => {
    const { ask, asked } = storeOf(SHOPS)
    const wish = { thresholds: [5, 6.5], forsMs: [0, 2 * MINUTE] }
    const rule = await resultOf(ask, orderOf('ErrorsHigh', { wish }))
    expect(rule.variants.map(({ threshold, forMs }) => [threshold, forMs / MINUTE])).toEqual([
      [5, 2],
      [5, 0],
      [6.5, 0],
      [6.5, 2],
    ])
    expect(firingsOf(rule, 1)).toEqual(['a 100+10', 'a 300+1', 'b 715+15', 'a 1990+'])
    expect(firingsOf(rule, 2)).toEqual(['a 100+10', 'a 300+1', 'a 1990+'])
    expect(rule.variants[2]).toMatchObject({ flaps: 1, noise: 33 })
    const slices = Math.ceil(MINUTES / 720)
    expect(asked.filter((expr) => expr === 'errors')).toHaveLength(slices)
  })

  test('the chart shows what is compared, at its highest', async () => {
    const { chart, operator } = await resultOf(storeOf(SHOPS).ask, orderOf('ErrorsHigh'))
    expect(operator).toBe('>')
    expect(chart.seriesCount).toBe(2)
    expect(chart.series.map(({ labels }) => labels['shop'])).toEqual(['a', 'b'])
    const at = (minute: number): number | null =>
      chart.series[0]!.values[Math.floor((minute * MINUTE) / chart.stepMs)]!
    expect([at(50), at(105), at(300)]).toEqual([0, 9, 7])
  })

  test('a recorded series that is not stored is worked out, and it is said', async () => {
    const rule = await resultOf(storeOf(SHOPS).ask, orderOf('AllErrors'))
    expect(rule.askedAs).toBe('sum((errors)) > 5')
    expect(rule.notes[0]).toContain('shop:errors is not stored')
    expect(firingsOf(rule)).toEqual([' 100+10', ' 300+1', ' 715+15', ' 1990+'])
  })

  test('one that is stored is read as it is', async () => {
    const store = storeOf({ ...SHOPS, 'shop:errors a': { 50: 6, 60: 0 } })
    const rule = await resultOf(store.ask, orderOf('AllErrors'))
    expect(rule).toMatchObject({ askedAs: null, notes: [] })
    expect(firingsOf(rule)).toEqual([' 50+10'])
  })

  test('where it cannot be worked out, the note says what to do', async () => {
    const rule = await resultOf(storeOf(SHOPS).ask, orderOf('PerShop'))
    expect(rule.notes[0]).toContain('weir rules backfill')
    expect(rule.variants[0]!.fired).toBe(0)
  })

  test('what really fired stands beside it', async () => {
    const memory = new MemoryQueryable()
    const columns = new SampleColumns(40)
    for (let k = 0; k < 30; k++) columns.push(START + k * MINUTE, 1)
    columns.push(START + 30 * MINUTE, STALE_MARKER)
    const labels = { __name__: 'ALERTS', alertname: 'ErrorsHigh', alertstate: 'firing' }
    memory.add(Labels.of(labels), columns)
    const source = Object.assign(memory, { metadata: () => new Map() })
    const rule = await resultOf(
      async (expr, range) => evaluateMatrix({ kind: 'matrix', expr, ...range }, source),
      orderOf('ErrorsHigh'),
    )
    expect(rule.happened).toMatchObject({ fired: 1, firingMs: 30 * MINUTE })
  })

  test('a slice that is too much is halved', async () => {
    const { ask } = storeOf(SHOPS)
    const lengths = new Set<number>()
    const rule = await resultOf(async (expr, range, signal) => {
      const steps = (range.endMs - range.startMs) / range.stepMs + 1
      if (steps > 200) throw new WeirError('QUERY_TOO_MANY_SAMPLES', 'too many')
      lengths.add(steps)
      return ask(expr, range, signal)
    }, orderOf('ErrorsHigh'))
    expect(firingsOf(rule)).toEqual(['a 102+8', 'b 717+13', 'a 1992+'])
    expect(Math.max(...lengths)).toBe(180)
  })
})

/** As the query threads do when the asker goes away before they have an answer. */
function unanswered(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
}

test('firings go through the routing tree', async () => {
  const text = `
route:
  receiver: mail
  routes: [{ receiver: pager, matchers: ['severity="page"'], group_by: [severity] }]
receivers:
  - { name: mail, webhook_configs: [{ url: 'http://localhost/' }] }
  - { name: pager, webhook_configs: [{ url: 'http://localhost/' }] }
`
  const pager = pagerOf({ fileName: 'alertmanager.yml', text }, Labels.of({ zone: 'eu' }))
  const rule = await resultOf(storeOf(SHOPS).ask, orderOf('ErrorsHigh', { pager }))
  const { notifications, nights } = rule.variants[0]!
  expect(notifications).toMatchObject({ count: 5, firing: 3, byReceiver: { pager: 5 } })
  expect(
    notifications!.list.map(({ atMs, status, alertCount, groupLabels }) => [
      (atMs - START) / MINUTE,
      status,
      alertCount,
      groupLabels,
    ]),
  ).toEqual([
    [102.5, 'firing', 1, { severity: 'page' }],
    [112.5, 'resolved', 1, { severity: 'page' }],
    [717.5, 'firing', 1, { severity: 'page' }],
    [732.5, 'resolved', 1, { severity: 'page' }],
    [1992.5, 'firing', 1, { severity: 'page' }],
  ])
  expect(nights).toBe(1)
})

describe('jobs', () => {
  test('one that fails says why', async () => {
    await using all = backtests(async () => {
      throw new WeirError('QUERY_EXECUTION', 'no such thing')
    })
    const { id } = all.begin(orderOf('ErrorsHigh'))
    expect(await ended(all, id)).toMatchObject({ state: 'failed', error: 'no such thing' })
  })

  test('one at a time, and they can be canceled', async () => {
    let ask = (): void => undefined
    const begun = new Promise<void>((resolve) => {
      ask = resolve
    })
    await using all = backtests((_expr, _range, signal) => {
      ask()
      return unanswered(signal)
    })
    const [first, second] = [all.begin(orderOf('ErrorsHigh')), all.begin(orderOf('ErrorsHigh'))]
    await begun
    expect(all.views().map(({ state }) => state)).toEqual(['waiting', 'running'])
    expect(all.cancel(second.id).state).toBe('canceled')
    all.cancel(first.id)
    expect((await ended(all, first.id)).state).toBe('canceled')
    expect(() => all.result('nope')).toThrow(/Cannot find test on history "nope"/)
  })

  test.each([
    ['no evaluation in that time', { startMs: 5, endMs: 6, stepMs: undefined }, 'not one'],
    ['too many', { startMs: 0, stepMs: 1000 }, '600000'],
  ])('%s: refused', async (_what, more, why) => {
    await using all = backtests(storeOf({}).ask)
    expect(() => all.begin(orderOf('ErrorsHigh', more))).toThrow(why)
  })

  test('as many wait as may', async () => {
    await using all = backtests((_expr, _range, signal) => unanswered(signal))
    const begin = (): unknown => all.begin(orderOf('ErrorsHigh'))
    for (let i = 0; i < 21; i++) begin()
    expect(begin).toThrow(/Cannot take one more/)
  })

  test('a rule that is not there, or has nothing to vary', async () => {
    expect(() => orderOf('Nope')).toThrow('there is no alerting rule named "Nope"')
    const wish = { thresholds: [1], forsMs: [] }
    const setup = {
      ruleFiles: [
        { fileName: 'r', text: 'groups: [{name: g, rules: [{alert: A, expr: absent(x)}]}]' },
      ],
    }
    await using all = backtests(storeOf({}).ask)
    const { id } = all.begin({ ...orderOf('ErrorsHigh'), ...backtestRules(setup, {}), wish })
    expect((await ended(all, id)).error).toContain('A compares with no number')
  })
})
