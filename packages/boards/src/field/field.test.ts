import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FieldConfig, FieldOptions, FieldOverride } from '../dashboard.ts'
import type { Field, Frame } from '../frame.ts'
import { formattedText } from '../format/formatted.ts'
import { applyFieldConfig } from './apply-config.ts'
import { displayValue } from './display.ts'
import { seriesColorOf } from './field-color.ts'
import { fillFieldText } from './scoped-text.ts'
import { thresholdSteps } from './threshold.ts'

function frame(
  name: string,
  values: readonly number[],
  labels: Record<string, string> = {},
): Frame {
  const time: Field = { name: 'Time', type: 'time', values: values.map((_, i) => i), config: {} }
  const value: Field = {
    name: 'Value',
    type: 'number',
    values,
    labels,
    config: { displayNameFromDS: name },
  }
  return { refId: 'A', name, length: values.length, fields: [time, value] }
}

function configured(
  frames: readonly Frame[],
  defaults: FieldOptions,
  overrides: readonly FieldOverride[] = [],
): Field[] {
  const config: FieldConfig = { defaults, overrides }
  return applyFieldConfig(frames, config).map(({ fields }) => fields[1]!)
}

const set = (id: string, options: unknown, properties: Record<string, unknown>): FieldOverride => ({
  matcher: { id, options },
  properties: Object.entries(properties).map(([key, value]) => ({ id: key, value })),
})

const CPU = [frame('cpu', [1, 2]), frame('mem', [10, 30])]

describe('overrides', () => {
  test.each([
    ['byName', 'mem', ['s', 'bytes']],
    ['byRegexp', '/^m/', ['s', 'bytes']],
    ['byRegexp', 'c.u', ['bytes', 's']],
    ['byNames', { names: ['cpu', 'mem'] }, ['bytes', 'bytes']],
    ['byNames', { mode: 'exclude', names: ['cpu'] }, ['s', 'bytes']],
    ['byFrameRefID', 'A', ['bytes', 'bytes']],
    ['byFrameRefID', 'B', ['s', 's']],
    ['byType', 'number', ['bytes', 'bytes']],
    ['byType', 'string', ['s', 's']],
    ['byValue', { reducer: 'max', op: '>=', value: 30 }, ['s', 'bytes']],
    ['byValue', { reducer: 'allIsZero', op: '==', value: 1 }, ['s', 's']],
    ['numeric', undefined, ['bytes', 'bytes']],
    ['invertMatch', { id: 'byName', options: 'cpu' }, ['s', 'bytes']],
    ['anyMatch', [{ id: 'byName', options: 'cpu' }], ['bytes', 's']],
    ['nobody', 'cpu', ['s', 's']],
    ['byRegexp', '/(/', ['s', 's']],
  ] as const)('%s %j', (id, options, want) => {
    const fields = configured(CPU, { unit: 's' }, [set(id, options, { unit: 'bytes' })])
    expect(fields.map(({ config }) => config.unit)).toEqual(want)
  })

  test('later ones win, and reach into custom', () => {
    const [cpu] = configured(CPU, { custom: { width: 1 } }, [
      set('byName', 'cpu', { 'custom.width': 2, 'custom.hideFrom': { viz: true } }),
      set('byName', 'cpu', { 'custom.width': 3, 'custom.a.b': 4 }),
    ])
    expect(cpu!.config.custom).toEqual({ width: 3, hideFrom: { viz: true }, a: { b: 4 } })
  })

  test('nothing reaches the prototype of objects', () => {
    configured(CPU, {}, [set('byName', 'cpu', { '__proto__.polluted': 1 })])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('names are filled with labels and variables', () => {
    const frames = [frame('cpu', [1], { job: 'a', 'b c': 'd' })]
    const name = 'of ${__field.labels.job} ${__field.labels["b c"]} ${__series.name} $env'
    const config = { defaults: { displayName: name }, overrides: [] }
    const [named] = applyFieldConfig(frames, config, (text) => text.replace('$env', 'prod'))
    expect(named!.fields[1]!.displayName).toBe('of a d cpu prod')
  })
})

test('ranges are those of all series, of config, or of one field', () => {
  expect(configured(CPU, {}).map(({ range }) => range)).toEqual([
    { min: 1, max: 30 },
    { min: 1, max: 30 },
  ])
  expect(configured(CPU, { min: 0 })[0]!.range).toEqual({ min: 0, max: 30 })
  expect(configured(CPU, { fieldMinMax: true })[0]!.range).toEqual({ min: 1, max: 2 })
  expect(configured([frame('x', [NaN])], {})[0]!.range).toEqual({ min: 0, max: 100 })
})

describe('what is shown', () => {
  const OPTIONS = { dark: true, timeZone: 'utc' }
  const GREEN = '#6cc287'
  const RED = '#f0685e'

  function shown(value: unknown, config: FieldOptions, type: Field['type'] = 'number'): string {
    const field: Field = { name: 'x', type, values: [value], config, range: { min: 0, max: 10 } }
    return formattedText(displayValue(value, field, OPTIONS))
  }

  test.each([
    [1536, { unit: 'bytes' }, '1.5 KiB'],
    [1.256, { decimals: 1 }, '1.3'],
    [NaN, {}, ''],
    [NaN, { noValue: 'none' }, 'none'],
    [null, { noValue: '0' }, '0'],
    ['12', { unit: 'short' }, '12'],
    ['v1.2', { unit: 'short' }, 'v1.2'],
    [true, {}, 'True'],
    [1, { mappings: [{ type: 'value', options: { 1: { text: 'up' } } }] }, 'up'],
    ['1', { mappings: [{ type: 'value', options: { 1: { text: 'up' } } }] }, 'up'],
    [
      5,
      { mappings: [{ type: 'range', options: { from: null, to: 5, result: { text: 'low' } } }] },
      'low',
    ],
    [
      5.1,
      { mappings: [{ type: 'range', options: { from: null, to: 5, result: { text: 'low' } } }] },
      '5.1',
    ],
    [
      'a-7',
      { mappings: [{ type: 'regex', options: { pattern: '/a-(.)/', result: { text: 'n$1' } } }] },
      'n7',
    ],
    [
      NaN,
      { mappings: [{ type: 'special', options: { match: 'null', result: { text: 'N/A' } } }] },
      'N/A',
    ],
    [
      '',
      { mappings: [{ type: 'special', options: { match: 'empty', result: { text: 'N/A' } } }] },
      'N/A',
    ],
    [
      false,
      { mappings: [{ type: 'special', options: { match: 'false', result: { text: 'no' } } }] },
      'no',
    ],
    [7, { unit: 's', mappings: [{ type: 'value', options: { 7: { color: 'red' } } }] }, '7 s'],
    [{ a: 1 }, {}, '{"a":1}'],
  ] satisfies readonly [unknown, FieldOptions, string][])(
    '%j by %j is %s',
    (value, config, want) => {
      expect(shown(value, config)).toBe(want)
    },
  )

  test('times are dates unless told otherwise', () => {
    expect(shown(0, {}, 'time')).toBe('1970-01-01 00:00:00')
    expect(shown(0, { unit: 'time:YYYY' }, 'time')).toBe('1970')
  })

  test.each([
    [0, { color: { mode: 'thresholds' } }, GREEN],
    [80, { color: { mode: 'thresholds' } }, RED],
    [
      5,
      {
        color: { mode: 'thresholds' },
        thresholds: {
          mode: 'percentage',
          steps: [
            { value: null, color: 'green' },
            { value: 50, color: 'red' },
          ],
        },
      },
      RED,
    ],
    [
      4.9,
      {
        color: { mode: 'thresholds' },
        thresholds: {
          mode: 'percentage',
          steps: [
            { value: null, color: 'green' },
            { value: 50, color: 'red' },
          ],
        },
      },
      GREEN,
    ],
    [NaN, { color: { mode: 'thresholds' } }, GREEN],
    [3, { color: { mode: 'fixed', fixedColor: '#123456' } }, '#123456'],
    [10, { color: { mode: 'continuous-GrYlRd' } }, RED],
    [1, { mappings: [{ type: 'value', options: { 1: { color: 'red' } } }] }, RED],
  ] satisfies readonly [unknown, FieldOptions, string][])(
    '%j by %j is coloured %s',
    (value, config, want) => {
      const field: Field = {
        name: 'x',
        type: 'number',
        values: [value],
        config,
        range: { min: 0, max: 10 },
      }
      expect(displayValue(value, field, OPTIONS).color).toBe(want)
    },
  )

  test('series go through the palette, or by their last value', () => {
    const palette = configured(CPU, {}).map((field) => seriesColorOf(field, true))
    expect(new Set(palette).size).toBe(2)
    const steps = [
      { value: null, color: 'green' },
      { value: 5, color: 'red' },
    ]
    const byLast = {
      color: { mode: 'thresholds' },
      thresholds: { mode: 'absolute' as const, steps },
    }
    expect(configured(CPU, byLast).map((field) => seriesColorOf(field, true))).toEqual([GREEN, RED])
  })

  test('thresholds in percent stand where the scale puts them', () => {
    const steps = [
      { value: null, color: 'green' },
      { value: 50, color: 'red' },
    ]
    expect(thresholdSteps({ mode: 'percentage', steps }, { min: 10, max: 30 })).toEqual([
      { value: -Infinity, color: 'green' },
      { value: 20, color: 'red' },
    ])
  })

  test('any value is shown, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.constantFrom<Field['type']>('number', 'string', 'time', 'boolean', 'other'),
        (value, type) => {
          const field: Field = { name: 'x', type, values: [value], config: { unit: 'bytes' } }
          expect(
            typeof displayValue(JSON.parse(JSON.stringify({ value })).value, field, OPTIONS).text,
          ).toBe('string')
        },
      ),
    )
  })
})

test('links know value, row and neighbours', () => {
  const one = frame('cpu', [5], { job: 'a b' })
  const scope = {
    field: one.fields[1]!,
    frame: one,
    rowIndex: 0,
    shown: { text: '5', suffix: ' s' },
  }
  const template =
    '${__value.text}|${__value.raw}|${__field.labels.job:percentencode}|${__data.fields.Time}|${__data.fields[1]}|${__data.fields["cpu"]}|${other}|${__field.name}'
  expect(fillFieldText(template, scope)).toBe('5 s|5|a%20b|0|5|5|${other}|Value')
})
