import type { Appender, AlertSink, Clock, KeyValueStore, Labels } from '@weir/model'
import type { Fetch } from './notify/fetch.ts'
import type { PeerOptions, Peers } from './cluster/cluster.ts'
import type { PictureSource } from './notify/picture.ts'
import type { AlertHistory } from './history/alert-history.ts'
import type { MaintenanceDoor } from './maintenance/maintenance-book.ts'
import type { MarkDoor } from './marks/mark-book.ts'
import type { ReceiverTests } from './notify/receiver-test.ts'
import type { FailingIntegrationView } from './outbox/failing.ts'
import type { NotificationView } from './outbox/notification-view.ts'
import type { ManagedRules } from './managed/views.ts'
import type { NoDataPolicy } from './rules/no-data.ts'
import type { RuleFile, RuleGroupSource, RuleQueries, RuleQuery } from './rules/source.ts'
import type { RoutingViews } from './route/views.ts'
import type { AlertsView, GroupFigures, RuleGroupsView } from './rules/view.ts'
import type { SilenceLimits, Silences } from './silence/silences.ts'
import type { AlertingTelemetry } from './telemetry.ts'

/** What can change while Weir runs. */
export interface AlertingSetup {
  /** Prometheus rule files, already read. */
  readonly ruleFiles?: readonly RuleFile[]
  /** Rule groups that come as objects, from packs. */
  readonly groups?: readonly RuleGroupSource[]
  /**
   * An alertmanager.yml, already read. Without one, every alert goes to a receiver named `page`
   * that only records, so that it shows.
   */
  readonly config?: AlertmanagerSource
  /**
   * Alertmanagers elsewhere. With them the alerts of rules take Weir's own routes only when there is a
   * `config` too.
   */
  readonly outside?: AlertSink
  /** Other labels for an alert of a rule, before it goes anywhere; undefined drops it. */
  readonly relabelAlert?: (labels: Labels) => Labels | undefined
  /** Added to each alert that lacks them, and known to templates. */
  readonly externalLabels?: Labels
  /** Feature flags of PromQL that are on, by Prometheus's names. */
  readonly features?: readonly string[]
  /** How often a group is evaluated that does not say; 1 min unless told. */
  readonly evaluationIntervalMs?: number
  /** How far in the past rules look and write; 0 unless told. */
  readonly queryOffsetMs?: number
  /** Alertmanager's ways to the letter where Weir's are better; as `strict_compat` of the config says unless told. */
  readonly strictCompat?: boolean
  /** What becomes of alerts without data when their rule does not say; kept for 12 h unless told. */
  readonly noData?: NoDataPolicy
  /** Whether there is a dead man's switch once a route asks for it by name; there is unless told. */
  readonly watchdog?: boolean
}

/** An alertmanager.yml. `templates` are found beside `fileName`. */
export interface AlertmanagerSource {
  readonly fileName: string
  readonly text: string
}

export interface AlertingOptions extends AlertingSetup {
  readonly query: RuleQuery
  /** The same for several at once; rules are asked about one by one where it is not there. */
  readonly queries?: RuleQueries
  /** Asks the log store, for rules that are LogQL; these fail where it is not there. */
  readonly logQuery?: RuleQuery
  /** Of its own: nobody else appends through it. */
  readonly appender: Appender
  readonly store: KeyValueStore
  readonly clock: Clock
  /** Where the page is reachable for people; links in notifications lead there. */
  readonly externalUrl: string
  readonly telemetry: AlertingTelemetry
  /** How long a firing alert is not handed on again when nothing changed; 1 min unless told. */
  readonly resendDelayMs?: number
  /** How long a notification is tried before it is kept as failed; 3 days unless told. */
  readonly giveUpAfterMs?: number
  readonly limits?: AlertingLimits
  /** Other Weirs with the same rules; one stands alone unless told. */
  readonly peers?: PeerOptions
  /** Whether the rules are evaluated here, where no lease says so; they are unless told. */
  readonly evaluatesRules?: boolean
  /** In place of the network. */
  readonly fetch?: Fetch
  /** Draws the series behind a notification; nobody does unless told. */
  readonly pictures?: PictureSource
}

/** Bounds on what is kept and sent; docs/configuration.md lists the defaults under `notifications`. */
export interface AlertingLimits {
  /** Unsent notifications; a group that cannot put one tries again later. */
  readonly pending?: number
  /** Sent and failed notifications that stay to be seen. */
  readonly history?: number
  /** Bytes of what failed notifications were to say, kept so that they can be tried again. */
  readonly failedBytes?: number
  /** Requests to one receiver's integration at a time. */
  readonly concurrency?: number
  /** Longest pause between two attempts. */
  readonly backoffMaxMs?: number
  /** Alerts known at one time, from rules and other senders. */
  readonly alerts?: number
  /** Of them, those of one `alertname`; 0 for no limit. */
  readonly alertsPerName?: number
  /** Bytes of one annotation; longer ones are cut. */
  readonly annotationBytes?: number
  /** Groups of alerts at one time. */
  readonly groups?: number
  /** Rules kept by page and API. */
  readonly keptRules?: number
  readonly silences?: Partial<SilenceLimits>
  /** How long and how many events of alerts can be looked up. */
  readonly alertHistory?: { readonly retentionMs?: number; readonly events?: number }
  /** Planned maintenance, past times counted. */
  readonly maintenanceWindows?: number
}

/** What is to be sent, was sent or failed. */
interface OutboxDoor {
  /** Newest first: what waits, and the last that were sent or failed. */
  views(): NotificationView[]
  /** How many wait to be sent. */
  readonly pendingCount: number
  /** Integrations that did not take the last thing they were to be told, the longest first. */
  failing(): FailingIntegrationView[]
  /**
   * Tries one now: a waiting one does not wait any longer; a failed one becomes a new one, with its
   * alerts as they are now.
   *
   * @throws {WeirError} `NOTIFICATION_UNKNOWN`, `NOTIFICATION_STATE`
   */
  retry(id: string): Promise<NotificationView>
  /**
   * Forgets one: a failed one is no longer shown, a waiting one is not sent.
   *
   * @throws {WeirError} `NOTIFICATION_UNKNOWN`, `NOTIFICATION_STATE` while it is being sent
   */
  discard(id: string): Promise<void>
}

/** Rules, alert state, routing and the outbox, at work. Disposing stops them; what is due stays on disk. */
export interface Alerting extends AlertSink, AsyncDisposable {
  /** Alerts and groups as they are routed, and where others would go. */
  readonly routing: RoutingViews
  /** `data` of `/api/v1/rules`, all rules. */
  ruleGroups(): RuleGroupsView
  /** How the groups do, for metrics. */
  groupFigures(): GroupFigures[]
  /** `data` of `/api/v1/alerts`: pending and firing alerts of the rules. */
  alerts(): AlertsView
  readonly silences: Silences
  readonly outbox: OutboxDoor
  /** Rules that people keep by page and API. */
  readonly managedRules: ManagedRules & { sources(): RuleGroupSource[] }
  /** What happened to alerts. */
  readonly history: Pick<AlertHistory, 'ask'>
  readonly marks: MarkDoor
  readonly maintenance: MaintenanceDoor
  /** Tries a receiver. */
  readonly receiverTests: Pick<ReceiverTests, 'run'>
  /** Other Weirs that tell the same. */
  readonly peers: Peers
  /** Names of the receivers, as the config lists them. */
  receivers(): string[]
  /**
   * Puts a new setup in place of the old one, or throws and changes nothing. Rules that are the same
   * in file, group, name and labels keep their alerts.
   *
   * @throws {WeirError} `RULES_INVALID`, `ALERTMANAGER_CONFIG_INVALID`
   */
  reload(setup: AlertingSetup): Promise<void>
}
