/** The shapes of `/api/v1/rules` and `/api/v1/alerts`, as the Prometheus HTTP API has them under `data`. */
export interface RuleGroupsView {
  readonly groups: readonly RuleGroupView[]
}

export interface RuleGroupView {
  readonly name: string
  readonly file: string
  /** Seconds. */
  readonly interval: number
  readonly limit: number
  readonly rules: readonly RuleView[]
  /** Seconds the last evaluation took. */
  readonly evaluationTime: number
  /** RFC 3339; `0001-01-01T00:00:00Z` before the first one. */
  readonly lastEvaluation: string
}

/** What a group says of itself in figures. */
export interface GroupFigures {
  /** `file;name` */
  readonly key: string
  readonly intervalMs: number
  readonly ruleCount: number
  readonly tookMs: number
  /** Undefined before the first evaluation. */
  readonly evaluatedMs: number | undefined
}

export type RuleView = AlertingRuleView | RecordingRuleView
export type RuleHealth = 'unknown' | 'ok' | 'err'

interface AnyRuleView {
  readonly name: string
  readonly query: string
  /** That `query` is LogQL; absent for PromQL. */
  readonly source?: 'logs'
  readonly health: RuleHealth
  readonly lastError?: string
  readonly evaluationTime: number
  readonly lastEvaluation: string
}

export interface RecordingRuleView extends AnyRuleView {
  /** Absent when it has none, as in Prometheus. */
  readonly labels?: Readonly<Record<string, string>>
  readonly type: 'recording'
}

export interface AlertingRuleView extends AnyRuleView {
  readonly type: 'alerting'
  readonly labels: Readonly<Record<string, string>>
  readonly state: AlertState
  /** `for` in seconds. */
  readonly duration: number
  /** Seconds. */
  readonly keepFiringFor: number
  readonly annotations: Readonly<Record<string, string>>
  readonly alerts: readonly ActiveAlertView[]
}

export type AlertState = 'inactive' | 'pending' | 'firing'

export interface AlertsView {
  readonly alerts: readonly ActiveAlertView[]
}

export interface ActiveAlertView {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly state: AlertState
  /** RFC 3339 */
  readonly activeAt: string
  /** Set while the alert is kept firing although its condition no longer holds. */
  readonly keepFiringSince?: string
  /** Set while it fires although there is no data: RFC 3339. */
  readonly noDataSince?: string
  /** Set while it fires although its condition no longer holds: until its reset holds, or it is calm. */
  readonly heldBy?: 'reset' | 'flapping'
  readonly isFlapping?: boolean
  /** As Go writes a float with exponent: `1e+00`. */
  readonly value: string
}
