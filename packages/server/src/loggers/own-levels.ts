import { hostname } from 'node:os'
import type { Clock } from '@weir/model'
import { GateChannel, onGatheredChange } from '../telemetry/gate-channel.ts'
import { ROOT } from '../telemetry/log.ts'
import type { GatesReport, LogGates } from '../telemetry/log-gates.ts'
import { VERSION } from '../version.ts'
import type { Driven, DrivenReport } from './desk.ts'
import type { Identity } from './instances.ts'
import { LOG_LEVELS } from './level.ts'
import { matches } from './pattern.ts'
import type { HeldOverride } from './protocol.ts'

/**
 * Weir itself as a service with loggers: a part of it is a logger, whichever threads it logs from. Levels are
 * set in the main thread at once, in the others by the channel, and go back when the desk says so.
 */
export class OwnLevels implements Driven, Disposable {
  readonly identity: Identity
  readonly #gates: LogGates
  readonly #tell: (report: DrivenReport) => void
  readonly #channel: GateChannel
  /** Of the other threads, by sender. */
  readonly #reports = new Map<string, GatesReport>()
  /** By override: let through so far, in all threads. */
  readonly #records = new Map<string, number>()
  #overrides: readonly HeldOverride[] = []
  #configured: string | undefined

  /** @param tell takes what has come of it */
  constructor(gates: LogGates, clock: Clock, tell: (report: DrivenReport) => void) {
    this.#gates = gates
    this.#tell = tell
    this.identity = {
      instance: `weir-${process.pid}-${clock.now().toString(36)}`,
      kind: 'weir',
      service: 'weir',
      version: VERSION,
      host: hostname(),
      pid: process.pid,
      language: 'node',
      pipeline: '',
      labels: {},
    }
    this.#channel = new GateChannel((message) => {
      if (message.kind === 'hello') this.#say()
      if (message.kind !== 'report') return
      this.#reports.set(message.sender, message.report)
      this.#report()
    })
    onGatheredChange(gates, () => this.#report())
  }

  apply(overrides: readonly HeldOverride[]): void {
    this.#overrides = overrides
    const ids = new Set(overrides.map(({ id }) => id))
    for (const id of this.#records.keys()) if (!ids.has(id)) this.#records.delete(id)
    this.#say()
    this.#report()
  }

  /** Another `log.level`, for all threads. */
  configure(level: string): void {
    this.#configured = level
    this.#gates.configure(level)
    this.#say()
    this.#report()
  }

  [Symbol.dispose](): void {
    this.#gates.onChange = () => undefined
    this.#channel[Symbol.dispose]()
  }

  /** What has let through all it may is over, here as in other processes. */
  #say(): void {
    const overrides = this.#overrides.filter((one) => !this.#isSpent(one))
    this.#gates.apply(overrides)
    this.#channel.post({ kind: 'levels', configured: this.#configured, overrides })
  }

  #isSpent({ id, recordsMax }: HeldOverride): boolean {
    return recordsMax !== undefined && (this.#records.get(id) ?? 0) >= recordsMax
  }

  #report(): void {
    const all = [this.#gates.report(), ...this.#reports.values()]
    const ranks = new Map<string, number>()
    for (const [name, rank] of all.flatMap(({ parts }) => parts)) {
      ranks.set(name, Math.min(rank, ranks.get(name) ?? rank))
    }
    const spentBefore = this.#overrides.filter((one) => this.#isSpent(one)).length
    for (const { id } of this.#overrides) {
      const now = all.reduce((sum, { records }) => sum + (records[id] ?? 0), 0)
      // Gates forget what no longer holds for them.
      this.#records.set(id, Math.max(now, this.#records.get(id) ?? 0))
    }
    const { configured } = this.#gates
    this.#tell({
      loggers: new Map(
        [...ranks].map(([name, rank]) => {
          const effective = LOG_LEVELS[rank]!
          return [name, name === ROOT ? { level: configured, effective } : { effective }]
        }),
      ),
      applied: new Map(
        this.#overrides.map(({ id, logger }) => {
          const loggers = [...ranks.keys()].filter((name) => matches(logger, name)).length
          return [id, { loggers, records: this.#records.get(id) ?? 0 }]
        }),
      ),
      error: '',
    })
    const isSpentAnew = this.#overrides.filter((one) => this.#isSpent(one)).length > spentBefore
    if (isSpentAnew) this.#say()
  }
}
