import {
  type Alerting,
  type AlertingOptions,
  type AlertingSetup,
  type PictureSource,
  type RecordingGroup,
  recordingGroups,
  startAlerting,
} from '@weir/alerting'
import { type KeyValueStore, Labels, systemClock } from '@weir/model'
import { connectAppender } from '@weir/tsdb'
import { relabelOf } from '../alertmanagers/alert-relabel.ts'
import { namesAlertmanagers } from '../alertmanagers/config.ts'
import { OutsideAlertmanagers } from '../alertmanagers/outside-alertmanagers.ts'
import type { Setup } from '../config/load-config.ts'
import { notificationLimits } from '../config/notification-limits.ts'
import type { LogQueries } from '../log-query/log-queries.ts'
import { DiskAlarm, roomOn } from '../packs/disk-alarm.ts'
import { PackWatch } from '../packs/pack-watch.ts'
import { leaseOf } from '../peers/lease.ts'
import { PeerClient, peerSecret } from '../peers/peer-client.ts'
import { alertPictures } from '../pictures/alert-pictures.ts'
import { PictureShelf } from '../pictures/shelf.ts'
import { notesBook } from '../pipelines/notes/notes.ts'
import { withTeams } from '../pipelines/notes/team-label.ts'
import { GatheredAppender } from '../rules/gathered-appender.ts'
import { RuleQuestions } from '../rules/rule-questions.ts'
import type { AccessSide } from './access-side.ts'
import type { Ground } from './ground.ts'
import { ruleLogQuery } from './log-questions.ts'
import type { QuerySide } from './query-side.ts'

/** Some 500 series of a picture's width: where there are more, nobody could tell them apart. */
const PICTURE_SAMPLES_MAX = 200_000

/** Rules and who is told: packs that wake, pictures, peers, Alertmanagers elsewhere. */
export class AlertingSide {
  /** Undefined until it has started. */
  started: Alerting | undefined
  outside!: OutsideAlertmanagers
  /** Pictures that notifications show, where they have some. */
  shelf: PictureShelf | undefined
  #packs!: PackWatch
  readonly #ground: Ground
  readonly #queries: QuerySide

  constructor(ground: Ground, queries: QuerySide) {
    this.#ground = ground
    this.#queries = queries
  }

  /** For those who ask once it has started. */
  get alerting(): Alerting {
    return this.started!
  }

  async open(store: KeyValueStore, access: AccessSide, logQueries: LogQueries): Promise<void> {
    const ground = this.#ground
    const queries = this.#queries
    const { closers, config } = ground
    const appender = new GatheredAppender(connectAppender(await ground.storePort()), systemClock)
    closers.defer(() => appender.close())
    this.#packs = new PackWatch({
      packs: () => ground.setup.packs,
      queries: queries.seen,
      store,
      clock: systemClock,
      telemetry: ground.telemetry('packs'),
      externalUrl: ground.externalUrl(),
    })
    // Before the rules, so that it closes after them, and what they told last is sent.
    this.outside = closers.use(
      new OutsideAlertmanagers({
        clock: systemClock,
        telemetry: ground.telemetry('alertmanagers'),
        queuedMax: config.notifications.max_queued_per_alertmanager,
      }),
    )
    await this.outside.apply(config.alerting)
    this.started = closers.use(
      await startAlerting({
        ...this.setupOf(ground.setup),
        query: queries.ruleQuery,
        logQuery: ruleLogQuery(logQueries),
        queries: new RuleQuestions((parts, signal) => queries.desk.vectors(parts, signal)).queries,
        appender,
        store,
        clock: systemClock,
        ...notificationLimits(config),
        ...this.#pictures(),
        ...(await this.#peers()),
        evaluatesRules: config.rules.run !== 'never',
        externalUrl:
          config.web.external_url ||
          `${access.door.tls === undefined ? 'http' : 'https'}://${config.web.listen}`,
        telemetry: ground.telemetry('alerting'),
      }),
    )
    ground.waitsFor.delete('rules')
  }

  /** What rules and routing are made of under a configuration. */
  setupOf({ config, packs, ruleFiles, alertmanager }: Setup): AlertingSetup {
    const { flags } = this.#ground
    return {
      ruleFiles,
      groups: this.#packs.groups(packs),
      ...(alertmanager === undefined ? {} : { config: alertmanager }),
      ...(flags.alertmanagerStrictCompat === true ? { strictCompat: true } : {}),
      ...(namesAlertmanagers(config.alerting) ? { outside: this.outside } : {}),
      relabelAlert: withTeams(
        notesBook(config.pipelines),
        relabelOf(config.alerting.alert_relabel_configs),
      ),
      externalLabels: Labels.of(config.global.external_labels),
      evaluationIntervalMs: config.global.evaluation_interval,
      queryOffsetMs: config.global.rule_query_offset,
      watchdog: config.rules.watchdog,
      noData: { mode: config.rules.no_data, forMs: config.rules.no_data_for },
      features: flags.features,
    }
  }

  /** Recording rules of a rule file, or all that are loaded. */
  recordingGroups(text: string | undefined): RecordingGroup[] {
    const setup = this.setupOf(this.#ground.setup)
    if (text === undefined) {
      const kept = this.alerting.managedRules.sources()
      return recordingGroups({ ...setup, groups: [...(setup.groups ?? []), ...kept] })
    }
    return recordingGroups({ ...setup, groups: [], ruleFiles: [{ fileName: 'rules', text }] })
  }

  /** Takes up the rules of packs as their metrics come, and tells of a full disk that no rule can see. */
  watchPacks(): void {
    const stopped = new AbortController()
    const ground = this.#ground
    const alarm = new DiskAlarm({
      room: () => roomOn(ground.flags.dataDir),
      reserveBytes: ground.config.storage.metrics.disk_reserve,
      groups: () => this.#packs.groups(ground.setup.packs),
      relabel: (labels) => this.setupOf(ground.setup).relabelAlert!(labels),
      sink: this.alerting,
      clock: systemClock,
      telemetry: ground.telemetry('packs'),
    })
    const watching = Promise.all([
      this.#packs.watch(() => this.alerting.reload(this.setupOf(ground.setup)), stopped.signal),
      alarm.watch(stopped.signal),
    ])
    this.#ground.closers.defer(async () => {
      stopped.abort()
      await watching
    })
  }

  /** Ways to other Weirs with the same rules, where the config names some. */
  async #peers(): Promise<Pick<AlertingOptions, 'peers'>> {
    const { closers, config, log } = this.#ground
    const { notifications, rules } = config
    const { peers, peer_name: name, peer_timeout: timeoutMs } = notifications
    if (peers.length === 0) return {}
    // Before the rules, so that it closes after them.
    const client = closers.use(await PeerClient.open(notifications))
    if ((await peerSecret(notifications)) === '') {
      log.warn(
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
    const ground = this.#ground
    const { notifications } = ground.config
    if (!notifications.pictures) return {}
    this.shelf = new PictureShelf({
      bytesMax: notifications.max_picture_bytes,
      ageMaxMs: notifications.picture_retention,
    })
    const pictures = alertPictures({
      perMinute: notifications.max_pictures_per_minute,
      query: (expr, range, signal) =>
        this.#queries.desk.background(expr, range, signal, PICTURE_SAMPLES_MAX),
      clock: systemClock,
      shelf: this.shelf,
      telemetry: ground.telemetry('pictures'),
      externalUrl: () => ground.externalUrl(),
    })
    return { pictures }
  }
}
