import { type Clock, WeirError } from '@weir/model'
import type { LogLevel, LoggerInstance } from '@weir/packs'
import type { LoggersConfig } from './config.ts'
import type { PollRequest } from './protocol.ts'

/** The levels of a logger: what was configured for it, if anything was, and what it logs at. */
export interface LoggerState {
  readonly level?: LogLevel | undefined
  readonly effective: LogLevel
}

/** Who a process is. */
export type Identity = Pick<
  LoggerInstance,
  'instance' | 'kind' | 'service' | 'version' | 'host' | 'pid' | 'language' | 'pipeline' | 'labels'
>

/** What a process has made of an override. */
export interface Applied {
  readonly loggers: number
  readonly records: number
}

/** A process and what it told last. */
export interface Instance {
  readonly identity: Identity
  seenMs: number
  /** Why Weir cannot reach it; '' for clients, which come by themselves. */
  error: string
  /** Of the loggers known; undefined while none are. */
  loggersVersion: number | undefined
  loggers: ReadonlyMap<string, LoggerState>
  unlistedCount: number
  applied: ReadonlyMap<string, Applied>
}

/** Records that a process has let through since it told of them last. */
export type OnRecords = (id: string, records: number) => void

/** The processes that are known, bounded: those that come by themselves, and those that Weir drives. */
export class Instances {
  readonly #limits: LoggersConfig
  readonly #clock: Clock
  readonly #onRecords: OnRecords
  readonly #known = new Map<string, Instance>()
  #loggerCount = 0

  constructor(limits: LoggersConfig, clock: Clock, onRecords: OnRecords) {
    this.#limits = limits
    this.#clock = clock
    this.#onRecords = onRecords
  }

  all(): IterableIterator<Instance> {
    return this.#known.values()
  }

  get(instance: string): Instance | undefined {
    return this.#known.get(instance)
  }

  /** What a process says of itself. @throws {WeirError} `LOGGERS_FULL` */
  take(request: PollRequest): Instance {
    const known = this.#known.get(request.instance) ?? this.#admit(identityOf(request))
    known.seenMs = this.#clock.now()
    if (request.loggers !== undefined) {
      this.setLoggers(known, new Map(Object.entries(request.loggers)))
      known.loggersVersion = request.loggersVersion
    }
    const applied = request.applied.map(
      ({ id, loggers, records }) => [id, { loggers, records }] as const,
    )
    this.setApplied(known, new Map(applied))
    return known
  }

  /** One that Weir drives: it is always there. */
  addDriven(identity: Identity): Instance {
    const instance = this.#fresh(identity)
    this.#known.set(identity.instance, instance)
    return instance
  }

  setLoggers(instance: Instance, loggers: ReadonlyMap<string, LoggerState>): void {
    this.#loggerCount -= instance.loggers.size
    const { max_loggers, max_loggers_total } = this.#limits
    const room = Math.max(0, Math.min(max_loggers, max_loggers_total - this.#loggerCount))
    const names = loggers.size <= room ? undefined : [...loggers.keys()].toSorted().slice(0, room)
    instance.loggers =
      names === undefined ? loggers : new Map(names.map((name) => [name, loggers.get(name)!]))
    instance.unlistedCount = loggers.size - instance.loggers.size
    this.#loggerCount += instance.loggers.size
  }

  setApplied(instance: Instance, applied: ReadonlyMap<string, Applied>): void {
    for (const [id, { records }] of applied) {
      const before = instance.applied.get(id)?.records ?? 0
      if (records > before) this.#onRecords(id, records - before)
    }
    instance.applied = applied
  }

  stateOf({ identity, seenMs, error }: Instance): LoggerInstance['state'] {
    if (identity.kind !== 'client') return error === '' ? 'connected' : 'failing'
    return this.#clock.now() - seenMs > this.#limits.gone_after ? 'gone' : 'connected'
  }

  remove(instance: string): void {
    const known = this.#known.get(instance)
    if (known === undefined) return
    this.#loggerCount -= known.loggers.size
    this.#known.delete(instance)
  }

  /** Forgets those that have been gone for long. */
  sweep(): void {
    const { gone_after, forget_after } = this.#limits
    const oldestMs = this.#clock.now() - gone_after - forget_after
    for (const { identity, seenMs } of this.#known.values()) {
      if (identity.kind === 'client' && seenMs < oldestMs) this.remove(identity.instance)
    }
  }

  #admit(identity: Identity): Instance {
    const clients = [...this.#known.values()].filter((one) => one.identity.kind === 'client')
    if (clients.length >= this.#limits.max_instances) {
      const gone = clients
        .filter((one) => this.stateOf(one) === 'gone')
        .toSorted((a, b) => a.seenMs - b.seenMs)[0]
      if (gone === undefined) throw full(clients.length)
      this.remove(gone.identity.instance)
    }
    const instance = this.#fresh(identity)
    this.#known.set(identity.instance, instance)
    return instance
  }

  #fresh(identity: Identity): Instance {
    return {
      identity,
      seenMs: this.#clock.now(),
      error: '',
      loggersVersion: undefined,
      loggers: new Map(),
      unlistedCount: 0,
      applied: new Map(),
    }
  }
}

function identityOf(request: PollRequest): Identity {
  const { instance, service, version, host, pid, language, pipeline, labels } = request
  return { instance, kind: 'client', service, version, host, pid, language, pipeline, labels }
}

function full(count: number): WeirError {
  const why = `${count} processes are connected (loggers.max_instances): raise it, or come again`
  return new WeirError('LOGGERS_FULL', `Cannot take another process: ${why}`)
}
