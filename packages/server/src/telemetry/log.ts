import { isMainThread } from 'node:worker_threads'
import { type Clock, systemClock } from '@weir/model'
import { type Logger, destination, pino } from 'pino'

import { followMainThread } from './gate-channel.ts'
import { type LogGate, LogGates, type OwnLevel } from './log-gates.ts'
import { tellOwnLines } from './own-lines.ts'
import type { Registry } from './registry.ts'

/**
 * Weir's own log: JSON lines on stderr with a constant message and fields that vary. Written
 * synchronously, so that the last line before a crash is there. Which lines are written is decided part by
 * part, and may change while Weir runs.
 */
export function openLog(level: string, gates = gatesOfThread(level), tell = tellerOfThread()): Log {
  const out = destination({ fd: 2, sync: true })
  const write = (line: string): void => {
    out.write(line)
    tell?.(line)
  }
  const logger = pino({ level: 'trace', base: null, timestamp: pinoTime }, { write })
  return new Log(logger, systemClock, { gates, gate: gates.of(ROOT) })
}

/** Those of a worker thread, whose levels the main thread changes. */
function gatesOfThread(level: string): LogGates {
  const gates = new LogGates(level)
  if (!isMainThread) followMainThread(gates)
  return gates
}

/** Lines of worker threads are told to the main thread, which keeps the last ones. */
function tellerOfThread(): ((line: string) => void) | undefined {
  return isMainThread ? undefined : tellOwnLines()
}

/** What lines without a part are under. */
export const ROOT = 'root'

const pinoTime = (): string => `,"time":"${new Date(systemClock.now()).toISOString()}"`

/** What decides whether a line is written. */
interface Admission {
  readonly gates: LogGates
  readonly gate: LogGate
}

export class Log {
  readonly #pino: Logger
  readonly #clock: Clock
  readonly #admission: Admission | undefined
  readonly #last = new Map<string, number>()

  /** @param admission which lines are written; without it the logger's own level says */
  constructor(logger: Logger, clock: Clock = systemClock, admission?: Admission) {
    this.#pino = logger
    this.#clock = clock
    this.#admission = admission
  }

  /** A log whose lines carry these fields too, such as `{ part: 'scrape' }`; a part has a level of its own. */
  child(fields: Readonly<Record<string, unknown>>): Log {
    const { part } = fields
    const before = this.#admission
    const admission =
      before === undefined || typeof part !== 'string'
        ? before
        : { ...before, gate: before.gates.of(part) }
    return new Log(this.#pino.child(fields), this.#clock, admission)
  }

  info(fields: object, message: string): void {
    if (this.#admits('info')) this.#pino.info(fields, message)
  }

  warn(fields: object, message: string): void {
    if (this.#admits('warn')) this.#pino.warn(fields, message)
  }

  error(fields: object, message: string): void {
    if (this.#admits('error')) this.#pino.error(fields, message)
  }

  debug(fields: object, message: string): void {
    if (this.#admits('debug')) this.#pino.debug(fields, message)
  }

  /** This log when `key` has not been asked for within `everyMs`, else undefined: `log.sampled('bad_line', 60_000)?.warn(…)`. */
  sampled(key: string, everyMs: number): Log | undefined {
    const now = this.#clock.monotonicMs()
    const last = this.#last.get(key)
    if (last !== undefined && now - last < everyMs) return undefined
    this.#last.set(key, now)
    return this
  }

  #admits(level: OwnLevel): boolean {
    return this.#admission === undefined || this.#admission.gate.admits(level)
  }
}

/** What an event function needs: where to count and where to write. */
export interface Telemetry {
  readonly registry: Registry
  readonly log: Log
}
