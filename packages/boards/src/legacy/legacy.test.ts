import { expect, test } from 'vitest'
import type { Panel } from '../dashboard.ts'
import type { Json } from '../json.ts'
import { readDashboards } from '../read/read-dashboards.ts'
import { board } from '../testing/board.ts'

function modern(panel: Json): Panel {
  return board({ panels: [panel] }).panels[0]!
}

const custom = (panel: Json): unknown => modern(panel).fieldConfig.defaults.custom

test.each([
  [{}, { drawStyle: 'line', lineWidth: 1, fillOpacity: 10, showPoints: 'never', spanNulls: false }],
  [
    { fill: 0, linewidth: 3 },
    { fillOpacity: 0, lineWidth: 3 },
  ],
  [
    { bars: true, lines: false },
    { drawStyle: 'bars', fillOpacity: 100 },
  ],
  [
    { points: true, lines: false, pointradius: 3 },
    { drawStyle: 'points', pointSize: 8 },
  ],
  [{ points: true }, { drawStyle: 'line', showPoints: 'always' }],
  [{ lines: false }, { lineWidth: 0, fillOpacity: 0 }],
  [{ steppedLine: true }, { lineInterpolation: 'stepAfter' }],
  [{ stack: true }, { stacking: { mode: 'normal', group: 'A' } }],
  [{ stack: true, percentage: true }, { stacking: { mode: 'percent', group: 'A' } }],
  [{ stack: false, percentage: true }, { stacking: { mode: 'none', group: 'A' } }],
  [{ nullPointMode: 'connected' }, { spanNulls: true }],
  [{ fillGradient: 5 }, { gradientMode: 'opacity', fillOpacity: 50 }],
  [{ dashes: true, dashLength: 4 }, { lineStyle: { fill: 'dash', dash: [4, 10] } }],
  [
    { yaxes: [{ label: 'L', logBase: 10, show: false }] },
    { axisLabel: 'L', axisPlacement: 'hidden', scaleDistribution: { type: 'log', log: 10 } },
  ],
])('a graph with %j draws %j', (graph, want) =>
  expect(custom({ type: 'graph', ...graph })).toMatchObject(want),
)

test('axes, colours, legend and tooltip of a graph', () => {
  const panel = modern({
    type: 'graph',
    yaxes: [
      { format: 'bytes', min: '0', max: 5, decimals: '1' },
      { format: 's', min: 1 },
    ],
    aliasColors: { up: '#ff0000' },
    seriesOverrides: [
      { alias: '/err.*/', color: 'red', yaxis: 2, fill: 2, transform: 'negative-Y', legend: false },
      { alias: 'limit', dashes: true, stack: false, lines: false, points: true },
      { alias: '' },
    ],
    legend: {
      show: true,
      alignAsTable: true,
      rightSide: true,
      values: true,
      avg: true,
      current: true,
      sort: 'avg',
      sortDesc: true,
      hideZero: true,
    },
    tooltip: { shared: false, sort: 2 },
    nullPointMode: 'null as zero',
  })
  expect(panel.type).toBe('timeseries')
  expect(panel.fieldConfig.defaults).toMatchObject({
    unit: 'bytes',
    min: 0,
    max: 5,
    decimals: 1,
    color: { mode: 'palette-classic' },
    nullValueMode: 'null as zero',
  })
  expect(panel.fieldConfig.overrides).toEqual([
    {
      matcher: { id: 'byName', options: 'up' },
      properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: '#ff0000' } }],
    },
    {
      matcher: { id: 'byRegexp', options: '/err.*/' },
      properties: [
        { id: 'color', value: { mode: 'fixed', fixedColor: 'red' } },
        { id: 'custom.fillOpacity', value: 20 },
        { id: 'custom.transform', value: 'negative-Y' },
        { id: 'custom.axisPlacement', value: 'right' },
        { id: 'unit', value: 's' },
        { id: 'min', value: 1 },
        { id: 'custom.hideFrom', value: { viz: false, legend: true, tooltip: false } },
      ],
    },
    {
      matcher: { id: 'byName', options: 'limit' },
      properties: [
        { id: 'custom.drawStyle', value: 'points' },
        { id: 'custom.showPoints', value: 'always' },
        { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } },
        { id: 'custom.stacking', value: { mode: 'none', group: 'A' } },
      ],
    },
    {
      matcher: { id: 'byValue', options: { reducer: 'allIsZero', op: 'gte', value: 0 } },
      properties: [{ id: 'custom.hideFrom', value: { viz: false, legend: true, tooltip: true } }],
    },
  ])
  expect(panel.options).toEqual({
    legend: {
      showLegend: true,
      displayMode: 'table',
      placement: 'right',
      calcs: ['mean', 'lastNotNull'],
      sortBy: 'Mean',
      sortDesc: true,
    },
    tooltip: { mode: 'single', sort: 'desc' },
  })
  expect(panel['yaxes']).toBeUndefined()
})

test.each([
  [
    [{ value: 5, op: 'gt', colorMode: 'critical', line: true, fill: false }],
    [
      [null, 'transparent'],
      [5, 'red'],
    ],
    'line',
  ],
  [
    [{ value: 1, op: 'lt', colorMode: 'warning', fill: true, line: false }],
    [
      [null, 'orange'],
      [1, 'transparent'],
    ],
    'area',
  ],
  [
    [
      { value: 9, op: 'gt', colorMode: 'custom', fillColor: '#123' },
      { value: 1, op: 'lt' },
    ],
    [
      [null, 'red'],
      [1, 'transparent'],
      [9, '#123'],
    ],
    'line+area',
  ],
  [[], undefined, 'off'],
])('thresholds %j of a graph', (thresholds, steps, mode) => {
  const { defaults } = modern({ type: 'graph', thresholds }).fieldConfig
  expect(defaults.thresholds?.steps.map(({ value, color }) => [value, color])).toEqual(steps)
  expect(defaults.custom).toMatchObject({ thresholdsStyle: { mode } })
})

test('a graph by series is a bar chart, by value a histogram', () => {
  expect(modern({ type: 'graph', xaxis: { mode: 'series' } }).type).toBe('barchart')
  expect(modern({ type: 'graph', xaxis: { mode: 'histogram' } }).type).toBe('histogram')
})

test('a single stat becomes a stat', () => {
  const panel = modern({
    type: 'singlestat',
    valueName: 'current',
    format: 'percent',
    decimals: 1,
    colorValue: true,
    thresholds: '70,90',
    colors: ['g', 'o', 'r'],
    sparkline: { show: true },
    tableColumn: 'a.b',
    nullText: 'none',
    mappingType: 1,
    valueMaps: [
      { op: '=', value: 'null', text: 'N/A' },
      { value: '1', text: 'UP' },
    ],
  })
  expect(panel).toMatchObject({
    type: 'stat',
    options: {
      reduceOptions: { calcs: ['lastNotNull'], fields: '/^a\\.b$/', values: false },
      colorMode: 'value',
      graphMode: 'area',
      textMode: 'auto',
    },
    fieldConfig: {
      defaults: {
        unit: 'percent',
        decimals: 1,
        noValue: 'none',
        color: { mode: 'thresholds' },
        thresholds: {
          mode: 'absolute',
          steps: [
            { value: null, color: 'g' },
            { value: 70, color: 'o' },
            { value: 90, color: 'r' },
          ],
        },
        mappings: [
          { type: 'special', options: { match: 'null', result: { text: 'N/A' } } },
          { type: 'value', options: { '1': { text: 'UP' } } },
        ],
      },
    },
  })
})

test('a single stat with a gauge becomes a gauge; texts beside the number are units or are said', () => {
  const gauge = modern({
    type: 'singlestat',
    gauge: { show: true, maxValue: 10 },
    mappingType: 2,
    rangeMaps: [{ from: '0', to: '5', text: 'low' }],
  })
  expect(gauge).toMatchObject({
    type: 'gauge',
    options: { reduceOptions: { calcs: ['mean'] }, showThresholdMarkers: true },
    fieldConfig: {
      defaults: {
        min: 0,
        max: 10,
        mappings: [{ type: 'range', options: { from: 0, to: 5, result: { text: 'low' } } }],
      },
    },
  })
  expect(
    modern({ type: 'singlestat', format: 'none', postfix: ' jobs' }).fieldConfig.defaults.unit,
  ).toBe('suffix: jobs')
  const { notes } = readDashboards({
    panels: [{ id: 3, title: 'T', type: 'singlestat', format: 's', prefix: 'up ' }],
  }).dashboards[0]!
  expect(notes).toEqual([
    { kind: 'ignored', where: 'panel 3 "T"', text: 'The text "up " beside the number' },
    { kind: 'changed', where: 'panel 3 "T"', text: 'The old singlestat became a stat' },
  ])
})

test('an old table: styles become overrides, the first one last', () => {
  const panel = modern({
    type: 'table-old',
    transform: 'table',
    sort: { col: 0, desc: true },
    styles: [
      { pattern: 'Time', type: 'date', dateFormat: 'HH:mm', alias: 'At' },
      { pattern: '/secret.*/', type: 'hidden' },
      {
        pattern: 'v',
        type: 'number',
        unit: 'ms',
        decimals: 2,
        colorMode: 'row',
        thresholds: ['1', '2'],
        colors: ['a', 'b', 'c'],
        link: true,
        linkUrl: '/x/${__cell}',
      },
      { pattern: '' },
    ],
    targets: [{ expr: 'a' }, { expr: 'b' }],
  })
  expect(panel.type).toBe('table')
  expect(panel.transformations).toEqual([{ id: 'merge', options: {} }])
  expect(panel.fieldConfig.overrides).toEqual([
    {
      matcher: { id: 'byName', options: 'v' },
      properties: [
        { id: 'custom.hidden', value: false },
        { id: 'unit', value: 'ms' },
        { id: 'decimals', value: 2 },
        {
          id: 'thresholds',
          value: {
            mode: 'absolute',
            steps: [
              { value: null, color: 'a' },
              { value: 1, color: 'b' },
              { value: 2, color: 'c' },
            ],
          },
        },
        { id: 'color', value: { mode: 'thresholds' } },
        {
          id: 'custom.cellOptions',
          value: { type: 'color-background', mode: 'basic', applyToRow: true },
        },
        { id: 'links', value: [{ title: 'Open', url: '/x/${__cell}', targetBlank: false }] },
      ],
    },
    {
      matcher: { id: 'byRegexp', options: '/secret.*/' },
      properties: [{ id: 'custom.hidden', value: true }],
    },
    {
      matcher: { id: 'byName', options: 'Time' },
      properties: [
        { id: 'custom.hidden', value: false },
        { id: 'displayName', value: 'At' },
        { id: 'unit', value: 'time:HH:mm' },
      ],
    },
  ])
})

test.each([
  ['timeseries_to_rows', [{ id: 'seriesToRows', options: {} }]],
  [
    'timeseries_aggregations',
    [{ id: 'reduce', options: { mode: 'seriesToRows', reducers: ['mean', 'lastNotNull'] } }],
  ],
  ['timeseries_to_columns', [{ id: 'joinByField', options: { byField: 'Time', mode: 'outer' } }]],
])('an old table by %s', (transform, want) =>
  expect(
    modern({
      type: 'table',
      styles: [],
      transform,
      columns: [{ value: 'avg', text: 'Avg' }, { value: 'current' }],
    }).transformations,
  ).toEqual(want),
)

test('stat and gauge of Grafana 6', () => {
  const options = {
    fieldOptions: {
      calcs: ['current'],
      defaults: { unit: 'percent', max: 100, min: 0, title: 'T' },
      thresholds: [
        { index: 0, value: -Infinity, color: 'green' },
        { index: 1, value: 80, color: 'red' },
      ],
      mappings: [
        { type: 1, value: '0', text: 'off' },
        { type: 2, from: '1', to: '9', text: 'on' },
      ],
    },
    showThresholdLabels: true,
  }
  expect(modern({ type: 'gauge', options })).toMatchObject({
    options: {
      reduceOptions: { calcs: ['lastNotNull'], values: false },
      showThresholdLabels: true,
    },
    fieldConfig: {
      defaults: {
        unit: 'percent',
        max: 100,
        displayName: 'T',
        thresholds: {
          steps: [
            { value: null, color: 'green' },
            { value: 80, color: 'red' },
          ],
        },
        mappings: [
          { type: 'value', options: { '0': { text: 'off' } } },
          { type: 'range', options: { from: 1, to: 9, result: { text: 'on' } } },
        ],
      },
    },
  })
  const first = {
    type: 'gauge',
    'options-gauge': { stat: 'avg', unit: 'ms', maxValue: '9', decimals: 2 },
  }
  expect(modern(first)).toMatchObject({
    options: { reduceOptions: { calcs: ['mean'] } },
    fieldConfig: { defaults: { unit: 'ms', max: 9, decimals: 2 } },
  })
})

test('heatmaps, pies, texts and lists of old', () => {
  const heat = {
    type: 'heatmap',
    dataFormat: 'tsbuckets',
    yBucketBound: 'upper',
    yAxis: { format: 's' },
    color: { mode: 'spectrum', colorScheme: 'interpolateSpectral' },
    hideZeroBuckets: true,
  }
  expect(modern(heat).options).toMatchObject({
    calculate: false,
    color: { mode: 'scheme', scheme: 'Spectral' },
    yAxis: { unit: 's' },
    rowsFrame: { layout: 'le' },
    filterValues: { le: 1e-9 },
  })
  expect(
    modern({ ...heat, dataFormat: 'timeseries', xBucketSize: '5m', yAxis: { logBase: 2 } }).options,
  ).toMatchObject({
    calculate: true,
    calculation: {
      xBuckets: { mode: 'size', value: '5m' },
      yBuckets: { scale: { type: 'log', log: 2 } },
    },
  })
  const pie = {
    type: 'grafana-piechart-panel',
    pieType: 'donut',
    valueName: 'total',
    format: 'short',
    legend: { show: true, percentage: true },
    legendType: 'Right side',
  }
  expect(modern(pie)).toMatchObject({
    type: 'piechart',
    options: {
      pieType: 'donut',
      reduceOptions: { calcs: ['sum'] },
      legend: { placement: 'right', values: ['percent'] },
    },
    fieldConfig: { defaults: { unit: 'short' } },
  })
  expect(modern({ type: 'text', mode: 'html', content: '<b>' }).options).toEqual({
    mode: 'html',
    content: '<b>',
  })
  expect(modern({ type: 'text', mode: 'text', content: 'x' }).options['mode']).toBe('code')
  expect(modern({ type: 'alertlist', show: 'current', limit: 5 }).options).toEqual({
    show: 'current',
    limit: 5,
  })
  expect(modern({ type: 'dashlist', tags: ['a'], limit: 3, search: true }).options).toMatchObject({
    tags: ['a'],
    maxItems: 3,
    showSearch: true,
  })
})

test('what fields were called and how cells were drawn', () => {
  const fieldConfig = {
    defaults: { title: 'Old', custom: { displayMode: 'lcd-gauge', width: 9 } },
    overrides: [
      {
        matcher: { id: 'byName' },
        properties: [
          { id: 'custom.displayMode', value: 'color-background-solid' },
          { id: 'title', value: 'T' },
        ],
      },
    ],
  }
  const { defaults, overrides } = modern({ type: 'table', fieldConfig }).fieldConfig
  expect(defaults).toEqual({
    displayName: 'Old',
    custom: { width: 9, cellOptions: { type: 'gauge', mode: 'lcd' } },
  })
  expect(overrides[0]!.properties).toEqual([
    { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
    { id: 'displayName', value: 'T' },
  ])
})

test('old keys of any panel, alerts and the board’s own', () => {
  const { dashboard, notes } = readDashboards({
    sharedCrosshair: true,
    hideControls: true,
    refresh: false,
    time: { from: 1700000000000, to: '1700000060000' },
    timezone: 'UTC',
    panels: [
      {
        id: 1,
        title: 'P',
        type: 'graph',
        minSpan: 4,
        alert: { name: 'A' },
        interval: null,
        options: { legend: { displayMode: 'hidden' } },
      },
    ],
  }).dashboards[0]!
  expect(dashboard).toMatchObject({
    graphTooltip: 1,
    hideControls: true,
    refresh: '',
    time: { from: '2023-11-14T22:13:20.000Z', to: '2023-11-14T22:14:20.000Z' },
    timezone: 'utc',
    schemaVersion: 42,
  })
  expect(dashboard.panels[0]).toMatchObject({ maxPerRow: 6 })
  expect(dashboard.panels[0]!.interval).toBeUndefined()
  expect(notes[0]!.text).toMatch(/alert "A" is not taken over/)
  expect(
    modern({ type: 'timeseries', options: { legend: { displayMode: 'hidden' } } }).options[
      'legend'
    ],
  ).toMatchObject({ showLegend: false })
})
