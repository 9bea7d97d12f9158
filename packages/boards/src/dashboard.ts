/**
 * A dashboard in the newest classic form of Grafana's JSON (schema 42), as everything in Weir handles it:
 * older forms are brought up to it when they are read. Keys that Weir does not know stay where they
 * are, so that what is exported is what was imported.
 */
import type { Variable } from './variable.ts'

/** Whatever else the JSON holds. */
interface Unknown {
  readonly [key: string]: unknown
}

export interface Dashboard extends Unknown {
  readonly uid: string
  readonly title: string
  readonly description?: string
  readonly tags: readonly string[]
  /** `now-6h`, or ISO times. */
  readonly time: { readonly from: string; readonly to: string }
  /** `30s`; '' when the board does not refresh itself. */
  readonly refresh: string
  /** `browser`, `utc` or an IANA name. */
  readonly timezone: string
  readonly schemaVersion: number
  /** 0: each panel for itself, 1: a shared crosshair, 2: a shared tooltip too. */
  readonly graphTooltip: 0 | 1 | 2
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly Variable[] }
  readonly annotations: { readonly list: readonly Annotation[] }
  readonly links: readonly DashboardLink[]
  readonly timepicker?: {
    readonly refresh_intervals?: readonly string[]
    readonly time_options?: readonly string[]
    readonly hidden?: boolean
    readonly nowDelay?: string
  }
}

/** A place on the grid of 24 columns; a unit of height is 30 pixels and 8 between. */
export interface GridPos {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export interface Panel extends Unknown {
  readonly id: number
  /** `timeseries`, `stat`, …, or `row`. */
  readonly type: string
  readonly title: string
  /** Markdown. */
  readonly description?: string
  readonly gridPos: GridPos
  readonly transparent?: boolean
  readonly targets: readonly Target[]
  readonly options: Readonly<Record<string, unknown>>
  readonly fieldConfig: FieldConfig
  readonly transformations: readonly Transformation[]
  readonly links: readonly DataLink[]
  /** Name of the variable whose values each get a copy of the panel. */
  readonly repeat?: string
  readonly repeatDirection?: 'h' | 'v'
  readonly maxPerRow?: number
  readonly maxDataPoints?: number
  /** Smallest step: `1m`. */
  readonly interval?: string
  /** Time of its own: `2h`, `now/d`. */
  readonly timeFrom?: string
  readonly timeShift?: string
  readonly hideTimeOverride?: boolean
  /** Of a row. */
  readonly collapsed?: boolean
  /** What a collapsed row hides; the panels of an open row follow it. */
  readonly panels?: readonly Panel[]
}

/** One query of a panel. */
export interface Target extends Unknown {
  readonly refId: string
  /** PromQL, or LogQL where `language` says so; with variables. */
  readonly expr: string
  /** What Weir asks: found from data source and text when the board is read. */
  readonly language: 'promql' | 'logql'
  readonly legendFormat?: string
  readonly instant?: boolean
  readonly range?: boolean
  readonly format?: 'time_series' | 'table' | 'heatmap'
  /** Smallest step, with variables. */
  readonly interval?: string
  readonly intervalFactor?: number
  readonly hide?: boolean
  readonly exemplar?: boolean
}

export interface Transformation extends Unknown {
  readonly id: string
  readonly options: Readonly<Record<string, unknown>>
  readonly disabled?: boolean
}

export interface FieldConfig extends Unknown {
  readonly defaults: FieldOptions
  readonly overrides: readonly FieldOverride[]
}

/** How values of a field are shown. */
export interface FieldOptions extends Unknown {
  readonly unit?: string
  readonly decimals?: number | null
  readonly min?: number | null
  readonly max?: number | null
  readonly displayName?: string
  readonly noValue?: string
  readonly mappings?: readonly ValueMapping[]
  readonly thresholds?: Thresholds
  readonly color?: {
    readonly mode: string
    readonly fixedColor?: string
    readonly seriesBy?: 'last' | 'min' | 'max'
  }
  readonly links?: readonly DataLink[]
  readonly custom?: Readonly<Record<string, unknown>>
}

export interface FieldOverride extends Unknown {
  readonly matcher: { readonly id: string; readonly options?: unknown }
  readonly properties: readonly { readonly id: string; readonly value?: unknown }[]
}

export interface Thresholds {
  readonly mode: 'absolute' | 'percentage'
  /** Ascending; the first has no lower end (null). */
  readonly steps: readonly { readonly value: number | null; readonly color: string }[]
}

interface MappingResult {
  readonly text?: string
  readonly color?: string
  readonly index?: number
}

export type ValueMapping =
  | { readonly type: 'value'; readonly options: Readonly<Record<string, MappingResult>> }
  | {
      readonly type: 'range'
      readonly options: {
        readonly from: number | null
        readonly to: number | null
        readonly result: MappingResult
      }
    }
  | {
      readonly type: 'regex'
      readonly options: { readonly pattern: string; readonly result: MappingResult }
    }
  | {
      readonly type: 'special'
      readonly options: {
        readonly match: 'null' | 'nan' | 'null+nan' | 'true' | 'false' | 'empty'
        readonly result: MappingResult
      }
    }

export interface DataLink extends Unknown {
  readonly title: string
  readonly url: string
  readonly targetBlank?: boolean
}

export interface DashboardLink extends Unknown {
  readonly title: string
  readonly type: 'link' | 'dashboards'
  readonly url?: string
  readonly tags?: readonly string[]
  readonly asDropdown?: boolean
  readonly includeVars?: boolean
  readonly keepTime?: boolean
  readonly targetBlank?: boolean
  readonly tooltip?: string
  readonly icon?: string
}

export interface Annotation extends Unknown {
  readonly name: string
  readonly enable: boolean
  readonly hide?: boolean
  readonly iconColor?: string
  /** PromQL. */
  readonly expr?: string
  readonly step?: string
  readonly titleFormat?: string
  readonly textFormat?: string
  readonly tagKeys?: string
}
