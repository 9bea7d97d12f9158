import { HttpClient, type HttpReply } from '@weir/fetch'
import { type Clock, WeirError } from '@weir/model'
import { redactText } from '../config/redact-text.ts'
import { LinkedAbort } from '../remote-write-out/linked-abort.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { EngineConfig, Flavour } from './config.ts'
import { type BuildAnswer, type Dialect, dialectOf, flavourOf } from './dialect.ts'
import { EngineEvents } from './events.ts'
import { type Refused, isItself, isPassing, refusal } from './refusal.ts'

/**
 * The way to the engine that keeps the metrics: sends questions, tries again where that may help, and knows
 * whether the engine is there.
 *
 * ```
 *            no answer (after 3 tries)
 *   there ────────────────────────────► away: questions fail at once
 *     ▲                                   │ a look every 2 s
 *     └───────────── answers ◄────────────┘
 * ```
 *
 * While it is there it is looked for every 10 s too, so that its going is known before somebody asks.
 */

const LOOK_THERE_MS = 10_000
const LOOK_AWAY_MS = 2_000
const LOOK_TIMEOUT_MS = 5_000
const CONNECT_TIMEOUT_MS = 5_000
/** Questions are asked so often at most; they change nothing, so that asking again is safe. */
const TRIES_MAX = 3
const PAUSE_MS = 100
/** So much of a refusal is read. */
const REFUSAL_BYTES_MAX = 16_384

/** What is known of the engine. */
export interface EngineState {
  /** Undefined until it has said so. */
  readonly flavour: Flavour | undefined
  readonly version: string
  /** Since when it has not answered; undefined while it does. */
  readonly awaySinceMs: number | undefined
  /** Why it is away; '' while it is not. */
  readonly why: string
}

export interface EngineQuestion {
  /** `/api/v1/query` */
  readonly path: string
  readonly params: readonly (readonly [name: string, value: string])[]
  /** Some look-ups take no form. */
  readonly method?: 'GET' | 'POST'
  readonly signal: AbortSignal
}

export interface EngineDeps {
  readonly clock: Clock
  readonly telemetry: Telemetry
}

export class MetricsEngine implements AsyncDisposable {
  readonly config: EngineConfig
  readonly events: EngineEvents
  readonly #client: HttpClient
  readonly #clock: Clock
  readonly #base: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #stopped = new AbortController()
  readonly #looking: Promise<void>
  readonly #known: Promise<void>
  #dialect: Dialect
  #state: EngineState

  private constructor(config: EngineConfig, client: HttpClient, { clock, telemetry }: EngineDeps) {
    this.config = config
    this.events = new EngineEvents(telemetry, config)
    this.#client = client
    this.#clock = clock
    this.#base = config.read_url.replace(/\/+$/, '')
    this.#headers = Object.fromEntries(
      Object.entries(config.headers).map(([name, value]) => [name.toLowerCase(), value]),
    )
    const { flavour } = config
    this.#dialect = dialectOf(flavour === 'auto' ? 'prometheus' : flavour)
    this.#state = { flavour: undefined, version: '', awaySinceMs: undefined, why: '' }
    this.#known = this.#look()
    this.#looking = this.#lookOn()
  }

  /** @throws {WeirError} `CONFIG_INVALID` when its keys cannot be used */
  static async open(config: EngineConfig, deps: EngineDeps): Promise<MetricsEngine> {
    try {
      const options = { what: 'engine', connectTimeoutMs: CONNECT_TIMEOUT_MS }
      const client = await HttpClient.open(config, options)
      return new MetricsEngine(config, client, deps)
    } catch (error) {
      const { message } = error as Error
      throw new WeirError('CONFIG_INVALID', `Cannot use storage.metrics: ${message}`)
    }
  }

  get state(): EngineState {
    return this.#state
  }

  /** How it wants to be asked; waits until it was looked for once. */
  async dialect(): Promise<Dialect> {
    await this.#known
    return this.#dialect
  }

  /**
   * Asks a question.
   *
   * @param read takes the body of an answer, which is a 2xx; when that breaks off, it is asked again
   * @throws {WeirError} `ENGINE_AWAY`; what the engine says, in our codes. The signal's reason when it aborts
   */
  async ask<T>(question: EngineQuestion, read: (reply: HttpReply) => T | Promise<T>): Promise<T> {
    await this.#known
    if (this.#state.awaySinceMs !== undefined) {
      this.events.ended('away', 0)
      throw this.awayError()
    }
    for (let tries = 1; ; tries++) {
      const startMs = this.#clock.monotonicMs()
      const outcome = await this.#tryCounted(question, read)
      const seconds = (this.#clock.monotonicMs() - startMs) / 1000
      if (outcome.kind === 'answer') {
        this.events.ended('answered', seconds)
        return outcome.read
      }
      if (outcome.kind === 'refused' && !isPassing(outcome)) {
        this.events.ended('refused', seconds)
        throw refusal(outcome)
      }
      if (tries >= TRIES_MAX) {
        if (outcome.kind === 'refused' && isItself(outcome)) {
          this.events.ended('refused', seconds)
          throw refusal(outcome)
        }
        this.#gone(whyOf(outcome))
        this.events.ended('away', seconds)
        throw this.awayError()
      }
      this.events.retried()
      await this.#clock.sleep(PAUSE_MS * 4 ** (tries - 1), question.signal)
    }
  }

  /** Why it cannot be asked. */
  awayError(): WeirError {
    const { awaySinceMs = this.#clock.now(), why } = this.#state
    const since = new Date(awaySinceMs).toISOString().replace(/\.\d+Z$/, 'Z')
    return new WeirError(
      'ENGINE_AWAY',
      `Cannot ask the engine at ${this.address}: it has been away since ${since} (${why}); what comes in is kept`,
    )
  }

  /** Where it is, fit to be shown. */
  get address(): string {
    return redactText(this.#base)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    await this.#looking
    await this.#client[Symbol.asyncDispose]()
  }

  async #tryCounted<T>(
    question: EngineQuestion,
    read: (reply: HttpReply) => T | Promise<T>,
  ): Promise<Tried<T>> {
    try {
      return await this.#try(question, read)
    } catch (error) {
      if (question.signal.aborted) this.events.ended('canceled', 0)
      throw error
    }
  }

  async #try<T>(
    question: EngineQuestion,
    read: (reply: HttpReply) => T | Promise<T>,
  ): Promise<Tried<T>> {
    const { signal } = question
    signal.throwIfAborted()
    try {
      const reply = await this.#send(question)
      if (reply.status >= 200 && reply.status < 300) {
        return { kind: 'answer', read: await read(reply) }
      }
      const text = await reply.text(REFUSAL_BYTES_MAX)
      return { kind: 'refused', status: reply.status, text }
    } catch (error) {
      if (signal.aborted) throw signal.reason
      const isOurs = error instanceof WeirError && error.code !== 'FETCH_FAILED'
      if (isOurs) throw error // what it says cannot be used: asking again would not help
      return { kind: 'none', why: redactText((error as Error).message) }
    }
  }

  #send({ path, params, method = 'POST', signal }: EngineQuestion): Promise<HttpReply> {
    const own = new Set(Object.keys(this.config.params))
    const all = [
      ...params.filter(([name]) => !own.has(name)),
      ...Object.entries(this.config.params),
    ]
    const form = new URLSearchParams(
      all.map(([name, value]) => [name, value] as [string, string]),
    ).toString()
    const headers = this.#headers
    if (method === 'GET') {
      const url = `${this.#base}${path}${form === '' ? '' : `?${form}`}`
      return this.#client.request(url, { method, headers, signal })
    }
    return this.#client.request(`${this.#base}${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
      signal,
    })
  }

  async #lookOn(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      const everyMs = this.#state.awaySinceMs === undefined ? LOOK_THERE_MS : LOOK_AWAY_MS
      await this.#clock.sleep(everyMs, signal).catch(() => undefined)
      if (!signal.aborted) await this.#look()
    }
  }

  /** Looks whether it is there; who it is, when that is not known. */
  async #look(): Promise<void> {
    using request = new LinkedAbort(this.#stopped.signal)
    const timing = this.#clock.sleep(LOOK_TIMEOUT_MS, request.signal).then(
      () => request.abort(),
      () => undefined,
    )
    const { signal } = request
    try {
      const params = [['query', '1']] as const
      const outcome = await this.#try({ path: '/api/v1/query', params, signal }, (reply) =>
        reply.discard(),
      )
      const isThere = outcome.kind === 'answer' || isAnAnswer(outcome)
      if (!isThere) this.#gone(whyOf(outcome))
      else if (this.#state.flavour === undefined || this.#state.awaySinceMs !== undefined) {
        await this.#meet(signal)
        this.#back()
      }
    } catch (error) {
      if (!this.#stopped.signal.aborted) {
        const isLate = signal.aborted
        this.#gone(isLate ? `no answer within ${LOOK_TIMEOUT_MS / 1000} s` : String(error))
      }
    } finally {
      request.abort()
      await timing
    }
  }

  /** Asks who it is. */
  async #meet(signal: AbortSignal): Promise<void> {
    const build = await this.#json('/api/v1/status/buildinfo', signal)
    const about = ((build as { data?: unknown } | undefined)?.data ?? {}) as BuildAnswer
    const said = this.config.flavour
    const stores = said === 'auto' ? await this.#json('/api/v1/stores', signal) : undefined
    const hasStores = (stores as { status?: unknown } | undefined)?.status === 'success'
    const isTenant = this.#headers['x-scope-orgid'] !== undefined
    const flavour = said === 'auto' ? flavourOf(about, hasStores, isTenant) : said
    const version = typeof about.version === 'string' ? about.version.slice(0, 100) : ''
    const before = this.#state
    if (before.flavour !== undefined) {
      if (before.flavour === flavour && before.version === version) return
      this.events.forget(before.flavour, before.version)
    }
    this.#dialect = dialectOf(flavour)
    this.#state = { ...before, flavour, version }
    this.events.found(flavour, version)
  }

  /** A page of JSON; undefined where there is none. */
  async #json(path: string, signal: AbortSignal): Promise<unknown> {
    const question = { path, params: [], method: 'GET', signal } as const
    const outcome = await this.#try(question, (reply) => reply.text(REFUSAL_BYTES_MAX))
    if (outcome.kind !== 'answer') return undefined
    try {
      return JSON.parse(outcome.read) as unknown
    } catch {
      return undefined
    }
  }

  #gone(why: string): void {
    const { awaySinceMs = this.#clock.now() } = this.#state
    this.#state = { ...this.#state, awaySinceMs, why }
    this.events.away(why)
  }

  #back(): void {
    const { awaySinceMs } = this.#state
    this.#state = { ...this.#state, awaySinceMs: undefined, why: '' }
    this.events.there(awaySinceMs === undefined ? 0 : this.#clock.now() - awaySinceMs)
  }
}

/** How an attempt ended. */
type Tried<T> = { readonly kind: 'answer'; readonly read: T } | NotAnswered

type NotAnswered =
  | ({ readonly kind: 'refused' } & Refused)
  | { readonly kind: 'none'; readonly why: string }

/** A no that will stay one is an answer too: somebody is there. */
function isAnAnswer(outcome: NotAnswered): boolean {
  return outcome.kind === 'refused' && !isPassing(outcome)
}

function whyOf(outcome: NotAnswered): string {
  if (outcome.kind === 'none') return outcome.why
  const words = redactText(outcome.text).trim().slice(0, 200)
  return `it answers ${outcome.status}${words === '' ? '' : `: ${words}`}`
}
