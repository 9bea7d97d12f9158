import { type KeyValueStore, systemClock } from '@weir/model'
import { openKeyValueStore } from '@weir/tsdb'
import { AuditLog } from '../audit/audit-log.ts'
import { openAudit } from '../audit/own-changes.ts'
import { Dashboards } from '../dashboards/dashboards.ts'
import { EventStore } from '../events/event-store.ts'
import type { LoggerDesk } from '../loggers/desk.ts'
import { openLoggers } from '../loggers/open-loggers.ts'
import type { OwnLevels } from '../loggers/own-levels.ts'
import type { AccessSide } from './access-side.ts'
import type { Ground } from './ground.ts'

/** What people and senders told and is kept beside the samples: the audit log, events, levels, dashboards. */
export class KeptSide {
  readonly audit: AuditLog
  events!: EventStore
  /** Undefined until it is open. */
  loggers: LoggerDesk | undefined
  ownLevels!: OwnLevels
  dashboards!: Dashboards
  readonly #ground: Ground

  constructor(ground: Ground) {
    this.#ground = ground
    this.audit = new AuditLog({
      limits: ground.config.audit,
      clock: systemClock,
      telemetry: ground.telemetry('audit'),
    })
  }

  /** Opens all, and what others keep here too. */
  async open(access: AccessSide): Promise<KeyValueStore> {
    const ground = this.#ground
    const { closers } = ground
    const store = openKeyValueStore(ground.flags.dataDir)
    closers.defer(() => store[Symbol.dispose]())
    await openAudit(this.audit, store, { setup: ground.setup, closers })
    access.open(store)
    this.events = EventStore.open({
      store,
      limits: ground.config.events,
      clock: systemClock,
      telemetry: ground.telemetry('events'),
    })
    const { desk, own } = await openLoggers({
      store,
      config: ground.startedWith.loggers,
      gates: ground.gates,
      closers,
      clock: systemClock,
      telemetry: ground.telemetry('loggers'),
    })
    this.loggers = desk
    this.ownLevels = own
    await this.#openDashboards(store)
    return store
  }

  async #openDashboards(store: KeyValueStore): Promise<void> {
    const ground = this.#ground
    this.dashboards = await Dashboards.open({
      store,
      config: ground.startedWith.dashboards,
      packs: () => ground.setup.packs,
      clock: systemClock,
      telemetry: ground.telemetry('dashboards'),
    })
    const stopped = new AbortController()
    const watching = this.dashboards.watch(stopped.signal)
    ground.closers.defer(async () => {
      stopped.abort()
      await watching
    })
  }
}
