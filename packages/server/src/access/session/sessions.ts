import { createHash, randomBytes } from 'node:crypto'
import { type Clock, type KeyValueChange, type KeyValueStore, WeirError } from '@weir/model'
import type { Telemetry } from '../../telemetry/log.ts'
import type { Identity } from '../identity.ts'
import type { SessionConfig } from './config.ts'
import { type Grounds, type Origin, type Session, ownerOf } from './session.ts'

/**
 * Who is logged in on the page. All sessions are in memory (some hundred bytes each) and on the disk, under the
 * SHA-256 of the cookie's value: whoever reads the disk can open no session. 32 random bytes need no slow hash.
 *
 *     session/<hash, base64url> → the session
 *
 * At each request what the session rests on is asked anew: a token that was revoked a moment ago opens nothing.
 */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #byHash = new Map<string, Session>()
  /** When the disk last heard of a session's use. */
  readonly #savedMs = new Map<string, number>()
  readonly #count
  readonly #ended

  private constructor(options: SessionsOptions) {
    this.#options = options
    const { registry } = options.telemetry
    this.#count = registry.gauge('weir_sessions', 'People who are logged in on the page.')
    this.#ended = registry.counter(
      'weir_sessions_ended_total',
      'Sessions that ended: by logging out or by hand, by time, for want of room, or because what they rest on counts no more.',
      ['reason'],
    )
  }

  /** Reads back what was kept. */
  static open(options: SessionsOptions): Sessions {
    const sessions = new Sessions(options)
    for (const [key, value] of options.store.entries(PREFIX)) {
      const session = value as Session
      sessions.#byHash.set(key.slice(PREFIX.length), session)
      sessions.#savedMs.set(session.id, session.seenMs)
    }
    sessions.#publish()
    return sessions
  }

  /**
   * Begins a session; resolves with the cookie's value when it is on the disk.
   *
   * @param before the cookie that the browser had: its session ends, so that nobody shares one that was planted
   * @throws {WeirError} `SESSIONS_FULL`
   */
  async begin(
    grounds: Grounds,
    origin: Origin,
    before?: string,
  ): Promise<{ readonly value: string; readonly session: Session }> {
    const { clock, config } = this.#options
    const changes: KeyValueChange[] = []
    this.#sweep(changes)
    if (before !== undefined) this.#drop(hashOf(before), 'logout', changes)
    this.#makeRoom(grounds, changes)
    if (this.#byHash.size >= config().max_sessions) {
      await this.#options.store.write(changes)
      throw new WeirError(
        'SESSIONS_FULL',
        `Cannot log in: ${this.#byHash.size} are logged in (auth.session.max_sessions): raise it, or end sessions on the page`,
      )
    }
    const value = randomBytes(32).toString('base64url')
    const hash = hashOf(value)
    const nowMs = clock.now()
    const id = randomBytes(9).toString('base64url')
    const session: Session = { id, grounds, ...origin, openedMs: nowMs, seenMs: nowMs }
    this.#byHash.set(hash, session)
    this.#savedMs.set(id, nowMs)
    this.#publish()
    try {
      await this.#options.store.write([...changes, { key: PREFIX + hash, value: session }])
    } catch (error) {
      this.#byHash.delete(hash) // nobody has its cookie
      this.#savedMs.delete(id)
      this.#publish()
      throw error
    }
    return { value, session }
  }

  /** Whose cookie it is; undefined when its session is over. */
  who(value: string, isSecure: boolean): Identity | undefined {
    const hash = hashOf(value)
    const session = this.#byHash.get(hash)
    if (session === undefined || session.isSecure !== isSecure) return undefined
    const nowMs = this.#options.clock.now()
    const identity = this.#isOver(session, nowMs) ? undefined : this.#options.renew(session.grounds)
    if (identity === undefined) {
      const changes: KeyValueChange[] = []
      this.#drop(hash, this.#isOver(session, nowMs) ? 'time' : 'revoked', changes)
      this.#publish()
      this.#writeLater(changes)
      return undefined
    }
    this.#touch(hash, session, nowMs)
    return { ...identity, kind: 'session', name: session.grounds.name, sessionId: session.id }
  }

  /** Ends the session of this cookie, if there is one. */
  async endOf(value: string): Promise<Session | undefined> {
    const hash = hashOf(value)
    const session = this.#byHash.get(hash)
    await this.#end(hash)
    return session
  }

  /** Ends a session by its id; says whether there was one. */
  async end(id: string): Promise<boolean> {
    const hash = this.#hashById(id)
    if (hash === undefined) return false
    await this.#end(hash)
    return true
  }

  get(id: string): Session | undefined {
    const hash = this.#hashById(id)
    return hash === undefined ? undefined : this.#byHash.get(hash)
  }

  /** All that hold, the one that was used last first. */
  list(): readonly Session[] {
    const nowMs = this.#options.clock.now()
    return [...this.#byHash.values()]
      .filter(
        (session) =>
          !this.#isOver(session, nowMs) && this.#options.renew(session.grounds) !== undefined,
      )
      .toSorted((a, b) => b.seenMs - a.seenMs)
  }

  /** When a session ends at the latest. */
  endsMs({ grounds, openedMs }: Session): number {
    const { lifetime } = this.#options.config()
    const atMost = grounds.kind === 'oidc' ? this.#options.recheckMs() : lifetime
    return openedMs + Math.min(lifetime, atMost)
  }

  #isOver(session: Session, nowMs: number): boolean {
    return nowMs >= this.endsMs(session) || nowMs - session.seenMs >= this.#options.config().idle
  }

  /** A session that is used is written now and then only: what is lost by a crash is that it was used. */
  #touch(hash: string, session: Session, nowMs: number): void {
    session.seenMs = nowMs
    const everyMs = Math.min(SAVE_MS, this.#options.config().idle / 10)
    if (nowMs - (this.#savedMs.get(session.id) ?? 0) < everyMs) return
    this.#savedMs.set(session.id, nowMs)
    this.#writeLater([{ key: PREFIX + hash, value: session }])
  }

  /** Ends the sessions of one owner that were used least lately, down to one less than he may have. */
  #makeRoom(grounds: Grounds, changes: KeyValueChange[]): void {
    const owner = ownerOf(grounds)
    const own = [...this.#byHash]
      .filter(([, session]) => ownerOf(session.grounds) === owner)
      .toSorted(([, a], [, b]) => a.seenMs - b.seenMs)
    const tooMany = Math.max(0, own.length - this.#options.config().max_per_user + 1)
    for (const [hash] of own.slice(0, tooMany)) this.#drop(hash, 'room', changes)
  }

  #sweep(changes: KeyValueChange[]): void {
    const nowMs = this.#options.clock.now()
    for (const [hash, session] of this.#byHash) {
      if (this.#isOver(session, nowMs)) this.#drop(hash, 'time', changes)
    }
  }

  async #end(hash: string): Promise<void> {
    const changes: KeyValueChange[] = []
    this.#drop(hash, 'logout', changes)
    this.#publish()
    if (changes.length > 0) await this.#options.store.write(changes)
  }

  #drop(
    hash: string,
    reason: 'logout' | 'time' | 'room' | 'revoked',
    changes: KeyValueChange[],
  ): void {
    const session = this.#byHash.get(hash)
    if (session === undefined) return
    this.#byHash.delete(hash)
    this.#savedMs.delete(session.id)
    this.#ended.inc({ reason })
    changes.push({ key: PREFIX + hash, value: undefined })
  }

  #hashById(id: string): string | undefined {
    for (const [hash, session] of this.#byHash) if (session.id === id) return hash
    return undefined
  }

  /** Nobody waits for it. A session that is over and still on the disk is over at the next start too. */
  #writeLater(changes: readonly KeyValueChange[]): void {
    this.#options.store.write(changes).catch((error: unknown) => {
      const log = this.#options.telemetry.log.sampled('session_write', 60_000)
      log?.warn({ error: (error as Error).message }, 'The use of a session could not be written')
    })
  }

  #publish(): void {
    this.#count.set(this.#byHash.size)
  }
}

interface SessionsOptions {
  readonly store: KeyValueStore
  /** As of the last reload. */
  readonly config: () => SessionConfig
  /** When somebody who came by OpenID Connect is looked at anew. */
  recheckMs(): number
  /** What the grounds are worth today; undefined when they count no more. */
  renew(grounds: Grounds): Identity | undefined
  readonly clock: Clock
  readonly telemetry: Telemetry
}

const PREFIX = 'session/'
const SAVE_MS = 60_000

function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('base64url')
}
