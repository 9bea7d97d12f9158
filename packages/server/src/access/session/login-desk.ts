import { type Clock, type KeyValueStore, WeirError } from '@weir/model'
import type { Telemetry } from '../../telemetry/log.ts'
import type { AccessControl, Credentials } from '../access-control.ts'
import type { AccessDesk } from '../access-desk.ts'
import type { AuthConfig } from '../config.ts'
import type { Identity } from '../identity.ts'
import { isOfDomain, scopesOfGroups } from '../oidc/claims.ts'
import { type Journey, OidcProvider } from '../oidc/provider.ts'
import { sessionConfig } from './config.ts'
import { sessionCookies } from './cookie.ts'
import type { Grounds, Origin, Session } from './session.ts'
import { Sessions } from './sessions.ts'

/** What people type in. */
export type Typed =
  | { readonly token: string }
  | { readonly user: string; readonly password: string }

/** The part of `auth` that is about people. */
type LoginConfig = Pick<AuthConfig, 'session' | 'oidc'>

interface LoginOptions {
  readonly auth: LoginConfig | undefined
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Where people log in: by what they type in, or by their OpenID provider; and where they are known by a cookie. */
export class LoginDesk implements AsyncDisposable {
  readonly #access: AccessControl
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  readonly #logins
  #config: LoginConfig = NOTHING
  #provider: OidcProvider | undefined
  #sessions: Sessions | undefined

  /** @param access says who has a token or a password, and slows down those who guess */
  constructor(access: AccessControl, { auth, clock, telemetry }: LoginOptions) {
    this.#access = access
    this.#clock = clock
    this.#telemetry = telemetry
    this.#logins = telemetry.registry.counter(
      'weir_logins_total',
      'Logins on the page, by way and by how they went.',
      ['way', 'result'],
    )
    this.take(auth)
  }

  /** From now on sessions are known. */
  open(store: KeyValueStore): void {
    this.#sessions = Sessions.open({
      store,
      config: () => this.#config.session,
      recheckMs: () => this.#config.oidc?.recheck ?? 0,
      renew: (grounds) => this.#renew(grounds),
      clock: this.#clock,
      telemetry: this.#telemetry,
    })
    void this.#look()
  }

  /** Another configuration: sessions that it gives nothing to end at their next request. */
  take(auth: LoginConfig = NOTHING): void {
    this.#config = auth
    const { oidc } = auth
    const before = this.#provider
    if (JSON.stringify(before?.config) === JSON.stringify(oidc)) return
    this.#provider = oidc === undefined ? undefined : new OidcProvider(oidc, this.#clock)
    void before?.[Symbol.asyncDispose]()
    if (this.#sessions !== undefined) void this.#look()
  }

  /** @throws {WeirError} `HTTP_NOT_READY` before the store is there */
  get sessions(): Sessions {
    if (this.#sessions !== undefined) return this.#sessions
    throw new WeirError('HTTP_NOT_READY', 'Cannot look at sessions yet: the store is not there')
  }

  get provider(): OidcProvider | undefined {
    return this.#provider
  }

  /** Who the cookie of a request says it is; undefined when it has none that holds. */
  readonly known = ({ headers }: Pick<Credentials, 'headers'>): Identity | undefined => {
    for (const { value, isSecure } of sessionCookies(headers['cookie'])) {
      const who = this.sessions.who(value, isSecure)
      if (who !== undefined) return who
    }
    return undefined
  }

  /**
   * Begins a session for what somebody typed in.
   *
   * @throws {WeirError} as `AccessControl.identify`; `LOGIN_NO_ACCESS` for a token that opens no page; `SESSIONS_FULL`
   */
  async typed(typed: Typed, origin: Origin, before?: string): Promise<Begun> {
    const way = 'token' in typed ? 'token' : 'password'
    return this.#counted(way, async () => {
      const headers = { authorization: authorizationOf(typed) }
      const { clientIp } = origin
      const who = await this.#access.identify({ headers, clientIp, certificate: '' })
      if (who.kind !== 'token' && who.kind !== 'user') {
        throw new WeirError('ACCESS_UNKNOWN', 'Cannot log in: nobody is asked who he is here')
      }
      if (!who.scopes.has('read')) {
        throw new WeirError(
          'LOGIN_NO_ACCESS',
          `Cannot let ${JSON.stringify(who.name)} in: want the scope read, which it does not have`,
        )
      }
      const { kind, name, tokenId, mark } = who
      return this.#begin(
        {
          kind,
          name,
          ...(tokenId === undefined ? {} : { tokenId }),
          ...(mark === undefined ? {} : { mark }),
        },
        origin,
        before,
      )
    })
  }

  /**
   * Begins a session for somebody who comes back from the provider.
   *
   * @throws {WeirError} as `OidcProvider.arrive`; `SESSIONS_FULL`
   */
  async arrived(
    { back, journey }: { readonly back: URL; readonly journey: Journey },
    origin: Origin,
    before?: string,
  ): Promise<Begun> {
    return this.#counted('oidc', async () => {
      if (this.#provider === undefined) {
        throw new WeirError('LOGIN_FAILED', 'Cannot log in: auth.oidc is not set up any more')
      }
      return this.#begin(await this.#provider.arrive(back, journey), origin, before)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#provider?.[Symbol.asyncDispose]()
  }

  async #begin(grounds: Grounds, origin: Origin, before: string | undefined): Promise<Begun> {
    const begun = await this.sessions.begin(grounds, origin, before)
    const { name, kind } = grounds
    this.#telemetry.log.info({ name, way: kind, address: origin.clientIp }, 'Somebody logged in')
    return begun
  }

  async #counted(way: string, begin: () => Promise<Begun>): Promise<Begun> {
    try {
      const begun = await begin()
      this.#logins.inc({ way, result: 'in' })
      return begun
    } catch (error) {
      this.#logins.inc({ way, result: 'refused' })
      const told = this.#telemetry.log.sampled(`login ${way}`, 1000)
      told?.warn({ way, error: (error as Error).message }, 'A login was refused')
      throw error
    }
  }

  /** Says at the start, and not only to the first who wants in, that the provider cannot be asked. */
  async #look(): Promise<void> {
    const provider = this.#provider
    if (provider === undefined) return
    const { issuer } = provider.config
    const { log } = this.#telemetry
    try {
      await provider.look()
      log.info({ issuer }, 'The OpenID provider answers')
    } catch (error) {
      const { message } = error as Error
      log.warn({ issuer, error: message }, 'Logins by OpenID Connect wait for their provider')
    }
  }

  #renew(grounds: Grounds): Identity | undefined {
    if (grounds.kind !== 'oidc') return this.#access.renew(grounds)
    const { oidc } = this.#config
    if (oidc === undefined || !isSameIssuer(oidc.issuer, grounds.issuer)) return undefined
    if (!isOfDomain(grounds.domains ?? [], oidc)) return undefined
    const scopes = scopesOfGroups(grounds.groups, oidc)
    return scopes.size === 0 ? undefined : { kind: 'user', name: grounds.name, scopes }
  }
}

const NOTHING: LoginConfig = { session: sessionConfig.parse({}) }

/** A desk whose cookies tell the access control who asks. */
export function openLogin(access: AccessDesk, options: LoginOptions): LoginDesk {
  const desk = new LoginDesk(access, options)
  access.also(desk.known)
  return desk
}

interface Begun {
  /** The cookie's. */
  readonly value: string
  readonly session: Session
}

function authorizationOf(typed: Typed): string {
  if ('token' in typed) return `Bearer ${typed.token.trim()}`
  return `Basic ${Buffer.from(`${typed.user}:${typed.password}`).toString('base64')}`
}

/** With or without a slash at the end. */
function isSameIssuer(a: string, b: string): boolean {
  return new URL(a).href === new URL(b).href
}
