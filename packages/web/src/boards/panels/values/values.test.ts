import { type Field, type Frame, formattedText } from '@weir/boards'
import { describe, expect, test } from 'vitest'
import { reduceOptionsOf, reducedValues } from './reduced-values.ts'
import { fontFor, isTall, tileGrid } from './tile-grid.ts'

const DISPLAY = { dark: false, timeZone: 'utc' }

function field(name: string, values: readonly unknown[], more: Partial<Field> = {}): Field {
  const type = typeof values[0] === 'string' ? 'string' : 'number'
  return { name, type, values, config: {}, ...more }
}

const FRAME: Frame = {
  refId: 'A',
  length: 3,
  fields: [
    field('Time', [1, 2, 3], { type: 'time' }),
    field('version', ['1.0', '1.1', '1.2']),
    field('up', [1, 2, 3], { displayName: 'Up' }),
    field('down', [9, 8, NaN]),
  ],
}

function said(reduceOptions: Record<string, unknown>): string[] {
  return reducedValues([FRAME], reduceOptionsOf({ reduceOptions }), DISPLAY).map(
    ({ name, shown }) => `${name} ${formattedText(shown)}`,
  )
}

describe('figures', () => {
  test.each([
    [{}, ['Up 3', 'down 8']],
    [{ calcs: ['mean'] }, ['Up 2', 'down 8.5']],
    [{ calcs: ['lastNotNull'], fields: '/^version$/' }, ['version 1.2']],
    [{ fields: 'up' }, ['Up 3']],
    [{ values: true, limit: 4 }, ['1.0 1', '1.1 2', '1.2 3', '1.0 9']],
    [{ values: true, fields: '/nothing/' }, []],
  ])('%j are %j', (options, want) => expect(said(options)).toEqual(want))

  test('what a legend click hid is not shown', () => {
    const hidden = field('x', [1], { config: { custom: { hideFrom: { viz: true } } } })
    const frame = { refId: 'A', length: 1, fields: [hidden] }
    expect(reducedValues([frame], reduceOptionsOf({}), DISPLAY)).toEqual([])
  })
})

describe('tiles', () => {
  const least = { width: 88, height: 34 }
  test.each([
    [1, { width: 300, height: 200 }, 'auto', [1, 1]],
    [4, { width: 1000, height: 60 }, 'auto', [4, 1]],
    [4, { width: 150, height: 400 }, 'auto', [1, 4]],
    [3, { width: 300, height: 200 }, 'horizontal', [1, 3]],
    [3, { width: 300, height: 200 }, 'vertical', [3, 1]],
    [9, { width: 300, height: 200 }, 'vertical', [3, 3]],
  ] as const)('%d in %j, %s, are %j', (count, box, orientation, want) => {
    const { columns, rows } = tileGrid(count, box, orientation, least)
    expect([columns, rows]).toEqual(want)
  })

  test('many are small rather than out of sight', () => {
    const grid = tileGrid(40, { width: 700, height: 240 }, 'auto', least)
    expect(grid.columns).toBeGreaterThan(5)
    expect(isTall(grid, 240)).toBe(false)
  })

  test('none overlap or stick out, for any box', () => {
    for (const width of [20, 90, 377, 1440]) {
      for (let count = 1; count < 60; count += 7) {
        const grid = tileGrid(count, { width, height: 200 }, 'auto', least)
        expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(count)
        expect(grid.columns * grid.width).toBeLessThanOrEqual(width)
      }
    }
  })
})

test('fonts fit what is written', () => {
  const limits = { min: 12, max: 80 }
  expect(fontFor('12', { width: 400, height: 60 }, limits)).toBe(50)
  expect(fontFor('a very long version of something', { width: 200, height: 60 }, limits)).toBe(12)
  expect(fontFor('', { width: 9000, height: 9000 }, limits)).toBe(80)
})
