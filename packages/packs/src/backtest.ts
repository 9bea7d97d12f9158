/**
 * What a rule would have done: the shapes of `/api/weir/v1/backtests`. Times are milliseconds since
 * 1970, lengths are milliseconds.
 */
export interface BacktestView {
  readonly id: string
  readonly state: 'waiting' | 'running' | 'done' | 'canceled' | 'failed'
  /** From 0 to 1. */
  readonly progress: number
  readonly startMs: number
  readonly endMs: number
  /** IANA name: where nights are. */
  readonly timeZone: string
  /** Names of the rules. */
  readonly ruleNames: readonly string[]
  /** Why it failed; '' otherwise. */
  readonly error: string
  readonly createdMs: number
  readonly endedMs: number | null
}

/** One with its results; there are none before it is done. */
export interface BacktestResultView extends BacktestView {
  readonly rules: readonly BacktestRuleView[]
}

export interface BacktestRuleView {
  readonly file: string
  readonly group: string
  readonly name: string
  /** As it is written. */
  readonly expr: string
  /** As it was asked, when that is something else: recorded series that are not stored are worked out. */
  readonly askedAs: string | null
  /** How often it is evaluated. */
  readonly stepMs: number
  /** What one should know to read the figures. */
  readonly notes: readonly string[]
  /** Whether the whole expression is a comparison: then the chart shows what is compared. */
  readonly operator: string | null
  readonly chart: BacktestChartView
  /** The rule as it stands comes first. */
  readonly variants: readonly BacktestVariantView[]
  /** What `ALERTS` says really fired; null when it says nothing. */
  readonly happened: BacktestFiguresView | null
}

/** Series at equal distances, the farthest value of each stretch. */
export interface BacktestChartView {
  readonly startMs: number
  readonly stepMs: number
  /** How many series there were; the ones below come nearest to firing. */
  readonly seriesCount: number
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly values: readonly (number | null)[]
  }[]
}

export interface BacktestFiguresView {
  /** Alerts that fired; each label set counts. */
  readonly fired: number
  /** Time in which at least one fired. */
  readonly firingMs: number
  readonly longestMs: number
  /** Alerts that were over within five minutes. */
  readonly flaps: number
  /** Nights, 22 to 7 o'clock, in which somebody would have been woken. */
  readonly nights: number
}

export interface BacktestVariantView extends BacktestFiguresView {
  readonly threshold: number | null
  readonly forMs: number
  readonly isAsWritten: boolean
  /** Alerts that still fire at the end. */
  readonly stillFiring: number
  /** 0 to 100: the share of alerts that flapped. */
  readonly noise: number
  /** Share of time with an alert, in stretches of equal length over the range. */
  readonly busy: readonly number[]
  /** The first ones, in order of time. */
  readonly firings: readonly BacktestFiringView[]
  /** Null where routing was left out. */
  readonly notifications: BacktestNotificationsView | null
  /** Evaluations that failed, and why the last one did. */
  readonly failedCount: number
  readonly error: string
}

export interface BacktestFiringView {
  readonly labels: Readonly<Record<string, string>>
  readonly activeMs: number
  readonly firedMs: number
  readonly endedMs: number | null
  readonly value: number | null
}

export interface BacktestNotificationsView {
  readonly count: number
  /** Of them, those that tell of something that fires. */
  readonly firing: number
  readonly byReceiver: Readonly<Record<string, number>>
  /** The first ones, in order of time. */
  readonly list: readonly {
    readonly atMs: number
    readonly receiver: string
    readonly integration: string
    readonly status: 'firing' | 'resolved'
    readonly reason: string
    readonly groupLabels: Readonly<Record<string, string>>
    readonly alertCount: number
  }[]
}
