import { type Clock, systemClock } from '@weir/model'
import { type Logger, destination, pino } from 'pino'

import type { Registry } from './registry.ts'

/**
 * Weir's own log: JSON lines on stderr with a constant message and fields that vary. Written
 * synchronously, so that the last line before a crash is there.
 */
export function openLog(level: string): Log {
  return new Log(
    pino({ level, base: null, timestamp: pinoTime }, destination({ fd: 2, sync: true })),
  )
}

const pinoTime = (): string => `,"time":"${new Date(systemClock.now()).toISOString()}"`

export class Log {
  readonly #pino: Logger
  readonly #clock: Clock
  readonly #last = new Map<string, number>()

  constructor(logger: Logger, clock: Clock = systemClock) {
    this.#pino = logger
    this.#clock = clock
  }

  /** A log whose lines carry these fields too, such as `{ part: 'scrape' }`. */
  child(fields: Readonly<Record<string, unknown>>): Log {
    return new Log(this.#pino.child(fields), this.#clock)
  }

  info(fields: object, message: string): void {
    this.#pino.info(fields, message)
  }

  warn(fields: object, message: string): void {
    this.#pino.warn(fields, message)
  }

  error(fields: object, message: string): void {
    this.#pino.error(fields, message)
  }

  debug(fields: object, message: string): void {
    this.#pino.debug(fields, message)
  }

  /** This log when `key` has not been asked for within `everyMs`, else undefined: `log.sampled('bad_line', 60_000)?.warn(…)`. */
  sampled(key: string, everyMs: number): Log | undefined {
    const now = this.#clock.monotonicMs()
    const last = this.#last.get(key)
    if (last !== undefined && now - last < everyMs) return undefined
    this.#last.set(key, now)
    return this
  }
}

/** What an event function needs: where to count and where to write. */
export interface Telemetry {
  readonly registry: Registry
  readonly log: Log
}
