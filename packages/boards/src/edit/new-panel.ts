import type { Panel, Target } from '../dashboard.ts'

/** A kind of panel that can be made anew. */
export interface PanelKind {
  readonly type: string
  readonly title: string
  /** What it is good for, in a few words. */
  readonly about: string
}

export const PANEL_KINDS: readonly PanelKind[] = [
  { type: 'timeseries', title: 'Time series', about: 'Values over time as lines, bars or areas' },
  { type: 'stat', title: 'Stat', about: 'One large value, with its course behind it' },
  { type: 'gauge', title: 'Gauge', about: 'A value between its least and its most' },
  { type: 'bargauge', title: 'Bar gauge', about: 'Several values side by side' },
  { type: 'table', title: 'Table', about: 'Values and labels in rows' },
  { type: 'barchart', title: 'Bar chart', about: 'Categories compared' },
  { type: 'piechart', title: 'Pie chart', about: 'Shares of a whole' },
  { type: 'heatmap', title: 'Heatmap', about: 'How many values lie where, over time' },
  { type: 'histogram', title: 'Histogram', about: 'How many values lie where' },
  { type: 'state-timeline', title: 'State timeline', about: 'When something was in which state' },
  { type: 'status-history', title: 'Status history', about: 'States at regular times' },
  { type: 'logs', title: 'Logs', about: 'Lines of log' },
  { type: 'text', title: 'Text', about: 'Markdown' },
  { type: 'alertlist', title: 'Alert list', about: 'What fires' },
  { type: 'dashlist', title: 'Dashboard list', about: 'Links to dashboards' },
]

const WITHOUT_QUERIES = new Set(['text', 'alertlist', 'dashlist', 'row'])

/** Whether panels of this type ask for data. */
export function asksForData(type: string): boolean {
  return !WITHOUT_QUERIES.has(type)
}

const REDUCED = { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false } }
const LEGEND = { legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] } }

const OPTIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  timeseries: { ...LEGEND, tooltip: { mode: 'multi', sort: 'desc' } },
  stat: { ...REDUCED, colorMode: 'value', graphMode: 'area', textMode: 'auto' },
  gauge: { ...REDUCED, showThresholdLabels: false, showThresholdMarkers: true },
  bargauge: { ...REDUCED, displayMode: 'gradient', orientation: 'horizontal' },
  table: { showHeader: true },
  piechart: { ...REDUCED, pieType: 'pie', ...LEGEND },
  text: { mode: 'markdown', content: '' },
  logs: { showTime: true, wrapLogMessage: true, sortOrder: 'Descending' },
  alertlist: { maxItems: 20, sortOrder: 1, stateFilter: { firing: true, pending: true } },
}

/** A panel of a type with what one usually wants; its number is given when it is added. */
export function newPanel(type: string): Panel {
  const isSmall = type === 'stat' || type === 'gauge'
  const isTable = type === 'table' || type === 'bargauge'
  const target = newTarget([], type === 'logs' ? 'logql' : 'promql')
  return {
    id: 0,
    type,
    title: '',
    gridPos: { x: 0, y: 0, w: isSmall ? 6 : 12, h: isSmall ? 5 : 8 },
    targets: asksForData(type)
      ? [isTable ? { ...target, instant: true, range: false, format: 'table' } : target]
      : [],
    options: OPTIONS[type] ?? {},
    fieldConfig: { defaults: {}, overrides: [] },
    transformations: [],
    links: [],
  }
}

/** A query under the next free letter. */
export function newTarget(
  before: readonly Target[],
  language: 'promql' | 'logql' = 'promql',
): Target {
  const type = language === 'logql' ? 'loki' : 'prometheus'
  return {
    refId: nextRefId(before.map(({ refId }) => refId)),
    datasource: { type, uid: type },
    expr: '',
    language,
    range: true,
  }
}

/** A, B, …, Z, AA, … */
export function nextRefId(taken: readonly string[]): string {
  for (let index = 0; ; index++) {
    const letter = String.fromCodePoint(65 + (index % 26))
    const refId = letter.repeat(1 + Math.floor(index / 26))
    if (!taken.includes(refId)) return refId
  }
}

export function newRow(id: number, title: string, y: number): Panel {
  return {
    ...newPanel('row'),
    id,
    title,
    gridPos: { x: 0, y, w: 24, h: 1 },
    collapsed: false,
    panels: [],
  }
}

export function copyOf(panel: Panel, id: number): Panel {
  return { ...panel, id, title: panel.title === '' ? '' : `${panel.title} (copy)` }
}

/** The same data shown by another kind of panel: queries, units and thresholds stay. */
export function asType(panel: Panel, type: string): Panel {
  if (panel.type === type) return panel
  const { custom: _, ...defaults } = panel.fieldConfig.defaults
  const targets =
    asksForData(type) && panel.targets.length === 0 ? newPanel(type).targets : panel.targets
  return {
    ...panel,
    type,
    targets,
    options: OPTIONS[type] ?? {},
    fieldConfig: { ...panel.fieldConfig, defaults },
  }
}
