import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type Clock, SYSTEM_CLOCK } from '../clock.ts'
import { Access, type AccessOptions } from '../http/access.ts'
import { type Answer, backoffMs, isForNow, retryAfterMs, weirUrl } from '../http/exchange.ts'
import { sharedState } from '../logging/shared-state.ts'
import { serviceOf } from '../service.ts'
import type { LoggerRegistry } from './logger-registry.ts'
import { type PollAnswer, loggersMessage, readAnswer } from './poll-message.ts'

export interface LevelsOptions extends AccessOptions {
  /** Weir's address: `http://127.0.0.1:9347`. */
  readonly weir: string
  /** What the program is called; equal in all its processes. `WEIR_SERVICE` or `OTEL_SERVICE_NAME` unless told. */
  readonly service?: string
  readonly version?: string
  readonly pipeline?: string
  /** Whatever else processes should be chosen by. */
  readonly labels?: Readonly<Record<string, string>>
  /** How long a request may wait for something to change, at most and unless told 30 s. */
  readonly waitMs?: number
}

/** A process that Weir knows, and whose levels it may change for a while. */
export interface LevelsConnection extends AsyncDisposable {
  /** Leaves Weir's list and goes back to the program's own levels. Never rejects. */
  close(): Promise<void>
  state(): { readonly isConnected: boolean; readonly problem: string | undefined }
}

const PATH = '/api/weir/v1/loggers/poll'
const SECOND_MS = 1_000
const MINUTE_MS = 60_000
/** Beyond what the request itself may wait. */
const GRACE_MS = 10_000
/** Answers that ask for the next request at once, in a row, before it waits a second all the same. */
const AT_ONCE_MAX = 5

/**
 * Tells Weir of this process's loggers, and sets their levels as Weir says, for as long as Weir says. The
 * process asks and Weir answers, so no port is open here; requests keep no process alive, errors are
 * kept in `state()`, and what an override changed goes back by this process's own clock.
 *
 * @throws {TypeError} when the address of Weir is none
 */
export function connectLevels(options: LevelsOptions): LevelsConnection {
  const { registry } = sharedState()
  return new Connection(options, registry, SYSTEM_CLOCK)
}

class Connection implements LevelsConnection {
  readonly #registry: LoggerRegistry
  readonly #clock: Clock
  readonly #access: Access
  readonly #who: Readonly<Record<string, unknown>>
  readonly #waitMs: number
  readonly #stopListening: () => void
  readonly #onIdle = (): void => void this.close()
  readonly #run: Promise<void>
  #isClosed = false
  #overridesVersion = ''
  /** Of the loggers as they were sent last; 0: never. */
  #sentVersion = 0
  #isTooLarge = false
  #failures = 0
  #atOnce = 0
  #problem: string | undefined = 'no answer yet'
  /** Breaks off what is waited for: a request, or a pause. */
  #waiting: AbortController | undefined
  #isPausing = false
  #newsTimer: NodeJS.Timeout | undefined

  constructor(options: LevelsOptions, registry: LoggerRegistry, clock: Clock) {
    this.#registry = registry
    this.#clock = clock
    const url = weirUrl(options.weir, PATH)
    this.#access = new Access(url, options, { 'content-type': 'application/json' })
    this.#who = whoIs(options)
    this.#waitMs = Math.min(Math.max(options.waitMs ?? 30_000, 0), 30_000)
    this.#stopListening = registry.onChange(() => this.#onNews())
    process.once('beforeExit', this.#onIdle)
    this.#run = this.#poll().catch((error: unknown) => {
      this.#problem = String(error) // ours: the program goes on at its own levels
      registry.setOverrides(this, [])
    })
  }

  state(): { readonly isConnected: boolean; readonly problem: string | undefined } {
    return { isConnected: this.#problem === undefined, problem: this.#problem }
  }

  /** Loggers came, or levels changed: a request that waits is broken off to tell, once a second at most. */
  #onNews(): void {
    if (this.#newsTimer !== undefined || this.#isClosed) return
    this.#newsTimer = setTimeout(() => {
      this.#newsTimer = undefined
      if (!this.#isPausing && this.#sentVersion !== this.#registry.version) this.#waiting?.abort()
    }, SECOND_MS)
    this.#newsTimer.unref()
  }

  async #poll(): Promise<void> {
    while (!this.#isClosed) {
      const sentAt = this.#clock.monotonic()
      const answer = await this.#ask()
      if (this.#isClosed) return
      // Broken off to tell of loggers: no word about Weir.
      if (this.#waiting?.signal.aborted) continue
      const pauseMs = this.#take(answer, sentAt)
      if (pauseMs > 0) await this.#pause(pauseMs)
    }
  }

  async #ask(): Promise<Answer> {
    this.#waiting = new AbortController()
    const { version } = this.#registry
    const hasLoggers = version !== this.#sentVersion && !this.#isTooLarge
    const body = JSON.stringify({
      ...this.#who,
      loggersVersion: version,
      ...(hasLoggers ? { loggers: loggersMessage(this.#registry.used()) } : {}),
      overridesVersion: this.#overridesVersion,
      applied: this.#registry.applied(this),
      waitMs: this.#waitMs,
    })
    this.#sentVersion = version
    const { signal } = this.#waiting
    return this.#access.post({ body, timeoutMs: this.#waitMs + GRACE_MS, signal })
  }

  /** Does what an answer says. @returns how long to wait before the next request */
  #take(answer: Answer, sentAt: number): number {
    if (answer.kind === 'failed') return this.#failed(answer.why, undefined)
    const { status, text, headers } = answer
    if (status !== 200) {
      const why = `answer ${status}: ${text.slice(0, 300)}`
      if (isForNow(answer)) return this.#failed(why, retryAfterMs(headers))
      if (status === 413) this.#isTooLarge = true
      this.#failed(why, undefined)
      return backoffMs(1, MINUTE_MS, MINUTE_MS)
    }
    const told = readAnswer(text)
    if (told === undefined) {
      this.#failed(`an answer that is none: ${text.slice(0, 300)}`, undefined)
      return backoffMs(1, MINUTE_MS, MINUTE_MS)
    }
    this.#failures = 0
    this.#problem = undefined
    return this.#apply(told, sentAt)
  }

  #apply(told: PollAnswer, sentAt: number): number {
    const isNew = told.overridesVersion !== this.#overridesVersion
    this.#overridesVersion = told.overridesVersion
    this.#registry.setOverrides(this, told.overrides)
    if (told.wantLoggers) this.#sentVersion = 0
    const isAtOnce = isNew || told.wantLoggers
    this.#atOnce = isAtOnce ? this.#atOnce + 1 : 0
    if (isAtOnce && this.#atOnce <= AT_ONCE_MAX) return 0
    return sentAt + SECOND_MS - this.#clock.monotonic()
  }

  #failed(why: string, afterMs: number | undefined): number {
    this.#failures++
    this.#problem = why
    this.#sentVersion = 0 // whether Weir has the loggers is not known
    return Math.min(afterMs ?? backoffMs(this.#failures, SECOND_MS, MINUTE_MS), 10 * MINUTE_MS)
  }

  async #pause(ms: number): Promise<void> {
    const waiting = new AbortController()
    this.#waiting = waiting
    this.#isPausing = true
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      timer.unref()
      waiting.signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    })
    this.#isPausing = false
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    process.off('beforeExit', this.#onIdle)
    this.#stopListening()
    clearTimeout(this.#newsTimer)
    this.#registry.setOverrides(this, [])
    this.#waiting?.abort()
    await this.#run
    if (this.#problem === undefined) await this.#leave()
    this.#access.close()
  }

  async #leave(): Promise<void> {
    const message = { loggersVersion: this.#registry.version, overridesVersion: '', applied: [] }
    const body = JSON.stringify({ ...this.#who, ...message, waitMs: 0, leaving: true })
    // Holds the process for as long as the farewell may take: sockets do not.
    const hold = setTimeout(() => {}, SECOND_MS)
    await this.#access.post({ body, timeoutMs: SECOND_MS })
    clearTimeout(hold)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function whoIs(options: LevelsOptions): Readonly<Record<string, unknown>> {
  const { service, version, pipeline, labels } = options
  return {
    instance: randomUUID(),
    service: serviceOf(service === undefined ? {} : { name: service }).name,
    host: hostname(),
    pid: process.pid,
    language: 'node',
    ...(version === undefined ? {} : { version }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(labels === undefined ? {} : { labels }),
  }
}
