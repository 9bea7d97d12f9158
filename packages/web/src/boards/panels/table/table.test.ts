import type { Field, Frame } from '@weir/boards'
import { describe, expect, test } from 'vitest'
import { columnsOf } from './columns.ts'
import { footOf } from './table-foot.ts'
import { firstSort, nextSort, tableRows } from './table-rows.ts'

const DISPLAY = { dark: false, timeZone: 'utc' }

function frame(custom: Record<string, Record<string, unknown>> = {}): Frame {
  const fields: Field[] = [
    {
      name: 'pod',
      type: 'string',
      values: ['p10', 'p9', 'p1'],
      config: { custom: custom['pod'] ?? {} },
    },
    {
      name: 'n',
      type: 'number',
      values: [2, NaN, 1],
      config: { unit: 's', custom: custom['n'] ?? {} },
    },
  ]
  return { refId: 'A', length: 3, fields }
}

describe('columns', () => {
  test('fill the room, and keep the widths that a board gives', () => {
    const columns = columnsOf(frame({ pod: { width: 70 } }), DISPLAY, 500)
    expect(columns.map(({ width }) => width)).toEqual([70, 430])
    expect(columns.map(({ align }) => align)).toEqual(['left', 'right'])
  })

  test('of little room scroll rather than vanish', () => {
    const columns = columnsOf(frame(), DISPLAY, 50)
    expect(Math.min(...columns.map(({ width }) => width))).toBeGreaterThanOrEqual(64)
  })

  test.each([
    [{ hidden: true }, ['n']],
    [{ hideFrom: { viz: true } }, ['n']],
    [{ hideFrom: { viz: false } }, ['pod', 'n']],
  ])('%j leaves %j', (custom, want) => {
    expect(columnsOf(frame({ pod: custom }), DISPLAY, 500).map(({ name }) => name)).toEqual(want)
  })

  test.each([
    [{ displayMode: 'basic' }, 'gauge', 'basic'],
    [{ displayMode: 'color-background-solid' }, 'color-background', 'basic'],
    [{ cellOptions: { type: 'gauge', mode: 'lcd' } }, 'gauge', 'lcd'],
    [{ displayMode: 'constructor' }, 'constructor', 'gradient'],
  ])('%j are cells of %s, %s', (custom, type, mode) => {
    expect(columnsOf(frame({ n: custom }), DISPLAY, 500)[1]!.cell).toMatchObject({ type, mode })
  })
})

describe('rows', () => {
  const columns = columnsOf(frame(), DISPLAY, 500)
  const NONE = new Map<string, Set<string>>()

  test.each([
    [undefined, [0, 1, 2]],
    [{ name: 'pod', isDescending: false }, [2, 1, 0]],
    [{ name: 'pod', isDescending: true }, [0, 1, 2]],
    [{ name: 'n', isDescending: false }, [2, 0, 1]],
    [{ name: 'n', isDescending: true }, [0, 2, 1]],
    [{ name: 'nobody', isDescending: true }, [0, 1, 2]],
  ])('sorted by %j are %j', (sort, want) => {
    expect(tableRows(3, columns, sort, NONE)).toEqual(want)
  })

  test('are filtered by what is shown', () => {
    expect(tableRows(3, columns, undefined, new Map([['n', new Set(['1 s', ''])]]))).toEqual([1, 2])
  })

  test('a head sorts up, down, and as it came', () => {
    const up = nextSort(undefined, 'n')
    expect(up).toEqual({ name: 'n', isDescending: false })
    expect(nextSort(nextSort(up, 'n'), 'n')).toBeUndefined()
    expect(nextSort(up, 'pod')).toEqual({ name: 'pod', isDescending: false })
    expect(firstSort([{ displayName: 'n', desc: true }])).toEqual({ name: 'n', isDescending: true })
    expect(firstSort('n')).toBeUndefined()
  })

  test.each([
    [{ show: true, reducer: ['sum'] }, ['Total', '3 s']],
    [{ show: true, reducer: ['max'], fields: ['pod'] }, ['Max', '']],
    [{ show: true, reducer: ['count'], countRows: true }, ['3 rows', '']],
    [{ show: false, reducer: ['sum'] }, undefined],
    [{ show: true, reducer: [] }, undefined],
  ])('have a foot: %j', (footer, want) => expect(footOf(footer, columns, [0, 1, 2])).toEqual(want))
})
