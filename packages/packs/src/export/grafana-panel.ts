/** One panel of each kind, as Grafana writes it. */
import type { DashboardPanel } from '../pack.ts'
import type { DataSourceNames } from './data-sources.ts'

type Kind = DashboardPanel['kind']

export interface GridPos {
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
  /** Of a collapsed row. */
  readonly panels?: readonly GrafanaPanel[]
  readonly [key: string]: unknown
}

export interface PanelPlace {
  readonly id: number
  readonly gridPos: GridPos
  readonly names: DataSourceNames
  /** Whose alerts a list of alerts shows. */
  readonly system: string
}

/** In lines of the grid: 30 pixels and 8 between. */
const HEIGHTS: Readonly<Record<Kind, number>> = {
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

/** Kinds that show a course of time; the others show the newest value. */
const OVER_TIME: ReadonlySet<Kind> = new Set(['timeseries', 'heatmap', 'state-timeline', 'logs'])

export function panelHeight({ kind, height }: DashboardPanel): number {
  return height ?? HEIGHTS[kind]
}

export function grafanaPanel(panel: DashboardPanel, place: PanelPlace): GrafanaPanel {
  const { id, gridPos, names, system } = place
  const source = panel.kind === 'logs' ? names.loki : names.prometheus
  const asksNothing = panel.kind === 'text' || panel.kind === 'alertlist'
  return {
    id,
    type: panel.kind,
    title: panel.title,
    description: panel.help,
    ...(panel.kind === 'text' ? {} : { datasource: source }),
    gridPos,
    ...(asksNothing ? {} : { fieldConfig: { defaults: fieldDefaults(panel), overrides: [] } }),
    options: options(panel, system),
    ...transformations(panel),
    ...(asksNothing
      ? {}
      : { targets: panel.targets.map((each, i) => target(panel, each, i, source)) }),
  }
}

function target(
  { kind }: DashboardPanel,
  { expr, legend }: DashboardPanel['targets'][number],
  index: number,
  datasource: object,
): object {
  const refId = String.fromCodePoint(65 + index)
  if (kind === 'logs') return { refId, datasource, expr, queryType: 'range' }
  const overTime = OVER_TIME.has(kind)
  return {
    refId,
    datasource,
    expr,
    legendFormat: legend === '' ? '__auto' : legend,
    ...(kind === 'table' ? { format: 'table' } : {}),
    ...(kind === 'heatmap' ? { format: 'heatmap' } : {}),
    range: overTime,
    instant: !overTime,
  }
}

function fieldDefaults(panel: DashboardPanel): object {
  const { kind, unit, decimals, max, thresholds = [], words } = panel
  const isScale = kind === 'gauge' || kind === 'bargauge'
  return {
    unit,
    ...(decimals === undefined ? {} : { decimals }),
    ...(isScale ? { min: 0 } : {}),
    ...(max === undefined ? {} : { max }),
    ...(words === undefined ? {} : { mappings: [mapping(words)] }),
    color: { mode: byThreshold(panel) ? 'thresholds' : 'palette-classic' },
    thresholds: {
      mode: 'absolute',
      steps: [
        { value: null, color: 'green' },
        ...thresholds.map(({ from, color }) => ({ value: from, color })),
      ],
    },
    ...custom(panel),
  }
}

/** Whether a value's colour tells how good it is. */
function byThreshold({ kind, thresholds = [] }: DashboardPanel): boolean {
  if (kind === 'gauge' || kind === 'bargauge' || kind === 'stat') return true
  return (kind === 'table' || kind === 'state-timeline') && thresholds.length > 0
}

/** Areas that overlap are mud: only a line that is alone, and what is stacked, is filled. */
function fillOf({ stack, targets }: DashboardPanel): number {
  if (stack === true) return 40
  return targets.length === 1 && !targets[0]!.legend.includes('{{') ? 10 : 0
}

function custom(panel: DashboardPanel): object {
  const { kind, stack, thresholds = [] } = panel
  switch (kind) {
    case 'timeseries':
      return {
        custom: {
          drawStyle: 'line',
          lineWidth: 1,
          fillOpacity: fillOf(panel),
          showPoints: 'never',
          // From zero, but what goes below it is shown too.
          axisSoftMin: 0,
          stacking: { mode: stack === true ? 'normal' : 'none', group: 'A' },
          thresholdsStyle: { mode: thresholds.length === 0 ? 'off' : 'dashed' },
        },
      }
    case 'table':
      return {
        custom: {
          align: 'auto',
          cellOptions: { type: thresholds.length === 0 ? 'auto' : 'color-text' },
          filterable: true,
        },
      }
    case 'state-timeline':
      return { custom: { fillOpacity: 70, lineWidth: 0 } }
    default:
      return {}
  }
}

function mapping(words: NonNullable<DashboardPanel['words']>): object {
  const entries = Object.entries(words).map(([value, { text, color }], index) => [
    value,
    { text, ...(color === undefined ? {} : { color }), index },
  ])
  return { type: 'value', options: Object.fromEntries(entries) as object }
}

const NEWEST = { calcs: ['lastNotNull'], fields: '', values: false }

function options(panel: DashboardPanel, system: string): object {
  const { kind, thresholds = [], words, text = '', unit } = panel
  const legend = (displayMode: string, placement: string): object => ({
    displayMode,
    placement,
    showLegend: true,
    calcs: [],
  })
  switch (kind) {
    case 'timeseries':
      return { legend: legend('list', 'bottom'), tooltip: { mode: 'multi', sort: 'desc' } }
    case 'stat': {
      const isJudged = thresholds.length > 0 || words !== undefined
      return {
        reduceOptions: NEWEST,
        colorMode: isJudged ? 'value' : 'none',
        graphMode: 'none',
        justifyMode: 'auto',
        textMode: 'auto',
        orientation: 'auto',
      }
    }
    case 'gauge':
      return { reduceOptions: NEWEST, showThresholdLabels: false, showThresholdMarkers: true }
    case 'bargauge':
      return {
        reduceOptions: NEWEST,
        orientation: 'horizontal',
        displayMode: 'gradient',
        showUnfilled: true,
      }
    case 'table':
      return { showHeader: true, cellHeight: 'sm' }
    case 'heatmap':
      return {
        calculate: false,
        cellGap: 1,
        color: { mode: 'scheme', scheme: 'Oranges', steps: 64, exponent: 0.5, fill: 'dark-orange' },
        yAxis: { axisPlacement: 'left', unit },
        legend: { show: true },
        tooltip: { mode: 'single', yHistogram: false, showColorScale: true },
      }
    case 'piechart':
      return {
        reduceOptions: NEWEST,
        pieType: 'donut',
        legend: { ...legend('table', 'right'), values: ['value', 'percent'] },
        tooltip: { mode: 'single', sort: 'none' },
      }
    case 'state-timeline':
      return {
        mergeValues: true,
        showValue: 'auto',
        rowHeight: 0.9,
        alignValue: 'left',
        legend: legend('list', 'bottom'),
        tooltip: { mode: 'single', sort: 'none' },
      }
    case 'alertlist':
      return {
        viewMode: 'list',
        groupMode: 'default',
        groupBy: [],
        maxItems: 20,
        sortOrder: 1,
        dashboardAlerts: false,
        alertName: '',
        alertInstanceLabelFilter: `{system=${JSON.stringify(system)}}`,
        stateFilter: { firing: true, pending: true, noData: false, normal: false, error: true },
      }
    case 'logs':
      return {
        showTime: true,
        showLabels: false,
        wrapLogMessage: true,
        prettifyLogMessage: false,
        enableLogDetails: true,
        dedupStrategy: 'none',
        sortOrder: 'Descending',
      }
    case 'text':
      return { mode: 'markdown', content: text }
    default:
      return kind satisfies never
  }
}

/** A table has a row for each label set: its queries side by side, named by their legends, without the time. */
function transformations({ kind, targets }: DashboardPanel): object {
  if (kind !== 'table') return {}
  const isAlone = targets.length === 1
  const columns = targets.map(({ legend }, i) => [
    isAlone ? 'Value' : `Value #${String.fromCodePoint(65 + i)}`,
    legend,
  ])
  return {
    transformations: [
      ...(isAlone ? [] : [{ id: 'merge', options: {} }]),
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true, __name__: true },
          indexByName: {},
          renameByName: Object.fromEntries(
            columns.filter(([, legend]) => legend !== '' && !legend!.includes('{{')),
          ) as object,
        },
      },
    ],
  }
}
