import { randomBytes } from 'node:crypto'
import { secretOf } from '@weir/fetch'
import { type Clock, WeirError } from '@weir/model'
import * as oidc from 'openid-client'
import type { Grounds } from '../session/session.ts'
import { type Claims, groundsOf, saysAll, scopesOfGroups, withholdsGroups } from './claims.ts'
import type { OidcConfig } from './config.ts'
import { openProviderFetch } from './provider-fetch.ts'

/** What must be remembered between leaving for the provider and coming back. */
export interface Journey {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** The path where to go afterwards. */
  readonly next: string
  readonly untilMs: number
}

/** How long somebody may take to log in at the provider. */
export const JOURNEY_MS = 10 * 60_000
/** The provider's addresses are looked up anew so often; its keys whenever one is not known. */
const DISCOVERY_MS = 3_600_000
/** A provider that does not answer is left alone so long. */
const AWAY_MS = 2000
/** Codes that are exchanged at a time: each one is a request to the provider. */
const AT_ONCE = 32

/**
 * The OpenID provider, by the authorization code flow with PKCE, state and nonce. The library checks issuer,
 * audience, times, nonce and the signature of what comes back; of the tokens nothing is kept.
 */
export class OidcProvider implements AsyncDisposable {
  readonly #config: OidcConfig
  readonly #clock: Clock
  /** Opened by the first login: certificates are read from files. */
  #asker: ReturnType<typeof openProviderFetch> | undefined
  #found:
    | { readonly client: Promise<oidc.Configuration>; readonly atMs: number; secret: string }
    | undefined
  #awayUntilMs = 0
  #away: WeirError | undefined
  #underWay = 0

  constructor(config: OidcConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
  }

  get config(): OidcConfig {
    return this.#config
  }

  /** What the button is called. */
  get name(): string {
    return this.#config.name ?? new URL(this.#config.issuer).hostname
  }

  /**
   * Where to send the browser, and what to remember until it comes back.
   *
   * @throws {WeirError} `LOGIN_PROVIDER_AWAY`
   */
  async leave(
    next: string,
    redirectUri: string,
  ): Promise<{ readonly url: URL; readonly journey: Journey }> {
    const client = await this.#client()
    const journey = {
      state: randomBytes(32).toString('base64url'),
      nonce: randomBytes(32).toString('base64url'),
      verifier: oidc.randomPKCECodeVerifier(),
      next,
      untilMs: this.#clock.now() + JOURNEY_MS,
    }
    const url = oidc.buildAuthorizationUrl(client, {
      redirect_uri: redirectUri,
      scope: this.#config.scopes.join(' '),
      state: journey.state,
      nonce: journey.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(journey.verifier),
      code_challenge_method: 'S256',
    })
    return { url, journey }
  }

  /**
   * Who came back.
   *
   * @param back the address that the provider sent the browser to
   * @throws {WeirError} `LOGIN_FAILED`, `LOGIN_NO_ACCESS`, `LOGIN_PROVIDER_AWAY`
   */
  async arrive(back: URL, journey: Journey): Promise<Grounds> {
    if (this.#underWay >= AT_ONCE) {
      throw new WeirError(
        'LOGIN_PROVIDER_AWAY',
        `Cannot log in: ${AT_ONCE} logins are under way, try again`,
      )
    }
    this.#underWay++
    try {
      const claims = await this.#claims(back, journey)
      const grounds = groundsOf(claims, this.#config)
      if (grounds.kind === 'oidc' && scopesOfGroups(grounds.groups, this.#config).size > 0)
        return grounds
      const claim = JSON.stringify(this.#config.groups_claim)
      const why = withholdsGroups(claims, this.#config)
        ? `the provider left the groups out of ${claim}, for they are too many: have it send fewer, or roles`
        : `none of the groups in ${claim} is in auth.oidc.groups`
      throw new WeirError(
        'LOGIN_NO_ACCESS',
        `Cannot let ${JSON.stringify(grounds.name)} in: ${why}`,
      )
    } finally {
      this.#underWay--
    }
  }

  /** Whether it answers, and as what it is configured. @throws {WeirError} `LOGIN_PROVIDER_AWAY`, `LOGIN_FAILED` */
  async look(): Promise<void> {
    await this.#client()
  }

  /** Where one logs out at the provider; undefined when it cannot, or shall not. */
  async farewell(afterwards: string): Promise<string | undefined> {
    if (!this.#config.logout) return undefined
    const client = await this.#client().catch(() => undefined)
    if (client?.serverMetadata().end_session_endpoint === undefined) return undefined
    return oidc.buildEndSessionUrl(client, { post_logout_redirect_uri: afterwards }).href
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const asker = await this.#asker?.catch(() => undefined)
    await asker?.[Symbol.asyncDispose]()
  }

  async #claims(back: URL, { state, nonce, verifier }: Journey): Promise<Claims> {
    const client = await this.#client()
    try {
      const answer = await oidc.authorizationCodeGrant(client, back, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      })
      const claims = answer.claims() as Claims
      if (saysAll(claims, this.#config)) return claims
      if (client.serverMetadata().userinfo_endpoint === undefined) return claims
      const more = await oidc.fetchUserInfo(client, answer.access_token, claims.sub)
      return { ...more, ...claims }
    } catch (error) {
      // It may sign with a new key since a moment ago: the next login looks at all anew.
      this.#found = undefined
      throw reasonOf(error, this.#config)
    }
  }

  /** Addresses and keys of the provider; asked for once at a time, and not again at once when it is away. */
  async #client(): Promise<oidc.Configuration> {
    const nowMs = this.#clock.now()
    const secret = await this.#secret()
    const found = this.#found
    if (found !== undefined && found.secret === secret && nowMs - found.atMs < DISCOVERY_MS) {
      return found.client
    }
    if (this.#away !== undefined && nowMs < this.#awayUntilMs) throw this.#away
    // Whoever waits for the same answer hears the same reason.
    const client = this.#discover(secret).catch((error: unknown) => {
      this.#found = undefined
      this.#away = away(this.#config, error)
      this.#awayUntilMs = this.#clock.now() + AWAY_MS
      throw this.#away
    })
    this.#found = { client, atMs: nowMs, secret }
    return client
  }

  async #secret(): Promise<string> {
    try {
      return await secretOf(this.#config.client_secret, this.#config.client_secret_file)
    } catch (error) {
      const why = (error as Error).message
      throw new WeirError('LOGIN_FAILED', `Cannot log in: auth.oidc.client_secret_file: ${why}`)
    }
  }

  async #discover(secret: string): Promise<oidc.Configuration> {
    const { issuer, client_id: id, clock_skew: skewMs, timeout: timeoutMs } = this.#config
    const server = new URL(issuer)
    this.#asker ??= openProviderFetch(this.#config)
    this.#asker.catch(() => {
      this.#asker = undefined // its files may be there the next time
    })
    const { fetch } = await this.#asker
    const insecure = server.protocol === 'http:' ? [oidc.allowInsecureRequests] : []
    const options = {
      [oidc.customFetch]: (url: string, asked: oidc.CustomFetchOptions) => fetch(url, asked),
      timeout: timeoutMs / 1000,
      execute: insecure,
    }
    const found = await oidc.discovery(server, id, undefined, oidc.None(), options)
    const client = new oidc.Configuration(
      found.serverMetadata(),
      id,
      { [oidc.clockTolerance]: Math.ceil(skewMs / 1000) },
      authenticationOf(secret, found.serverMetadata()),
    )
    client[oidc.customFetch] = options[oidc.customFetch]
    client.timeout = options.timeout
    // Else what comes straight from the provider would be believed without its signature.
    for (const set of [oidc.enableNonRepudiationChecks, ...insecure]) set(client)
    return client
  }
}

/** As the provider takes it; by the standard that is basic auth where it does not say. */
function authenticationOf(
  secret: string,
  { token_endpoint_auth_methods_supported: known }: oidc.ServerMetadata,
): oidc.ClientAuth {
  if (secret === '') return oidc.None()
  // Not all of them read the secret in a header as the standard spells it, so a form comes first.
  const isForm = known?.includes('client_secret_post') === true
  return isForm ? oidc.ClientSecretPost(secret) : oidc.ClientSecretBasic(secret)
}

function away({ issuer }: OidcConfig, error: unknown): WeirError {
  const why = wordsOf(error)
  return new WeirError(
    'LOGIN_PROVIDER_AWAY',
    `Cannot reach the OpenID provider ${issuer}: ${why}`,
    {
      cause: error,
    },
  )
}

/** What the library threw: whether the provider is away, or what it said is not to be believed. */
function reasonOf(error: unknown, config: OidcConfig): WeirError {
  const isLost = chainOf(error).some(
    ({ code, name, status }) =>
      code === 'FETCH_FAILED' ||
      code === 'OAUTH_TIMEOUT' ||
      name === 'TimeoutError' ||
      (typeof status === 'number' && status >= 500),
  )
  if (isLost) return away(config, error)
  const why =
    error instanceof oidc.AuthorizationResponseError
      ? `the provider said ${JSON.stringify(error.error.slice(0, 100))}`
      : wordsOf(error)
  return new WeirError('LOGIN_FAILED', `Cannot log in: ${why}`, { cause: error })
}

interface Thrown {
  readonly name?: unknown
  readonly code?: unknown
  readonly status?: unknown
  readonly message?: unknown
  readonly cause?: unknown
}

function chainOf(error: unknown): Thrown[] {
  const chain: Thrown[] = []
  for (let at = error; typeof at === 'object' && at !== null && chain.length < 5;) {
    chain.push(at)
    at = (at as Thrown).cause
  }
  return chain
}

/** The library's own words are general; the reason stands below them. */
function wordsOf(error: unknown): string {
  const words = chainOf(error).flatMap(({ message }) =>
    typeof message === 'string' ? [message] : [],
  )
  return words.join(': ').slice(0, 500)
}
