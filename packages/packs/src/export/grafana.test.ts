import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { DashboardDefinition, DashboardPanel, Pack } from '../pack.ts'
import { exportDashboard, exportHelmValues, exportScrape } from './files.ts'
import { type GrafanaDashboard, grafanaDashboard } from './grafana.ts'

const KINDS: readonly DashboardPanel['kind'][] = [
  'timeseries',
  'stat',
  'gauge',
  'bargauge',
  'table',
  'heatmap',
  'piechart',
  'state-timeline',
  'alertlist',
  'logs',
  'text',
]

function panel(kind: DashboardPanel['kind'], more: Partial<DashboardPanel> = {}): DashboardPanel {
  const targets = kind === 'text' || kind === 'alertlist' ? [] : [{ expr: 'up', legend: '{{job}}' }]
  return { kind, title: kind, help: 'Help.', unit: 'short', width: 6, targets, ...more }
}

function board(...rows: DashboardDefinition['rows']): DashboardDefinition {
  return { name: 'b', title: 'B', description: '', variables: [], rows }
}

const all = board({ title: 'All', panels: KINDS.map((kind) => panel(kind)) })

function only(made: GrafanaDashboard): Readonly<Record<string, unknown>> {
  return made.panels[1]!
}

test('every kind of panel has the type that Grafana knows it by', () => {
  const types = grafanaDashboard(all, 'x').panels.map(({ type }) => type)
  expect(types).toEqual(['row', ...KINDS])
})

test('logs ask Loki, lists of alerts and text ask nobody', () => {
  const made = Object.fromEntries(
    grafanaDashboard(all, 'x').panels.map((each) => [each.type, each]),
  )
  expect(made['logs']!.datasource).toEqual({ type: 'loki', uid: '${loki_datasource}' })
  expect(made['logs']!.targets).toEqual([
    {
      refId: 'A',
      datasource: { type: 'loki', uid: '${loki_datasource}' },
      expr: 'up',
      queryType: 'range',
    },
  ])
  expect(made['text']!.datasource).toBeUndefined()
  expect([made['text']!.targets, made['alertlist']!.targets]).toEqual([undefined, undefined])
  expect(made['alertlist']!.options).toMatchObject({ alertInstanceLabelFilter: '{system="x"}' })
})

test('limits become steps, words become mappings', () => {
  const stat = panel('stat', {
    thresholds: [{ from: 5, color: 'red' }],
    words: { 0: { text: 'no', color: 'red' }, 1: { text: 'yes' } },
  })
  const { fieldConfig, options } = only(grafanaDashboard(board({ title: '', panels: [stat] }), 'x'))
  expect(fieldConfig).toMatchObject({
    defaults: {
      color: { mode: 'thresholds' },
      thresholds: {
        mode: 'absolute',
        steps: [
          { value: null, color: 'green' },
          { value: 5, color: 'red' },
        ],
      },
      mappings: [
        {
          type: 'value',
          options: { 0: { text: 'no', color: 'red', index: 0 }, 1: { text: 'yes', index: 1 } },
        },
      ],
    },
  })
  expect(options).toMatchObject({ colorMode: 'value' })
})

test('series on top of each other', () => {
  const graph = panel('timeseries', { stack: true })
  const made = only(grafanaDashboard(board({ title: '', panels: [graph] }), 'x'))
  expect(made.fieldConfig).toMatchObject({ defaults: { custom: { stacking: { mode: 'normal' } } } })
})

test('a table of several queries has a column each, named by the legends', () => {
  const table = panel('table', {
    targets: [
      { expr: 'a', legend: 'Runs' },
      { expr: 'b', legend: 'Failures' },
    ],
  })
  const made = only(grafanaDashboard(board({ title: '', panels: [table] }), 'x'))
  expect(made.transformations).toMatchObject([
    { id: 'merge' },
    { id: 'organize', options: { renameByName: { 'Value #A': 'Runs', 'Value #B': 'Failures' } } },
  ])
})

test('a collapsed row takes a line and holds its panels, placed as when open', () => {
  const made = grafanaDashboard(
    board(
      { title: 'Folded', collapsed: true, panels: [panel('timeseries'), panel('stat')] },
      { title: 'Open', panels: [panel('stat', { height: 3 })] },
    ),
    'x',
  )
  expect(made.panels.map(({ title, gridPos: { y, h } }) => [title, y, h])).toEqual([
    ['Folded', 0, 1],
    ['Open', 1, 1],
    ['stat', 2, 3],
  ])
  expect(made.panels[0]!.panels!.map(({ id, gridPos: { x, y } }) => [id, x, y])).toEqual([
    [2, 0, 1],
    [3, 6, 1],
  ])
})

test('for sharing, the importer is asked for the data sources and no variable is', () => {
  const made = grafanaDashboard(all, 'x', 'sharing')
  expect(made).toMatchObject({
    __inputs: [
      { name: 'DS_PROMETHEUS', type: 'datasource', pluginId: 'prometheus' },
      { name: 'DS_LOKI', type: 'datasource', pluginId: 'loki' },
    ],
    templating: { list: [] },
    editable: true,
  })
  const required = made.__requires as readonly { readonly type: string; readonly id: string }[]
  expect(required.filter(({ type }) => type === 'panel').map(({ id }) => id)).toEqual(
    KINDS.toSorted(),
  )
  const sources = [...JSON.stringify(made).matchAll(/"uid":"(\$\{[^"]+)"/g)].map(([, uid]) => uid)
  expect(new Set(sources)).toEqual(new Set(['${DS_PROMETHEUS}', '${DS_LOKI}']))
})

const PACK: Pack = {
  id: 'x',
  title: 'X',
  description: '',
  detect: [],
  metricPrefix: 'x_',
  scrape: [
    {
      job_name: 'x',
      metric_relabel_configs: [
        { source_labels: ['a'], regex: '(.+){{', target_label: 'b', action: 'replace' },
      ],
      static_configs: [{ targets: ['x:1'] }],
    },
  ],
  mapping: { mappings: [] },
  metrics: [],
  stages: [],
  records: [{ record: 'x:a:sum', expr: 'sum(x_a)' }],
  alerts: [],
  dashboards: [all],
}

test('a scrape config keeps its relabelling, and the exporter of StatsD has a job of its own', () => {
  const { scrape_configs } = parse(exportScrape(PACK)!) as {
    readonly scrape_configs: readonly object[]
  }
  expect(scrape_configs).toEqual([
    PACK.scrape[0],
    { job_name: 'x-statsd', static_configs: [{ targets: ['localhost:9102'] }] },
  ])
})

test('values for Helm: rules as they are; what is templated once more comes out as it was', () => {
  const values = parse(exportHelmValues(PACK)) as {
    readonly additionalPrometheusRulesMap: Readonly<Record<string, unknown>>
    readonly prometheus: unknown
    readonly extraManifests: readonly { readonly data: Readonly<Record<string, string>> }[]
  }
  expect(values.additionalPrometheusRulesMap['weir-x']).toEqual({
    groups: [{ name: 'weir-x', interval: '15s', rules: PACK.records }],
  })
  expect(JSON.stringify(values.prometheus)).toContain('(.+){{`{{`}}')
  const text = values.extraManifests[0]!.data['b.json']!
  expect(text.replaceAll('{{`{{`}}', '')).not.toContain('{{')
  const templated = JSON.parse(text.replaceAll('{{`{{`}}', '{{')) as unknown
  expect(templated).toEqual(JSON.parse(exportDashboard(PACK, 'b')!))
})
