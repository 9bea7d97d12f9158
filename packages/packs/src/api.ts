/**
 * The shapes of Weir's own HTTP API, `/api/weir/v1/…`: what the server answers and the page reads.
 * Times are milliseconds since 1970; a missing figure is `null`, never NaN.
 */

/** The five figures of a stage. */
export const SIGNALS = ['throughput', 'errors', 'latency', 'backlog', 'freshness'] as const
export type SignalKind = (typeof SIGNALS)[number]

/**
 * How a pipeline is, worst first: an alert of severity critical or error fires · a lesser one fires
 * or is pending · no data for a while · all is well.
 */
export const HEALTHS = ['failing', 'degraded', 'silent', 'healthy'] as const
export type Health = (typeof HEALTHS)[number]

/** A signal over the window asked for: equally spaced values and the newest one. */
export interface SignalView {
  readonly kind: SignalKind
  /** Newest value; null when there is none. Errors: per second. Latency: p95 seconds. */
  readonly value: number | null
  /** Unit to show: `runs/s`, `records/s`, `s`, `tasks`, … */
  readonly unit: string
  readonly startMs: number
  readonly stepMs: number
  readonly values: readonly (number | null)[]
  /** PromQL behind the figure, for the explorer. */
  readonly expr: string
  /** Further lines where one is not enough: error ratio, p50, p99. */
  readonly also: readonly {
    readonly name: string
    readonly value: number | null
    readonly values: readonly (number | null)[]
  }[]
}

/** Recording rules that are being evaluated for the past, or were. */
export interface BackfillView {
  readonly id: string
  readonly state: 'waiting' | 'running' | 'done' | 'canceled' | 'failed'
  /** Rule groups, and how many recording rules each has. */
  readonly groups: readonly {
    readonly file: string
    readonly name: string
    readonly ruleCount: number
  }[]
  readonly startMs: number
  readonly endMs: number
  /** From 0 to 1. */
  readonly progress: number
  /** Samples written so far; those that were there already count too. */
  readonly samples: number
  /** Why it failed; '' otherwise. */
  readonly error: string
  readonly createdMs: number
  readonly endedMs: number | null
}

/** An alert that concerns a pipeline. */
export interface AlertView {
  readonly name: string
  readonly state: 'pending' | 'firing'
  readonly severity: string
  readonly summary: string
  readonly sinceMs: number
  readonly labels: Readonly<Record<string, string>>
  readonly runbookUrl: string
}

/** What a person would say of a signal's course over the last hour, held against the stage's own past. */
export interface Remark {
  readonly kind: SignalKind
  readonly stage: string
  /** `bad` degrades the pipeline, `good` is a trouble that passes. */
  readonly tone: 'bad' | 'notice' | 'good'
  /** Without the stage: `14 min behind and falling back at 120 records/s`. */
  readonly text: string
  /** When it began, where that can be seen. */
  readonly sinceMs: number | null
}

/** What weir.yml says of a pipeline (`pipelines`); '' for what it does not say. */
export interface PipelineNotes {
  readonly team: string
  readonly title: string
  readonly description: string
  readonly url: string
  readonly runbookUrl: string
  readonly isCritical: boolean
}

export interface StageView {
  readonly stage: string
  /** Position along the way data takes; stages of a pipeline are sent in this order. */
  readonly order: number
  readonly title: string
  /** By its own alerts and remarks. */
  readonly health: Health
  /** The gravest first. */
  readonly remarks: readonly Remark[]
  /** Rows of the pack's reference that the signals are made of. */
  readonly metrics: readonly string[]
  readonly signals: Readonly<Partial<Record<SignalKind, SignalView>>>
}

/** One pipeline as the overview shows it: each signal is that of the stage that tells most. */
export interface PipelineSummary {
  readonly system: string
  readonly pipeline: string
  readonly health: Health
  /** Why, in one sentence a person would say: what the gravest alert says, else what the signals do. */
  readonly reason: string
  /** Since when it is so, where that is known. */
  readonly sinceMs: number | null
  /** What the signals do, beside what an alert says; '' when that is `reason` or there is nothing to say. */
  readonly words: string
  readonly notes: PipelineNotes
  readonly alerts: readonly AlertView[]
  readonly stages: readonly string[]
  readonly signals: Readonly<Partial<Record<SignalKind, SignalView>>>
}

/** `GET /api/weir/v1/overview?window=1h` (seconds or a duration). Pipelines come worst first. */
export interface Overview {
  readonly atMs: number
  readonly windowMs: number
  readonly stepMs: number
  readonly pipelines: readonly PipelineSummary[]
  readonly systems: readonly SystemStatus[]
  /** Alerts that concern no pipeline, worst first; at most 50. */
  readonly alerts: readonly AlertView[]
}

/** `GET /api/weir/v1/pipelines/:system/:pipeline?window=1h`, names URL-encoded. */
export interface PipelineDetail {
  readonly atMs: number
  readonly windowMs: number
  readonly stepMs: number
  readonly summary: PipelineSummary
  readonly stages: readonly StageView[]
  /** The way data takes, by names of stages. */
  readonly edges: readonly StageEdge[]
}

/** Data goes from one stage to another. */
export interface StageEdge {
  readonly from: string
  readonly to: string
}

/** Whether a pack's metrics have been seen. */
export interface SystemStatus {
  readonly id: string
  readonly title: string
  readonly awake: boolean
  /** Series of this system now. */
  readonly seriesCount: number
}

/** `GET /api/weir/v1/packs` is an array of these. */
export interface PackSummary extends SystemStatus {
  readonly description: string
  readonly metricCount: number
  readonly alertCount: number
  readonly dashboardCount: number
}

/** `GET /api/weir/v1/packs/:id`. Exports: `GET …/packs/:id/{rules.yml,mapping.yml,scrape.yml,values.yaml,dashboards/NAME.json}`. */
export interface PackDetail extends PackSummary {
  readonly ways: readonly PackWayView[]
  readonly metrics: readonly PackMetricView[]
  readonly stages: readonly {
    readonly stage: string
    readonly title: string
    readonly help: string
  }[]
  readonly alerts: readonly PackAlertView[]
  readonly dashboards: readonly {
    readonly name: string
    readonly title: string
    readonly description: string
    /** Its variables that a pipeline chooses. */
    readonly chosenBy: readonly { readonly variable: string; readonly part: PipelinePart }[]
  }[]
  /** Files that it can be written out as. */
  readonly files: readonly string[]
}

/** A pipeline's name, or what is before or behind the arrow in `source → destination`. */
export type PipelinePart = 'name' | 'source' | 'destination'

/** A way in which a system's metrics reach Weir. */
export interface PackWayView {
  readonly title: string
  readonly versions: string
  /** Markdown. */
  readonly setup: string
}

/** A row of the reference, and how many series there are of it now. */
export interface PackMetricView extends MetricReference {
  readonly seriesCount: number
}

/** An alert of a pack as it runs here. */
export interface PackAlertView {
  readonly name: string
  readonly expr: string
  readonly severity: string
  readonly forText: string
  readonly stage: string
  readonly summary: string
  readonly description: string
  readonly runbook: string
  /** What its figure is compared with; null when that is no single number. */
  readonly threshold: AlertThreshold | null
  /** As the pack ships it, where weir.yml says otherwise. */
  readonly shipped: {
    readonly forText: string
    readonly severity: string
    readonly threshold?: AlertThreshold
  } | null
  readonly isDisabled: boolean
}

/**
 * What a figure is compared with: `(expr) op value`. Users set other values in weir.yml, for all or for
 * single values of the label `by` (a pipeline, a kind of destination), so it stands apart.
 */
export interface AlertThreshold {
  readonly op: '>' | '>=' | '<' | '<='
  readonly value: number
  /** `s`, `ratio`, `records`, … */
  readonly unit: string
  /** Label of `expr`'s results whose values can have limits of their own; '' where there is none. */
  readonly by: string
  /** Limits that differ from the start, by the label's value: `{ BRAZE: 60 }`. */
  readonly values?: Readonly<Record<string, number>>
  /** What must hold besides, put behind the comparison: `and on (dag_id) (…)`. */
  readonly also?: string
}

/** One row of a pack's metric reference. */
export interface MetricReference {
  /** As Weir stores it. A part that the data fills in is written `<host>`, and `pattern` matches the whole. */
  readonly name: string
  /** RE2 over whole names, where the name is not fixed. */
  readonly pattern?: string
  /** The chapter it belongs to: `Checkpoints`, `Kafka consumer`. */
  readonly group?: string
  /** Versions that send it, where not all do: `3.0 and later`, `until 2.10`. */
  readonly versions?: string
  /** The same figure under other names: by another way, or in other versions. */
  readonly aliases?: readonly string[]
  /** Of a histogram: sent as a native one too, under the name itself. */
  readonly native?: true
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly unit: string
  readonly labels: readonly string[]
  /** What it means, one or two sentences. */
  readonly help: string
  /** What is normal, and what is not; '' when there is no rule of thumb. */
  readonly normal: string
}

/** `GET /api/weir/v1/intakes` is an array of these: every open way in. */
export interface IntakeStatus {
  /** `statsd-udp`, `statsd-tcp`, `scrape`, `self`, … */
  readonly kind: string
  readonly address: string
  readonly linesPerSecond: number
  readonly lines: number
  /** What `lines` counts, where it is not lines. */
  readonly counts?: 'samples'
  /** Packets that the kernel dropped because the receive buffer was full; absent where that cannot happen or be known. */
  readonly dropped?: number
  readonly rejected: Readonly<Record<string, number>>
  /** The newest line that was refused, shortened, with the reason; null when there was none. */
  readonly lastRejected: {
    readonly line: string
    readonly reason: string
    readonly atMs: number
  } | null
}

/** `GET /api/weir/v1/push-groups` is an array of these: what was pushed and not deleted. */
export interface PushGroupView {
  readonly labels: Readonly<Record<string, string>>
  /** null: no push was good. */
  readonly pushedAtMs: number | null
  /** null: no push was refused. */
  readonly failedAtMs: number | null
  /** Why the last push was refused, '' when it was good. */
  readonly lastError: string
  /** Without the two times that each group has. */
  readonly metrics: number
  readonly series: number
}

/** `GET /api/weir/v1/statsd/cardinality`: what makes the many series that came by StatsD. */
export interface StatsdCardinality {
  readonly series: number
  readonly maxSeries: number
  /** Those at their limit first, then those with the most series. */
  readonly metrics: readonly MetricCardinality[]
  /** Metrics whose names differ only in what looks like an id, most of them first. */
  readonly names: readonly {
    /** The ids as `*`. */
    readonly pattern: string
    readonly metrics: number
    readonly examples: readonly string[]
  }[]
}

export interface MetricCardinality {
  readonly metric: string
  readonly type: string
  readonly series: number
  readonly limit: number
  /** Series that were refused at the limit since the start; the same one may be counted again after a while. */
  readonly refused: number
  readonly refusedExamples: readonly string[]
  /** The label with the most values first: that one makes the series many. */
  readonly labels: readonly {
    readonly name: string
    readonly values: number
    readonly examples: readonly string[]
  }[]
}

/** Who asks, and how one says who one is: `/api/weir/v1/whoami`. */
export interface WhoamiView {
  /** Whether anybody is asked who he is. */
  readonly isAsked: boolean
  /** Nobody is asked, and other machines reach the port: everybody may do everything. */
  readonly isExposed: boolean
  /** Whether what is typed in goes over the network for all to read. */
  readonly isReadable: boolean
  readonly who: {
    readonly kind: 'anyone' | 'token' | 'user' | 'certificate' | 'session'
    /** '' for `anyone`. */
    readonly name: string
    readonly scopes: readonly string[]
  }
  /** Of those who logged in on the page. */
  readonly session: { readonly id: string; readonly endsMs: number } | null
  readonly ways: {
    readonly token: boolean
    readonly password: boolean
    /** What the OpenID provider is called; null without one. */
    readonly oidc: string | null
  }
}

/** One login on the page that holds: `/api/weir/v1/sessions`. */
export interface SessionView {
  readonly id: string
  readonly name: string
  readonly way: 'token' | 'user' | 'oidc'
  readonly isYours: boolean
  /** Whether it is the one that asks. */
  readonly isThis: boolean
  readonly openedMs: number
  readonly seenMs: number
  readonly endsMs: number
  readonly clientIp: string
  /** `User-Agent`, cut. */
  readonly agent: string
}

/** Something that a sender told: an event (`_e{…}`) or a service check (`_sc|…`). Texts are '' when there was none. */
export interface EventView {
  readonly id: string
  readonly kind: 'event' | 'check'
  /** When it happened, as the sender says, else when it came. */
  readonly atMs: number
  /** An event's title, a check's name. */
  readonly title: string
  /** An event's text, a check's message. */
  readonly text: string
  /** A check's status comes as `success`, `warning`, `error`, and `info` for unknown. */
  readonly type: EventType
  readonly priority: 'normal' | 'low'
  readonly host: string
  readonly source: string
  readonly aggregationKey: string
  /** As sent: `env:prod` or a word. */
  readonly tags: readonly string[]
}

export type EventType = 'error' | 'warning' | 'info' | 'success'

/** `GET /api/weir/v1/events`: newest first. */
export interface EventPage {
  readonly events: readonly EventView[]
  /** How many there are in all that fit. */
  readonly total: number
  /** Given back as `before` it brings the next page; null on the last. */
  readonly next: string | null
}

/** `GET /api/weir/v1/notifications` is an array of these, newest first. */
export interface NotificationView {
  readonly id: string
  readonly receiver: string
  readonly integration: string
  readonly groupKey: string
  readonly state: 'pending' | 'sent' | 'failed'
  readonly attempts: number
  readonly createdMs: number
  readonly nextAttemptMs: number | null
  readonly sentMs: number | null
  readonly lastError: string
  /** Up to 20. */
  readonly alertNames: readonly string[]
  readonly alertCount: number
  readonly status: 'firing' | 'resolved'
  /** Why it was to be sent: `first notification`, `repeat interval elapsed`, … */
  readonly reason: string
  /** Why it was given up; null unless it failed. */
  readonly failure: 'refused' | 'gave_up' | 'no_receiver' | null
  readonly failedMs: number | null
  /** Whether it can be tried now. */
  readonly isRetryable: boolean
}

/** Who did something, and when. */
interface Signed {
  readonly by: string
  readonly atMs: number
}

/** What people said about an alert. */
export interface AlertMarksView {
  readonly ack: (Signed & { readonly comment: string }) | null
  readonly assignee: (Signed & { readonly to: string }) | null
  readonly snooze: (Signed & { readonly silenceId: string; readonly untilMs: number | null }) | null
  readonly notes: readonly (Signed & { readonly text: string })[]
}

/** An alert of {@link FiringGroup}. */
export interface FiringAlert {
  readonly fingerprint: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly status: {
    readonly state: 'unprocessed' | 'active' | 'suppressed'
    readonly silencedBy: readonly string[]
    readonly inhibitedBy: readonly string[]
    readonly mutedBy: readonly string[]
  }
  readonly evidence?: {
    readonly expr: string
    /** That `expr` is LogQL. */
    readonly source?: 'logs'
    readonly value: number | null
    readonly threshold?: { readonly operator: string; readonly value: number }
    readonly unit?: string
  }
  readonly marks: AlertMarksView | null
}

/** `GET /api/weir/v1/alerts/groups` is an array of these: alerts that are told together. */
export interface FiringGroup {
  readonly key: string
  readonly labels: Readonly<Record<string, string>>
  readonly receiver: string
  readonly alerts: readonly FiringAlert[]
  readonly nextTurnMs: number | null
  readonly lastNotificationMs: number | null
}

/** `GET /api/weir/v1/silences/preview`: which alerts a silence would hold back. */
export interface SilencePreview {
  readonly alerts: number
  readonly of: number
  readonly alreadySilenced: number
  /** Labels of some of them. */
  readonly examples: readonly Readonly<Record<string, string>>[]
}

/** `GET /api/weir/v1/receivers/failing` is an array of these. */
export interface FailingIntegration {
  readonly receiver: string
  readonly integration: string
  readonly index: number
  /** When the first attempt failed after the last that was taken. */
  readonly sinceMs: number
  readonly lastError: string
}

/** Something that happened to alerts. */
export interface AlertEventView {
  readonly atMs: number
  readonly kind: string
  readonly fingerprints: readonly string[]
  readonly alertCount: number
  readonly by?: string
  readonly text?: string
  readonly why?: string
  readonly receiver?: string
  readonly integration?: string
  readonly untilMs?: number
}

/** `GET /api/weir/v1/alerts/history`, newest first. */
export interface AlertHistoryView {
  readonly events: readonly AlertEventView[]
  readonly labels: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly beforeMs: number | null
}

/** What somebody plans. */
export interface MaintenanceDraftView {
  readonly name: string
  readonly comment: string
  readonly createdBy: string
  readonly matchers: readonly {
    readonly name: string
    readonly operator: string
    readonly value: string
  }[]
  /** As the wall shows it in `timeZone`: `2026-03-01T22:00`. */
  readonly start: string
  readonly durationMs: number
  readonly timeZone: string
  /** A rule of iCalendar; '' for once. */
  readonly rrule: string
}

/** One time of a maintenance window. */
export interface MaintenanceTime {
  readonly id: string
  readonly startMs: number
  readonly endMs: number
}

export interface MaintenanceWindowView extends MaintenanceDraftView {
  readonly id: string
  readonly isOn: boolean
  readonly next: MaintenanceTime | null
}

/** `GET /api/weir/v1/maintenance`. */
export interface MaintenanceView {
  readonly windows: readonly MaintenanceWindowView[]
  readonly times: readonly MaintenanceTime[]
}

/** What became of a test of a receiver through one integration. */
export interface ReceiverTestView {
  readonly integration: string
  readonly index: number
  readonly firing: { readonly kind: 'sent' | 'retry' | 'refused'; readonly error: string }
  readonly resolved: ReceiverTestView['firing'] | null
}

/** `GET /api/weir/v1/receivers` is an array of these. */
export interface ReceiverView {
  readonly name: string
  readonly integrations: readonly string[]
}

/** `GET /api/weir/v1/status`: what the status page shows about the process. */
export interface WeirStatus {
  readonly version: string
  readonly startedMs: number
  readonly atMs: number
  readonly web: string
  readonly dataDir: string
  readonly series: number
  readonly samplesPerSecond: number
  readonly diskBytes: number
  /** In sealed chunks: older than some minutes, compressed. */
  readonly sealedSamples: number
  readonly sealedBytes: number
  /** In memory and in the newest transactions, not sealed yet. */
  readonly headSamples: number
  /** Deletes whose samples are still on disk. */
  readonly tombstones: number
  readonly residentBytes: number
  /** How much memory it is to make do with. */
  readonly memoryBudgetBytes: number
  readonly cpuSeconds: number
  readonly queryThreads: number
  readonly minTimeMs: number | null
  readonly maxTimeMs: number | null
  /** The engine that keeps the metrics; absent while Weir does so itself. */
  readonly engine?: EngineView
}

/** An engine that keeps the metrics in place of Weir. */
export interface EngineView {
  /** Without user, password and secret parameters. */
  readonly address: string
  /** `victoriametrics`; '' until it was reached once. */
  readonly flavour: string
  /** As it says; '' when it does not. */
  readonly version: string
  /** Since when it has not answered; null while it does. */
  readonly awaySinceMs: number | null
  /** Why it does not; '' while it does. */
  readonly why: string
  /** What waits for it on the disk, of how much there is room for. */
  readonly queueBytes: number
  readonly queueBytesMax: number
  /** When the oldest of it came; null when nothing waits. */
  readonly queueSinceMs: number | null
  readonly queueAgeMaxMs: number
}

/** `GET /api/weir/v1/logs/engine`: what gets the lines of log; null where Weir keeps them alone. */
export interface LogsEngineView {
  readonly kind: 'loki' | 'victorialogs'
  /** Where lines are sent; its host and path alone. */
  readonly url: string
  /** Lines since Weir started. */
  readonly sentLines: number
  /** Acknowledged lines that it refused, or that waited in vain. */
  readonly lostLines: number
  /** On disk. */
  readonly waitingBytes: number
  readonly waitingBytesMax: number
  /** How long the oldest of these lines has waited. */
  readonly waitedMs: number
  readonly lastSentMs: number | null
  /** What was wrong with the last request; '' when it went well. */
  readonly lastError: string
  readonly lastErrorMs: number | null
}

/** One of `GET /api/weir/v1/remote-write`: an endpoint that samples are sent on to. */
export interface RemoteWriteView {
  readonly name: string
  /** Without user, password and secret parameters. */
  readonly url: string
  /** Of remote write. */
  readonly version: '1.0' | '2.0'
  /** Samples that wait for it, on disk and in memory. */
  readonly pendingSamples: number
  /** How long the oldest of those has waited. */
  readonly lagMs: number
  readonly shards: number
  /** Samples, histograms and exemplars since Weir started, or since its keys changed. */
  readonly sent: number
  readonly lastSentMs: number | null
  /** What was wrong with the last request; '' when it went well. */
  readonly lastError: string
  readonly lastErrorMs: number | null
}

/** `GET /api/weir/v1/peers`: other Weirs that tell the same. */
export interface PeersView {
  readonly status: 'disabled' | 'settling' | 'ready'
  /** What this one is called among them. */
  readonly name: string
  /** How many tell before it does. */
  readonly position: number
  readonly peers: readonly PeerRow[]
  /** Who evaluates the rules; absent where each does. */
  readonly lease?: RulesLease
}

export interface RulesLease {
  /** `held` by this one, by an`other`, by `nobody` that this one knows of. */
  readonly state: 'held' | 'other' | 'nobody'
  /** '' for nobody. */
  readonly holder: string
  /** Grows each time that another one evaluates them. */
  readonly term: number
  readonly voters: number
  /** Votes that it takes. */
  readonly majority: number
  /** False for one that only votes. */
  readonly isCandidate: boolean
}

export interface PeerRow {
  readonly address: string
  /** Empty until it answered. */
  readonly name: string
  readonly isUp: boolean
  readonly answeredMs: number | null
  /** Why it does not answer. */
  readonly error: string
}

/** `GET /api/weir/v1/queries`: what is asked now, and what took most since Weir started. */
export interface QueriesView {
  readonly sinceMs: number
  /** Queries that take this long are in Weir's log; 0 when none are. */
  readonly slowMs: number
  readonly running: readonly QueryRow[]
  /** Most time in all first. */
  readonly top: readonly TopQuery[]
}

/** A query that has no answer yet. */
export interface QueryRow {
  readonly id: number
  /** PromQL, or the selectors of a look-up; the first 1000 characters. */
  readonly expr: string
  /** Who asked, in words. */
  readonly origin: string
  readonly askedMs: number
  readonly state: 'waiting' | 'running'
  /** Since it was asked. */
  readonly seconds: number
}

/** All queries with one expression, added up. */
export interface TopQuery {
  readonly expr: string
  readonly count: number
  readonly failed: number
  /** In all, waiting included. */
  readonly seconds: number
  readonly secondsMax: number
  readonly samplesRead: number
  readonly lastMs: number
}

/** One place where a job finds its targets, such as a file or a cluster. */
export interface DiscovererView {
  readonly kind: string
  /** What the configuration calls it: file names, a URL, names to resolve. */
  readonly title: string
  /** Targets found there and still known, before relabelling. */
  readonly targetCount: number
  /** When a look around last ended well; null before the first one, and for what is never looked for. */
  readonly lastRefreshMs: number | null
  /** Why the last look failed; '' when it did not. */
  readonly lastError: string
  readonly lastErrorMs: number | null
}

/** A job and where its targets come from. */
export interface ScrapeJobView {
  readonly job: string
  readonly discoverers: readonly DiscovererView[]
  readonly activeCount: number
  readonly droppedCount: number
  /** Why some of what was found is no target; the first few. */
  readonly faults: readonly string[]
  readonly faultCount: number
}
