import { type LazyExoticComponent, lazy } from 'react'
import type { PanelComponent } from './panel-props.ts'
import { UnknownPanel } from './unknown-panel.tsx'

/** A panel's code is fetched when the first of its kind is on a board: `stat: lazy(async () => ({ default: (await import('./stat/stat-panel.tsx')).StatPanel }))`. */
const PANELS: Readonly<Record<string, LazyExoticComponent<PanelComponent>>> = {
  timeseries: lazy(async () => ({
    default: (await import('./timeseries/timeseries-panel.tsx')).TimeseriesPanel,
  })),
}

/** What draws panels of a type; of one that Weir does not know, its data as a table. */
export function panelFor(type: string): PanelComponent | LazyExoticComponent<PanelComponent> {
  return Object.hasOwn(PANELS, type) ? PANELS[type]! : UnknownPanel
}
