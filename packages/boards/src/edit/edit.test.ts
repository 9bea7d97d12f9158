import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Dashboard, GridPos, Panel } from '../dashboard.ts'
import { readDashboards } from '../read/read-dashboards.ts'
import { overlaps, withMoved } from './grid.ts'
import { intoRow, moveRow, stepRow } from './sections.ts'
import { valueAt, withOrder, withValueAt } from './paths.ts'
import { type EditHistory, changed, historyOf, redone, undone } from './history.ts'
import { PANEL_KINDS, asType, newPanel, nextRefId } from './new-panel.ts'
import {
  addPanel,
  addRow,
  allPanels,
  changePanel,
  duplicatePanel,
  foldRow,
  panelsOfRow,
  placePanel,
  removePanel,
  removeRow,
  unfoldRow,
} from './panels.ts'

const EMPTY = readDashboards({ title: 'Empty', panels: [] }).dashboards[0]!.dashboard

/** `a:0,0,12,8` a line: a letter's panel and where it is. */
function boardOf(...lines: readonly string[]): Dashboard {
  const panels = lines.map((line) => {
    const [name = '', place = ''] = line.split(':')
    const [x = 0, y = 0, w = 1, h = 1] = place.split(',').map(Number)
    const type = w === 24 && h === 1 ? 'row' : 'stat'
    const isRow = type === 'row'
    return {
      ...newPanel(type),
      id: name.codePointAt(0)! - 96,
      title: name,
      gridPos: { x, y, w, h },
      ...(isRow ? { collapsed: false, panels: [] } : {}),
    }
  })
  return { ...EMPTY, panels }
}

const linesOf = (panels: readonly Panel[]): string[] =>
  panels.map(({ title, gridPos: { x, y, w, h } }) => `${title}:${x},${y},${w},${h}`)
const idOf = (name: string): number => name.codePointAt(0)! - 96

test.each<[string, string[], string, Partial<GridPos>, string[]]>([
  ['to the side', ['a:0,0,6,4'], 'a', { x: 6 }, ['a:6,0,6,4']],
  ['into the air: it floats up', ['a:0,0,6,4'], 'a', { y: 9 }, ['a:0,0,6,4']],
  ['out of the grid: it stays inside', ['a:0,0,6,4'], 'a', { x: 40 }, ['a:18,0,6,4']],
  [
    'over another: that goes down',
    ['a:0,0,6,4', 'b:6,0,6,4'],
    'a',
    { x: 6 },
    ['a:6,0,6,4', 'b:6,4,6,4'],
  ],
  [
    'below another: that comes up',
    ['a:0,0,6,4', 'b:0,4,6,4'],
    'a',
    { y: 4 },
    ['a:0,4,6,4', 'b:0,0,6,4'],
  ],
  [
    'larger: the neighbour goes down',
    ['a:0,0,6,4', 'b:6,0,6,4'],
    'a',
    { w: 8 },
    ['a:0,0,8,4', 'b:6,4,6,4'],
  ],
  ['smaller than may be', ['a:0,0,6,4'], 'a', { w: 0, h: 0 }, ['a:0,0,2,2']],
  [
    'over a row: into it',
    ['a:0,0,6,4', 'r:0,4,24,1', 'b:0,5,6,4'],
    'a',
    { y: 5 },
    ['r:0,0,24,1', 'a:0,1,6,4', 'b:0,5,6,4'],
  ],
])('a panel is placed %s', (_what, before, name, wanted, after) => {
  const board = placePanel(boardOf(...before), idOf(name), wanted)
  expect(linesOf(board.panels)).toEqual(after)
})

test('panels are added beside or above, doubled beside or below, and taken away', () => {
  const board = addPanel(boardOf('a:0,0,12,4'), newPanel('timeseries'))
  expect(linesOf(board.panels)).toEqual([':12,0,12,8', 'a:0,0,12,4'])
  const above = addPanel(boardOf('a:0,0,16,4'), newPanel('timeseries'))
  expect(linesOf(above.panels)).toEqual([':0,0,12,8', 'a:0,8,16,4'])
  const twice = duplicatePanel(boardOf('a:0,0,12,4'), 1)
  expect(linesOf(twice.panels)).toEqual(['a:0,0,12,4', 'a (copy):12,0,12,4'])
  expect(linesOf(duplicatePanel(boardOf('a:0,0,14,4'), 1).panels)).toEqual([
    'a:0,0,14,4',
    'a (copy):0,4,14,4',
  ])
  expect(linesOf(removePanel(twice, 1).panels)).toEqual(['a (copy):12,0,12,4'])
})

test('a row folds with what it heads, and unfolds to what it was', () => {
  const board = boardOf(
    'a:0,0,6,4',
    'r:0,4,24,1',
    'b:0,5,6,4',
    'c:6,5,6,2',
    's:0,9,24,1',
    'd:0,10,6,4',
  )
  const folded = foldRow(board, idOf('r'))
  expect(linesOf(folded.panels)).toEqual(['a:0,0,6,4', 'r:0,4,24,1', 's:0,5,24,1', 'd:0,6,6,4'])
  expect(folded.panels[1]!.panels!.map(({ title }) => title)).toEqual(['b', 'c'])
  expect(unfoldRow(folded, idOf('r'))).toEqual(board)
  expect(linesOf(removePanel(folded, idOf('r')).panels)).toEqual(
    ['a:0,0,6,4', 'b:0,4,6,4', 'c:6,0,6,2', 's:0,8,24,1', 'd:0,9,6,4'].toSorted(
      (x, y) => order(x) - order(y),
    ),
  )
  expect(linesOf(removeRow(board, idOf('r')).panels)).toEqual([
    'a:0,0,6,4',
    's:0,4,24,1',
    'd:0,5,6,4',
  ])
  expect(linesOf(removeRow(folded, idOf('r')).panels)).toEqual([
    'a:0,0,6,4',
    's:0,4,24,1',
    'd:0,5,6,4',
  ])
  expect(panelsOfRow(addRow(board), 9)).toEqual([])
  const inside = changePanel(folded, idOf('b'), (panel) => ({ ...panel, title: 'B' }))
  expect(inside.panels[1]!.panels![0]!.title).toBe('B')
  expect(allPanels(duplicatePanel(folded, idOf('b')))).toHaveLength(7)
})

const ROWS = ['a:0,0,6,4', 'r:0,4,24,1', 'b:0,5,6,4', 's:0,9,24,1', 'd:0,10,6,2', 't:0,12,24,1']

test.each<[string, string, number, string]>([
  ['nowhere', 's', 9, 'a0 r4 b5 s9 d10 t12'],
  ['a little up', 's', 8, 'a0 r4 b5 s9 d10 t12'],
  ['above another', 's', 6, 'a0 s4 d5 r7 b8 t12'],
  ['to the top: below what has no row', 's', 0, 'a0 s4 d5 r7 b8 t12'],
  ['below another', 'r', 6, 'a0 s4 d5 r7 b8 t12'],
  ['below all', 'r', 40, 'a0 s4 d5 t7 r8 b9'],
])('a row is dragged %s, and what it heads goes with it', (_what, name, y, want) => {
  const { panels } = moveRow(boardOf(...ROWS), idOf(name), y)
  expect(panels.map(({ title, gridPos }) => `${title}${gridPos.y}`).join(' ')).toBe(want)
})

test('a row goes up and down by steps, folded ones whole', () => {
  const folded = foldRow(boardOf(...ROWS), idOf('r'))
  const down = stepRow(folded, idOf('r'), 1)
  expect(linesOf(down.panels).join(' ')).toBe(
    'a:0,0,6,4 s:0,4,24,1 d:0,5,6,2 r:0,7,24,1 t:0,8,24,1',
  )
  expect(down.panels[3]!.panels!.map(({ title }) => title)).toEqual(['b'])
  expect(stepRow(down, idOf('r'), -1)).toEqual(folded)
  expect(stepRow(folded, idOf('r'), -1)).toBe(folded)
  expect(stepRow(folded, idOf('t'), 1)).toBe(folded)
})

test('a panel goes into a row, open or folded, out of it, and into one that is empty', () => {
  const board = boardOf(...ROWS)
  const names = (one: Dashboard): string =>
    one.panels
      .map(({ title, panels }) => title + (panels ?? []).map((inner) => inner.title).join(''))
      .join(' ')
  const opened = intoRow(board, idOf('a'), idOf('r'))
  expect(linesOf(opened.panels).slice(0, 3)).toEqual(['r:0,0,24,1', 'b:0,1,6,4', 'a:0,5,6,4'])
  const folded = foldRow(board, idOf('r'))
  const inside = intoRow(folded, idOf('a'), idOf('r'))
  expect(names(inside)).toBe('rba s d t')
  expect(linesOf(unfoldRow(inside, idOf('r')).panels)).toEqual([
    ...linesOf(opened.panels).slice(0, 3),
    ...linesOf(opened.panels).slice(3),
  ])
  expect(names(intoRow(inside, idOf('b'), undefined))).toBe('b ra s d t')
  expect(names(intoRow(inside, idOf('b'), idOf('t')))).toBe('ra s d t b')
  expect(intoRow(board, idOf('s'), idOf('r'))).toBe(board)
})

const order = (line: string): number => {
  const [x = 0, y = 0] = line.split(':')[1]!.split(',').map(Number)
  return y * 100 + x
}

const place = fc.record({
  x: fc.integer({ min: -3, max: 30 }),
  y: fc.integer({ min: 0, max: 40 }),
  w: fc.integer({ min: 1, max: 24 }),
  h: fc.integer({ min: 1, max: 12 }),
})
const deed = fc.oneof(
  fc.record({ kind: fc.constant('place' as const), at: fc.nat(30), wanted: place }),
  fc.record({ kind: fc.constantFrom('add', 'row'), at: fc.nat(30), wanted: place }),
  fc.record({
    kind: fc.constantFrom(
      'double',
      'remove',
      'fold',
      'unfold',
      'up',
      'down',
      'drag',
      'into',
      'out',
    ),
    at: fc.nat(30),
    wanted: place,
  }),
)

function done(
  board: Dashboard,
  { kind, at, wanted }: { kind: string; at: number; wanted: GridPos },
): Dashboard {
  const panels = allPanels(board)
  const id = panels[at % Math.max(1, panels.length)]?.id ?? 0
  switch (kind) {
    case 'place':
      return placePanel(board, id, wanted)
    case 'add':
      return addPanel(board, newPanel(PANEL_KINDS[at % PANEL_KINDS.length]!.type))
    case 'row':
      return addRow(board)
    case 'double':
      return duplicatePanel(board, id)
    case 'remove':
      return removePanel(board, id)
    case 'fold':
      return foldRow(board, id)
    case 'up':
      return stepRow(board, id, -1)
    case 'down':
      return stepRow(board, id, 1)
    case 'drag':
      return moveRow(board, id, wanted.y)
    case 'into':
      return intoRow(board, id, panels.findLast(({ type }) => type === 'row')?.id)
    case 'out':
      return intoRow(board, id, undefined)
    default:
      return unfoldRow(board, id)
  }
}

test('whatever is done, nothing lies over something else, out of the grid or in the air, and no number is there twice', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
      const board = deeds.reduce(done, EMPTY)
      const ids = allPanels(board).map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const [i, { gridPos: a, type }] of board.panels.entries()) {
        expect(a.x >= 0 && a.x + a.w <= 24 && a.y >= 0 && a.w >= 1 && a.h >= 1).toBe(true)
        if (type === 'row') expect(a).toMatchObject({ x: 0, w: 24, h: 1 })
        for (const { gridPos: b } of board.panels.slice(i + 1)) expect(overlaps(a, b)).toBe(false)
        const above = { ...a, y: a.y - 1 }
        const touches =
          a.y === 0 || board.panels.some(({ gridPos: b }) => b !== a && overlaps(above, b))
        expect(touches).toBe(true)
      }
    }),
    { numRuns: 200 },
  )
})

test('undo goes back exactly, redo forth, whatever was done', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 20 }), (deeds) => {
      const states = [EMPTY]
      let history: EditHistory<Dashboard> = historyOf(EMPTY)
      for (const [i, one] of deeds.entries()) {
        const next = done(history.present, one)
        if (next !== history.present) states.push(next)
        history = changed(history, next, `step ${i}`)
      }
      for (const state of states.toReversed()) {
        expect(history.present).toBe(state)
        history = undone(history)
      }
      for (const state of states) {
        expect(history.present).toBe(state)
        history = redone(history)
      }
    }),
    { numRuns: 50 },
  )
})

test('what goes on is one step, and a new change forgets what was undone', () => {
  let history = changed(historyOf('a'), 'ab', 'type', 'title')
  history = changed(history, 'abc', 'type', 'title')
  expect(history.past).toEqual([{ state: 'a', label: 'type' }])
  history = changed(undone(history), 'x', 'other')
  expect(redone(history)).toBe(history)
  expect(undone(undone(history)).present).toBe('a')
})

test('moving down slips what is passed into the room that is left, sideways too', () => {
  const all = boardOf('a:0,0,24,4', 'b:0,4,12,4', 'c:12,4,12,4').panels
  expect(linesOf(withMoved(all, 1, { x: 0, y: 4, w: 24, h: 4 }))).toEqual([
    'a:0,4,24,4',
    'b:0,0,12,4',
    'c:12,0,12,4',
  ])
})

test('another kind keeps queries and units; letters never repeat', () => {
  const panel = {
    ...newPanel('timeseries'),
    fieldConfig: { defaults: { unit: 's', custom: { fillOpacity: 3 } }, overrides: [] },
  }
  const stat = asType(panel, 'stat')
  expect(stat).toMatchObject({ type: 'stat', fieldConfig: { defaults: { unit: 's' } } })
  expect(stat.fieldConfig.defaults.custom).toBeUndefined()
  expect(asType(newPanel('text'), 'table').targets).toHaveLength(1)
  expect(nextRefId(['A', 'C'])).toBe('B')
  expect(nextRefId(Array.from({ length: 26 }, (_, i) => String.fromCodePoint(65 + i)))).toBe('AA')
})

test('a value at a path is set, and taken away, and all else stays', () => {
  const panel = { a: { b: 1, c: [1] }, d: 2 }
  expect(withValueAt(panel, 'a.b', 3)).toEqual({ a: { b: 3, c: [1] }, d: 2 })
  expect(withValueAt(panel, 'a.b', undefined)).toEqual({ a: { c: [1] }, d: 2 })
  expect(withValueAt(panel, 'x.y.z', 1)).toEqual({ ...panel, x: { y: { z: 1 } } })
  expect(valueAt(panel, 'a.c')).toBe(panel.a.c)
  expect(valueAt(panel, 'a.constructor')).toBeUndefined()
  expect(panel).toEqual({ a: { b: 1, c: [1] }, d: 2 })
})

test.each([
  [0, 2, 'bca'],
  [2, 0, 'cab'],
  [1, 1, 'abc'],
  [0, 9, 'bca'],
  [7, 0, 'abc'],
])('the element at %d moves to %d', (from, to, want) => {
  expect(withOrder(['a', 'b', 'c'], from, to).join('')).toBe(want)
})
