import { type Clock, WeirError } from '@weir/model'
import type { FastifyInstance } from 'fastify'
import type { TailSockets } from './tail-sockets.ts'

/** Of the time there is, answers under way get this part before their queries are ended, … */
const ANSWERS_PART = 0.6
/** … and this part before their connections are. What is left is for what was taken in to be stored. */
const CONNECTIONS_PART = 0.75

/** At the end without notice, answers get so long to come out. */
const GRACE_MS = 5000

/** How the HTTP side ends: deaf at once, then answers, then whoever does not read them. */
export class Drain {
  readonly #app: FastifyInstance
  readonly #tails: TailSockets
  readonly #clock: Clock
  readonly #ended = new AbortController()
  readonly #over = new AbortController()
  #closing: Promise<void> | undefined

  constructor(app: FastifyInstance, tails: TailSockets, clock: Clock) {
    this.#app = app
    this.#tails = tails
    this.#clock = clock
  }

  /** Whether new requests are turned away. */
  get hasBegun(): boolean {
    return this.#closing !== undefined
  }

  /** Ends queries under way when it aborts. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  /** Takes no more connections, ends tails and those that do nothing; the others are to finish in time. */
  begin(timeoutMs: number): void {
    if (this.hasBegun) return
    this.#closing = this.#app.close().then(() => this.#over.abort())
    this.#closing.catch(() => undefined) // whoever waits for it hears
    this.#tails[Symbol.dispose]()
    this.#after(timeoutMs * ANSWERS_PART, () => this.#endQueries())
    this.#after(timeoutMs * CONNECTIONS_PART, () => this.#hangUp())
  }

  /** Resolves when nobody is connected any more. Without {@link begin} before, queries end at once. */
  async finish(): Promise<void> {
    if (!this.hasBegun) {
      this.begin(Infinity)
      this.#endQueries()
      this.#after(GRACE_MS, () => this.#hangUp())
    }
    await this.#closing
  }

  #endQueries(): void {
    this.#ended.abort(stopping())
  }

  #hangUp(): void {
    this.#endQueries()
    this.#app.server.closeAllConnections()
    this.#tails.hangUp()
  }

  #after(ms: number, act: () => void): void {
    if (ms === Infinity) return
    this.#clock.sleep(ms, this.#over.signal).then(act, () => undefined)
  }
}

/** What a request is told that comes too late. */
export function stopping(): WeirError {
  return new WeirError('SHUTTING_DOWN', 'Cannot answer: Weir is stopping')
}
