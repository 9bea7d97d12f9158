import { type LazyExoticComponent, lazy } from 'react'
import type { PanelComponent } from './panel-props.ts'
import { UnknownPanel } from './unknown-panel.tsx'

/** A panel's code is fetched when the first of its kind is on a board. */
function later(load: () => Promise<PanelComponent>): LazyExoticComponent<PanelComponent> {
  return lazy(async () => ({ default: await load() }))
}

const PANELS: Readonly<Record<string, LazyExoticComponent<PanelComponent>>> = {
  timeseries: later(
    async () => (await import('./timeseries/timeseries-panel.tsx')).TimeseriesPanel,
  ),
  stat: later(async () => (await import('./stat/stat-panel.tsx')).StatPanel),
  gauge: later(async () => (await import('./gauge/gauge-panel.tsx')).GaugePanel),
  bargauge: later(async () => (await import('./bargauge/bar-gauge-panel.tsx')).BarGaugePanel),
  table: later(async () => (await import('./table/table-panel.tsx')).TablePanel),
  piechart: later(async () => (await import('./piechart/pie-panel.tsx')).PiePanel),
  barchart: later(async () => (await import('./bars/bar-chart-panel.tsx')).BarChartPanel),
  histogram: later(async () => (await import('./bars/histogram-panel.tsx')).HistogramPanel),
  'state-timeline': later(async () => (await import('./lanes/lanes-panel.tsx')).StateTimelinePanel),
  'status-history': later(async () => (await import('./lanes/lanes-panel.tsx')).StatusHistoryPanel),
  text: later(async () => (await import('./text/text-panel.tsx')).TextPanel),
  heatmap: later(async () => (await import('./heatmap/heatmap-panel.tsx')).HeatmapPanel),
  logs: later(async () => (await import('./logs/logs-panel.tsx')).LogsPanel),
  alertlist: later(async () => (await import('./alertlist/alertlist-panel.tsx')).AlertlistPanel),
  dashlist: later(async () => (await import('./dashlist/dashlist-panel.tsx')).DashlistPanel),
}

/** What draws panels of a type; of one that Weir does not know, its data as a table. */
export function panelFor(type: string): PanelComponent | LazyExoticComponent<PanelComponent> {
  return Object.hasOwn(PANELS, type) ? PANELS[type]! : UnknownPanel
}
