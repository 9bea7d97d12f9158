import type { LogLevel } from '@weir/packs'
import { z } from 'zod'
import type { LoggerState } from '../instances.ts'
import type { LevelDriver } from './driver.ts'
import type { HttpEndpoint } from './http-endpoint.ts'
import { readAs } from './read-as.ts'

/** Words of log4j. */
const WORDS = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warning: 'WARN',
  error: 'ERROR',
  critical: 'FATAL',
  off: 'OFF',
} as const satisfies Record<LogLevel, string>

const answer = z.record(z.string(), z.object({ level: z.string().nullish() }))

/**
 * `/admin/loggers` of a Kafka Connect worker: those that have a level of their own, and the root. Setting one
 * also sets all below it, and none can be taken back.
 *
 * @see KIP-495
 */
export class KafkaConnectDriver implements LevelDriver {
  readonly root = 'root'
  readonly setsThoseBelow = true
  readonly canTakeBack = false
  readonly #endpoint: HttpEndpoint

  constructor(endpoint: HttpEndpoint) {
    this.#endpoint = endpoint
  }

  async read(signal: AbortSignal): Promise<ReadonlyMap<string, LoggerState>> {
    const given = readAs(answer, await this.#endpoint.read(signal))
    const loggers = new Map<string, LoggerState>()
    for (const [name, { level: word }] of Object.entries(given)) {
      const level = (Object.keys(WORDS) as LogLevel[]).find((one) => WORDS[one] === word)
      if (level !== undefined) loggers.set(name, { level, effective: level })
    }
    return loggers
  }

  async set(logger: string, level: LogLevel | undefined, signal: AbortSignal): Promise<void> {
    const said = { level: WORDS[level ?? 'info'] }
    await this.#endpoint.tell('PUT', `/${encodeURIComponent(logger)}`, said, signal)
  }

  nearest(level: LogLevel): LogLevel {
    return level
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endpoint[Symbol.asyncDispose]()
  }
}
