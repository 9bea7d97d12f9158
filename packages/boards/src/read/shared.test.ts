import { expect, test } from 'vitest'
import { readDashboards } from './read-dashboards.ts'

const read = (value: unknown) => readDashboards(value).dashboards[0]!

test('library panels come from the file that names them', () => {
  const { dashboard, notes } = read({
    __elements: {
      u1: {
        uid: 'u1',
        name: 'Lag',
        model: { type: 'stat', title: 'Lag', targets: [{ expr: 'lag' }] },
      },
    },
    panels: [
      { id: 1, libraryPanel: { uid: 'u1' }, gridPos: { x: 0, y: 0, w: 4, h: 4 } },
      { id: 2, title: 'Mine', type: 'library-panel-ref', libraryPanel: { uid: 'u1' } },
      { id: 3, libraryPanel: { uid: 'u2', name: 'Gone' } },
    ],
  })
  expect(dashboard.panels).toMatchObject([
    { type: 'stat', title: 'Lag', targets: [{ expr: 'lag' }], gridPos: { w: 4 } },
    { type: 'stat', title: 'Mine' },
    { type: 'timeseries' },
  ])
  expect(notes.map(({ text }) => text)).toEqual([
    'The library panel "Gone" is not in this file; export the dashboard for sharing, which brings it',
  ])
})

test('a panel that shows the data of another one asks what that one asks', () => {
  const panels = [
    {
      id: 1,
      type: 'timeseries',
      targets: [{ refId: 'A', expr: 'up' }],
      transformations: [{ id: 'merge' }],
    },
    {
      id: 2,
      type: 'table',
      datasource: '-- Dashboard --',
      targets: [{ panelId: 1, refId: 'A', withTransforms: true }],
      transformations: [{ id: 'limit' }],
    },
    {
      id: 3,
      type: 'stat',
      datasource: { type: 'datasource', uid: '-- Dashboard --' },
      targets: [{ panelId: 9 }],
    },
  ]
  const { dashboard, notes } = read({ panels })
  expect(dashboard.panels[1]).toMatchObject({
    targets: [{ refId: 'A', expr: 'up' }],
    transformations: [{ id: 'merge' }, { id: 'limit' }],
  })
  expect(notes.map(({ where, text }) => [where, text])).toEqual([
    ['panel 3', 'Shows the data of panel 9, which is not there'],
  ])
})

const element = (id: number, title: string) => ({
  kind: 'Panel',
  spec: {
    id,
    title,
    description: 'd',
    data: {
      kind: 'QueryGroup',
      spec: {
        queries: [
          {
            kind: 'PanelQuery',
            spec: {
              refId: 'A',
              hidden: false,
              query: {
                kind: 'DataQuery',
                group: 'prometheus',
                datasource: { name: 'x' },
                spec: { expr: `up{n="${id}"}` },
              },
            },
          },
        ],
        transformations: [{ kind: 'merge', spec: { id: 'merge', options: {} } }],
        queryOptions: { maxDataPoints: 50, timeFrom: '1h' },
      },
    },
    vizConfig: {
      kind: 'VizConfig',
      group: 'stat',
      spec: {
        options: { textMode: 'name' },
        fieldConfig: { defaults: { unit: 's' }, overrides: [] },
      },
    },
  },
})

const item = (name: string, x: number, y: number) => ({
  kind: 'GridLayoutItem',
  spec: { x, y, width: 12, height: 5, element: { kind: 'ElementReference', name } },
})

const V2 = {
  title: 'Two',
  cursorSync: 'Crosshair',
  timeSettings: { from: 'now-1h', to: 'now', timezone: 'utc', autoRefresh: '10s' },
  elements: { a: element(1, 'A'), b: element(2, 'B'), c: element(3, 'C') },
  variables: [
    {
      kind: 'QueryVariable',
      spec: {
        name: 'job',
        hide: 'hideLabel',
        refresh: 'onTimeRangeChanged',
        sort: 'alphabeticalCaseInsensitiveAsc',
        multi: true,
        query: { kind: 'DataQuery', group: 'prometheus', spec: { query: 'label_values(up, job)' } },
      },
    },
    { kind: 'DatasourceVariable', spec: { name: 'ds', pluginId: 'loki' } },
  ],
}
const grid = (...items: unknown[]) => ({ kind: 'GridLayout', spec: { items } })

test('the second schema becomes the first', () => {
  const resource = {
    apiVersion: 'dashboard.grafana.app/v2beta1',
    metadata: { name: 'uid2' },
    spec: { ...V2, layout: grid(item('a', 0, 0), item('b', 12, 0)) },
  }
  const { dashboard, notes } = read(resource)
  expect(notes).toEqual([])
  expect(dashboard).toMatchObject({
    uid: 'uid2',
    title: 'Two',
    graphTooltip: 1,
    refresh: '10s',
    timezone: 'utc',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [
        {
          name: 'job',
          type: 'query',
          query: 'label_values(up, job)',
          hide: 1,
          refresh: 2,
          sort: 5,
          multi: true,
        },
        { name: 'ds', type: 'datasource', query: 'loki' },
      ],
    },
    panels: [
      {
        id: 1,
        title: 'A',
        type: 'stat',
        gridPos: { x: 0, y: 0, w: 12, h: 5 },
        options: { textMode: 'name' },
        fieldConfig: { defaults: { unit: 's' } },
        targets: [{ refId: 'A', expr: 'up{n="1"}', language: 'promql' }],
        transformations: [{ id: 'merge' }],
        maxDataPoints: 50,
        timeFrom: '1h',
      },
      { id: 2, gridPos: { x: 12, y: 0 } },
    ],
  })
})

test('tabs, rows and automatic grids are laid out on the grid', () => {
  const auto = {
    kind: 'AutoGridLayout',
    spec: {
      maxColumnCount: 2,
      items: ['a', 'b', 'c'].map((name) => ({
        kind: 'AutoGridLayoutItem',
        spec: { element: { name } },
      })),
    },
  }
  const row = (title: string, layout: unknown, more = {}) => ({
    kind: 'RowsLayoutRow',
    spec: { title, layout, ...more },
  })
  const rows = {
    kind: 'RowsLayout',
    spec: {
      rows: [
        row('open', auto),
        row('closed', grid(item('a', 0, 0)), {
          collapse: true,
          repeat: { mode: 'variable', value: 'job' },
        }),
      ],
    },
  }
  const layout = {
    kind: 'TabsLayout',
    spec: { tabs: [{ kind: 'TabsLayoutTab', spec: { title: 'tab', layout: rows } }] },
  }
  const { dashboard } = read({ ...V2, layout })
  expect(
    dashboard.panels.map(({ type, title, gridPos: { x, y, w } }) => [type, title, x, y, w]),
  ).toEqual([
    ['row', 'tab', 0, 0, 24],
    ['row', 'open', 0, 1, 24],
    ['stat', 'A', 0, 2, 12],
    ['stat', 'B', 12, 2, 12],
    ['stat', 'C', 0, 11, 12],
    ['row', 'closed', 0, 20, 24],
  ])
  expect(dashboard.panels.at(-1)).toMatchObject({
    collapsed: true,
    repeat: 'job',
    panels: [{ title: 'A' }],
  })
})
