import { boardScope, expandRepeats, readDashboards } from '@weir/boards'
import { expect, test } from 'vitest'
import {
  fieldNamesAt,
  groupedNames,
  organizedNames,
  withMoved,
  withRecord,
  withShown,
} from './transform-options.ts'

const lineOf = (options: Record<string, unknown>, names: string): string =>
  organizedNames(options, names.split(' '))
    .map(({ name, isShown }) => (isShown ? name : `(${name})`))
    .join(' ')

test.each<[string, Record<string, unknown>, string]>([
  ['nothing said', {}, 'a b c'],
  ['one left out', { excludeByName: { b: true } }, 'a (b) c'],
  ['false is not left out', { excludeByName: { b: false } }, 'a b c'],
  ['in order, the others after them', { indexByName: { c: 0, a: 1 } }, 'c a b'],
  ['only those included', { includeByName: { b: true } }, '(a) b (c)'],
  ['a field that is not there just now', { renameByName: { gone: 'Gone' } }, 'a b c gone'],
  ['options that are no options', { excludeByName: 7, indexByName: ['x'] }, 'a b c'],
  ['names of objects', { excludeByName: { constructor: true } }, 'a b c (constructor)'],
])('fields to organize: %s', (_what, options, want) => {
  expect(lineOf(options, 'a b c')).toBe(want)
})

test('a field is left out and back, moved, renamed and called as it is again', () => {
  const out = withShown({ excludeByName: { a: true } }, 'b', false)
  expect(lineOf(out, 'a b c')).toBe('(a) (b) c')
  expect(withShown(out, 'b', true)).toEqual({ excludeByName: { a: true } })
  expect(lineOf(withShown({ includeByName: { b: true } }, 'c', true), 'a b c')).toBe('(a) b c')
  expect(withMoved({}, ['a', 'b', 'c'], 2, 0)).toEqual({ indexByName: { c: 0, a: 1, b: 2 } })
  const named = withRecord({ other: 1 }, 'renameByName', 'a', 'A')
  expect(named).toEqual({ other: 1, renameByName: { a: 'A' } })
  expect(withRecord(named, 'renameByName', 'a', '')).toEqual({ other: 1, renameByName: {} })
  expect(groupedNames({ fields: { x: {} } }, ['a', 'x'])).toEqual(['a', 'x'])
})

test('a transformation is offered the fields that those before it leave', () => {
  const { dashboard } = readDashboards({
    title: 'T',
    panels: [
      {
        id: 1,
        type: 'table',
        targets: [{ refId: 'A', expr: 'up', instant: true, format: 'table' }],
        transformations: [
          {
            id: 'organize',
            options: { excludeByName: { Time: true }, renameByName: { job: 'J' } },
          },
          { id: 'limit', options: { limitField: 0 } },
        ],
      },
    ],
  }).dashboards[0]!
  const scope = boardScope(dashboard, { choices: new Map(), from: 0, to: 60_000 })
  const placed = expandRepeats(dashboard, scope)[0]!
  const told = {
    placed,
    answers: [
      {
        refId: 'A',
        target: placed.panel.targets[0]!,
        result: {
          resultType: 'vector' as const,
          result: [{ metric: { job: 'a' }, value: [60, '1'] as [number, string] }],
        },
        stepMs: 15_000,
        shiftMs: 0,
      },
    ],
  }
  expect(fieldNamesAt(told, 0, 'utc')).toEqual(['Time', 'job', 'Value'])
  expect(fieldNamesAt(told, 1, 'utc')).toEqual(['J', 'Value'])
  expect(fieldNamesAt(told, 2, 'utc')).toEqual(['J', 'Value'])
  expect(fieldNamesAt(undefined, 0, 'utc')).toEqual([])
})
