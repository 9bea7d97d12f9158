import { type Clock, type KeyValueStore, WeirError } from '@weir/model'
import type { LoggersView, OverrideView } from '@weir/packs'
import type { Telemetry } from '../telemetry/log.ts'
import type { LoggersConfig } from './config.ts'
import { HeldPolls } from './held-polls.ts'
import {
  type Applied,
  type Identity,
  type Instance,
  Instances,
  type LoggerState,
} from './instances.ts'
import { LoggerMetrics } from './metrics.ts'
import { OverrideBook, type OverrideRecord } from './override-book.ts'
import { type CheckedDraft, held, overrideOf, selects, versionOf } from './override.ts'
import type { HeldOverride, PollAnswer, PollRequest } from './protocol.ts'
import { type LoggerFilter, countsOf, loggersView, overrideView, reachOf } from './views.ts'

/** A process that does not ask: Weir sets its levels, and back. */
export interface Driven {
  readonly identity: Identity
  /** All overrides that hold for it now; called when they change. What comes of it goes to {@link LoggerDesk.report}. */
  apply(overrides: readonly HeldOverride[]): void
}

/** What one that Weir drives has come to. */
export interface DrivenReport {
  readonly loggers?: ReadonlyMap<string, LoggerState>
  readonly applied?: ReadonlyMap<string, Applied>
  /** '' when all is well. */
  readonly error: string
}

export interface LoggerDeskOptions {
  readonly store: KeyValueStore
  readonly config: LoggersConfig
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Silent processes are looked for this often. */
const SWEEP_MS = 30_000

/**
 * Log levels of running processes, changed for a while. A process tells of its loggers and hears of the
 * overrides that hold for it (docs/formats/logger-protocol.md); people see and set them; time ends them.
 *
 *     set, clear, expiry → the book (on disk) → who is meant: held polls are answered, driven ones are told
 */
export class LoggerDesk implements AsyncDisposable {
  readonly #options: LoggerDeskOptions
  readonly #book: OverrideBook
  readonly #instances: Instances
  readonly #polls: HeldPolls
  readonly #metrics: LoggerMetrics
  readonly #driven = new Map<string, { readonly member: Driven; version: string }>()
  /** Records let through by those that hold, so far. */
  readonly #records = new Map<string, number>()
  readonly #stopped = new AbortController()
  readonly #watching: Promise<void>
  #turn = new AbortController()

  private constructor(options: LoggerDeskOptions) {
    const { store, config, clock, telemetry } = options
    this.#options = options
    this.#book = OverrideBook.open(store, config.max_audit)
    this.#instances = new Instances(config, clock, (id, records) => this.#count(id, records))
    this.#polls = new HeldPolls(clock)
    this.#metrics = new LoggerMetrics(telemetry)
    this.#watching = this.#watchTime()
  }

  /** Goes on with what held when Weir stopped; what is over meanwhile ends at once. */
  static async open(options: LoggerDeskOptions): Promise<LoggerDesk> {
    const desk = new LoggerDesk(options)
    await desk.#expire()
    return desk
  }

  /** A process asks. Answers when there is something new, at the latest after `waitMs`. @throws {WeirError} `LOGGERS_FULL` */
  async poll(request: PollRequest, signal: AbortSignal): Promise<PollAnswer> {
    this.#metrics.polled()
    const { instance } = request
    if (request.leaving) {
      this.#leave(request)
      return { overridesVersion: '0', overrides: [], wantLoggers: false }
    }
    const known = this.#take(request)
    const wantLoggers = known.loggersVersion !== request.loggersVersion
    const version = this.#versionFor(known)
    if (version === request.overridesVersion && !wantLoggers && request.waitMs > 0) {
      await this.#polls.wait(instance, version, request.waitMs, signal)
      known.seenMs = this.#options.clock.now()
    }
    return { ...this.#answerFor(known), wantLoggers }
  }

  loggers(filter: LoggerFilter): LoggersView {
    return loggersView(this.#instances, this.#book.active(), filter)
  }

  /** Those that hold, the newest first. */
  overrides(): OverrideView[] {
    return this.#book
      .active()
      .toReversed()
      .map((record) => this.#view(record, false))
  }

  /** All that are kept, the newest first. */
  audit(): OverrideView[] {
    return this.#book.all().map((record) => this.#view(record, false))
  }

  /** @throws {WeirError} `OVERRIDE_UNKNOWN` */
  override(id: string): OverrideView {
    return this.#view(this.#record(id), true)
  }

  /** Begins an override; it holds, and is on the disk, when this resolves. @throws {WeirError} `OVERRIDES_FULL` */
  async set(draft: CheckedDraft, from: string): Promise<OverrideView> {
    const { config, clock } = this.#options
    if (this.#book.active().length >= config.max_overrides) {
      this.#metrics.refused('overrides')
      const why = `${config.max_overrides} hold already (loggers.max_overrides): clear one first`
      throw new WeirError('OVERRIDES_FULL', `Cannot change another log level: ${why}`)
    }
    const record = await this.#book.add(overrideOf(draft, from, clock.now()))
    this.#metrics.began(record)
    this.#changed()
    return this.#view(record, true)
  }

  /** Ends an override before its time. @throws {WeirError} `OVERRIDE_UNKNOWN` */
  async clear(id: string, by: string): Promise<OverrideView> {
    const record = this.#record(id)
    if (record.end !== null) {
      throw new WeirError('OVERRIDE_UNKNOWN', `Cannot clear override ${id}: it is over already`)
    }
    await this.#end(record, 'cleared', by)
    this.#changed()
    return this.override(id)
  }

  /** Takes in one that Weir drives. */
  drive(member: Driven): void {
    const instance = this.#instances.addDriven(member.identity)
    this.#driven.set(member.identity.instance, { member, version: '' })
    this.#tell(instance)
  }

  /** What one that Weir drives has come to. */
  report(instance: string, { loggers, applied, error }: DrivenReport): void {
    const known = this.#instances.get(instance)
    if (known === undefined) return
    known.error = error
    if (error === '') known.seenMs = this.#options.clock.now()
    if (loggers !== undefined) this.#instances.setLoggers(known, loggers)
    if (applied !== undefined) this.#instances.setApplied(known, applied)
  }

  /** Brings the figures of this moment into the metrics. */
  publish(): void {
    const states = { connected: 0, gone: 0, failing: 0 }
    let loggers = 0
    for (const one of this.#instances.all()) {
      states[this.#instances.stateOf(one)]++
      loggers += one.loggers.size
    }
    this.#metrics.publish({ states, loggers, overrides: this.#book.active().length })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    this.#turn.abort()
    await this.#watching
  }

  #take(request: PollRequest): Instance {
    try {
      return this.#instances.take(request)
    } catch (error) {
      this.#metrics.refused('instances')
      throw error
    }
  }

  #leave(request: PollRequest): void {
    if (this.#instances.get(request.instance) === undefined) return
    this.#instances.take(request) // its last counts
    this.#instances.remove(request.instance)
  }

  #record(id: string): OverrideRecord {
    const record = this.#book.get(id)
    if (record !== undefined) return record
    const shown = JSON.stringify(id.slice(0, 64))
    const why = `Cannot find override ${shown}: want the id of one that is listed`
    throw new WeirError('OVERRIDE_UNKNOWN', why)
  }

  #view(record: OverrideRecord, whole: boolean): OverrideView {
    const records = this.#records.get(record.id) ?? 0
    const nowMs = this.#options.clock.now()
    return overrideView(record, this.#instances, { nowMs, records, whole })
  }

  #holdFor({ identity }: Instance): OverrideRecord[] {
    const nowMs = this.#options.clock.now()
    return this.#book
      .active()
      .filter(({ expiresAtMs, selector }) => expiresAtMs > nowMs && selects(selector, identity))
  }

  #versionFor(instance: Instance): string {
    return versionOf(this.#holdFor(instance))
  }

  #answerFor(instance: Instance): Omit<PollAnswer, 'wantLoggers'> {
    const nowMs = this.#options.clock.now()
    const hold = this.#holdFor(instance)
    return { overridesVersion: versionOf(hold), overrides: hold.map((one) => held(one, nowMs)) }
  }

  #count(id: string, records: number): void {
    this.#metrics.admitted(records)
    if (this.#book.get(id)?.end === null) {
      this.#records.set(id, (this.#records.get(id) ?? 0) + records)
      return
    }
    this.#book.addRecords(id, records).catch((error: Error) => this.#metrics.notWritten(error))
  }

  /** Tells those for whom something else holds now. */
  #changed(): void {
    this.#polls.wake((instance) => {
      const known = this.#instances.get(instance)
      return known === undefined ? '' : this.#versionFor(known)
    })
    for (const instance of this.#driven.keys()) this.#tell(this.#instances.get(instance)!)
    this.#turn.abort() // the next end may be another one
  }

  #tell(instance: Instance): void {
    const driven = this.#driven.get(instance.identity.instance)!
    const { overridesVersion, overrides } = this.#answerFor(instance)
    if (driven.version === overridesVersion) return
    driven.version = overridesVersion
    driven.member.apply(overrides)
  }

  async #end(record: OverrideRecord, how: 'expired' | 'cleared', by: string): Promise<void> {
    const { id } = record
    const counts = countsOf(reachOf(record, this.#instances))
    const records = this.#records.get(id) ?? 0
    this.#records.delete(id)
    this.#metrics.ended(record, how, by)
    await this.#book.end(id, { atMs: this.#options.clock.now(), how, by, ...counts, records })
  }

  async #expire(): Promise<void> {
    const nowMs = this.#options.clock.now()
    const due = this.#book.active().filter(({ expiresAtMs }) => expiresAtMs <= nowMs)
    const ends = due.map((record) =>
      this.#end(record, 'expired', '').catch((error: Error) => this.#metrics.notWritten(error)),
    )
    if (due.length > 0) this.#changed()
    await Promise.all(ends)
  }

  async #watchTime(): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      this.#turn = new AbortController()
      const nextMs = Math.min(...this.#book.active().map(({ expiresAtMs }) => expiresAtMs))
      const waitMs = Math.max(0, Math.min(SWEEP_MS, nextMs - clock.now()))
      await clock.sleep(waitMs, this.#turn.signal).catch(() => undefined)
      if (this.#stopped.signal.aborted) return
      await this.#expire()
      this.#instances.sweep()
    }
  }
}
