import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { BOARD_FILES, boardJson } from '../testing/board.ts'
import { readDashboards } from './read-dashboards.ts'

const BOARD = {
  title: 'A board',
  panels: [{ type: 'stat', title: 'P', targets: [{ expr: 'up' }] }],
}

test.each(BOARD_FILES)('%s is read', (file) => {
  const found = readDashboards(boardJson(file))
  expect(found.dashboards).toHaveLength(1)
  const { dashboard } = found.dashboards[0]!
  const ids = dashboard.panels.flatMap(({ id, panels }) => [
    id,
    ...(panels ?? []).map((inner) => inner.id),
  ])
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(0)
})

test.each([
  ['plain', BOARD],
  ['as the API answers', { dashboard: BOARD, meta: { slug: 'x' } }],
  ['in a list', [BOARD]],
  [
    'of Kubernetes',
    { apiVersion: 'dashboard.grafana.app/v1beta1', metadata: { name: 'u' }, spec: BOARD },
  ],
  [
    'in a ConfigMap',
    { kind: 'ConfigMap', data: { 'a.json': JSON.stringify(BOARD), 'b.txt': 'x' } },
  ],
  [
    'in a List',
    { kind: 'List', items: [{ kind: 'ConfigMap', data: { 'a.json': JSON.stringify(BOARD) } }] },
  ],
])('a board %s', (_, value) => {
  const { dashboards, notes } = readDashboards(value)
  expect(notes).toEqual([])
  expect(dashboards.map(({ dashboard }) => dashboard.title)).toEqual(['A board'])
  expect(dashboards[0]!.dashboard.panels[0]).toMatchObject({
    id: 1,
    type: 'stat',
    gridPos: { x: 0, y: 0, w: 12, h: 9 },
    targets: [{ refId: 'A', expr: 'up', language: 'promql' }],
    options: {},
    fieldConfig: { defaults: {}, overrides: [] },
  })
})

test.each([
  [undefined, 'got nothing'],
  [null, 'got nothing'],
  ['x', 'got a string'],
  [[], 'got a list without one'],
  [{}, 'got an empty object'],
  [{ groups: [] }, 'got an object with "groups"'],
  [{ title: 'x' }, 'got an object with "title"'],
])('%j is no dashboard', (value, want) => expect(() => readDashboards(value)).toThrow(want))

test('what a ConfigMap holds that is no JSON is said', () => {
  const data = { 'a.json': JSON.stringify(BOARD), 'b.json': '{' }
  const { notes } = readDashboards({ kind: 'ConfigMap', metadata: { name: 'm' }, data })
  expect(notes).toEqual([
    { kind: 'broken', where: 'm/b.json', text: 'This is no JSON; it is left out' },
  ])
})

test('keys that nobody knows stay', () => {
  const panel = {
    type: 'new-thing',
    mine: { a: 1 },
    options: { b: 2 },
    fieldConfig: { c: 3, defaults: { d: 4 } },
  }
  const board = { title: 'x', panels: [panel], templating: { list: [], e: 5 }, f: [6] }
  const { dashboard } = readDashboards(board).dashboards[0]!
  expect(dashboard).toMatchObject(board)
})

test('nothing reaches a prototype', () => {
  const text =
    '{"title":"x","panels":[{"__proto__":{"type":"y"},"options":{"__proto__":{"z":1}}}],"__proto__":{"polluted":1}}'
  const { dashboard, notes } = readDashboards(JSON.parse(text)).dashboards[0]!
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  expect(dashboard['polluted']).toBeUndefined()
  expect(dashboard.panels[0]!.options['z']).toBeUndefined()
  expect(notes).toEqual([])
  expect(readDashboards(JSON.parse(text)).notes).toHaveLength(1)
})

test('odd things in place of every part do not make it throw', () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(undefined, NaN, Infinity, -1, '', '$x', 'now-1h'),
  )
  const keys = [
    'panels',
    'templating',
    'annotations',
    'links',
    'time',
    'tags',
    'uid',
    'timepicker',
    'refresh',
    'schemaVersion',
    'rows',
    '__inputs',
  ]
  const panel = fc.dictionary(
    fc.constantFrom(
      'id',
      'type',
      'title',
      'gridPos',
      'targets',
      'options',
      'fieldConfig',
      'transformations',
      'links',
      'panels',
      'datasource',
      'repeat',
    ),
    odd,
  )
  const variable = fc.dictionary(
    fc.constantFrom('name', 'type', 'query', 'options', 'current', 'regex', 'sort', 'refresh'),
    odd,
  )
  const board = fc.record({
    odd: fc.dictionary(fc.constantFrom(...keys), odd),
    panels: fc.array(panel, { maxLength: 4 }),
    variables: fc.array(variable, { maxLength: 3 }),
  })
  fc.assert(
    fc.property(board, ({ odd: parts, panels, variables }) => {
      const value = {
        title: 'x',
        schemaVersion: 1,
        templating: { list: variables },
        ...parts,
        panels,
      }
      const { dashboard } = readDashboards(value).dashboards[0]!
      expect(typeof dashboard.uid).toBe('string')
      for (const { gridPos } of dashboard.panels) {
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
        expect(gridPos.y).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

test('5,000 panels are read, more are said; nesting without end is cut', () => {
  const panels = Array.from({ length: 6000 }, (_, id) => ({ id, type: 'stat' }))
  const { dashboard, notes } = readDashboards({ panels }).dashboards[0]!
  expect(dashboard.panels).toHaveLength(5000)
  expect(notes.map(({ text }) => text)).toEqual(['More than 5000 panels; the rest is left out'])
  const round: Record<string, unknown> = { panels: [] }
  round['again'] = round
  expect(readDashboards(round).notes[0]!.text).toMatch(/deeper than/)
})
