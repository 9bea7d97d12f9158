import { expect, test } from 'vitest'
import { BOARD_FILES, board, boardOf } from '../testing/board.ts'
import { reviewDashboard } from './review-dashboard.ts'

/** Panels of each board, and those of them that are shown in full. */
const CORPUS: Readonly<Record<string, readonly [panels: number, whole: number]>> = {
  'airflow-apache-breeze-metrics.json': [1, 1],
  'airflow-databand-cluster.json': [19, 19],
  'airflow-databand-dag.json': [5, 5],
  'airflow-grafana-mixin-logs.json': [2, 2],
  'airflow-grafana-mixin-overview.json': [12, 12],
  'alerts-victoriametrics-statistics.json': [7, 7],
  'dagger-timeboard.json': [101, 101],
  'docker-dockprom-host.json': [15, 15],
  'flink-confluent-taskmanager.json': [50, 50],
  'flink-prometheus-example.json': [9, 9],
  'fluentd-helm-overview.json': [30, 30],
  'kafka-confluent-connect-cluster.json': [54, 54],
  'kafka-exporter-overview.json': [5, 5],
  'kafka-observlib-overview.json': [40, 40],
  'kafka-observlib-topic.json': [8, 8],
  'kafka-strimzi-connect.json': [16, 16],
  'kafka-strimzi-kafka.json': [30, 30],
  'kubernetes-dotdc-views-pods.json': [25, 25],
  'node-rfmoz-exporter-full.json': [125, 125],
  'postgres-cloudnativepg-cluster.json': [103, 101],
  'prefect-flow-run-overview.json': [18, 18],
  'prometheus-mixin-overview.json': [10, 10],
  'redis-oliver006-exporter.json': [13, 13],
}

test('the table names each board', () => {
  expect(Object.keys(CORPUS).toSorted()).toEqual(BOARD_FILES.toSorted())
})

test.each(Object.entries(CORPUS))('of %s, panels and those shown in full: %j', (file, want) => {
  const { panels } = reviewDashboard(board(file))
  const whole = panels.filter(({ problems }) => problems.length === 0)
  expect([panels.length, whole.length]).toEqual(want)
})

test('of all panels 96 % and more are shown in full', () => {
  const all = Object.values(CORPUS)
  const whole = all.reduce((sum, [, count]) => sum + count, 0)
  const panels = all.reduce((sum, [count]) => sum + count, 0)
  expect(panels).toBeGreaterThan(600)
  expect(whole / panels).toBeGreaterThanOrEqual(0.96)
})

test('what is not shown is said, with its panel', () => {
  const { panels, notes } = reviewDashboard(
    board({
      panels: [
        { id: 1, title: 'Map', type: 'geomap', targets: [{ expr: 'up' }] },
        {
          id: 2,
          type: 'table',
          transformations: [{ id: 'spatial' }, { id: 'heatmap', disabled: true }],
        },
        {
          id: 3,
          type: 'stat',
          fieldConfig: { overrides: [{ matcher: { id: 'byMoon' }, properties: [] }] },
        },
        {
          id: 4,
          type: 'stat',
          targets: [{ datasource: { type: 'grafana-clickhouse-datasource' }, rawSql: 'select 1' }],
        },
        { id: 5, type: 'stat', targets: [{ expr: 'up' }] },
        { id: 6, type: 'row', collapsed: true, panels: [{ id: 7, type: 'canvas' }] },
      ],
    }),
  )
  expect(panels.map(({ panel, problems }) => [panel.id, problems])).toEqual([
    [1, ['geomap is not shown here; its data is, as a table']],
    [2, ['The transformation spatial has no effect']],
    [3, ['Overrides by byMoon have no effect']],
    [4, ['A query of it cannot be answered']],
    [5, []],
    [7, ['canvas is not shown here; its data is, as a table']],
  ])
  expect(notes[0]).toEqual({
    kind: 'ignored',
    where: 'panel 1 "Map"',
    text: 'geomap is not shown here; its data is, as a table',
  })
})

test('variables in a circle and expressions that are none are said', () => {
  const dashboard = boardOf(
    { name: 'a', type: 'query', query: 'label_values(x{b="$b"}, a)' },
    { name: 'b', type: 'query', query: 'label_values(x{a="$a"}, b)' },
    { name: 'c', type: 'query', query: 'x', regex: '/(a)\\1/' },
    { name: 'd', type: 'query', query: 'x', regex: '/$c(/' },
  )
  expect(reviewDashboard(dashboard).notes.map(({ where, text }) => `${where}: ${text}`)).toEqual([
    'variable a: Needs itself, or variables that need each other; it has no options',
    'variable b: Needs itself, or variables that need each other; it has no options',
    'variable c: Its regular expression refers back to a group',
  ])
})
