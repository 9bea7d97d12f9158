/**
 * Pack dashboards as Grafana's dashboard JSON: schema 39, which Grafana 10 to 12 import. Nothing that is
 * written here changed its form up to schema 42, so newer ones only put their own number on it.
 *
 * Two forms. For **provisioning**, by files and inside Weir, a variable asks for the data source. For
 * **sharing**, as Grafana's own "export for sharing" writes it, the importer is asked once, by `__inputs`.
 */
import type { DashboardDefinition, DashboardPanel } from '../pack.ts'
import { DATA_SOURCES, type DataSourceKind, type DataSourceNames } from './data-sources.ts'
import { type GrafanaPanel, type GridPos, grafanaPanel, panelHeight } from './grafana-panel.ts'

export type DashboardForm = 'provisioning' | 'sharing'

const COLUMNS = 24
const ROW_HEIGHT = 1

export interface GrafanaDashboard {
  readonly uid: string
  readonly title: string
  readonly panels: readonly GrafanaPanel[]
  readonly [key: string]: unknown
}

/** @param system whose alerts a list of alerts shows: a pack's id */
export function grafanaDashboard(
  board: DashboardDefinition,
  system: string,
  form: DashboardForm = 'provisioning',
): GrafanaDashboard {
  const kinds = kindsOf(board)
  const names = namesOf(kinds, form)
  const panels = laidOut(board, (id, panel, gridPos) =>
    grafanaPanel(panel, { id, gridPos, names, system }),
  )
  const sources = form === 'sharing' ? [] : kinds.map((kind) => sourceVariable(kind, kinds))
  return {
    ...(form === 'sharing' ? asked(kinds, panels) : {}),
    uid: board.name,
    title: board.title,
    description: board.description,
    tags: ['weir', system],
    schemaVersion: 39,
    // What is provisioned is changed where it is made; who imports a board owns it.
    editable: form === 'sharing',
    graphTooltip: 1,
    time: { from: 'now-1h', to: 'now' },
    refresh: '30s',
    templating: {
      list: [...sources, ...board.variables.map((variable) => labelVariable(variable, names))],
    },
    annotations: { list: [] },
    panels,
  }
}

/** The kinds of data source that a board asks. */
function kindsOf(board: DashboardDefinition): DataSourceKind[] {
  const hasLogs = board.rows.some(({ panels }) => panels.some(({ kind }) => kind === 'logs'))
  return hasLogs ? ['prometheus', 'loki'] : ['prometheus']
}

/** Names that Grafana's linter asks for: `datasource`, or where there are two `loki_datasource`. */
function variableName(kind: DataSourceKind, kinds: readonly DataSourceKind[]): string {
  return kinds.length === 1 ? 'datasource' : `${kind}_datasource`
}

function namesOf(kinds: readonly DataSourceKind[], form: DashboardForm): DataSourceNames {
  const nameOf = (kind: DataSourceKind): string =>
    form === 'sharing' ? DATA_SOURCES[kind].input : variableName(kind, kinds)
  return {
    prometheus: { type: 'prometheus', uid: `\${${nameOf('prometheus')}}` },
    loki: { type: 'loki', uid: `\${${nameOf('loki')}}` },
  }
}

function sourceVariable(kind: DataSourceKind, kinds: readonly DataSourceKind[]): object {
  return {
    name: variableName(kind, kinds),
    label: kinds.length === 1 ? 'Data source' : `${DATA_SOURCES[kind].title} data source`,
    type: 'datasource',
    query: kind,
    refresh: 1,
    hide: 0,
    includeAll: false,
    multi: false,
  }
}

/** What Grafana asks on import, and what it must have. */
function asked(kinds: readonly DataSourceKind[], panels: readonly GrafanaPanel[]): object {
  const shown = panels.flatMap((panel) => [panel, ...(panel.panels ?? [])])
  const types = [...new Set(shown.map(({ type }) => type))].filter((type) => type !== 'row')
  const required = [
    { type: 'grafana', id: 'grafana', name: 'Grafana', version: '10.0.0' },
    ...kinds.map((kind) => ({
      type: 'datasource',
      id: kind,
      name: DATA_SOURCES[kind].title,
      version: '1.0.0',
    })),
    ...types.map((type) => ({ type: 'panel', id: type, name: type, version: '' })),
  ]
  return {
    __inputs: kinds.map((kind) => ({
      name: DATA_SOURCES[kind].input,
      label: DATA_SOURCES[kind].title,
      description: DATA_SOURCES[kind].description,
      type: 'datasource',
      pluginId: kind,
      pluginName: DATA_SOURCES[kind].title,
    })),
    __elements: {},
    __requires: required.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  }
}

function labelVariable(
  variable: DashboardDefinition['variables'][number],
  names: DataSourceNames,
): object {
  const query = `label_values(${variable.metric}, ${variable.valueLabel})`
  return {
    name: variable.name,
    label: variable.label,
    type: 'query',
    datasource: names.prometheus,
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

/**
 * Panels from left to right in rows, each with a number. A collapsed row takes one line and holds its
 * panels within, at the places that they have once it is opened.
 */
function laidOut(
  board: DashboardDefinition,
  made: (id: number, panel: DashboardPanel, gridPos: GridPos) => GrafanaPanel,
): GrafanaPanel[] {
  const all: GrafanaPanel[] = []
  let id = 0
  let y = 0
  for (const { title, panels, collapsed = false } of board.rows) {
    const rowId = ++id
    const { placed, end } = placesOf(panels, y + ROW_HEIGHT)
    const inside = panels.map((panel, i) => made(++id, panel, placed[i]!))
    all.push({
      id: rowId,
      type: 'row',
      title,
      gridPos: { h: ROW_HEIGHT, w: COLUMNS, x: 0, y },
      collapsed,
      panels: collapsed ? inside : [],
    })
    if (!collapsed) all.push(...inside)
    y = collapsed ? y + ROW_HEIGHT : end
  }
  return all
}

/** Places below a line, and the first line below all of them. */
function placesOf(
  panels: readonly DashboardPanel[],
  top: number,
): { readonly placed: readonly GridPos[]; readonly end: number } {
  const placed: GridPos[] = []
  let [x, y, tallest] = [0, top, 0]
  for (const panel of panels) {
    if (x + panel.width > COLUMNS) {
      y += tallest
      x = 0
      tallest = 0
    }
    const h = panelHeight(panel)
    placed.push({ h, w: panel.width, x, y })
    x += panel.width
    tallest = Math.max(tallest, h)
  }
  return { placed, end: y + tallest }
}
