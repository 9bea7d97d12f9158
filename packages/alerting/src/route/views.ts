import type { Labels } from '@weir/model'
import type { KnownAlert } from './alert-store.ts'

/** Whether an alert is told, and what holds it back. */
export interface AlertStatusView {
  readonly state: 'unprocessed' | 'active' | 'suppressed'
  /** Ids of silences. */
  readonly silencedBy: readonly string[]
  /** Fingerprints of the alerts that stand for it. */
  readonly inhibitedBy: readonly string[]
  /** Names of planned maintenance; in groups also of time intervals, which belong to routes. */
  readonly mutedBy: readonly string[]
}

/** An alert as the routing knows it. */
export interface RoutedAlertView extends KnownAlert {
  /** Names of those who are told, in the order of the routes; a name may be there twice. */
  readonly receivers: readonly string[]
  readonly status: AlertStatusView
}

/** Alerts that go out in one message. */
export interface AlertGroupView {
  /** Alertmanager's name for it, such as `{}/{team="x"}:{alertname="Down"}`. */
  readonly key: string
  readonly labels: Labels
  readonly routeLabels: Labels
  readonly receiver: string
  /** Sorted as in messages. Those that ended are among them until their end was told. */
  readonly alerts: readonly RoutedAlertView[]
  /** When it is looked at next; null while it is being looked at. */
  readonly nextTurnMs: number | null
  /** When any of its receiver's integrations was last given something to tell; null for never. */
  readonly lastNotificationMs: number | null
  readonly groupIntervalMs: number
  /** How often the same is told again, rounded up to whole turns as it happens. */
  readonly repeatsEveryMs: number
}

/** A route that an alert of given labels would take. */
export interface RouteView {
  readonly receiver: string
  readonly routeKey: string
  readonly groupKey: string
  readonly groupLabels: Labels
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly muteTimeIntervals: readonly string[]
  readonly activeTimeIntervals: readonly string[]
}

/** A node of the routing tree, everything inherited filled in. */
export interface RouteNodeView {
  readonly receiver: string
  /** Its own, as Alertmanager writes them: `{team="x"}`; `{}` takes everything. */
  readonly matchers: string
  /** Where it stands: the matchers of its ancestors and its own. */
  readonly routeKey: string
  /** `...` alone: each alert by itself. */
  readonly groupBy: readonly string[]
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly continues: boolean
  readonly muteTimeIntervals: readonly string[]
  readonly activeTimeIntervals: readonly string[]
  readonly routes: readonly RouteNodeView[]
}

export interface ReceiverView {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** `webhook`, `email`, …, one for each integration. */
  readonly integrations: readonly string[]
}

/** An alert as another program pushes it. */
export interface PostedAlert {
  readonly labels: Labels
  readonly annotations: Labels
  /** Undefined: from now on, or from its end. */
  readonly startsAtMs?: number | undefined
  /** Undefined: until `resolve_timeout` has passed without another push. */
  readonly endsAtMs?: number | undefined
  readonly generatorUrl: string
}

/** How much the routing has to do with. */
export interface RoutingFigures {
  /** Alerts that have not ended, by whether something holds them back. */
  readonly alerts: { readonly active: number; readonly suppressed: number }
  readonly groups: number
}

/** What the routing knows and would do. */
export interface RoutingViews {
  /**
   * Alerts that have not ended, by fingerprint.
   *
   * @param isWanted asked before anything that costs is worked out
   */
  alerts(isWanted?: (alert: KnownAlert) => boolean): RoutedAlertView[]
  /** Groups that have alerts, by labels, then receiver. */
  groups(): AlertGroupView[]
  /** As the config lists them. */
  receivers(): ReceiverView[]
  /** Where an alert with these labels would go. */
  routes(labels: Labels): RouteView[]
  /** All routes. */
  tree(): RouteNodeView
  /** How much there is, for metrics. */
  figures(): RoutingFigures
  /**
   * Takes alerts of another program. Good ones are taken whatever the others are.
   *
   * @returns what is wrong with the others, a sentence each
   * @throws what the store throws: they are routed but not kept, so the sender has to come again
   */
  post(alerts: readonly PostedAlert[]): Promise<readonly string[]>
}
