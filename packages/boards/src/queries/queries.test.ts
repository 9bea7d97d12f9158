import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { dateMath } from '../scope/date-math.ts'
import { type Scope, fixedVariable } from '../scope/scope.ts'
import { board } from '../testing/board.ts'
import { expandRepeats, visiblePanels } from './expand-repeats.ts'
import { panelQueries, panelWindow } from './panel-queries.ts'
import { intervalMs, stepOf } from './step.ts'
import { filterMatchers, withMatchers } from './with-matchers.ts'

const HOUR = 3_600_000

test.each([
  [9, 1],
  [10, 10],
  [1499, 1000],
  [1500, 2000],
  [17_499, 15_000],
  [17_500, 20_000],
  [44_999, 30_000],
  [89_999, 60_000],
  [12 * HOUR, 12 * HOUR],
  [24 * HOUR, 24 * HOUR],
  [100 * 24 * HOUR, 365 * 24 * HOUR],
])('a step of %d ms becomes %d', (raw, want) => expect(intervalMs(raw, 1)).toBe(want))

const REQUEST = { rangeMs: HOUR, points: 1000, scrapeMs: 15_000, factor: 1, isRateStep: false }

test.each([
  [{}, 15_000, 15_000, 60_000],
  [{ scrapeMs: 10_000 }, 10_000, 10_000, 40_000],
  [{ scrapeMs: 60_000 }, 60_000, 60_000, 240_000],
  [{ points: 100 }, 30_000, 30_000, 60_000],
  [{ points: 100, rangeMs: 24 * HOUR }, 900_000, 900_000, 915_000],
  [{ targetMinMs: 60_000 }, 60_000, 60_000, 240_000],
  [{ panelMinMs: 60_000 }, 60_000, 60_000, 75_000],
  [{ factor: 2 }, 30_000, 15_000, 60_000],
  [{ isRateStep: true }, 60_000, 15_000, 60_000],
  [{ rangeMs: 365 * 24 * HOUR, points: 20_000 }, HOUR, HOUR, HOUR + 15_000],
  [{ rangeMs: 365 * 24 * HOUR, points: 1e9 }, HOUR, HOUR, HOUR + 15_000],
])('step of %j: %d, $__interval %d, $__rate_interval %d', (more, stepMs, interval, rate) =>
  expect(stepOf({ ...REQUEST, ...more })).toEqual({
    stepMs,
    intervalMs: interval,
    rateIntervalMs: rate,
  }),
)

const SCOPE: Scope = {
  variables: new Map([
    ['job', fixedVariable('web')],
    ['step', fixedVariable('5m')],
    [
      'many',
      {
        values: ['a', 'b', 'c', 'd', 'e'],
        texts: ['A', 'B', 'C', 'D', 'E'],
        isAll: false,
        isMany: true,
      },
    ],
    ['two', { values: ['x', 'y'], texts: ['x', 'y'], isAll: true, allValue: '.*', isMany: true }],
    ['none', { values: [], texts: [], isAll: false, isMany: true }],
  ]),
  from: 10 * HOUR + 7,
  to: 11 * HOUR + 7,
}
const MOMENT = { from: SCOPE.from, to: SCOPE.to, width: 1000 }

const asked = (panel: Readonly<Record<string, unknown>>, scope = SCOPE, moment = {}) =>
  panelQueries(board({ panels: [panel] }).panels[0]!, scope, { ...MOMENT, ...moment })

test('a target is filled in and cut to the grid of its step', () => {
  const targets = [
    { refId: 'A', expr: 'rate(x{job="$job"}[$__rate_interval])', legendFormat: '$job {{a}}' },
  ]
  expect(asked({ targets })).toMatchObject([
    {
      refId: 'A',
      kind: 'range',
      language: 'promql',
      expr: 'rate(x{job="web"}[1m])',
      startMs: 10 * HOUR,
      endMs: 11 * HOUR,
      stepMs: 15_000,
      format: 'time_series',
      legendFormat: 'web {{a}}',
    },
  ])
})

test.each([
  [{}, ['range']],
  [{ range: true }, ['range']],
  [{ instant: true }, ['instant']],
  [{ instant: true, range: false }, ['instant']],
  [{ instant: true, range: true }, ['range', 'instant']],
  [{ hide: true }, []],
  [{ expr: ' ' }, []],
])('a target with %j asks for %j', (more, want) =>
  expect(asked({ targets: [{ expr: 'up', ...more }] }).map(({ kind }) => kind)).toEqual(want),
)

test('smallest steps, points and time of a panel count', () => {
  const target = { expr: 'up[$__interval]', interval: '$step' }
  expect(asked({ targets: [target] })[0]).toMatchObject({ stepMs: 300_000, expr: 'up[5m]' })
  expect(asked({ targets: [{ expr: 'up' }], interval: '>2m' })[0]!.stepMs).toBe(120_000)
  expect(asked({ targets: [{ expr: 'up' }], maxDataPoints: 10 })[0]!.stepMs).toBe(300_000)
  const own = asked({ targets: [{ expr: 'up $__range_s' }], timeFrom: '2h', timeShift: '1d' })[0]!
  expect(own).toMatchObject({
    endMs: 11 * HOUR - 24 * HOUR,
    startMs: 9 * HOUR - 24 * HOUR,
    shiftMs: 24 * HOUR,
  })
  expect(own.expr).toBe('up 7200')
  const absolute = asked({ targets: [{ expr: 'up' }], timeFrom: '2h' }, SCOPE, {
    isAbsolute: true,
  })[0]!
  expect(absolute.startMs).toBe(10 * HOUR)
  expect(asked({ targets: [{ expr: 'up' }], timeFrom: 'now/d' })[0]).toMatchObject({ startMs: 0 })
})

test.each([
  [{}, 10, 11, 0],
  [{ timeFrom: '30m' }, 10.5, 11, 0],
  [{ timeFrom: 'now-2h' }, 9, 11, 0],
  [{ timeFrom: 'now-1d/d' }, -24, -1 / HOUR, 0],
  [{ timeShift: '1h' }, 9, 10, 1],
  [{ timeFrom: '$ago', timeShift: '$ago' }, 6, 8.5, 2.5],
  [{ timeFrom: 'nonsense', timeShift: 'now/d' }, 10, 11, 0],
  [{ timeFrom: '0h' }, 10, 11, 0],
])('the time of a panel with %j', (own, from, to, shift) => {
  const [panel] = board({ panels: [{ id: 1, type: 'timeseries', ...own }] }).panels
  const scope = { ...SCOPE, variables: new Map([['ago', fixedVariable('150m')]]) }
  const board11 = { from: 10 * HOUR, to: 11 * HOUR }
  const found = panelWindow(panel!, scope, board11)
  expect([found.from / HOUR, found.to / HOUR, found.shiftMs / HOUR]).toEqual([from, to, shift])
  const fixed = panelWindow(panel!, scope, { ...board11, isAbsolute: true })
  expect(fixed).toEqual({ ...board11, shiftMs: 0 })
})

test('LogQL is asked as such', () => {
  const datasource = { type: 'loki', uid: 'x' }
  expect(
    asked({ datasource, targets: [{ expr: '{a="$job"} |= "x"', maxLines: 50 }] }),
  ).toMatchObject([{ language: 'logql', kind: 'range', expr: '{a="web"} |= "x"', limit: 50 }])
  expect(asked({ targets: [{ expr: '{a="b"} |= "x"' }] })[0]!.language).toBe('logql')
})

test.each([
  ['up', 'up{a="b"}'],
  ['up{}', 'up{a="b"}'],
  ['up{x="y{}"}', 'up{a="b",x="y{}"}'],
  ['{__name__="up"}', '{a="b",__name__="up"}'],
  [
    'sum by (up, x) (rate(up[5m])) / on(up) group_left (x) up offset 5m',
    'sum by (up, x) (rate(up{a="b"}[5m])) / on(up) group_left (x) up{a="b"} offset 5m',
  ],
  ['sum(up) without (x) > bool 1e3 and up', 'sum(up{a="b"}) without (x) > bool 1e3 and up{a="b"}'],
  ['up # up\n or up @ end()', 'up{a="b"} # up\n or up{a="b"} @ end()'],
  [
    'label_replace(up, "x", "$1", "up", "(.*)")',
    'label_replace(up{a="b"}, "x", "$1", "up", "(.*)")',
  ],
  ['max_over_time(up[1h:5m] offset -1h) + Inf', 'max_over_time(up{a="b"}[1h:5m] offset -1h) + Inf'],
  ['up{', 'up{a="b"}'],
])('%s gets its filters', (expr, want) => expect(withMatchers(expr, ['a="b"'])).toBe(want))

test('filters become matchers, those that cannot are left', () => {
  const filter = (key: string, operator: string, value: string) => ({ key, operator, value })
  const { matchers, left } = filterMatchers([
    filter('a', '=', 'x"y'),
    filter('b.c', '!~', 'z'),
    { ...filter('d', '=|', 'e'), values: ['e.', 'f'] },
    filter('g', '<', '5'),
  ])
  expect(matchers).toEqual(['a="x\\"y"', '"b.c"!~"z"', 'd=~"e\\\\.|f"'])
  expect(left).toEqual([filter('g', '<', '5')])
})

const panel = (id: number, x: number, y: number, w: number, h: number, more = {}) => ({
  id,
  type: 'stat',
  title: `p${id}`,
  gridPos: { x, y, w, h },
  ...more,
})
const row = (id: number, y: number, more = {}) => ({ ...panel(id, 0, y, 24, 1, more), type: 'row' })
const places = (panels: readonly unknown[], options = {}) =>
  expandRepeats(board({ panels }), SCOPE, options).map(({ key, panel: { gridPos }, isHidden }) => {
    const { x, y, w, h } = gridPos
    return [key, x, y, w, h, ...(isHidden ? ['hidden'] : [])]
  })

test('a repeated panel takes the whole width, four on a line, and pushes down', () => {
  const panels = [panel(1, 0, 0, 12, 4, { repeat: 'many' }), panel(2, 0, 4, 24, 3)]
  expect(places(panels)).toEqual([
    ['1@a', 0, 0, 6, 4],
    ['1@b', 6, 0, 6, 4],
    ['1@c', 12, 0, 6, 4],
    ['1@d', 18, 0, 6, 4],
    ['1@e', 0, 4, 6, 4],
    ['2', 0, 8, 24, 3],
  ])
})

test('copies below each other keep their width; without values one stays', () => {
  const down = panel(1, 12, 0, 12, 4, { repeat: 'two', repeatDirection: 'v' })
  expect(places([down, panel(2, 0, 0, 12, 6), panel(3, 0, 9, 6, 2, { repeat: 'none' })])).toEqual([
    ['2', 0, 0, 12, 6],
    ['1@x', 12, 0, 12, 4],
    ['1@y', 12, 4, 12, 4],
    ['3', 0, 6, 6, 2],
  ])
})

test('a repeated row brings its panels, which see its value', () => {
  const panels = [
    row(1, 0, { repeat: 'two' }),
    panel(2, 0, 1, 24, 2, { title: '$two' }),
    row(3, 9, { collapsed: true, panels: [panel(4, 0, 10, 24, 5)] }),
    row(5, 10),
  ]
  expect(places(panels)).toEqual([
    ['1@x', 0, 0, 24, 1],
    ['2@x', 0, 1, 24, 2],
    ['1@y', 0, 3, 24, 1],
    ['2@y', 0, 4, 24, 2],
    ['3', 0, 6, 24, 1],
    ['4', 0, 7, 24, 5, 'hidden'],
    ['5', 0, 7, 24, 1],
  ])
  const placed = expandRepeats(board({ panels }), SCOPE)
  expect(placed.find(({ key }) => key === '2@y')!.scope.variables.get('two')).toMatchObject({
    values: ['y'],
    isAll: false,
    isMany: true,
  })
  expect(visiblePanels(placed).map(({ key }) => key)).toEqual(['2@x', '2@y'])
  const open = places(panels, { isCollapsed: () => false })
  expect(open.at(-2)).toEqual(['4', 0, 7, 24, 5])
  expect(open.at(-1)).toEqual(['5', 0, 12, 24, 1])
})

test('a panel that is left out leaves no gap', () => {
  const panels = [panel(1, 0, 0, 24, 4), panel(2, 0, 4, 24, 3)]
  expect(places(panels, { isLeftOut: (key: string) => key === '1' })).toEqual([['2', 0, 0, 24, 3]])
})

test('no two panels overlap, whatever the file says', () => {
  const one = fc.record({
    isRow: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    x: fc.integer({ min: -3, max: 30 }),
    y: fc.integer({ min: 0, max: 20 }),
    w: fc.integer({ min: 0, max: 30 }),
    h: fc.integer({ min: 0, max: 6 }),
    repeat: fc.constantFrom('', 'many', 'two', 'none'),
    repeatDirection: fc.constantFrom('h', 'v'),
    maxPerRow: fc.constantFrom(1, 2, 3, 5, 24),
  })
  fc.assert(
    fc.property(fc.array(one, { maxLength: 8 }), (given) => {
      const panels = given.map(({ isRow, x, y, w, h, ...rest }) => ({
        type: isRow ? 'row' : 'stat',
        gridPos: { x, y, w, h },
        ...rest,
      }))
      const taken = new Set<string>()
      for (const { panel: placed } of expandRepeats(board({ panels }), SCOPE)) {
        const { x, y, w, h } = placed.gridPos
        expect(x + w).toBeLessThanOrEqual(24)
        for (let i = x; i < x + w; i++) {
          for (let j = y; j < y + h; j++) {
            expect(taken.has(`${i},${j}`)).toBe(false)
            taken.add(`${i},${j}`)
          }
        }
      }
    }),
  )
})

test('only what is seen of the largest board is asked: 15 panels of 125', () => {
  const placed = expandRepeats(board('node-rfmoz-exporter-full.json'), SCOPE)
  expect(placed.filter(({ panel: { type } }) => type !== 'row').length).toBe(125)
  expect(visiblePanels(placed).length).toBe(15)
})

const NOON = Date.UTC(2026, 2, 18, 12, 34, 56, 789) // a Wednesday

test.each([
  ['now', '2026-03-18T12:34:56.789Z'],
  ['now-6h', '2026-03-18T06:34:56.789Z'],
  ['now/d', '2026-03-18T00:00:00.000Z'],
  ['now-1d/d', '2026-03-17T00:00:00.000Z'],
  ['now/w', '2026-03-16T00:00:00.000Z'],
  ['now/M', '2026-03-01T00:00:00.000Z'],
  ['now/Q', '2026-01-01T00:00:00.000Z'],
  ['now/y', '2026-01-01T00:00:00.000Z'],
  ['now/d+8h', '2026-03-18T08:00:00.000Z'],
  ['now-1M', '2026-02-18T12:34:56.789Z'],
  ['2026-01-02', '2026-01-02T00:00:00.000Z'],
  ['2026-01-02 03:04:05', '2026-01-02T03:04:05.000Z'],
  ['1700000000000', '2023-11-14T22:13:20.000Z'],
])('%s is %s', (text, want) =>
  expect(new Date(dateMath(text, { nowMs: NOON })!).toISOString()).toBe(want),
)

test('ends of units, zones and nonsense', () => {
  const iso = (text: string, more: object) =>
    new Date(dateMath(text, { nowMs: NOON, ...more })!).toISOString()
  expect(iso('now/d', { roundUp: true })).toBe('2026-03-18T23:59:59.999Z')
  expect(iso('now/d', { timezone: 'America/New_York' })).toBe('2026-03-18T04:00:00.000Z')
  // Two days after its clocks went forward.
  expect(iso('now-10d/d', { timezone: 'America/New_York' })).toBe('2026-03-08T05:00:00.000Z')
  expect(iso('now/w', { weekStart: 0 })).toBe('2026-03-15T00:00:00.000Z')
  for (const odd of ['', 'then', 'now-', 'now-5', 'now/x', 'now-6h!']) {
    expect(dateMath(odd, { nowMs: NOON })).toBeUndefined()
  }
})
