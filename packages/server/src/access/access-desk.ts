import { readFileSync } from 'node:fs'
import { timingSafeEqual } from 'node:crypto'
import { type Clock, type KeyValueStore, WeirError } from '@weir/model'
import type { Telemetry } from '../telemetry/log.ts'
import type { AccessControl, Credentials } from './access-control.ts'
import { type AuthConfig, authConfig } from './config.ts'
import { AccessEvents } from './events.ts'
import { EVERYBODY, type Identity, NOBODY } from './identity.ts'
import { Passwords, markOf } from './passwords.ts'
import { type Said, saidBy } from './said.ts'
import { type Scope, scopesOf } from './scope.ts'
import { Slowdown } from './slowdown.ts'
import { TokenLimits } from './tokens/token-limits.ts'
import { type KnownToken, TokenBook } from './tokens/token-book.ts'
import { freshToken, hashOf } from './tokens/token-text.ts'
import type { WebDoor } from './web-door.ts'

interface DeskOptions {
  readonly door: Pick<WebDoor, 'asks' | 'users' | 'tls'>
  readonly auth: AuthConfig | undefined
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/**
 * Another way to know who asks, where no token and no password was said: a session, a certificate.
 *
 * @returns undefined when it cannot tell
 */
export type Way = (credentials: Credentials) => Identity | undefined | Promise<Identity | undefined>

/**
 * Decides who asks. In this order: what the request says (a token or a password; when that is wrong nothing else is
 * asked), the other ways, and whatever `auth.anonymous` lets everybody do.
 *
 * A right token passes at any time: nobody guesses 256 bits, so an attacker behind the same address must not be able
 * to lock senders out. The slowdown keeps wrong ones from costing work, and passwords from being tried.
 */
export class AccessDesk implements AccessControl {
  readonly #clock: Clock
  readonly #events: AccessEvents
  readonly #slowdown: Slowdown
  readonly #limits: TokenLimits
  readonly #door: DeskOptions['door']
  readonly #passwords = new Passwords()
  readonly #ways: Way[] = []
  #auth: AuthConfig | undefined
  #bootstrap: Unlisted | undefined
  /** Tokens of this process itself; they end with it. */
  readonly #own: Unlisted[] = []
  #book: TokenBook | undefined

  /** @throws {WeirError} `CONFIG_INVALID` for a bootstrap token that cannot be used */
  constructor({ auth, clock, telemetry, door }: DeskOptions) {
    this.#door = door
    this.#limits = new TokenLimits(clock, telemetry)
    this.#clock = clock
    this.#slowdown = new Slowdown(clock, () => {
      const { slowdown } = this.#auth ?? OFF
      const { after, max_wait: maxWaitMs, max_addresses: addressesMax } = slowdown
      return { after, maxWaitMs, addressesMax }
    })
    this.#events = new AccessEvents(telemetry, () => this.#slowdown.size)
    this.take(auth)
  }

  get isOn(): boolean {
    return this.#auth?.enabled === true || this.#door.asks
  }

  /** @throws {WeirError} `HTTP_NOT_READY` before the store is there */
  get tokens(): TokenBook {
    if (this.#book !== undefined) return this.#book
    throw new WeirError('HTTP_NOT_READY', 'Cannot look at tokens yet: the store is not there')
  }

  /** From now on tokens are known. */
  open(store: KeyValueStore): void {
    this.#book = new TokenBook({
      store,
      clock: this.#clock,
      tokensMax: () => (this.#auth ?? OFF).max_tokens,
    })
  }

  /** Another configuration; a bad one changes nothing. @throws {WeirError} `CONFIG_INVALID` */
  take(auth: AuthConfig | undefined): void {
    this.#bootstrap = bootstrapOf(auth)
    this.#auth = auth
  }

  /** A token for what runs in this process beside Weir; it is kept nowhere and ends with the process. */
  ownToken(name: string, scopes: readonly Scope[]): string {
    const { text } = freshToken()
    const identity = { kind: 'token', name, scopes: scopesOf(scopes) } as const
    this.#own.push({ hash: hashOf(text), identity })
    return text
  }

  /** Adds a way that is asked after those before it. */
  also(way: Way): void {
    this.#ways.push(way)
  }

  async identify(credentials: Credentials): Promise<Identity> {
    if (!this.isOn) return EVERYBODY
    const said = saidBy(credentials)
    const who =
      said === undefined
        ? await this.#otherwise(credentials)
        : await this.#believe(said, credentials)
    this.#events.known(who)
    return who
  }

  renew({
    kind,
    name,
    tokenId,
    mark,
  }: Parameters<AccessControl['renew']>[0]): Identity | undefined {
    if (!this.isOn) return EVERYBODY
    if (kind === 'user') {
      const user = this.#user(name)
      return user?.mark === mark ? user : undefined
    }
    if (kind !== 'token') return undefined
    if (tokenId === undefined) {
      const bootstrap = this.#bootstrap?.identity
      return bootstrap?.mark === mark ? bootstrap : undefined
    }
    const found = this.tokens.get(tokenId)
    return found === undefined || found.hasExpired ? undefined : identityOf(found)
  }

  ways(): ReturnType<AccessControl['ways']> {
    return { token: true, password: this.#door.users.size > 0 }
  }

  async #otherwise(credentials: Credentials): Promise<Identity> {
    for (const way of this.#ways) {
      const who = await way(credentials)
      if (who !== undefined) return who
    }
    const { anonymous = [] } = this.#auth?.enabled === true ? this.#auth : {}
    const nobody = anonymous.length === 0 ? NOBODY : { ...NOBODY, scopes: scopesOf(anonymous) }
    return this.#ofCertificate(credentials) ?? nobody
  }

  async #believe(said: Said, credentials: Credentials): Promise<Identity> {
    const { clientIp: address } = credentials
    const isQuick = said.kind === 'token' || this.#passwords.isKnown(this.#door.users, said)
    if (isQuick) {
      const who =
        said.kind === 'token' ? this.#ofToken(said.text, credentials) : this.#user(said.user)
      if (who !== undefined) {
        this.#slowdown.wasRight(address)
        return who
      }
    }
    if (this.#slowdown.waitMs(address) > 0) this.#events.refused('slowed', { address })
    this.#slowdown.check(address)
    const users = this.#door.users
    if (said.kind === 'password' && users.size > 0) {
      // Counted before it is known, so that nobody tries many at once; the same one at once is one.
      if (!this.#passwords.isUnderWay(users, said)) this.#slowdown.failed(address)
      const isRight = await this.#passwords.check(users, said, this.#slowdown.isFamiliar(address))
      const who = isRight ? this.#user(said.user) : undefined
      if (who !== undefined) {
        this.#slowdown.succeeded(address)
        return who
      }
    } else {
      this.#slowdown.failed(address)
    }
    const { kind } = said
    this.#events.refused(kind, { address, ...(kind === 'password' ? { name: said.user } : {}) })
    throw unknown(kind === 'token' ? 'there is no such token' : 'user or password is wrong')
  }

  /** A user whose password is known to be right. */
  #user(name: string): Identity | undefined {
    const hash = this.#door.users.get(name)
    if (hash === undefined) return undefined
    const scopes = scopesOf(given(this.#auth?.users, name) ?? ['admin'])
    return { kind: 'user', name, scopes, mark: markOf(hash) }
  }

  /**
   * Who shows a certificate that somebody vouches for. Where the web configuration file lets nobody in without one, and
   * nothing else is asked for, it is for everything, as it is in Prometheus.
   */
  #ofCertificate({ certificate, certificateNames = [] }: Credentials): Identity | undefined {
    if (certificateNames.length === 0 && certificate === '') return undefined
    const rules = this.#auth?.enabled === true ? this.#auth.certificates : []
    const rule = rules.find(({ name }) => certificateNames.includes(name))
    const isAll = this.#auth?.enabled !== true && this.#door.users.size === 0
    const scopes =
      rule?.scopes ?? (isAll && this.#door.tls?.verifies === true ? ['admin' as const] : undefined)
    const name = rule?.name ?? certificate
    return scopes === undefined
      ? undefined
      : { kind: 'certificate', name, scopes: scopesOf(scopes) }
  }

  #ofToken(text: string, credentials: Credentials): Identity | undefined {
    const hash = hashOf(text)
    const configured = this.#bootstrap === undefined ? [] : [this.#bootstrap]
    const known = [...configured, ...this.#own].find((one) => timingSafeEqual(hash, one.hash))
    if (known !== undefined) return known.identity
    const found = this.tokens.find(text)
    if (found === undefined) return undefined
    const { id, name } = found
    if (found.hasExpired) {
      this.#events.refused('expired', { address: credentials.clientIp, name })
      throw unknown(`the token ${JSON.stringify(name)} has expired`)
    }
    this.#limits.charge(found, credentials)
    this.tokens.use(id).catch((error: unknown) => this.#events.useNotWritten(error))
    return identityOf(found)
  }
}

function identityOf({ id, name, scopes, limits: { series } = {} }: KnownToken): Identity {
  return {
    kind: 'token',
    name,
    scopes: scopesOf(scopes),
    tokenId: id,
    ...(series === undefined ? {} : { seriesMax: series }),
  }
}

/** A token that is in no book: that of `auth.bootstrap_token_file`, or one of the process's own. */
interface Unlisted {
  readonly hash: Buffer
  readonly identity: Identity
}

const OFF = authConfig.parse({ enabled: false })

/** A secret that can be guessed must not be a token for everything. */
const BOOTSTRAP_CHARS_MIN = 32

function bootstrapOf(auth: AuthConfig | undefined): Unlisted | undefined {
  const { enabled = false, bootstrap_token_file: file } = auth ?? {}
  if (!enabled || file === undefined) return undefined
  const wrong = (why: string): WeirError =>
    new WeirError('CONFIG_INVALID', `Cannot use auth.bootstrap_token_file ${file}: ${why}`)
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw wrong((error as Error).message)
  }
  if (text.length < BOOTSTRAP_CHARS_MIN) {
    throw wrong(`want ${BOOTSTRAP_CHARS_MIN} characters or more, got ${text.length}`)
  }
  const hash = hashOf(text)
  const scopes = scopesOf(['admin'])
  return { hash, identity: { kind: 'token', name: 'bootstrap', scopes, mark: markOf(hash) } }
}

/** An entry that somebody wrote, never what all objects have. */
function given<T>(entries: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return entries !== undefined && Object.hasOwn(entries, name) ? entries[name] : undefined
}

function unknown(why: string): WeirError {
  return new WeirError('ACCESS_UNKNOWN', `Cannot tell who asks: ${why}`)
}
