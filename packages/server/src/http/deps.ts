import type { Alerting, AlertingSetup, MatcherMode, RecordingGroup } from '@weir/alerting'
import type { Clock } from '@weir/model'
import type { AccessControl } from '../access/access-control.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { WebDoor } from '../access/web-door.ts'
import type { TrustedProxies } from '../network/trusted-proxies.ts'
import type { RefusedCounts } from '../access/tokens/refused-counts.ts'
import type { TokenBook } from '../access/tokens/token-book.ts'
import type { LoginDesk } from '../access/session/login-desk.ts'
import type { AlertmanagersView } from '../alertmanagers/outside-alertmanagers.ts'
import type {
  EventView,
  IntakeStatus,
  StatsdCardinality,
  RemoteWriteView,
  Pack,
  QueriesView,
  ScrapeJobView,
  WeirStatus,
  LogsEngineView,
} from '@weir/packs'
import type {
  EvaluationLimits,
  MatrixColumns,
  QueryJob,
  QueryReply,
  VectorColumns,
} from '../query/job.ts'
import type { NotesBook } from '../pipelines/notes/notes.ts'
import type { LogDeletions } from '../log-query/log-deletions.ts'
import type { LogQueries } from '../log-query/log-queries.ts'
import type { QueryOrigin } from '../query/question.ts'
import type { Backfills } from '../backfill/backfills.ts'
import type { Backups } from '../backup/backups.ts'
import type { Backtests } from '../backtest/backtests.ts'
import type { ImportResult } from '../import/import-page.ts'
import type { BodyRooms } from '../push/body-rooms.ts'
import type { PushOutcome } from '../push/outcome.ts'
import type { PushIntakes } from '../push/push-intake.ts'
import type { OtlpReceiverConfig } from '../otlp/config.ts'
import type { OtlpOutcome, OtlpRequest } from '../otlp/receiver.ts'
import type { IcebergConfig } from '../iceberg/config.ts'
import type { InfluxConfig } from '../influx/config.ts'
import type { InfluxOutcome, InfluxRequest } from '../influx/receiver.ts'
import type { LogsConfig } from '../logs/config.ts'
import type { LogOutcome, LogRequest } from '../logs/receive/log-request.ts'
import type { RemoteReadConfig } from '../remote-read/config.ts'
import type { RemoteWriteConfig } from '../remote-write/config.ts'
import type { Sent, WriteRequest } from '../threads/push-thread.ts'
import type { ImportedPage } from '../threads/push-thread.ts'
import type { TargetMetadata } from '../scrape/manager.ts'
import type { RelabelStep } from '../scrape/relabel-steps.ts'
import type { MetadataWanted } from '../threads/scrape-thread.ts'
import type { PushGatewayDoor } from './push-gateway-routes.ts'
import type { DashboardsConfig } from '../dashboards/config.ts'
import type { Dashboards } from '../dashboards/dashboards.ts'
import type { LoggersConfig } from '../loggers/config.ts'
import type { LoggerDesk } from '../loggers/desk.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { DeleteRequest } from '../threads/writer-thread.ts'

/** Now or a little later: what another thread knows has to be asked for. */
type Soon<T> = T | Promise<T>

/** Everything the HTTP side needs of the process. It owns none of it: closing the server closes sockets only. */
export interface HttpDeps {
  readonly queries: Queries
  /** Says who asks. */
  readonly access: AccessControl
  /** Who changed what. */
  readonly audit: Pick<AuditLog, 'record' | 'entries' | 'chain'>
  /** What the web configuration file says of the port. */
  readonly door: Pick<WebDoor, 'tls' | 'headers' | 'checkRate' | 'guard' | 'isOutdated'>
  /** Tokens that people made; the store is opened after the port. */
  tokens(): Pick<TokenBook, 'list' | 'create' | 'revoke'>
  /** What was refused for the limits of tokens, by their names. */
  tokensRefused(): Promise<ReadonlyMap<string, RefusedCounts>>
  /** Where people log in on the page. */
  readonly login: LoginDesk
  /** Questions to the log store. */
  readonly logQueries: Pick<LogQueries, 'ask' | 'tail' | 'tailRefused' | 'tailsMax' | 'rowsMax'>
  /** Takes lines out for good; undefined while `web.enable_admin_api` is off. */
  readonly logDeletions: Pick<LogDeletions, 'run' | 'views'> | undefined
  readonly alerting: Pick<
    Alerting,
    | 'ruleGroups'
    | 'alerts'
    | 'routing'
    | 'silences'
    | 'outbox'
    | 'history'
    | 'marks'
    | 'maintenance'
    | 'receiverTests'
    | 'managedRules'
    | 'peers'
  >
  /** What peers must know; '' for nothing. */
  peerSecret(): Promise<string>
  /** Alertmanagers elsewhere that get the alerts of rules. */
  outsideAlertmanagers(): AlertmanagersView
  /** What Alertmanager's API tells beyond that. */
  readonly alertmanager: AlertmanagerDeps
  readonly scraping: Scraping
  intakes(): Soon<readonly IntakeStatus[]>
  /** What makes the series that come by StatsD many; undefined while the intake is not open. */
  statsdCardinality(): Soon<StatsdCardinality | undefined>
  /** What senders told and is kept, in the order in which it came. */
  events(kind: 'event' | 'check'): readonly EventView[]
  /** Log levels of running processes; opened after the port. */
  loggers(): Pick<
    LoggerDesk,
    'poll' | 'loggers' | 'overrides' | 'override' | 'audit' | 'set' | 'clear'
  >
  readonly loggerLimits: LoggersConfig
  /** Dashboards of packs, files and people; opened after the port. */
  dashboards(): Dashboards
  readonly dashboardLimits: DashboardsConfig
  /** A picture of a notification, as PNG; undefined when it is not kept (any more). */
  picture(id: string): Uint8Array | undefined
  /** Where samples are sent on to. */
  remoteWriteOut(): Soon<readonly RemoteWriteView[]>
  /** Queries under way, and which took most. */
  running(): QueriesView
  /** As of the last reload: to be read at each request. */
  readonly packs: readonly Pack[]
  /** What weir.yml says of pipelines. */
  pipelineNotes(): NotesBook
  status(): Soon<WeirStatus>
  /** The configuration as YAML, secrets replaced by `<secret>`. */
  configText(): string
  /** Flags by name without dashes, as `/api/v1/status/flags` shows them. */
  flags(): Readonly<Record<string, string>>
  runtime(): Soon<RuntimeInfo>
  /** Figures of the store; lists of names are cut to `limit`. */
  tsdbStats(limit: number): Soon<TsdbStatus>
  buildInfo(): BuildInfo
  /** Weir's own metrics and those that came by StatsD, in the format that `accept` prefers. */
  metricsPage(accept: string): Promise<{ readonly contentType: string; readonly body: Uint8Array }>
  /** Aborts when Weir is asked to end: nothing new is begun, and what waits for news is answered. */
  readonly stopping: AbortSignal
  /** What Weir is still waiting for before it can answer (all, or queries only), in words; empty when ready. */
  ready(what?: 'queries'): readonly string[]
  /** What a ready Weir has to say all the same, a sentence each. */
  remarks?(): readonly string[]
  /** What may be done to the store; undefined while `web.enable_admin_api` is off. */
  readonly admin: AdminStore | undefined
  /** What a support bundle has beside the answers of the API. */
  readonly support: SupportDeps
  /** Backups of everything; undefined while `web.enable_admin_api` is off. */
  readonly backups: Pick<Backups, 'begin'> | undefined
  /** Reads the configuration again; what differs, for the audit log. Throws a `WeirError` and changes nothing when it is bad. */
  reload(): Promise<Readonly<Record<string, string>>>
  /** Where bodies are read into. */
  readonly bodyRooms: BodyRooms
  /** Where each way of pushing by HTTP adds itself, for its figures to be seen. */
  readonly pushIntakes: PushIntakes
  /** Takes a request of remote write in; resolves when what could be kept is durable. The body changes hands. */
  remoteWrite(request: Sent<WriteRequest>): Promise<PushOutcome>
  readonly remoteWriteLimits: RemoteWriteConfig
  readonly otlp: {
    /** Takes a request of OTLP in; resolves when what could be kept is durable. The body changes hands. */
    take(request: Sent<Omit<OtlpRequest, 'translation'>>): Promise<OtlpOutcome>
    readonly limits: OtlpReceiverConfig
  }
  readonly pushGateway: PushGatewayDoor
  /** Takes a request of line protocol in; resolves when what could be kept is durable. The body changes hands. */
  influx(request: Sent<InfluxRequest>): Promise<InfluxOutcome>
  readonly influxLimits: InfluxConfig
  readonly icebergLimits: IcebergConfig
  readonly logs: {
    /** Takes a request with lines of log in; resolves when what could be kept is durable. The body changes hands. */
    take(request: LogRequest): Promise<LogOutcome>
    /** What gets the lines; undefined where Weir keeps them alone. */
    engine(): Promise<LogsEngineView | undefined>
    readonly limits: LogsConfig
  }
  readonly backfills: Pick<Backfills, 'views' | 'view' | 'begin' | 'cancel'>
  /** Groups with recording rules: those of a rule file, or all that are loaded. Throws `RULES_INVALID`. */
  recordingGroups(ruleFile?: string): RecordingGroup[]
  readonly backtests: Pick<Backtests, 'views' | 'result' | 'begin' | 'cancel'>
  /** What rules and routing are made of at the moment. */
  alertingSetup(): AlertingSetup
  readonly remoteReadLimits: RemoteReadConfig
  /** `global.external_labels` as `name, value, …`. */
  externalLabels(): readonly string[]
  /** Takes a page of old samples in; resolves when it is durable. The bytes change hands. */
  importPage(page: ImportedPage): Promise<ImportResult>
  /** Folder of the built page; undefined serves no page. */
  readonly webRoot: string | undefined
  readonly telemetry: Telemetry
  readonly clock: Clock
  /** Where users reach Weir, such as `https://weir.example.org`; '' when nobody said. */
  readonly externalUrl: string
  readonly proxies: Pick<TrustedProxies, 'clientOf' | 'saysHttps'>
  /** The address at which the page and the API listen. */
  readonly listenHost: string
  /** The port of the page and the API. */
  listenPort(): number
  readonly limits: HttpLimits
  /** How PromQL from HTTP is evaluated. */
  readonly evaluation: EvaluationLimits
}

interface SupportDeps {
  readonly dataDir: string
  /** The last lines of Weir's own log. */
  ownLines(): string
  /** What must stand nowhere in it. */
  secrets(): readonly string[]
}

export interface AlertmanagerDeps {
  /** The alertmanager.yml in use, secrets replaced, so that amtool reads it. */
  configText(): string
  readonly matcherMode: MatcherMode
  /** `notifications.max_matcher_bytes` */
  readonly matcherBytesMax: number
  readonly startedMs: number
  /** `notifications.max_body_bytes` */
  readonly bodyBytesMax: number
}

/** The store as the admin API sees it; each resolves when it is done and durable. */
export interface AdminStore {
  deleteSeries(what: DeleteRequest): Promise<void>
  cleanTombstones(): Promise<void>
  /** @param skipHead leaves out samples that are not sealed yet */
  snapshot(skipHead: boolean): Promise<{ readonly name: string }>
}

/**
 * The query threads. A promise is rejected with `signal.reason` when the signal aborts: the client
 * went away, or the query took too long (this side watches the clock).
 */
export interface Queries {
  /**
   * Runs a job and gives back its JSON; what is wrong with the query is told in the reply.
   *
   * @param isStreamed whether the end of a long answer may follow in `rest`
   */
  json(
    job: QueryJob,
    origin: QueryOrigin,
    signal: AbortSignal,
    isStreamed?: boolean,
  ): Promise<QueryReply>
  /** An instant query. Rejects with a `WeirError` when it cannot be answered. */
  vector(expr: string, timeMs: number, signal?: AbortSignal): Promise<VectorColumns>
  /** A range query on the grid `start, start + step, … <= end`. */
  matrix(
    expr: string,
    range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
    signal?: AbortSignal,
  ): Promise<MatrixColumns>
}

/** The scraper, as far as one may ask it. */
interface Scraping {
  targets(): Soon<TargetsView>
  /** Names of all scrape configs, sorted. */
  jobNames(): Soon<readonly string[]>
  jobs(): Soon<readonly ScrapeJobView[]>
  metadata(wanted: MetadataWanted): Soon<readonly TargetMetadata[]>
  /** Undefined when there is no such job. */
  relabelSteps(asked: {
    readonly job: string
    readonly labels: Readonly<Record<string, string>>
  }): Soon<readonly RelabelStep[] | undefined>
}

/** `data` of `/api/v1/targets`, all targets in it. */
export interface TargetsView {
  readonly activeTargets: readonly { readonly scrapePool: string; readonly scrapeUrl: string }[]
  readonly droppedTargets: readonly { readonly scrapePool: string }[]
  readonly droppedTargetCounts: Readonly<Record<string, number>>
}

/** `data` of `/api/v1/status/runtimeinfo`; times are RFC 3339. */
export interface RuntimeInfo {
  readonly startTime: string
  readonly CWD: string
  readonly hostname: string
  readonly serverTime: string
  readonly reloadConfigSuccess: boolean
  readonly lastConfigTime: string
  readonly corruptionCount: number
  readonly goroutineCount: number
  readonly GOMAXPROCS: number
  readonly GOMEMLIMIT: number
  readonly GOGC: string
  readonly GODEBUG: string
  readonly storageRetention: string
}

interface NameCount {
  readonly name: string
  readonly value: number
}

/** `data` of `/api/v1/status/tsdb`; times are milliseconds. */
export interface TsdbStatus {
  readonly headStats: {
    readonly numSeries: number
    readonly numLabelPairs: number
    readonly chunkCount: number
    readonly minTime: number
    readonly maxTime: number
  }
  readonly seriesCountByMetricName: readonly NameCount[]
  readonly labelValueCountByLabelName: readonly NameCount[]
  readonly memoryInBytesByLabelName: readonly NameCount[]
  readonly seriesCountByLabelValuePair: readonly NameCount[]
}

/** `data` of `/api/v1/status/buildinfo`. */
interface BuildInfo {
  readonly version: string
  readonly revision: string
  readonly branch: string
  readonly buildUser: string
  readonly buildDate: string
  readonly goVersion: string
}

/** What one request of a dashboard may ask. */
interface BoardLimits {
  /** `max_queries`: 413 beyond. */
  readonly queriesMax: number
  /** `max_concurrent`: queries of one request that run or wait for a thread at a time. */
  readonly atOnce: number
  /** `max_answer_bytes`: queries whose turn comes later are refused. */
  readonly answerBytesMax: number
}

/** Each limit with its configuration key and what is answered beyond it: docs/http-api.md. */
export interface HttpLimits {
  /** `web.max_body_bytes`: 413 beyond. */
  readonly bodyBytesMax: number
  /** `web.max_url_bytes`: 414 beyond. */
  readonly urlBytesMax: number
  /** `web.max_header_bytes`: 431 beyond; the URL counts. */
  readonly headerBytesMax: number
  /** `web.header_timeout`: how long a client may take to send its headers; 408. */
  readonly headerTimeoutMs: number
  /** `web.request_timeout`: the same for headers and body; 408. */
  readonly requestTimeoutMs: number
  /** `web.drain_timeout`: how long Weir takes to end, of which answers under way get a part. */
  readonly drainMs: number
  /** `web.keep_alive`: how long an idle connection stays open. */
  readonly keepAliveMs: number
  /** `web.max_connections`: more are closed at once. */
  readonly connectionsMax: number
  /** `storage.metrics.retention_time`: who imports older samples is told; 0 keeps all. */
  readonly retentionMs: number
  /** `query.timeout`: the longest a query may take, waiting included; 503. */
  readonly queryTimeoutMs: number
  /** `web.boards`. */
  readonly board: BoardLimits
  /** `web.allowed_hosts`: names besides loopback ones under which browsers may reach a Weir that listens on loopback. */
  readonly allowedHosts: readonly string[]
}
