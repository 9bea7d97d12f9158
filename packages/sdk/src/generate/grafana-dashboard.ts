import { type Board, type BoardPanel, flinkBoard, sdkBoard } from './boards.ts'

export interface DashboardOptions {
  /** Whose metrics: those of this package's reporters, or those of a Flink job. */
  readonly source?: 'sdk' | 'flink'
  /** `{ dashboard, overwrite }`, as Grafana's API takes it; bare as its import page does. */
  readonly wrapped?: boolean
  readonly title?: string
  readonly metricPrefix?: string
}

/** A dashboard in Grafana's JSON, schema 39: what Grafana 10 to 12 import. */
export interface GrafanaDashboard {
  readonly uid: string
  readonly title: string
  readonly schemaVersion: number
  readonly panels: readonly GrafanaPanel[]
  readonly [key: string]: unknown
}

export interface GrafanaPanel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: {
    readonly h: number
    readonly w: number
    readonly x: number
    readonly y: number
  }
  readonly [key: string]: unknown
}

const COLUMNS = 24
const HEIGHT = 8
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const

/** The health dashboard: throughput, latency, Kafka lag, checkpoints, resources, data quality. */
export function getGrafanaDashboardJson(
  options: DashboardOptions & { wrapped: false },
): GrafanaDashboard
export function getGrafanaDashboardJson(options?: DashboardOptions): {
  readonly dashboard: GrafanaDashboard
  readonly overwrite: boolean
}
export function getGrafanaDashboardJson({
  source = 'sdk',
  wrapped = true,
  title = 'Flink Health Data Consumer',
  metricPrefix = 'health_data',
}: DashboardOptions = {}): object {
  const board = source === 'sdk' ? sdkBoard(metricPrefix) : flinkBoard(metricPrefix)
  const dashboard: GrafanaDashboard = {
    uid: source === 'sdk' ? 'health-data-sdk' : 'health-data-flink',
    title,
    tags: ['flink', 'health-data', 'streaming'],
    timezone: 'browser',
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' }],
    },
    annotations: { list: [] },
    panels: laidOut(board),
  }
  return wrapped ? { dashboard, overwrite: true } : dashboard
}

/** Groups one under the other, each with a heading and its panels side by side. */
function laidOut(board: Board): GrafanaPanel[] {
  const panels: GrafanaPanel[] = []
  let y = 0
  for (const [title, group] of Object.entries(board)) {
    const heading = { h: 1, w: COLUMNS, x: 0, y }
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      gridPos: heading,
      collapsed: false,
      panels: [],
    })
    y += 1
    const w = COLUMNS / group.length
    for (const [i, panel] of group.entries()) {
      panels.push(grafanaPanel(panels.length + 1, panel, { h: HEIGHT, w, x: i * w, y }))
    }
    y += HEIGHT
  }
  return panels
}

function grafanaPanel(
  id: number,
  { title, unit, targets }: BoardPanel,
  gridPos: GrafanaPanel['gridPos'],
): GrafanaPanel {
  return {
    id,
    type: 'timeseries',
    title,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: {
      defaults: { unit, custom: { lineWidth: 1, fillOpacity: 10, showPoints: 'never' } },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
    targets: Object.entries(targets).map(([legendFormat, expr], i) => ({
      refId: String.fromCodePoint(65 + i),
      datasource: DATASOURCE,
      expr,
      legendFormat,
      range: true,
    })),
  }
}
