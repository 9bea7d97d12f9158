import type { LogLevel } from '@weir/packs'
import { z } from 'zod'
import type { LoggerState } from '../instances.ts'
import type { LevelDriver } from './driver.ts'
import type { HttpEndpoint } from './http-endpoint.ts'
import { readAs } from './read-as.ts'

/** Words of Spring Boot's `LogLevel`. */
const WORDS = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warning: 'WARN',
  error: 'ERROR',
  critical: 'FATAL',
  off: 'OFF',
} as const satisfies Record<LogLevel, string>

const LEVELS = new Map<string, LogLevel>(
  Object.entries(WORDS).map(([level, word]) => [word, level as LogLevel]),
)

const answer = z.object({
  levels: z.array(z.string()),
  loggers: z.record(
    z.string(),
    z.object({ configuredLevel: z.string().nullish(), effectiveLevel: z.string() }),
  ),
})

/**
 * Spring Boot actuator's `/loggers`, which a program shows when `loggers` is in
 * `management.endpoints.web.exposure.include`.
 *
 * @see https://docs.spring.io/spring-boot/api/rest/actuator/loggers.html
 */
export class ActuatorDriver implements LevelDriver {
  readonly root = 'ROOT'
  readonly setsThoseBelow = false
  readonly canTakeBack = true
  readonly #endpoint: HttpEndpoint
  /** Words that its logging system knows: Logback has no FATAL. */
  #words: ReadonlySet<string> = new Set(LEVELS.keys())

  constructor(endpoint: HttpEndpoint) {
    this.#endpoint = endpoint
  }

  async read(signal: AbortSignal): Promise<ReadonlyMap<string, LoggerState>> {
    const { levels, loggers } = readAs(answer, await this.#endpoint.read(signal))
    this.#words = new Set(levels)
    return new Map(
      Object.entries(loggers).map(([name, { configuredLevel, effectiveLevel }]) => {
        const effective = LEVELS.get(effectiveLevel) ?? 'off'
        const level = LEVELS.get(configuredLevel ?? '')
        return [name, level === undefined ? { effective } : { level, effective }]
      }),
    )
  }

  async set(logger: string, level: LogLevel | undefined, signal: AbortSignal): Promise<void> {
    const configuredLevel = level === undefined ? null : WORDS[level]
    await this.#endpoint.tell('POST', `/${encodeURIComponent(logger)}`, { configuredLevel }, signal)
  }

  nearest(level: LogLevel): LogLevel {
    return this.#words.has(WORDS[level]) ? level : 'error'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endpoint[Symbol.asyncDispose]()
  }
}
