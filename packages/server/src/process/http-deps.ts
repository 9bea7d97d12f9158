import { DEFAULT_CONFIG, matcherModeOf } from '@weir/alerting'
import { systemClock } from '@weir/model'
import { refusedCounts } from '../access/tokens/refused-counts.ts'
import { openBackups } from '../backup/open-backups.ts'
import { hostPort } from '../config/load-config.ts'
import { secretsOf } from '../config/secrets-of.ts'
import { shownFlags } from '../config/shown-flags.ts'
import { adminStore } from '../engine/admin-store.ts'
import { engineOf } from '../engine/engine-of.ts'
import { engineRemarks } from '../engine/open-queries.ts'
import type { HttpDeps, HttpLimits } from '../http/deps.ts'
import { lateAlerting } from '../http/late-alerting.ts'
import { tsdbStatus } from '../http/tsdb-status.ts'
import { LogDeletions } from '../log-query/log-deletions.ts'
import { leaseRemarks } from '../peers/lease.ts'
import { peerSecret } from '../peers/peer-client.ts'
import { notesBook } from '../pipelines/notes/notes.ts'
import { joinPages } from '../threads/moved-page.ts'
import { VERSION } from '../version.ts'
import { WEB_ROOT } from '../web-root.ts'
import type { Ground } from './ground.ts'
import type { Parts } from './parts.ts'
import type { Reload } from './reload.ts'
import { runtimeOf, statusOf } from './status.ts'

/** What must be there before a query can be answered. */
const FOR_QUERIES: ReadonlySet<string> = new Set(['the store', 'query threads'])

/** What HTTP may ask of all parts. The port opens before most of them: each is asked when it is needed. */
export function httpDeps(parts: Parts, reloads: Reload): HttpDeps {
  const { access, alerting, ground, intakes, kept, logQueries, logs, push, queries } = parts
  const { config, flags, writer } = ground
  const { web } = config
  return {
    queries: queries.asked,
    get evaluation() {
      return queries.evaluation()
    },
    running: () => queries.watch.view(),
    backfills: parts.backfills,
    backtests: parts.backtests,

    audit: kept.audit,
    events: (kind) => kept.events.list(kind),
    loggers: () => kept.loggers!,
    loggerLimits: config.loggers,
    dashboards: () => kept.dashboards,
    dashboardLimits: config.dashboards,

    access: access.desk,
    door: access.door,
    tokens: () => access.desk.tokens,
    tokensRefused: async () => {
      const own = joinPages(await parts.metrics.pages(parts, 'text/plain'))
      return refusedCounts(Buffer.from(own).toString())
    },
    login: access.login,

    alerting: lateAlerting(() => alerting.alerting),
    alertingSetup: () => alerting.setupOf(ground.setup),
    recordingGroups: (text) => alerting.recordingGroups(text),
    peerSecret: () => peerSecret(ground.startedWith.notifications),
    outsideAlertmanagers: () => alerting.outside.view(),
    picture: (id) => alerting.shelf?.get(id, systemClock.now()),
    alertmanager: {
      configText: () => ground.setup.alertmanagerShown ?? DEFAULT_CONFIG,
      matcherMode: matcherModeOf(flags.features),
      matcherBytesMax: config.notifications.max_matcher_bytes,
      startedMs: ground.startedMs,
      bodyBytesMax: config.notifications.max_body_bytes,
    },

    scraping: intakes.scraping,
    intakes: () => intakes.status(),
    statsdCardinality: () => intakes.statsd.call('cardinality', undefined),
    pushIntakes: intakes.pushed,
    bodyRooms: push.rooms,
    remoteWrite: (request) => push.remoteWrite(request),
    remoteWriteLimits: config.remote_write_receiver,
    remoteWriteOut: () => parts.out.views(),
    get remoteReadLimits() {
      return ground.config.remote_read_server
    },
    otlp: { take: (request) => push.otlp(request), limits: config.otlp_receiver },
    pushGateway: { ...push.gateway, config: config.pushgateway },
    influx: (request) => push.influx(request),
    influxLimits: config.influx,
    icebergLimits: config.iceberg,
    importPage: (page) => push.importPage(page),

    logQueries,
    logDeletions: web.enable_admin_api ? logDeletions(parts) : undefined,
    logs: {
      take: (request) => logs.take(request),
      engine: () => logs.engineView(),
      limits: config.logs,
    },

    get packs() {
      return ground.setup.packs
    },
    pipelineNotes: () => notesBook(ground.config.pipelines),
    status: () => statusOf(parts),
    runtime: () => runtimeOf(parts, reloads),
    configText: () => ground.setup.shown,
    flags: () => shownFlags(flags, ground.config),
    externalLabels: () => Object.entries(ground.config.global.external_labels).flat(),
    tsdbStats: async (limit) => tsdbStatus(await writer.call('stats', undefined), limit),
    buildInfo: () => ({
      version: VERSION,
      revision: '',
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    }),
    metricsPage: (accept) => parts.metrics.page(parts, accept),
    stopping: ground.stopping.signal,
    ready: (what) =>
      [...ground.waitsFor].filter((name) => what !== 'queries' || FOR_QUERIES.has(name)),
    remarks: () => [
      ...engineRemarks(queries.engine),
      ...leaseRemarks(alerting.started?.peers.view()),
    ],
    admin: web.enable_admin_api ? adminStore(writer, () => queries.engine) : undefined,
    support: {
      dataDir: flags.dataDir,
      ownLines: () => ground.ownLines.text(),
      secrets: () => secretsOf(ground.config, ground.setup.alertmanager?.text),
    },
    backups: openBackups({
      config,
      dataDir: flags.dataDir,
      writer,
      intake: () => intakes.statsd,
      logs,
      telemetry: ground.telemetry('backup'),
    }),
    reload: () => reloads.run(),

    webRoot: WEB_ROOT,
    telemetry: ground.telemetry('http'),
    clock: systemClock,
    externalUrl: web.external_url,
    proxies: access.proxies,
    listenHost: hostPort(web.listen, 'web.listen').host,
    listenPort: () => Number(new URL(ground.addresses[0]!.address).port),
    limits: httpLimits(ground),
  }
}

/** Sockets and routes are made once; the rest is asked for at each request. */
function httpLimits(ground: Ground): HttpLimits {
  const { storage, web } = ground.startedWith
  return {
    bodyBytesMax: web.max_body_bytes,
    urlBytesMax: web.max_url_bytes,
    headerBytesMax: web.max_header_bytes,
    headerTimeoutMs: web.header_timeout,
    requestTimeoutMs: web.request_timeout,
    keepAliveMs: web.keep_alive,
    connectionsMax: web.max_connections,
    get drainMs() {
      return ground.config.web.drain_timeout
    },
    get queryTimeoutMs() {
      return ground.config.query.timeout
    },
    get retentionMs() {
      return engineOf(storage) ? 0 : ground.config.storage.metrics.retention_time
    },
    get board() {
      const { boards } = ground.config.web
      return {
        queriesMax: boards.max_queries,
        atOnce: boards.max_concurrent,
        answerBytesMax: boards.max_answer_bytes,
      }
    },
    get allowedHosts() {
      return ground.config.web.allowed_hosts
    },
  }
}

function logDeletions({ ground, logs }: Parts): LogDeletions {
  return new LogDeletions({
    delete: (request) => logs.delete(request),
    clock: systemClock,
    telemetry: ground.telemetry('logs'),
  })
}
