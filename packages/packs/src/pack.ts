/**
 * What a pack is: the knowledge of one system as one typed value. Weir runs a pack from this
 * definition (StatsD mapping, rules, page) and writes it out for other programs (`export/`).
 */
import type {
  AlertThreshold,
  MetricReference,
  PackWayView,
  PipelinePart,
  SignalKind,
} from './api.ts'

export interface Pack {
  /** The `system` label of all that the pack records: `airflow`. */
  readonly id: string
  readonly title: string
  /** One or two sentences for the list of packs. */
  readonly description: string
  /** The pack is awake once a series under one of these names exists. */
  readonly detect: readonly string[]
  /** Every metric name of this system starts so; to count its series. '' for a system whose names have no prefix in common. */
  readonly metricPrefix: string
  /** How its metrics can arrive, best first: shown on the pack's page and in the manual. */
  readonly ways?: readonly PackWay[]
  /** How often its rules run, as Prometheus writes it; 15s unless told. */
  readonly interval?: string
  /** How the system's StatsD names become series; absent when it sends none. */
  readonly mapping?: MappingConfig
  /** Scrape configs in prometheus.yml's structure; empty when the system is not scraped. */
  readonly scrape: readonly ScrapeHint[]
  readonly metrics: readonly MetricReference[]
  /** In the order in which data passes. */
  readonly stages: readonly PackStage[]
  /** Recording rules that the signals build on; evaluated before them. */
  readonly records: readonly RecordingRule[]
  readonly alerts: readonly PackAlert[]
  readonly dashboards: readonly DashboardDefinition[]
}

/**
 * A way in which the system's metrics reach Weir. `title`: `StatsD with tags`, `Prometheus`; `versions`
 * that can: `2.6 and later`, '' for all; `setup`: what to set in the system, and what in Weir, in Markdown.
 */
export type PackWay = PackWayView

/** One step that data passes. */
export interface PackStage {
  readonly stage: string
  /**
   * Each result of the signals names its stage by a label `stage` of its own, since only the data
   * knows the stages' names (operators of a job); `stage` here is the kind's name.
   */
  readonly isFromData?: true
  /** Names of the stages that its data comes from; those of the order before when absent. */
  readonly after?: readonly string[]
  /** Position along the way, ascending. */
  readonly order: number
  readonly title: string
  /** What happens here, one sentence. */
  readonly help: string
  /** Set when the stage belongs to this one pipeline; else the label `pipeline` of each result says whose it is. */
  readonly pipeline?: string
  readonly signals: Readonly<Partial<Record<SignalKind, SignalDefinition>>>
}

/**
 * One figure of a stage as PromQL. Results carry the label `pipeline` (or no label at all where the
 * stage names its pipeline); the recording rule adds `system` and `stage`.
 */
export interface SignalDefinition {
  /** Unit to show: `runs/s`, `s`, `tasks`. */
  readonly unit: string
  /** The figure: per second for throughput and errors, p95 for latency. */
  readonly expr: string
  /** Errors only: failed ÷ all, 0 to 1. */
  readonly ratio?: string
  /** Latency only: the other quantiles. */
  readonly p50?: string
  readonly p99?: string
}

export interface RecordingRule {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}

export type AlertSeverity = 'critical' | 'warning' | 'info'

/** An alert with all that its reader needs at three in the morning. */
export interface PackAlert {
  readonly name: string
  /** The condition; with `threshold` only the figure that is compared. */
  readonly expr: string
  readonly threshold?: AlertThreshold
  /** How long the condition must hold, as Prometheus writes it: `0s`, `5m`. */
  readonly forText: string
  readonly severity: AlertSeverity
  /** The pipeline it concerns: a name, or a template such as `{{ $labels.dag_id }}`. */
  readonly pipeline: string
  readonly stage: string
  /** One line; Go template. */
  readonly summary: string
  readonly description: string
  /** What to look at and what to do: Markdown, printed in the docs page under the alert's name. */
  readonly runbook: string
  /** As the pack ships it, where weir.yml says otherwise. */
  readonly shipped?: Pick<PackAlert, 'forText' | 'severity' | 'threshold'>
  /** Switched off in weir.yml. */
  readonly isDisabled?: true
}

/** statsd_exporter's mapping file, as far as packs use it; the keys are its own. */
export interface MappingConfig {
  readonly defaults?: {
    readonly observer_type?: 'summary' | 'histogram'
    readonly histogram_options?: HistogramOptions
    readonly ttl?: string
  }
  readonly mappings: readonly MappingRule[]
}

export interface HistogramOptions {
  readonly buckets: readonly number[]
}

export interface MappingRule {
  readonly match: string
  readonly match_type?: 'glob' | 'regex'
  readonly match_metric_type?: 'counter' | 'gauge' | 'observer'
  /** Needed for `drop` too: statsd_exporter refuses a rule without it. */
  readonly name: string
  readonly help?: string
  readonly labels?: Readonly<Record<string, string>>
  /** A tag of the same name beats the mapping's label. */
  readonly honor_labels?: boolean
  readonly action?: 'map' | 'drop'
  readonly observer_type?: 'summary' | 'histogram'
  readonly histogram_options?: HistogramOptions
  readonly ttl?: string
  /** Values are multiplied by it. */
  readonly scale?: number
  /** Weir's own key: whether a sign before a gauge is a part of its value. statsd_exporter passes it over. */
  readonly gauges?: 'relative' | 'absolute'
}

/** One entry of `scrape_configs`. */
export interface ScrapeHint {
  readonly job_name: string
  readonly metrics_path?: string
  readonly scrape_interval?: string
  readonly honor_labels?: boolean
  readonly relabel_configs?: readonly RelabelHint[]
  readonly metric_relabel_configs?: readonly RelabelHint[]
  readonly static_configs: readonly { readonly targets: readonly string[] }[]
}

/** Prometheus's `relabel_config`; the keys are its own. */
export interface RelabelHint {
  readonly source_labels?: readonly string[]
  readonly separator?: string
  readonly regex?: string
  readonly target_label?: string
  readonly replacement?: string
  readonly action?: 'replace' | 'keep' | 'drop' | 'labelmap' | 'labeldrop' | 'labelkeep'
}

export interface DashboardDefinition {
  /** File name without `.json`, and Grafana's uid. */
  readonly name: string
  readonly title: string
  readonly description: string
  readonly variables: readonly DashboardVariable[]
  readonly rows: readonly DashboardRow[]
}

/** A drop-down fed by `label_values(metric, label)`; multi-select with "All". */
interface DashboardVariable {
  readonly name: string
  readonly label: string
  /** A name, or a selector that may use the variables before it: `x{job=~"$job"}`. */
  readonly metric: string
  readonly valueLabel: string
  /** It is chosen by the pipeline from whose page the board is opened. */
  readonly pipeline?: PipelinePart
}

interface DashboardRow {
  readonly title: string
  /** Folded, and not asked for, until somebody opens it. */
  readonly collapsed?: boolean
  readonly panels: readonly DashboardPanel[]
}

export interface DashboardPanel {
  readonly title: string
  readonly help: string
  readonly kind:
    | 'timeseries'
    | 'stat'
    | 'gauge'
    | 'bargauge'
    | 'table'
    | 'heatmap'
    | 'piechart'
    | 'state-timeline'
    | 'alertlist'
    | 'logs'
    | 'text'
  /** Grafana's unit id: `s`, `short`, `percentunit`, `ops`. */
  readonly unit: string
  /** Of 24 columns. */
  readonly width: number
  /** Rows of the grid; a usual one for the kind when absent. */
  readonly height?: number
  /** PromQL; LogQL in a panel of logs; none in a text. */
  readonly targets: readonly { readonly expr: string; readonly legend: string }[]
  /** Markdown of a text panel. */
  readonly text?: string
  readonly decimals?: number
  readonly max?: number
  /** Series on top of each other. */
  readonly stack?: true
  /** Colours from a value on, ascending; below the first all is well. */
  readonly thresholds?: readonly {
    readonly from: number
    readonly color: 'yellow' | 'orange' | 'red' | 'green' | 'blue'
  }[]
  /** Words for values: `{ 0: { text: 'no', color: 'red' } }`. */
  readonly words?: Readonly<Record<string, { readonly text: string; readonly color?: string }>>
}

/** Rules in the structure of a Prometheus rule file's group, for the alerting room and the export. */
export interface PackRuleGroup {
  readonly name: string
  readonly interval: string
  readonly rules: readonly PackRule[]
}

export type PackRule = PackRecordingRule | PackAlertingRule

export interface PackRecordingRule {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}

export interface PackAlertingRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}
