import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Field, Frame } from '../frame.ts'
import { applyTransformations, isKnownTransform } from './apply.ts'
import { seen, series, table } from './testing/frames.ts'

type Options = Readonly<Record<string, unknown>>

function after(frames: readonly Frame[], id: string, options: Options, more: Options = {}) {
  const done = applyTransformations(frames, [{ id, options, ...more }], { timeZone: 'utc' })
  expect(done.notes).toEqual([])
  return done.frames
}

const JOBS = table('A', { Time: [1, 1, 1], job: ['a', 'b', 'c'], 'Value #A': [1, 2, 3] })
const UPS = table('B', { Time: [1, 1, 1], job: ['b', 'a', 'd'], 'Value #B': [20, 10, 40] })
const CPU = series('A', { cpu: '0', host: 'x' }, [
  [1, 10],
  [2, 20],
])
const MEM = series('B', { cpu: '1', host: 'x' }, [
  [2, 5],
  [3, 6],
])

describe('organize', () => {
  test.each([
    [{ excludeByName: { Time: true, job: false } }, ['job', 'Value #A']],
    [{ indexByName: { 'Value #A': 0, Time: 2, job: 1 } }, ['Value #A', 'job', 'Time']],
    [{ indexByName: { 'Value #A': 0 } }, ['Value #A', 'Time', 'job']],
    [{ renameByName: { job: 'Job', 'Value #A': '' } }, ['Time', 'Job', 'Value #A']],
    [{ includeByName: { job: true } }, ['job']],
    [{}, ['Time', 'job', 'Value #A']],
  ] as const)('%j leaves %j', (options, want) => {
    expect(Object.keys(seen(after([JOBS], 'organize', options))[0]!)).toEqual(want)
  })

  test('knows series by their legend', () => {
    const done = after([CPU], 'organize', {
      renameByName: { '0 x': 'CPU' },
      excludeByName: { Time: true },
    })
    expect(seen(done)).toEqual([{ CPU: [10, 20] }])
  })
})

describe('merge', () => {
  test('rows that agree on what the tables share become one', () => {
    expect(seen(after([JOBS, UPS], 'merge', {}))).toEqual([
      {
        Time: [1, 1, 1, 1],
        job: ['a', 'b', 'c', 'd'],
        'Value #A': [1, 2, 3, null],
        'Value #B': [10, 20, null, 40],
      },
    ])
  })

  test('an empty table hides nothing, and keeps its column', () => {
    const nothing = table('C', { Time: [], 'Value #C': [] })
    expect(seen(after([JOBS, nothing, UPS], 'merge', {}))[0]).toMatchObject({
      job: ['a', 'b', 'c', 'd'],
      'Value #C': [null, null, null, null],
      'Value #B': [10, 20, null, 40],
    })
  })

  test('rows that say different things stay apart', () => {
    const again = table('B', { job: ['a', 'a'], v: [1, 2] })
    const other = table('C', { job: ['a'], w: [9] })
    expect(seen(after([again, other], 'merge', {}))).toEqual([
      { job: ['a', 'a'], v: [1, 2], w: [9, null] },
    ])
  })
})

describe('joinByField', () => {
  test('of times, outer, in order', () => {
    expect(seen(after([MEM, CPU], 'joinByField', {}))).toEqual([
      { Time: [1, 2, 3], '1 x': [null, 5, 6], '0 x': [10, 20, null] },
    ])
  })

  test.each([
    [
      'outer',
      { job: ['a', 'b', 'c', 'd'], 'Value #A': [1, 2, 3, null], 'Value #B': [10, 20, null, 40] },
    ],
    ['inner', { job: ['a', 'b'], 'Value #A': [1, 2], 'Value #B': [10, 20] }],
  ])('of a text, %s; columns of one name are counted', (mode, want) => {
    const done = after([JOBS, UPS], 'joinByField', { byField: 'job', mode })
    expect(seen(done)[0]).toMatchObject(want)
    expect(Object.keys(seen(done)[0]!)).toEqual(['job', 'Time 1', 'Value #A', 'Time 2', 'Value #B'])
  })

  test('tabular joins keep every pair', () => {
    const left = table('A', { k: ['a', 'a', 'b'], l: [1, 2, 3] })
    const right = table('B', { k: ['a', 'a', 'c'], r: [7, 8, 9] })
    expect(
      seen(after([left, right], 'joinByField', { byField: 'k', mode: 'outerTabular' })),
    ).toEqual([
      { k: ['a', 'a', 'a', 'a', 'b', 'c'], l: [1, 1, 2, 2, 3, null], r: [7, 8, 7, 8, null, 9] },
    ])
    expect(
      seen(after([left, right], 'joinByField', { byField: 'k', mode: 'inner' }))[0]!['l'],
    ).toEqual([1, 1, 2, 2])
  })

  test('by its old name, and where nobody has the column', () => {
    expect(after([CPU, MEM], 'seriesToColumns', {})).toHaveLength(1)
    expect(after([CPU, MEM], 'joinByField', { byField: 'nothing' })).toHaveLength(2)
  })

  test('a name that was counted outlives its like', () => {
    const joined = after([JOBS, UPS], 'joinByField', { byField: 'job' })
    const done = after(joined, 'organize', { excludeByName: { 'Time 1': true } })
    expect(Object.keys(seen(done)[0]!)).toEqual(['job', 'Value #A', 'Time 2', 'Value #B'])
  })
})

const PEOPLE = table('A', {
  Time: [3, 1, 2],
  server: ['a', 'b', 'a'],
  temp: [82, 88.6, 59.6],
  ok: [true, false, true],
})

test.each([
  // Columns
  ['filterFieldsByName', { include: { names: ['temp'] } }, { temp: [82, 88.6, 59.6] }],
  [
    'filterFieldsByName',
    { include: { pattern: '/^(te|ok)/' }, exclude: { names: ['ok'] } },
    { temp: [82, 88.6, 59.6] },
  ],
  [
    'filterFieldsByName',
    { byVariable: true, include: { variable: '{temp,ok}' } },
    { temp: [82, 88.6, 59.6], ok: [true, false, true] },
  ],
  [
    'renameByRegex',
    { regex: '/^s(.*)r$/', renamePattern: 'S$1' },
    { Time: [3, 1, 2], Serve: ['a', 'b', 'a'], temp: [82, 88.6, 59.6], ok: [true, false, true] },
  ],
  // Rows
  [
    'sortBy',
    { sort: [{ field: 'temp', desc: true }] },
    { Time: [1, 3, 2], server: ['b', 'a', 'a'], temp: [88.6, 82, 59.6], ok: [false, true, true] },
  ],
  [
    'sortBy',
    { sort: [{ field: 'Time' }] },
    { Time: [1, 2, 3], server: ['b', 'a', 'a'], temp: [88.6, 59.6, 82], ok: [false, true, true] },
  ],
  ['limit', { limitField: 1 }, { Time: [3], server: ['a'], temp: [82], ok: [true] }],
  [
    'limit',
    { limitField: '1', limitPosition: 'tail' },
    { Time: [2], server: ['a'], temp: [59.6], ok: [true] },
  ],
  [
    'filterByValue',
    {
      type: 'include',
      match: 'any',
      filters: [{ fieldName: 'temp', config: { id: 'greater', options: { value: 80 } } }],
    },
    { Time: [3, 1], server: ['a', 'b'], temp: [82, 88.6], ok: [true, false] },
  ],
  [
    'filterByValue',
    {
      type: 'exclude',
      match: 'all',
      filters: [
        { fieldName: 'temp', config: { id: 'greater', options: { value: 80 } } },
        { fieldName: 'server', config: { id: 'equal', options: { value: 'b' } } },
      ],
    },
    { Time: [3, 2], server: ['a', 'a'], temp: [82, 59.6], ok: [true, true] },
  ],
  [
    'filterByValue',
    {
      type: 'include',
      match: 'any',
      filters: [
        { fieldName: 'server', config: { id: 'regex', options: { value: '^b' } } },
        { fieldName: 'temp', config: { id: 'between', options: { from: 50, to: 60 } } },
      ],
    },
    { Time: [1, 2], server: ['b', 'a'], temp: [88.6, 59.6], ok: [false, true] },
  ],
  // Groups
  [
    'groupBy',
    {
      fields: {
        server: { operation: 'groupby' },
        temp: { operation: 'aggregate', aggregations: ['mean', 'max'] },
        Time: { operation: 'aggregate', aggregations: ['lastNotNull'] },
      },
    },
    {
      server: ['a', 'b'],
      'Time (lastNotNull)': [2, 1],
      'temp (mean)': [70.8, 88.6],
      'temp (max)': [82, 88.6],
    },
  ],
  [
    'groupBy',
    {
      fields: {
        server: { operation: 'groupby' },
        ok: { operation: 'aggregate', aggregations: ['uniqueValues', 'nobody'] },
      },
    },
    { server: ['a', 'b'], 'ok (uniqueValues)': [[true], [false]] },
  ],
  [
    'groupingToMatrix',
    { columnField: 'server', rowField: 'Time', valueField: 'temp' },
    { 'Time\\server': [3, 1, 2], a: [82, null, 59.6], b: [null, 88.6, null] },
  ],
  [
    'reduce',
    { reducers: ['max', 'mean'] },
    {
      Field: ['server', 'temp', 'ok'],
      Max: [null, 88.6, null],
      Mean: [null, expect.closeTo(76.733, 3), null],
    },
  ],
  [
    'reduce',
    { mode: 'reduceFields', reducers: ['lastNotNull'] },
    { server: ['a'], temp: [59.6], ok: [true] },
  ],
  [
    'reduce',
    { mode: 'reduceFields', reducers: ['max'], includeTimeField: true },
    { Time: [3], server: [null], temp: [88.6], ok: [null] },
  ],
  // Calculations
  [
    'calculateField',
    { mode: 'binary', binary: { left: 'temp', operator: '*', right: '2' }, replaceFields: true },
    { Time: [3, 1, 2], 'temp * 2': [164, 177.2, 119.2] },
  ],
  [
    'calculateField',
    {
      mode: 'binary',
      alias: 'x',
      binary: {
        left: { matcher: { id: 'byName', options: 'temp' } },
        operator: '-',
        right: { fixed: '80' },
      },
      replaceFields: true,
    },
    { Time: [3, 1, 2], x: [2, expect.closeTo(8.6, 6), expect.closeTo(-20.4, 6)] },
  ],
  [
    'calculateField',
    {
      mode: 'binary',
      binary: { left: 'temp', operator: '>', right: '80' },
      alias: 'hot',
      replaceFields: true,
    },
    { Time: [3, 1, 2], hot: [true, true, false] },
  ],
  [
    'calculateField',
    { mode: 'unary', unary: { operator: 'floor', fieldName: 'temp' }, replaceFields: true },
    { Time: [3, 1, 2], 'floor(temp)': [82, 88, 59] },
  ],
  ['calculateField', { mode: 'index', replaceFields: true }, { Time: [3, 1, 2], Row: [0, 1, 2] }],
  [
    'calculateField',
    {
      mode: 'cumulativeFunctions',
      cumulative: { field: 'temp', reducer: 'sum' },
      alias: 'sum',
      replaceFields: true,
    },
    { Time: [3, 1, 2], sum: [82, 170.6, 230.2] },
  ],
  [
    'calculateField',
    {
      mode: 'windowFunctions',
      window: { field: 'temp', reducer: 'mean', windowSize: 2, windowSizeMode: 'fixed' },
      alias: 'm',
      replaceFields: true,
    },
    { Time: [3, 1, 2], m: [82, 85.3, expect.closeTo(74.1, 6)] },
  ],
  [
    'calculateField',
    { mode: 'reduceRow', reduce: { reducer: 'sum', include: ['temp'] }, replaceFields: true },
    { Time: [3, 1, 2], Total: [82, 88.6, 59.6] },
  ],
  // Types and texts
  [
    'convertFieldType',
    {
      conversions: [
        { targetField: 'temp', destinationType: 'string' },
        { targetField: 'ok', destinationType: 'number' },
      ],
    },
    { Time: [3, 1, 2], server: ['a', 'b', 'a'], temp: ['82', '88.6', '59.6'], ok: [1, 0, 1] },
  ],
  [
    'convertFieldType',
    { conversions: [{ targetField: 'Time', destinationType: 'string', dateFormat: 'YYYY' }] },
    {
      Time: ['1970', '1970', '1970'],
      server: ['a', 'b', 'a'],
      temp: [82, 88.6, 59.6],
      ok: [true, false, true],
    },
  ],
  [
    'formatString',
    { stringField: 'server', outputFormat: 'Upper Case' },
    { Time: [3, 1, 2], server: ['A', 'B', 'A'], temp: [82, 88.6, 59.6], ok: [true, false, true] },
  ],
  [
    'formatTime',
    { timeField: 'Time', outputFormat: 'HH:mm' },
    {
      Time: ['00:00', '00:00', '00:00'],
      server: ['a', 'b', 'a'],
      temp: [82, 88.6, 59.6],
      ok: [true, false, true],
    },
  ],
  [
    'noop',
    {},
    { Time: [3, 1, 2], server: ['a', 'b', 'a'], temp: [82, 88.6, 59.6], ok: [true, false, true] },
  ],
] satisfies readonly [string, Options, Record<string, unknown[]>][])(
  '%s %j',
  (id, options, want) => {
    expect(seen(after([PEOPLE], id, options))).toEqual([want])
  },
)

describe('labels', () => {
  test('become columns, all series in one table', () => {
    expect(seen(after([CPU, MEM], 'labelsToFields', {}))).toEqual([
      {
        Time: [1, 2, 2, 3],
        cpu: ['0', '0', '1', '1'],
        host: ['x', 'x', 'x', 'x'],
        Value: [10, 20, 5, 6],
      },
    ])
  })

  test('one of them names the values', () => {
    expect(seen(after([CPU, MEM], 'labelsToFields', { valueLabel: 'cpu' }))).toEqual([
      { Time: [1, 2, 3], host: ['x', 'x', 'x'], '0': [10, 20, null], '1': [null, 5, 6] },
    ])
  })

  test('only some, or as rows', () => {
    expect(Object.keys(seen(after([CPU], 'labelsToFields', { keepLabels: ['cpu'] }))[0]!)).toEqual([
      'Time',
      'cpu',
      'Value',
    ])
    expect(seen(after([CPU], 'labelsToFields', { mode: 'rows' }))).toEqual([
      { label: ['cpu', 'host'], value: ['0', 'x'] },
    ])
  })

  test('joinByLabels sets values of one label across', () => {
    const at = (what: string, pod: string, value: number) =>
      series('A', { what, pod }, [[1, value]])
    const frames = [at('req', 'p', 1), at('lim', 'p', 2), at('req', 'q', 3)]
    expect(seen(after(frames, 'joinByLabels', { value: 'what' }))).toEqual([
      { pod: ['p', 'q'], req: [1, 3], lim: [2, null] },
    ])
  })

  test('reduce puts them beside the figures', () => {
    expect(
      seen(after([CPU, MEM], 'reduce', { reducers: ['lastNotNull'], labelsToFields: true })),
    ).toEqual([{ Field: ['Value', 'Value'], cpu: ['0', '1'], host: ['x', 'x'], 'Last *': [20, 6] }])
  })
})

describe('series', () => {
  test('as rows, the newest first', () => {
    expect(seen(after([CPU, MEM], 'seriesToRows', {}))).toEqual([
      { Time: [3, 2, 2, 1], Metric: ['1 x', '0 x', '1 x', '0 x'], Value: [6, 20, 5, 10] },
    ])
  })

  test('in the cells of a table', () => {
    const [frame] = after(
      [CPU, series('A', { cpu: '1', host: 'y' }, [[1, 1]])],
      'timeSeriesTable',
      {
        A: { stat: 'max' },
      },
    )
    expect(seen([frame!])[0]).toMatchObject({ cpu: ['0', '1'], host: ['x', 'y'] })
    const trend = frame!.fields.at(-1)!
    expect([trend.name, trend.type, trend.config['stat']]).toEqual(['Trend #A', 'frame', 'max'])
    expect(seen([trend.values[0] as Frame])).toEqual([{ Time: [1, 2], '0 x': [10, 20] }])
  })

  test('calculations put several side by side first', () => {
    const options = { mode: 'binary', binary: { left: '0 x', operator: '+', right: '1 x' } }
    expect(seen(after([CPU, MEM], 'calculateField', options))).toEqual([
      {
        Time: [1, 2, 3],
        '0 x': [10, 20, null],
        '1 x': [null, 5, 6],
        '0 x + 1 x': [null, 25, null],
      },
    ])
  })

  test.each([
    ['wide', 1],
    ['multi', 3],
    ['many', 3],
    ['long', 1],
  ])('prepared as %s are %d frames', (format, count) => {
    const rows = table('A', { Time: [1, 2, 1], pod: ['p', 'p', 'q'], v: [1, 2, 3] })
    expect(after([CPU, rows], 'prepareTimeSeries', { format })).toHaveLength(count)
  })
})

test('fields are extracted', () => {
  const logs = table('A', { Time: [1, 2], line: ['{"a":1,"b":{"c":"x"}}', 'no'] })
  expect(
    seen(
      after([logs], 'extractFields', {
        source: 'line',
        format: 'json',
        replace: true,
        keepTime: true,
      }),
    ),
  ).toEqual([{ Time: [1, 2], a: [1, null], b: [{ c: 'x' }, null] }])
  const paths = {
    source: 'line',
    format: 'json',
    replace: true,
    jsonPaths: [{ path: 'b.c', alias: 'C' }],
  }
  expect(seen(after([logs], 'extractFields', paths))).toEqual([{ C: ['x', null] }])
  const pairs = table('A', { line: ['level=info msg="a b"'] })
  expect(seen(after([pairs], 'extractFields', { source: 'line', replace: true }))).toEqual([
    { level: ['info'], msg: ['a b'] },
  ])
  const regexp = {
    source: 'line',
    format: 'regexp',
    regExp: '/level=(?<lvl>[a-z]+)/',
    replace: true,
  }
  expect(seen(after([pairs], 'extractFields', regexp))).toEqual([{ lvl: ['info'] }])
})

test('configFromData: a query says how others are shown', () => {
  const limits = table('config', { max: [5, 100], unit: ['x', 'bytes'] })
  const [frame] = after([limits, CPU], 'configFromData', { configRefId: 'config' })
  expect(frame!.fields[1]!.config).toMatchObject({ max: 100, unit: 'bytes' })
  const mappings = [{ fieldName: 'max', handlerKey: 'threshold1', reducerId: 'min' }]
  const [mapped] = after([limits, CPU], 'configFromData', { configRefId: 'config', mappings })
  expect(mapped!.fields[1]!.config.thresholds?.steps.at(-1)).toEqual({ value: 5, color: 'red' })
})

test('rowsToFields, concatenate, partitionByValues, filterByRefId', () => {
  const limits = table('A', { name: ['low', 'high'], value: [1, 2], unit: ['s', 'm'] })
  expect(seen(after([limits], 'rowsToFields', {}))).toEqual([
    { 'low {unit="s"}': [1], 'high {unit="m"}': [2] },
  ])
  expect(seen(after([JOBS, table('B', { x: [7] })], 'concatenate', {}))).toEqual([
    { Time: [1, 1, 1], job: ['a', 'b', 'c'], 'Value #A': [1, 2, 3], x: [7, null, null] },
  ])
  const parts = after([PEOPLE], 'partitionByValues', { fields: ['server'] })
  expect(parts.map(({ name, length }) => [name, length])).toEqual([
    ['a', 2],
    ['b', 1],
  ])
  expect(after([JOBS, UPS], 'filterByRefId', { include: 'B' })).toEqual([UPS])
  expect(after([JOBS, UPS], 'filterByRefId', { exclude: '/A|C/' })).toEqual([UPS])
})

describe('the list', () => {
  test('skips what is disabled, and what is meant for annotations', () => {
    const never = { id: 'limit', options: { limitField: 0 } }
    const { frames } = applyTransformations(
      [JOBS],
      [
        { ...never, disabled: true },
        { ...never, topic: 'annotations' },
      ],
    )
    expect(frames).toEqual([JOBS])
  })

  test('a filter spares the other frames, in their places', () => {
    const done = after(
      [JOBS, UPS],
      'limit',
      { limitField: 1 },
      { filter: { id: 'byRefId', options: 'B' } },
    )
    expect(done.map(({ refId, length }) => [refId, length])).toEqual([
      ['A', 3],
      ['B', 1],
    ])
  })

  test('an unknown one leaves the data, and a note', () => {
    const done = applyTransformations([JOBS], [{ id: 'spatial', options: {} }])
    expect(done.frames).toEqual([JOBS])
    expect(done.notes.map(({ kind, text }) => [kind, text.includes('"spatial"')])).toEqual([
      ['ignored', true],
    ])
    expect(isKnownTransform('constructor')).toBe(false)
  })
})

const IDS = [
  'organize',
  'merge',
  'joinByField',
  'filterFieldsByName',
  'filterByRefId',
  'groupBy',
  'renameByRegex',
  'reduce',
  'calculateField',
  'sortBy',
  'labelsToFields',
  'filterByValue',
  'timeSeriesTable',
  'extractFields',
  'limit',
  'seriesToRows',
  'convertFieldType',
  'prepareTimeSeries',
  'groupingToMatrix',
  'configFromData',
  'joinByLabels',
  'concatenate',
  'rowsToFields',
  'partitionByValues',
  'formatString',
  'formatTime',
]

test('no transformation fails on any frame or option, and every column keeps the length of its frame', () => {
  const name = fc.constantFrom('Time', 'a', 'b', 'Value', '__proto__')
  const cell = fc.oneof(fc.double(), fc.string({ maxLength: 4 }), fc.constant(null), fc.boolean())
  const field = (length: number): fc.Arbitrary<Field> =>
    fc.record({
      name,
      type: fc.constantFrom('time', 'number', 'string', 'boolean', 'other', 'frame'),
      values: fc.array(cell, { minLength: length, maxLength: length }),
      config: fc.constant({}),
      labels: fc.dictionary(name, fc.string({ maxLength: 3 }), { maxKeys: 2 }),
    })
  const frame: fc.Arbitrary<Frame> = fc.integer({ min: 0, max: 5 }).chain((length) =>
    fc.record({
      refId: fc.constantFrom('A', 'B', 'config'),
      name,
      length: fc.constant(length),
      fields: fc.array(field(length), { maxLength: 4 }),
    }),
  )
  const value = fc.oneof(
    name,
    fc.anything({ maxDepth: 2 }),
    fc.constantFrom('mean', 'byName', '*', 'kvp'),
  )
  const keys = fc.constantFrom(
    'mode',
    'fields',
    'byField',
    'reducers',
    'sort',
    'filters',
    'binary',
    'source',
    'format',
    'include',
    'regex',
    'limitField',
    'window',
    'mappings',
    'columnField',
    'rowField',
    'valueField',
    'value',
  )
  const options = fc.dictionary(keys, value, { maxKeys: 5 })
  fc.assert(
    fc.property(
      fc.constantFrom(...IDS),
      fc.array(frame, { maxLength: 3 }),
      options,
      (id, frames, given) => {
        const done = applyTransformations(frames, [{ id, options: given }])
        expect(done.notes).toEqual([])
        for (const one of done.frames) {
          for (const { values } of one.fields) expect(values.length).toBeLessThanOrEqual(one.length)
        }
      },
    ),
    { numRuns: 1500 },
  )
})
