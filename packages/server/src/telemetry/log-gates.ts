import { LOG_LEVELS, mostVerbose, rankOf } from '../loggers/level.ts'
import { matches } from '../loggers/pattern.ts'
import type { HeldOverride } from '../loggers/protocol.ts'

/** Levels of Weir's own lines, as pino calls them. */
export type OwnLevel = 'debug' | 'info' | 'warn' | 'error'

const RANKS: Readonly<Record<OwnLevel, number>> = {
  debug: rankOf('debug'),
  info: rankOf('info'),
  warn: rankOf('warning'),
  error: rankOf('error'),
}

/** What a thread tells of its parts. */
export interface GatesReport {
  /** Name, and how verbose it is: a place in `LOG_LEVELS`. */
  readonly parts: readonly (readonly [name: string, rank: number])[]
  /** By override: records let through because of it. */
  readonly records: Readonly<Record<string, number>>
}

/** Decides which lines of one part of Weir are written. */
export class LogGate {
  #configured: number
  readonly #onAdmitted: (id: string) => void
  #rank: number
  #by: string | undefined

  constructor(configured: number, onAdmitted: (id: string) => void) {
    this.#configured = configured
    this.#rank = configured
    this.#onAdmitted = onAdmitted
  }

  get rank(): number {
    return this.#rank
  }

  /** Whether such a line is written; one that only an override lets through is counted. */
  admits(level: OwnLevel): boolean {
    const rank = RANKS[level]
    if (rank < this.#rank) return false
    if (rank < this.#configured && this.#by !== undefined) this.#onAdmitted(this.#by)
    return true
  }

  /** @param configured how verbose it is without an override */
  set(override: HeldOverride | undefined, configured = this.#configured): void {
    this.#configured = configured
    this.#rank = override === undefined ? this.#configured : rankOf(override.level)
    this.#by = override?.id
  }
}

/** The gates of all parts that log in one thread. */
export class LogGates {
  #configured: number
  readonly #gates = new Map<string, LogGate>()
  readonly #records = new Map<string, number>()
  #overrides: readonly HeldOverride[] = []
  /** Called when a part came, a level changed, or a record was let through. */
  onChange: () => void = () => undefined

  /** @param level what the configuration says; anything that is no level keeps it quiet */
  constructor(level: string) {
    this.#configured = configuredRank(level)
  }

  /** How verbose Weir is configured to be. */
  get configured(): (typeof LOG_LEVELS)[number] {
    return LOG_LEVELS[this.#configured]!
  }

  /** Another level of the configuration, which counts from now on. */
  configure(level: string): void {
    const rank = configuredRank(level)
    if (rank === this.#configured) return
    this.#configured = rank
    for (const [part, gate] of this.#gates) gate.set(this.#wishFor(part), rank)
    this.onChange()
  }

  of(part: string): LogGate {
    const known = this.#gates.get(part)
    if (known !== undefined) return known
    const gate = new LogGate(this.#configured, (id) => this.#count(id))
    this.#gates.set(part, gate)
    gate.set(this.#wishFor(part))
    this.onChange()
    return gate
  }

  /** These overrides hold, and no others. */
  apply(overrides: readonly HeldOverride[]): void {
    this.#overrides = overrides
    const ids = new Set(overrides.map(({ id }) => id))
    for (const id of this.#records.keys()) if (!ids.has(id)) this.#records.delete(id)
    for (const [part, gate] of this.#gates) gate.set(this.#wishFor(part))
    this.onChange()
  }

  report(): GatesReport {
    return {
      parts: [...this.#gates].map(([name, { rank }]) => [name, rank] as const),
      records: Object.fromEntries(this.#records),
    }
  }

  #wishFor(part: string): HeldOverride | undefined {
    return mostVerbose(this.#overrides.filter(({ logger }) => matches(logger, part)))
  }

  #count(id: string): void {
    this.#records.set(id, (this.#records.get(id) ?? 0) + 1)
    this.onChange()
  }
}

function configuredRank(level: string): number {
  return level in RANKS ? RANKS[level as OwnLevel] : rankOf('off')
}
