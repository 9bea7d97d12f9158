import { availableParallelism, hostname } from 'node:os'
import { join } from 'node:path'
import { type MessagePort, MessageChannel } from 'node:worker_threads'
import {
  type Alerting,
  type AlertingOptions,
  type AlertingSetup,
  type PictureSource,
  type RecordingGroup,
  type RuleQuery,
  DEFAULT_CONFIG,
  matcherModeOf,
  recordingGroups,
  startAlerting,
} from '@weir/alerting'
import { type KeyValueStore, Labels, type Millis, systemClock } from '@weir/model'
import type { IntakeStatus, WeirStatus } from '@weir/packs'
import { type SenderOptions, connectAppender, openKeyValueStore } from '@weir/tsdb'
import { exposition } from '@weir/wire'
import { AuditLog } from './audit/audit-log.ts'
import { changedSections, openAudit, reloadBySignal } from './audit/own-changes.ts'
import { AccessDesk } from './access/access-desk.ts'
import { type LoginDesk, openLogin } from './access/session/login-desk.ts'
import { WebDoor, watching } from './access/web-door.ts'
import { relabelOf } from './alertmanagers/alert-relabel.ts'
import { namesAlertmanagers } from './alertmanagers/config.ts'
import { OutsideAlertmanagers } from './alertmanagers/outside-alertmanagers.ts'
import { Backfills } from './backfill/backfills.ts'
import { openBackups } from './backup/open-backups.ts'
import { Backtests } from './backtest/backtests.ts'
import { waitForRestart } from './config/at-start.ts'
import { secretsOf } from './config/secrets-of.ts'
import { featureProblems } from './config/features.ts'
import { type Flags, type Setup, hostPort, loadConfig } from './config/load-config.ts'
import { notificationLimits } from './config/notification-limits.ts'
import { retentionRulesOf } from './config/storage-options.ts'
import { shownFlags } from './config/shown-flags.ts'
import type { WeirConfig } from './config/weir-config.ts'
import { Dashboards } from './dashboards/dashboards.ts'
import { adminStore } from './engine/admin-store.ts'
import { engineOf } from './engine/config.ts'
import { instanceOf } from './engine/instance.ts'
import type { MetricsEngine } from './engine/metrics-engine.ts'
import { engineRemarks, engineView, openQueries } from './engine/open-queries.ts'
import type { EventHandlers } from './events/event-handlers.ts'
import { loggedEvents } from './events/event-log.ts'
import type { KeepEvents } from './events/event-sender.ts'
import { EventStore } from './events/event-store.ts'
import { createHttp } from './http/app.ts'
import type { HttpDeps, RuntimeInfo } from './http/deps.ts'
import { lateAlerting } from './http/late-alerting.ts'
import { tsdbStatus } from './http/tsdb-status.ts'
import { Closers } from './lifecycle/closers.ts'
import { tellStart } from './lifecycle/tell-start.ts'
import { type Stopped, stopInTime } from './lifecycle/stop.ts'
import type { LoggerDesk } from './loggers/desk.ts'
import { openLoggers } from './loggers/open-loggers.ts'
import { countRefusals } from './network/fence-events.ts'
import { openGrpc } from './otlp/grpc/server.ts'
import { LogDeletions } from './log-query/log-deletions.ts'
import { LogQueries } from './log-query/log-queries.ts'
import { LogsSide } from './logs/logs-side.ts'
import { engineQuestions } from './logs-engine/engine-questions.ts'
import { PackWatch } from './packs/pack-watch.ts'
import { notesBook } from './pipelines/notes/notes.ts'
import { withTeams } from './pipelines/notes/team-label.ts'
import { alertPictures } from './pictures/alert-pictures.ts'
import { leaseOf, leaseRemarks } from './peers/lease.ts'
import { PeerClient, peerSecret } from './peers/peer-client.ts'
import { PictureShelf } from './pictures/shelf.ts'
import { PushIntakes } from './push/push-intake.ts'
import { PushSide } from './push/push-side.ts'
import { GROUP_KEYS } from './pushgateway/group.ts'
import type { EvaluationLimits } from './query/job.ts'
import type { QueryDesk } from './query/query-desk.ts'
import { OWN } from './query/question.ts'
import { QueryWatch } from './query/watch.ts'
import { GatheredAppender } from './rules/gathered-appender.ts'
import { logSamples } from './rules/log-samples.ts'
import { querySamples } from './rules/query-samples.ts'
import { RuleQuestions } from './rules/rule-questions.ts'
import { selfJob } from './scrape/config.ts'
import { type Log, openLog } from './telemetry/log.ts'
import { LogGates } from './telemetry/log-gates.ts'
import { OwnLines } from './telemetry/own-lines.ts'
import { peerFamilies } from './telemetry/peer-families.ts'
import { ProcessMetrics } from './telemetry/process-metrics.ts'
import { Registry } from './telemetry/registry.ts'
import { alertingFamilies } from './telemetry/alerting-families.ts'
import { DiskSpace } from './telemetry/disk-space.ts'
import { ruleGroupFamilies } from './telemetry/rule-group-families.ts'
import type { IntakeData, IntakeHandlers } from './threads/intake-thread.ts'
import { joinPages } from './threads/moved-page.ts'
import { RemoteWriteOut } from './threads/remote-write-out.ts'
import { serveCalls } from './threads/rpc.ts'
import type { ScrapeData, ScrapeHandlers, SelfHandlers } from './threads/scrape-thread.ts'
import { collectGarbage, keepHeapSmall } from './threads/small-heap.ts'
import { Thread } from './threads/thread.ts'
import type { Address, Weir, Writer } from './serve.ts'
import type { WriterHandlers } from './threads/writer-thread.ts'
import { VERSION } from './version.ts'
import { WEB_ROOT } from './web-root.ts'

/**
 * Opens Weir from the disk outwards: store, query threads, rules, page, intakes. The one place that
 * knows everybody.
 *
 * @param writer has begun to open the store already: nothing takes longer
 * @throws {WeirError} for a locked or unusable data directory, a port in use
 */
export async function openProcess(flags: Flags, setup: Setup, writer: Writer): Promise<Weir> {
  const weir = new Process(flags, setup, writer)
  try {
    await weir.open()
    return weir
  } catch (error) {
    await weir[Symbol.asyncDispose]().catch(() => undefined)
    throw error
  }
}

/** Rule files that are longer together leave enough behind to be tidied up: twenty times their length. */
const LONG_RULES = 512 * 1024

/** V8 keeps what reading has left until the heap has grown by half as much again. */
function tidyAfter({ ruleFiles }: Setup): void {
  const length = ruleFiles.reduce((sum, { text }) => sum + text.length, 0)
  if (length > LONG_RULES) collectGarbage()
}

/** Some 500 series of a picture's width: where there are more, nobody could tell them apart. */
const PICTURE_SAMPLES_MAX = 200_000

/** What must be there before a query can be answered. */
const FOR_QUERIES: ReadonlySet<string> = new Set(['the store', 'query threads'])

class Process implements Weir {
  readonly addresses: Address[] = []
  readonly crashed: Promise<Error>
  readonly #flags: Flags
  readonly #registry = new Registry()
  readonly #gates: LogGates
  readonly #ownLines = new OwnLines()
  readonly #log: Log
  readonly #closers = new Closers()
  readonly #stopping = new AbortController()
  readonly #startedMs: Millis = systemClock.now()
  readonly #waitsFor = new Set(['the store', 'query threads', 'rules', 'intakes'])
  readonly #reloads = this.#registry.counter(
    'weir_config_reloads_total',
    'Reloads of the configuration, by result.',
    ['result'],
  )
  readonly #processMetrics = new ProcessMetrics(this.#registry, this.#startedMs)
  readonly #diskSpace: DiskSpace
  #crash!: (error: Error) => void
  #setup: Setup
  readonly #startedWith: WeirConfig
  #loadedMs = this.#startedMs
  #loadedWell = true
  readonly #writer: Thread<WriterHandlers>
  #pool!: QueryDesk
  #engine: MetricsEngine | undefined
  #seen!: Pick<QueryDesk, 'vector'>
  #shelf: PictureShelf | undefined
  #watch!: QueryWatch
  #alerting!: Alerting
  #outside!: OutsideAlertmanagers
  #backfills!: Backfills
  #backtests!: Backtests
  #packs!: PackWatch
  #events!: EventStore
  readonly #audit: AuditLog
  #loggers!: LoggerDesk
  #dashboards!: Dashboards
  #intake!: Thread<IntakeHandlers>
  #scraper!: Thread<ScrapeHandlers>
  readonly #pushIntakes = new PushIntakes()
  readonly #login: LoginDesk
  #out!: RemoteWriteOut
  readonly #door: WebDoor
  readonly #access: AccessDesk
  readonly #push: PushSide
  readonly #logs: LogsSide
  #logQueries!: LogQueries
  #hasPushedGroups = false

  constructor(flags: Flags, setup: Setup, { thread, crashed }: Writer) {
    this.#flags = flags
    this.#setup = setup
    this.#diskSpace = new DiskSpace(flags.dataDir, this.#registry)
    this.#startedWith = setup.config
    this.#gates = new LogGates(setup.config.log.level)
    this.#log = openLog(setup.config.log.level, this.#gates, this.#ownLines.add)
    this.#audit = new AuditLog({
      limits: setup.config.audit,
      clock: systemClock,
      telemetry: { registry: this.#registry, log: this.#log.child({ part: 'audit' }) },
    })
    this.crashed = new Promise((resolve) => {
      this.#crash = resolve
    })
    this.#writer = this.#closers.use(thread)
    const access = { registry: this.#registry, log: this.#log.child({ part: 'access' }) }
    this.#door = new WebDoor({
      file: setup.config.web.config_file,
      clock: systemClock,
      telemetry: access,
    })
    this.#access = new AccessDesk({
      door: this.#door,
      auth: setup.config.auth,
      clock: systemClock,
      telemetry: access,
    })
    this.#login = openLogin(this.#access, {
      auth: setup.config.auth,
      clock: systemClock,
      telemetry: { registry: this.#registry, log: this.#log.child({ part: 'login' }) },
    })
    this.#closers.use(this.#login)
    this.#push = new PushSide({
      config: () => this.#setup.config,
      dataDir: flags.dataDir,
      storePort: (options) => this.#storePort(options),
      onCrash: this.#onCrash,
    })
    this.#logs = new LogsSide({
      config: () => this.#setup.config,
      dataDir: flags.dataDir,
      rooms: this.#push.rooms,
      storePort: () => this.#storePort(),
      onCrash: this.#onCrash,
    })
    void crashed.then(this.#onCrash)
  }

  async open(): Promise<void> {
    const log = this.#log.child({ part: 'network' })
    const refusals = countRefusals({ registry: this.#registry, log })
    this.#closers.defer(() => refusals[Symbol.dispose]())
    this.#registry
      .gauge('weir_build_info', 'Always 1; the version is in the label.', ['version'])
      .set(1, { version: VERSION })
    this.#closers.defer(() => this.#processMetrics[Symbol.dispose]())
    const heap = keepHeapSmall()
    this.#closers.defer(() => heap[Symbol.dispose]())
    this.#closers.defer(() => this.#ownLines[Symbol.dispose]())
    // Whoever waits for these hears of a failure; while others fail first, nobody does.
    const opened = Promise.all([this.#openStore(), this.#openQueries()])
    opened.catch(() => undefined)
    this.#backfills = this.#closers.use(
      new Backfills({
        query: (expr, range, signal) => this.#pool.background(expr, range, signal),
        appender: async () => connectAppender(await this.#storePort({ takesHistory: true })),
        clock: systemClock,
        telemetry: { registry: this.#registry, log: this.#log.child({ part: 'backfill' }) },
      }),
    )
    this.#backtests = this.#closers.use(
      new Backtests({
        query: (expr, range, signal) => this.#pool.background(expr, range, signal),
        clock: systemClock,
        telemetry: { registry: this.#registry, log: this.#log.child({ part: 'backtest' }) },
      }),
    )
    // After the requests to it: closers run from the last one back.
    this.#closers.use(this.#push)
    this.#closers.use(this.#logs)
    this.#logQueries = this.#closers.use(
      new LogQueries({
        config: this.#setup.config.logs.query,
        folder: join(this.#flags.dataDir, 'logs'),
        readerPort: () => this.#logs.readerPort(),
        ...engineQuestions(this.#setup.config.storage.logs),
        clock: systemClock,
        logLevel: this.#setup.config.log.level,
        telemetry: { registry: this.#registry, log: this.#log.child({ part: 'log query' }) },
      }),
    )
    const http = this.#closers.use(await createHttp(this.#httpDeps()))
    // The port is opened before the rules: their links must name it. Queries are answered as soon as the
    // store is there; until all is up, everything else gets 503.
    const { host, port } = hostPort(this.#setup.config.web.listen, 'web.listen')
    const { url } = await http.listen({ host, port })
    this.addresses.push({ kind: 'web', address: url })
    this.#closers.use(watching(this.#door))
    await opened
    // Before those who bring samples, so that it closes after them, and what they bring last is sent.
    this.#out = this.#closers.use(
      new RemoteWriteOut(this.#writer, this.#setup.config.log.level, this.#onCrash),
    )
    await this.#out.prepare(this.#setup.config)
    await this.#out.take(this.#setup.config)
    await this.#openAlerting()
    await this.#openGrpc()
    await this.#openIntake()
    this.addresses.push(...(await this.#logs.listen()))
    await this.#openScraper()
    if (this.#hasPushedGroups) await this.#push.openGateway()
    await this.#logs.openKept()
    this.#waitsFor.delete('intakes')
    this.#watchPacks()
    for (const problem of featureProblems(this.#flags.features)) this.#log.warn({}, problem)
    tellStart(this.#log, this.#flags, this.#setup, this.addresses)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closers[Symbol.asyncDispose]()
  }

  stop(): Promise<Stopped> {
    this.#stopping.abort()
    const timeoutMs = this.#setup.config.web.drain_timeout
    return stopInTime(this.#closers, { timeoutMs, clock: systemClock, log: this.#log })
  }

  async reload(): Promise<void> {
    await reloadBySignal(this.#audit, () => this.#reload())
  }

  async #reload(): Promise<readonly string[]> {
    try {
      const setup = loadConfig(this.#flags)
      const before = this.#setup
      await this.#out.prepare(setup.config)
      await this.#alerting.reload(this.#alertingSetup(setup))
      try {
        this.#door.reread()
        this.#access.take(setup.config.auth)
        this.#login.take(setup.config.auth)
        await this.#outside.apply(setup.config.alerting)
        await this.#scraper.call('reload', setup.config)
        await this.#intake.call('reload', setup.mappings)
        await this.#writer.call('setRetentionRules', retentionRulesOf(setup.config))
        await this.#logs.reload(setup.config)
        this.#openQueryLog(setup)
        await this.#out.take(setup.config)
      } catch (error) {
        await this.#alerting.reload(this.#alertingSetup(before))
        this.#access.take(before.config.auth)
        this.#login.take(before.config.auth)
        await this.#outside.apply(before.config.alerting)
        await this.#scraper.call('reload', before.config)
        await this.#logs.reload(before.config)
        throw error
      }
      await this.#dashboards.rescan()
      this.#setup = setup
      this.#loadedMs = systemClock.now()
      this.#loadedWell = true
      this.#reloads.inc({ result: 'taken' })
      this.#log.info({}, 'Configuration read again')
      setImmediate(() => tidyAfter(setup)) // when nothing of the old one is held any more
      const waiting = waitForRestart(this.#startedWith, setup.config)
      if (waiting.length > 0) {
        this.#log.warn({ keys: waiting }, 'These keys changed and count from the next start on')
      }
      return changedSections(before, setup)
    } catch (error) {
      this.#loadedWell = false
      this.#reloads.inc({ result: 'refused' })
      this.#log.error(
        { error: (error as Error).message },
        'Configuration refused; the old one stays',
      )
      throw error
    }
  }

  /** Without these threads Weir cannot keep its word: it is better to end and be started anew. */
  readonly #onCrash = (error: Error): void => {
    this.#log.error(
      { error: error.message, stack: error.stack },
      'A thread ended; Weir cannot go on',
    )
    this.#crash(error)
  }

  async #openStore(): Promise<void> {
    await this.#writer.call('open', undefined)
    this.#waitsFor.delete('the store')
  }

  async #openQueries(): Promise<void> {
    const { query } = this.#setup.config
    const threads = query.threads ?? Math.min(4, Math.max(2, availableParallelism()))
    const telemetry = { registry: this.#registry, log: this.#log.child({ part: 'query' }) }
    this.#watch = new QueryWatch(telemetry, systemClock, query.slow_log)
    this.#closers.defer(() => this.#watch[Symbol.dispose]())
    this.#openQueryLog(this.#setup)
    const limits = (): EvaluationLimits => this.#evaluation()
    const pool = {
      threads,
      queuedMax: query.max_queued,
      timeoutMs: query.timeout,
      get evaluation() {
        return limits()
      },
      watch: this.#watch,
    }
    const opening = openQueries({
      config: this.#setup.config,
      pool,
      openSeat: () => this.#writer.call('seat', undefined),
      telemetry,
      clock: systemClock,
      caughtUp: async (withinMs) => this.#out?.caughtUp(withinMs),
    })
    this.#closers.defer(async () => {
      const opened = await opening.catch(() => undefined) // it has cleaned up behind itself
      await opened?.[Symbol.asyncDispose]()
    })
    const { desk, engine, seen } = await opening
    this.#pool = desk
    this.#seen = seen
    this.#engine = engine
    this.#waitsFor.delete('query threads')
  }

  #openQueryLog({ config }: Setup): void {
    this.#watch.log.open(config.global.query_log_file)
  }

  #evaluation(): EvaluationLimits {
    const { query } = this.#startedWith
    return {
      lookbackMs: query.lookback_delta,
      countFirstValue: this.#setup.config.query.count_first_value,
      lookbackRules: this.#setup.config.query.lookback_rules.map(({ match, lookback }) => ({
        selectors: match,
        lookbackMs: lookback,
      })),
      maxSamples: query.max_samples,
      maxBytes: query.max_memory,
      features: this.#flags.features,
    }
  }

  /** A way for a sender on another thread (or this one) to the writer. */
  async #storePort(options: SenderOptions = {}): Promise<MessagePort> {
    const { port1, port2 } = new MessageChannel()
    await this.#writer.call('connect', { port: port2, options }, [port2])
    return port1
  }

  async #openAlerting(): Promise<void> {
    const store = openKeyValueStore(this.#flags.dataDir)
    this.#closers.defer(() => store[Symbol.dispose]())
    await openAudit(this.#audit, store, { setup: this.#setup, closers: this.#closers })
    this.#access.open(store)
    this.#login.open(store)
    this.#events = EventStore.open({
      store,
      limits: this.#setup.config.events,
      clock: systemClock,
      telemetry: { registry: this.#registry, log: this.#log.child({ part: 'events' }) },
    })
    this.#loggers = await openLoggers({
      store,
      config: this.#startedWith.loggers,
      gates: this.#gates,
      closers: this.#closers,
      clock: systemClock,
      telemetry: { registry: this.#registry, log: this.#log.child({ part: 'loggers' }) },
    })
    await this.#openDashboards(store)
    const appender = new GatheredAppender(connectAppender(await this.#storePort()), systemClock)
    this.#closers.defer(() => appender.close())
    this.#packs = new PackWatch({
      packs: () => this.#setup.packs,
      queries: this.#seen,
      store,
      clock: systemClock,
      telemetry: { registry: this.#registry, log: this.#log.child({ part: 'packs' }) },
      externalUrl: this.#externalUrl(),
    })
    // Before the rules, so that it closes after them, and what they told last is sent.
    this.#outside = this.#closers.use(
      new OutsideAlertmanagers({
        clock: systemClock,
        telemetry: { registry: this.#registry, log: this.#log.child({ part: 'alertmanagers' }) },
        queuedMax: this.#setup.config.notifications.max_queued_per_alertmanager,
      }),
    )
    await this.#outside.apply(this.#setup.config.alerting)
    this.#alerting = this.#closers.use(
      await startAlerting({
        ...this.#alertingSetup(this.#setup),
        query: this.#ruleQuery,
        logQuery: this.#ruleLogQuery,
        queries: new RuleQuestions((parts, signal) => this.#pool.vectors(parts, signal)).queries,
        appender,
        store,
        clock: systemClock,
        ...notificationLimits(this.#setup.config),
        ...this.#pictures(),
        ...(await this.#peers()),
        evaluatesRules: this.#setup.config.rules.run !== 'never',
        externalUrl:
          this.#setup.config.web.external_url ||
          `${this.#door.tls === undefined ? 'http' : 'https'}://${this.#setup.config.web.listen}`,
        telemetry: { registry: this.#registry, log: this.#log.child({ part: 'alerting' }) },
      }),
    )
    this.#waitsFor.delete('rules')
    setImmediate(() => tidyAfter(this.#setup))
    this.#hasPushedGroups = !store.entries(GROUP_KEYS)[Symbol.iterator]().next().done
  }

  async #openDashboards(store: KeyValueStore): Promise<void> {
    const config = this.#startedWith.dashboards
    this.#dashboards = await Dashboards.open({
      store,
      config,
      packs: () => this.#setup.packs,
      clock: systemClock,
      telemetry: { registry: this.#registry, log: this.#log.child({ part: 'dashboards' }) },
    })
    const stopped = new AbortController()
    const watching = this.#dashboards.watch(stopped.signal)
    this.#closers.defer(async () => {
      stopped.abort()
      await watching
    })
  }

  /** Ways to other Weirs with the same rules, where the config names some. */
  async #peers(): Promise<Pick<AlertingOptions, 'peers'>> {
    const { notifications, rules } = this.#setup.config
    const { peers, peer_name: name, peer_timeout: timeoutMs } = notifications
    if (peers.length === 0) return {}
    // Before the rules, so that it closes after them.
    const client = this.#closers.use(await PeerClient.open(notifications))
    if ((await peerSecret(notifications)) === '') {
      this.#log.warn(
        {},
        'notifications.peer_secret is not set: whoever reaches the port can keep Weir quiet',
      )
    }
    return {
      peers: {
        doors: client.doors(),
        timeoutMs,
        ...(name === undefined ? {} : { name }),
        ...leaseOf(rules),
      },
    }
  }

  /** Draws what notifications show, unless the config says not to. */
  #pictures(): { readonly pictures?: PictureSource } {
    const { notifications } = this.#setup.config
    if (!notifications.pictures) return {}
    this.#shelf = new PictureShelf({
      bytesMax: notifications.max_picture_bytes,
      ageMaxMs: notifications.picture_retention,
    })
    const pictures = alertPictures({
      perMinute: notifications.max_pictures_per_minute,
      query: (expr, range, signal) =>
        this.#pool.background(expr, range, signal, PICTURE_SAMPLES_MAX),
      clock: systemClock,
      shelf: this.#shelf,
      telemetry: { registry: this.#registry, log: this.#log.child({ part: 'pictures' }) },
      externalUrl: () => this.#externalUrl(),
    })
    return { pictures }
  }

  /** Recording rules of a rule file, or all that are loaded. */
  #recordingGroups(text: string | undefined): RecordingGroup[] {
    const setup = this.#alertingSetup(this.#setup)
    if (text === undefined) {
      const kept = this.#alerting.managedRules.sources()
      return recordingGroups({ ...setup, groups: [...(setup.groups ?? []), ...kept] })
    }
    return recordingGroups({ ...setup, groups: [], ruleFiles: [{ fileName: 'rules', text }] })
  }

  /** Where people reach this Weir: as they said, else where it listens. */
  #externalUrl(): string {
    return this.#setup.config.web.external_url || this.addresses[0]!.address
  }

  #alertingSetup({ config, packs, ruleFiles, alertmanager }: Setup): AlertingSetup {
    return {
      ruleFiles,
      groups: this.#packs.groups(packs),
      ...(alertmanager === undefined ? {} : { config: alertmanager }),
      ...(this.#flags.alertmanagerStrictCompat === true ? { strictCompat: true } : {}),
      ...(namesAlertmanagers(config.alerting) ? { outside: this.#outside } : {}),
      relabelAlert: withTeams(
        notesBook(config.pipelines),
        relabelOf(config.alerting.alert_relabel_configs),
      ),
      externalLabels: Labels.of(config.global.external_labels),
      evaluationIntervalMs: config.global.evaluation_interval,
      queryOffsetMs: config.global.rule_query_offset,
      watchdog: config.rules.watchdog,
      noData: { mode: config.rules.no_data, forMs: config.rules.no_data_for },
      features: this.#flags.features,
    }
  }

  readonly #ruleQuery: RuleQuery = async (expr, timeMs, signal, group) => {
    const origin = group === undefined ? OWN : ({ kind: 'rule', ...group } as const)
    return querySamples(await this.#pool.vector(expr, timeMs, signal, origin))
  }

  readonly #ruleLogQuery: RuleQuery = async (query, timeMs, signal) => {
    const timeNs = BigInt(Math.round(timeMs)) * 1_000_000n
    const until = signal ?? new AbortController().signal
    const { body } = await this.#logQueries.ask({ kind: 'instant', query, timeNs }, until)
    return logSamples(body)
  }

  async #openScraper(): Promise<void> {
    const stores = new MessageChannel()
    const self = new MessageChannel()
    const selfHandlers: SelfHandlers = { page: async () => joinPages(await this.#ownPages('')) }
    serveCalls(self.port1, selfHandlers)
    stores.port1.on('message', (port: MessagePort) => {
      void this.#writer.call('connect', { port }, [port])
    })
    const data: ScrapeData = {
      config: this.#setup.config,
      selfJob: selfJob(instanceOf(this.#setup.config)?.name),
      stores: stores.port2,
      self: self.port2,
      logLevel: this.#setup.config.log.level,
    }
    this.#scraper = this.#closers.use(
      new Thread<ScrapeHandlers>('scrape-thread', data, [stores.port2, self.port2], this.#onCrash),
    )
    await this.#scraper.call('open', undefined)
  }

  async #openIntake(): Promise<void> {
    const store = await this.#storePort()
    const { config, mappings } = this.#setup
    const { port1, port2 } = new MessageChannel()
    const eventHandlers: EventHandlers = { keep: this.#keepEvents() }
    serveCalls(port1, eventHandlers)
    const data: IntakeData = {
      config: config.statsd,
      instance: instanceOf(config),
      mappings,
      store,
      events: port2,
      eventsQueuedMax: config.events.max_queued,
      logLevel: config.log.level,
      stateFolder: join(this.#flags.dataDir, 'statsd'),
    }
    this.#intake = this.#closers.use(
      new Thread<IntakeHandlers>('intake-thread', data, [store, port2], this.#onCrash),
    )
    this.addresses.push(...(await this.#intake.call('open', undefined)))
  }

  #keepEvents(): KeepEvents {
    const keep: KeepEvents = (batch) => this.#events.keep(batch)
    if (!this.#setup.config.events.as_logs) return keep
    const telemetry = { registry: this.#registry, log: this.#log.child({ part: 'events' }) }
    return loggedEvents({ keep, logs: this.#logs, telemetry })
  }

  /** OTLP by gRPC, where it was asked for: the store is open, so calls are taken from the first one on. */
  async #openGrpc(): Promise<void> {
    const { otlp_receiver: limits, web } = this.#setup.config
    if (limits.grpc_listen === undefined) return
    const { address } = this.#closers.use(
      await openGrpc({
        ...hostPort(limits.grpc_listen, 'otlp_receiver.grpc_listen'),
        take: (request) => this.#push.otlp(request),
        limits,
        access: this.#access,
        door: this.#door,
        connectionsMax: web.max_connections,
        headerBytesMax: web.max_header_bytes,
        requestTimeoutMs: web.request_timeout,
        pushIntakes: this.#pushIntakes,
        telemetry: { registry: this.#registry, log: this.#log.child({ part: 'otlp' }) },
        clock: systemClock,
      }),
    )
    this.addresses.push({ kind: 'otlp-grpc', address })
  }

  #watchPacks(): void {
    const stopped = new AbortController()
    const watching = this.#packs.watch(
      () => this.#alerting.reload(this.#alertingSetup(this.#setup)),
      stopped.signal,
    )
    this.#closers.defer(async () => {
      stopped.abort()
      await watching
    })
  }

  /** Metrics of all threads about themselves, a page each. */
  async #ownPages(accept: string): Promise<Uint8Array[]> {
    this.#processMetrics.refresh()
    this.#diskSpace.refresh()
    if (this.#loggers !== undefined) this.#loggers.publish()
    const threads = await Promise.all([
      this.#writer.call('page', accept),
      this.#intake.call('page', accept),
      this.#scraper.call('page', accept),
    ])
    const pushed = await this.#push.pages(accept)
    const logs = [...(await this.#logs.pages(accept)), ...(await this.#logQueries.pages(accept))]
    const own = [
      ...this.#registry.collect(),
      ...ruleGroupFamilies(this.#alerting?.groupFigures() ?? []),
      ...(this.#alerting === undefined ? [] : alertingFamilies(this.#alerting, systemClock.now())),
      ...(this.#alerting === undefined ? [] : peerFamilies(this.#alerting.peers.view())),
    ]
    const out = await this.#out.pages(accept)
    return [exposition(own, accept).body, ...threads, ...pushed, ...logs, ...out]
  }

  #httpDeps(): HttpDeps {
    const limits = (): EvaluationLimits => this.#evaluation()
    const setup = (): Setup => this.#setup
    const { config } = this.#setup
    const { web } = config
    return {
      queries: {
        json: (job, origin, signal, isStreamed) => this.#pool.json(job, origin, signal, isStreamed),
        vector: (expr, timeMs, signal) => this.#pool.vector(expr, timeMs, signal),
        matrix: (expr, range, signal) => this.#pool.matrix(expr, range, signal),
      },
      audit: this.#audit,
      access: this.#access,
      door: this.#door,
      tokens: () => this.#access.tokens,
      login: this.#login,
      logQueries: this.#logQueries,
      logDeletions: web.enable_admin_api ? this.#logDeletions() : undefined,
      alerting: lateAlerting(() => this.#alerting), // opened after the port
      peerSecret: () => peerSecret(this.#startedWith.notifications),
      outsideAlertmanagers: () => this.#outside.view(),
      alertmanager: {
        configText: () => this.#setup.alertmanagerShown ?? DEFAULT_CONFIG,
        matcherMode: matcherModeOf(this.#flags.features),
        startedMs: this.#startedMs,
        bodyBytesMax: config.notifications.max_body_bytes,
      },
      scraping: {
        targets: () => this.#scraper.call('targets', undefined),
        jobNames: () => this.#scraper.call('jobNames', undefined),
        jobs: () => this.#scraper.call('jobs', undefined),
        metadata: (wanted) => this.#scraper.call('metadata', wanted),
        relabelSteps: (asked) => this.#scraper.call('relabelSteps', asked),
      },
      intakes: () => this.#intakes(),
      statsdCardinality: () => this.#intake.call('cardinality', undefined),
      events: (kind) => this.#events.list(kind),
      loggers: () => this.#loggers,
      loggerLimits: config.loggers,
      dashboards: () => this.#dashboards,
      dashboardLimits: config.dashboards,
      running: () => this.#watch.view(),
      get packs() {
        return setup().packs
      },
      pipelineNotes: () => notesBook(this.#setup.config.pipelines),
      status: () => this.#status(),
      configText: () => this.#setup.shown,
      flags: () => shownFlags(this.#flags, this.#setup.config),
      runtime: () => this.#runtime(),
      tsdbStats: async (limit) => tsdbStatus(await this.#writer.call('stats', undefined), limit),
      buildInfo: () => ({
        version: VERSION,
        revision: '',
        branch: '',
        buildUser: '',
        buildDate: '',
        goVersion: '',
      }),
      metricsPage: async (accept) => ({
        contentType: exposition([], accept).contentType,
        body: joinPages([
          ...(await this.#ownPages(accept)),
          await this.#intake.call('samples', accept),
        ]),
      }),
      stopping: this.#stopping.signal,
      ready: (what) =>
        [...this.#waitsFor].filter((name) => what !== 'queries' || FOR_QUERIES.has(name)),
      remarks: () => [
        ...engineRemarks(this.#engine),
        ...leaseRemarks(this.#alerting?.peers.view()),
      ],
      admin: web.enable_admin_api ? adminStore(this.#writer, () => this.#engine) : undefined,
      support: {
        dataDir: this.#flags.dataDir,
        ownLines: () => this.#ownLines.text(),
        secrets: () => secretsOf(this.#setup.config, this.#setup.alertmanager?.text),
      },
      backups: openBackups({
        config,
        dataDir: this.#flags.dataDir,
        writer: this.#writer,
        intake: () => this.#intake,
        logs: this.#logs,
        telemetry: { registry: this.#registry, log: this.#log.child({ part: 'backup' }) },
      }),
      reload: () => this.#reload(),
      pushIntakes: this.#pushIntakes,
      picture: (id) => this.#shelf?.get(id, systemClock.now()),
      remoteWriteOut: () => this.#out.views(),
      bodyRooms: this.#push.rooms,
      remoteWrite: (request) => this.#push.remoteWrite(request),
      remoteWriteLimits: config.remote_write_receiver,
      otlp: { take: (request) => this.#push.otlp(request), limits: config.otlp_receiver },
      pushGateway: { ...this.#push.gateway, config: config.pushgateway },
      influx: (request) => this.#push.influx(request),
      influxLimits: config.influx,
      icebergLimits: config.iceberg,
      logs: {
        take: (request) => this.#logs.take(request),
        engine: () => this.#logs.engineView(),
        limits: config.logs,
      },
      backfills: this.#backfills,
      backtests: this.#backtests,
      alertingSetup: () => this.#alertingSetup(this.#setup),
      recordingGroups: (text) => this.#recordingGroups(text),
      remoteReadLimits: config.remote_read_server,
      externalLabels: () => Object.entries(this.#setup.config.global.external_labels).flat(),
      importPage: (page) => this.#push.importPage(page),
      webRoot: WEB_ROOT,
      telemetry: { registry: this.#registry, log: this.#log.child({ part: 'http' }) },
      clock: systemClock,
      externalUrl: web.external_url,
      listenHost: hostPort(web.listen, 'web.listen').host,
      listenPort: () => Number(new URL(this.addresses[0]!.address).port),
      limits: {
        bodyBytesMax: web.max_body_bytes,
        urlBytesMax: web.max_url_bytes,
        headerBytesMax: web.max_header_bytes,
        headerTimeoutMs: web.header_timeout,
        requestTimeoutMs: web.request_timeout,
        keepAliveMs: web.keep_alive,
        drainMs: web.drain_timeout,
        connectionsMax: web.max_connections,
        queryTimeoutMs: config.query.timeout,
        retentionMs: engineOf(config.storage) ? 0 : config.storage.metrics.retention_time,
        board: {
          queriesMax: web.boards.max_queries,
          atOnce: web.boards.max_concurrent,
          answerBytesMax: web.boards.max_answer_bytes,
        },
        allowedHosts: web.allowed_hosts,
      },
      get evaluation() {
        return limits()
      },
    }
  }

  #logDeletions(): LogDeletions {
    return new LogDeletions({
      delete: (request) => this.#logs.delete(request),
      clock: systemClock,
      telemetry: { registry: this.#registry, log: this.#log.child({ part: 'logs' }) },
    })
  }

  async #intakes(): Promise<readonly IntakeStatus[]> {
    const [statsd, scrape, logs] = await Promise.all([
      this.#intake.call('status', undefined),
      this.#scraper.call('status', undefined),
      this.#logs.listenerStatus(),
    ])
    return [...statsd, scrape, ...logs, ...this.#pushIntakes.status(this.addresses[0]!.address)]
  }

  async #status(): Promise<WeirStatus> {
    const stats = await this.#writer.call('stats', undefined)
    const { user, system } = process.cpuUsage()
    const atMs = systemClock.now()
    const engine = engineView(this.#engine, stats.outgoing)
    return {
      ...(engine && { engine }),
      version: VERSION,
      startedMs: this.#startedMs,
      atMs,
      web: this.addresses.find(({ kind }) => kind === 'web')?.address ?? '',
      dataDir: this.#flags.dataDir,
      series: stats.series,
      samplesPerSecond: (stats.samplesAppended / Math.max(1, atMs - this.#startedMs)) * 1000,
      diskBytes: stats.diskBytes,
      sealedSamples: stats.sealedSamples,
      sealedBytes: stats.sealedBytes,
      headSamples: stats.headSamples,
      tombstones: stats.tombstones,
      residentBytes: process.memoryUsage.rss(),
      memoryBudgetBytes: this.#setup.memory.bytes,
      cpuSeconds: (user + system) / 1e6,
      queryThreads: this.#pool.threadCount,
      minTimeMs: stats.minTimeMs,
      maxTimeMs: stats.maxTimeMs,
    }
  }

  #runtime(): RuntimeInfo {
    const { metrics } = this.#setup.config.storage
    const here = engineOf({ metrics })
    const iso = (ms: number): string => new Date(ms).toISOString()
    return {
      startTime: iso(this.#startedMs),
      CWD: process.cwd(),
      hostname: hostname(),
      serverTime: iso(systemClock.now()),
      reloadConfigSuccess: this.#loadedWell,
      lastConfigTime: iso(this.#loadedMs),
      corruptionCount: 0,
      goroutineCount: 0,
      GOMAXPROCS: availableParallelism(),
      GOMEMLIMIT: 0,
      GOGC: '',
      GODEBUG: '',
      storageRetention:
        here === undefined
          ? `${metrics.retention_time / 86_400_000}d`
          : `${here.local_retention / 3_600_000}h`,
    }
  }
}
