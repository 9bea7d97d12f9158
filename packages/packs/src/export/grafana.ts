/** Pack dashboards as Grafana's dashboard JSON (schema 39, what Grafana 10 to 12 import). */
import type { DashboardDefinition, DashboardPanel } from '../pack.ts'

const COLUMNS = 24
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const
const HEIGHT: Readonly<Record<DashboardPanel['kind'], number>> & { readonly row: number } = {
  row: 1,
  stat: 4,
  gauge: 6,
  bargauge: 8,
  timeseries: 8,
  table: 8,
  heatmap: 8,
  piechart: 8,
  'state-timeline': 8,
  alertlist: 8,
  logs: 10,
  text: 4,
}

interface GridPos {
  readonly h: number
  readonly w: number
  readonly x: number
  readonly y: number
}

/** A Grafana panel, a row included; as much of it as we write. */
export interface GrafanaPanel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: GridPos
  readonly [key: string]: unknown
}

export interface GrafanaDashboard {
  readonly uid: string
  readonly title: string
  readonly panels: readonly GrafanaPanel[]
  readonly [key: string]: unknown
}

/** Lays panels out from left to right in rows, and gives each a number. */
export function grafanaDashboard(board: DashboardDefinition): GrafanaDashboard {
  const panels: GrafanaPanel[] = []
  let y = 0
  for (const row of board.rows) {
    const gridPos = { h: HEIGHT.row, w: COLUMNS, x: 0, y }
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      gridPos,
      collapsed: false,
      panels: [],
    })
    y += HEIGHT.row
    let x = 0
    let tallest = 0
    for (const panel of row.panels) {
      if (x + panel.width > COLUMNS) {
        y += tallest
        x = 0
        tallest = 0
      }
      const h = panel.height ?? HEIGHT[panel.kind]
      panels.push(grafanaPanel(panels.length + 1, panel, { h, w: panel.width, x, y }))
      x += panel.width
      tallest = Math.max(tallest, h)
    }
    y += tallest
  }
  return {
    uid: board.name,
    title: board.title,
    description: board.description,
    tags: ['weir'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    time: { from: 'now-1h', to: 'now' },
    refresh: '30s',
    templating: { list: [datasourceVariable(), ...board.variables.map(labelVariable)] },
    annotations: { list: [] },
    panels,
  }
}

function datasourceVariable(): object {
  return { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' }
}

function labelVariable(variable: DashboardDefinition['variables'][number]): object {
  const query = `label_values(${variable.metric}, ${variable.valueLabel})`
  return {
    name: variable.name,
    label: variable.label,
    type: 'query',
    datasource: DATASOURCE,
    definition: query,
    query: { query, refId: variable.name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  }
}

function grafanaPanel(id: number, panel: DashboardPanel, gridPos: GridPos): GrafanaPanel {
  const isGraph = panel.kind === 'timeseries'
  return {
    id,
    type: panel.kind,
    title: panel.title,
    description: panel.help,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: {
      defaults: {
        unit: panel.unit,
        min: 0,
        ...(isGraph ? { custom: { lineWidth: 1, fillOpacity: 10, showPoints: 'never' } } : {}),
      },
      overrides: [],
    },
    options: isGraph
      ? {
          legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
          tooltip: { mode: 'multi', sort: 'desc' },
        }
      : { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false } },
    targets: panel.targets.map((target, index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource: DATASOURCE,
      expr: target.expr,
      legendFormat: target.legend === '' ? '__auto' : target.legend,
      range: isGraph,
      instant: !isGraph,
    })),
  }
}
