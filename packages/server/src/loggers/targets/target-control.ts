import type { Clock, KeyValueStore } from '@weir/model'
import type { LogLevel } from '@weir/packs'
import type { Telemetry } from '../../telemetry/log.ts'
import type { Driven, DrivenReport } from '../desk.ts'
import type { Applied, Identity, LoggerState } from '../instances.ts'
import { matches } from '../pattern.ts'
import type { HeldOverride } from '../protocol.ts'
import { type TargetConfig, hostOf, targetName } from './config.ts'
import { type LevelDriver, above } from './driver.ts'
import { wishesOf } from './wishes.ts'

/** What Weir changed in a logger. */
interface Change {
  /** The level that it had of its own; null when it inherited. */
  readonly before: LogLevel | null
  readonly set: LogLevel
}

export interface TargetControlOptions {
  readonly target: TargetConfig
  readonly driver: LevelDriver
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Takes what has come of it. */
  readonly tell: (report: DrivenReport) => void
}

/**
 * Holds one program to what overrides say. It is read again and again; what differs from what should be is
 * set, and what Weir set and nobody wants any more is set back to what was before, unless somebody else has
 * changed it meanwhile. What was before is on the disk first (`logger-target/<name>`), so that a Weir that
 * was killed in between sets it back at its next start.
 */
export class TargetControl implements Driven, AsyncDisposable {
  readonly identity: Identity
  readonly #options: TargetControlOptions
  readonly #key: string
  readonly #changes: Map<string, Change>
  readonly #stopped = new AbortController()
  readonly #running: Promise<void>
  #overrides: readonly HeldOverride[] = []
  #turn = new AbortController()
  #isDue = false

  constructor(options: TargetControlOptions) {
    const { target, store } = options
    this.#options = options
    const name = targetName(target)
    this.identity = {
      instance: name,
      kind: target.kind,
      service: target.service,
      version: target.version,
      host: hostOf(target),
      pid: null,
      language: '',
      pipeline: '',
      labels: target.labels,
    }
    this.#key = `logger-target/${name}`
    this.#changes = new Map(Object.entries((store.get(this.#key) ?? {}) as Record<string, Change>))
    this.#running = this.#run()
  }

  apply(overrides: readonly HeldOverride[]): void {
    this.#overrides = overrides
    this.#isDue = true
    this.#turn.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    this.#turn.abort()
    await this.#running
    await this.#options.driver[Symbol.asyncDispose]()
  }

  async #run(): Promise<void> {
    const { clock, target } = this.#options
    await Promise.resolve() // the desk tells first what holds
    while (!this.#stopped.signal.aborted) {
      this.#isDue = false
      await this.#bringAbout()
      if (this.#isDue) continue
      this.#turn = new AbortController()
      if (this.#stopped.signal.aborted) return
      await clock.sleep(target.refresh, this.#turn.signal).catch(() => undefined)
    }
  }

  async #bringAbout(): Promise<void> {
    const overrides = this.#overrides
    const { tell, telemetry, target } = this.#options
    try {
      const loggers = await this.#reconcile(overrides)
      const applied = overrides.map(({ id, logger }): [string, Applied] => {
        const count = [...loggers.keys()].filter((name) => matches(logger, name)).length
        return [id, { loggers: count, records: 0 }]
      })
      tell({ loggers, applied: new Map(applied), error: '' })
    } catch (error) {
      if (this.#stopped.signal.aborted) return
      const why = (error as Error).message
      tell({ error: why })
      const fields = { service: target.service, kind: target.kind, error: why }
      telemetry.log
        .sampled(`target_${this.identity.instance}`, 300_000)
        ?.warn(fields, 'Log levels of a target cannot be read or set')
    }
  }

  /** Makes it so, and gives back what is then. */
  async #reconcile(overrides: readonly HeldOverride[]): Promise<ReadonlyMap<string, LoggerState>> {
    const { driver } = this.#options
    const loggers = await this.#within((signal) => driver.read(signal))
    const wishes = this.#withThoseBelow(wishesOf(loggers, overrides, driver))
    const unlike = [...wishes].filter(([name, level]) => loggers.get(name)?.effective !== level)
    const unlikeNames = new Set(unlike.map(([name]) => name))
    // What is set with one above would lose what it has already.
    const toSet = [...wishes]
      .filter(
        ([name]) =>
          unlikeNames.has(name) ||
          (driver.setsThoseBelow &&
            above(name, driver.root).some((other) => unlikeNames.has(other))),
      )
      .toSorted(([a], [b]) => depthOf(a, driver.root) - depthOf(b, driver.root))
    const toEnd = [...this.#changes.keys()]
      .filter((name) => !wishes.has(name))
      .toSorted((a, b) => depthOf(a, driver.root) - depthOf(b, driver.root))
    if (toSet.length === 0 && toEnd.length === 0) return loggers
    for (const [name, level] of toSet) this.#note(name, level, loggers)
    await this.#keep()
    for (const name of toEnd) await this.#setBack(name, loggers)
    for (const [name, level] of toSet) {
      await this.#within((signal) => driver.set(name, level, signal))
    }
    await this.#keep()
    return this.#within((signal) => driver.read(signal))
  }

  /** Remembers what was before, the first time. */
  #note(name: string, set: LogLevel, loggers: ReadonlyMap<string, LoggerState>): void {
    const { driver } = this.#options
    const below = driver.setsThoseBelow
      ? [...loggers.keys()].filter((other) => above(other, driver.root).includes(name))
      : []
    for (const one of [name, ...below]) {
      const before = this.#changes.get(one)?.before ?? this.#ownLevel(one, loggers)
      this.#changes.set(one, { before, set })
    }
  }

  async #setBack(name: string, loggers: ReadonlyMap<string, LoggerState>): Promise<void> {
    const { driver } = this.#options
    const { before, set } = this.#changes.get(name)!
    const now = loggers.get(name)
    const isOurs = now !== undefined && (now.level ?? now.effective) === set
    const level = before ?? undefined
    if (isOurs) await this.#within((signal) => driver.set(name, level, signal))
    this.#changes.delete(name)
  }

  /** What a logger is to have again: null to inherit, where that can be had again. */
  #ownLevel(name: string, loggers: ReadonlyMap<string, LoggerState>): LogLevel | null {
    const { driver } = this.#options
    const { level, effective } = loggers.get(name)!
    if (level !== undefined) return level
    if (driver.canTakeBack) return null
    // It may have from above what Weir has set there.
    for (const other of above(name, driver.root)) {
      const change = this.#changes.get(other)
      if (change !== undefined && change.set === effective) return change.before
    }
    return effective
  }

  /** What was set together with one above stays with it for as long as that is wanted. */
  #withThoseBelow(wishes: ReadonlyMap<string, LogLevel>): ReadonlyMap<string, LogLevel> {
    const { driver } = this.#options
    if (!driver.setsThoseBelow) return wishes
    const others = [...this.#changes.keys()].flatMap((name) => {
      const other = above(name, driver.root).find((one) => wishes.has(one))
      return wishes.has(name) || other === undefined ? [] : [[name, wishes.get(other)!] as const]
    })
    return new Map([...wishes, ...others])
  }

  async #keep(): Promise<void> {
    const value = this.#changes.size === 0 ? undefined : Object.fromEntries(this.#changes)
    await this.#options.store.write([{ key: this.#key, value }])
  }

  /** A request to it, for as long as it may take. */
  async #within<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { timeout } = this.#options.target
    const late = AbortSignal.timeout(timeout)
    try {
      return await ask(AbortSignal.any([this.#stopped.signal, late]))
    } catch (error) {
      if (late.aborted) throw new Error(`it did not answer within ${timeout} ms`, { cause: error })
      throw error
    }
  }
}

function depthOf(name: string, root: string): number {
  return above(name, root).length
}
