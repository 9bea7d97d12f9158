import { WeirError } from '@weir/model'
import type { LogLevel } from '@weir/packs'
import { z } from 'zod'
import type { LoggerState } from '../instances.ts'
import type { LevelDriver } from './driver.ts'
import type { HttpEndpoint } from './http-endpoint.ts'
import { readAs } from './read-as.ts'

const WORDS = new Map<string, LogLevel>([
  ['debug', 'debug'],
  ['info', 'info'],
  ['warn', 'warning'],
  ['error', 'error'],
])

/** Those that such a program does not know are the nearest that it does. */
const NEAREST: Readonly<Record<LogLevel, string>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'error',
  off: 'error',
}

const answer = z.object({ message: z.string() })

/** The one logger of such a program. */
const ONLY = 'root'

/**
 * `/log_level` of Loki, Mimir, Tempo and what else is made with dskit: one level for the whole program, told
 * in a sentence (`Current log level is info`, Loki 3.7).
 */
export class LogLevelDriver implements LevelDriver {
  readonly root = ''
  readonly setsThoseBelow = false
  readonly canTakeBack = false
  readonly #endpoint: HttpEndpoint

  constructor(endpoint: HttpEndpoint) {
    this.#endpoint = endpoint
  }

  async read(signal: AbortSignal): Promise<ReadonlyMap<string, LoggerState>> {
    const { message } = readAs(answer, await this.#endpoint.read(signal))
    const word = message.trim().split(/\s/).at(-1) ?? ''
    const level = WORDS.get(word)
    if (level === undefined) {
      const shown = JSON.stringify(message.slice(0, 100))
      throw new WeirError('FETCH_FAILED', `want a level as its last word, got ${shown}`)
    }
    return new Map([[ONLY, { level, effective: level }]])
  }

  async set(_logger: string, level: LogLevel | undefined, signal: AbortSignal): Promise<void> {
    const word = NEAREST[level ?? 'info']
    await this.#endpoint.tell('POST', `?log_level=${word}`, undefined, signal)
  }

  nearest(level: LogLevel): LogLevel {
    return WORDS.get(NEAREST[level])!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endpoint[Symbol.asyncDispose]()
  }
}
