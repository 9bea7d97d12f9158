import { WeirError } from '@weir/model'
import type { WhoamiView } from '@weir/packs'
import { z } from 'zod'
import { type Journey, JOURNEY_MS } from '../access/oidc/provider.ts'
import { Sealer } from '../access/oidc/sealed.ts'
import {
  clearCookie,
  cookieName,
  cookieOf,
  sessionCookies,
  setCookie,
} from '../access/session/cookie.ts'
import { PAGE_HEADER } from '../access/session/forgery.ts'
import { localPath } from '../access/session/local-path.ts'
import type { Origin, Session } from '../access/session/session.ts'
import type { HttpDeps } from './deps.ts'
import { asWeirError } from './errors.ts'
import { isLoopback } from './guard.ts'
import { jsonBody, readJson } from './json-body.ts'
import { type Answer, type Call, type Route, json, query } from './route.ts'

const TEXT_CHARS_MAX = 4096
const BODY_BYTES_MAX = 16 * 1024

const typedIn = z.union(
  [
    z.strictObject({ token: z.string().min(1).max(TEXT_CHARS_MAX) }),
    z.strictObject({
      user: z
        .string()
        .min(1)
        .max(200)
        .refine((text) => !text.includes(':'), { message: 'want a name without a colon' }),
      password: z.string().min(1).max(TEXT_CHARS_MAX),
    }),
  ],
  { error: 'want {"token": …} or {"user": …, "password": …}' },
)

/** Where the provider sends people back to. */
const BACK_PATH = '/login/oidc/callback'

/**
 * Logging in and out. What the page asks answers in JSON; the two addresses to which a browser goes itself, on the
 * way to an OpenID provider and back, lead on to a page in any case, with a code of an error when there is one.
 */
export function loginRoutes(deps: HttpDeps): Route[] {
  const journeys = new Journeys(deps)
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/whoami',
      access: 'open',
      summary: 'Who asks, what he may do, and how one says who one is',
      parameters: [],
      handle: (call) => json(whoami(call, deps)),
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/login',
      access: 'open',
      audit: 'session.begin',
      summary: 'Begin a session, with a token or with user and password; sets a cookie',
      parameters: [],
      body: jsonBody(BODY_BYTES_MAX),
      handle: async (call) => {
        refuseStrangers(call)
        const typed = readJson(call, typedIn)
        const origin = originOf(call, deps)
        const way = 'token' in typed ? 'token' : 'password'
        call.remark({ ...('user' in typed ? { target: typed.user } : {}), details: { way } })
        const { value, session } = await deps.login.typed(typed, origin, cookieBefore(call))
        call.remark({ target: session.grounds.name })
        return {
          ...json({ name: session.grounds.name }),
          cookies: [sessionCookie(value, session, deps)],
        }
      },
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/logout',
      access: 'open',
      audit: 'session.end',
      summary: 'End the session of the cookie; tells where to go next',
      parameters: [],
      handle: async (call) => {
        refuseStrangers(call)
        return logout(call, deps)
      },
    },
    {
      methods: ['GET'],
      path: '/login/oidc',
      access: 'open',
      summary: 'Leads the browser to the OpenID provider',
      parameters: [query('next', 'The path of the page to show afterwards')],
      handle: (call) => journeys.leave(call),
    },
    {
      methods: ['GET'],
      path: BACK_PATH,
      access: 'open',
      summary: 'Where the OpenID provider sends the browser back to',
      parameters: [
        query('code', 'What the provider gives out the tokens for'),
        query('state', 'As Weir gave it to the browser'),
        query('iss', 'The issuer'),
        query('error', 'Why there is no code'),
      ],
      handle: (call) => journeys.arrive(call),
    },
  ]
}

function whoami(call: Call, deps: HttpDeps): WhoamiView {
  const { who } = call
  const { access, login } = deps
  const session = who.sessionId === undefined ? undefined : login.sessions.get(who.sessionId)
  const { token, password } = access.ways()
  const isFromHere = isLoopback(call.head.clientIp.replace(/^::ffff:/, ''))
  return {
    isAsked: access.isOn,
    isExposed: !access.isOn && !isLoopback(deps.listenHost),
    isReadable: access.isOn && !isSecure(call, deps) && !isFromHere,
    who: { kind: who.kind, name: who.name, scopes: [...who.scopes] },
    session:
      session === undefined ? null : { id: session.id, endsMs: login.sessions.endsMs(session) },
    ways: { token, password, oidc: login.provider?.name ?? null },
  }
}

async function logout(call: Call, deps: HttpDeps): Promise<Answer> {
  let ended: Session | undefined
  for (const { value } of sessionCookies(call.header('cookie'))) {
    ended = (await deps.login.sessions.endOf(value)) ?? ended
  }
  call.remark(ended === undefined ? { isNothing: true } : { target: ended.grounds.name })
  const page = `${baseOf(deps)}/login`
  const farewell =
    ended?.grounds.kind === 'oidc' ? await deps.login.provider?.farewell(page) : undefined
  const cookies = [true, false].map((secure) => clearCookie({ isSecure: secure }))
  return { ...json({ next: farewell ?? '/login' }), cookies }
}

/** Ways to the provider and back. What must be remembered meanwhile is sealed into a cookie of its own for each. */
class Journeys {
  readonly #deps: HttpDeps
  readonly #sealer = new Sealer()

  constructor(deps: HttpDeps) {
    this.#deps = deps
  }

  async leave(call: Call): Promise<Answer> {
    const next = localPath(call.params.get('next'))
    const { login } = this.#deps
    const { provider } = login
    if (provider === undefined) return redirect('/login')
    // The cookie must be of the host to which the provider sends people back.
    const base = baseOf(this.#deps)
    if (hostOf(call) !== new URL(base).host) {
      return redirect(`${base}/login/oidc?next=${encodeURIComponent(next)}`)
    }
    try {
      const { url, journey } = await provider.leave(next, base + BACK_PATH)
      const name = journeyCookie(journey.state)
      const secure = isSecure(call, this.#deps)
      const value = this.#sealer.seal(name, journey)
      const rule = { name, isSecure: secure, sameSite: 'Lax', maxAgeS: JOURNEY_MS / 1000 } as const
      return redirect(url.href, [...tidied(call, secure), setCookie(value, rule)])
    } catch (error) {
      return this.#sayWhy(error, next)
    }
  }

  async arrive(call: Call): Promise<Answer> {
    const secure = isSecure(call, this.#deps)
    const state = call.params.get('state') ?? ''
    const name = journeyCookie(state)
    const cleared = clearCookie({ name, isSecure: secure, sameSite: 'Lax' })
    const journey = this.#journeyOf(call, name, secure)
    try {
      if (journey === undefined || journey.state !== state) {
        throw new WeirError(
          'LOGIN_FAILED',
          'Cannot log in: this browser did not begin it, or more than 10 minutes ago; begin again',
        )
      }
      const back = new URL(baseOf(this.#deps) + BACK_PATH)
      back.search = call.params.toString()
      const origin = originOf(call, this.#deps)
      const { value, session } = await this.#deps.login.arrived(
        { back, journey },
        origin,
        cookieBefore(call),
      )
      await this.#audit(call, session.grounds.name, '')
      return redirect(localPath(journey.next), [sessionCookie(value, session, this.#deps), cleared])
    } catch (error) {
      await this.#audit(call, '', asWeirError(error).code)
      return this.#sayWhy(error, journey?.next ?? '/', [cleared])
    }
  }

  #journeyOf(call: Call, name: string, secure: boolean): Journey | undefined {
    const sealed = cookieOf(call.header('cookie'), cookieName({ name, isSecure: secure }))
    if (sealed === undefined) return undefined
    const journey = this.#sealer.open(name, sealed) as Journey | undefined
    return journey !== undefined && this.#deps.clock.now() < journey.untilMs ? journey : undefined
  }

  /** A browser comes back by GET, so it is told here. */
  async #audit({ who, head }: Call, target: string, refused: string): Promise<void> {
    await this.#deps.audit.record({
      who: { kind: who.kind, name: who.name, address: head.clientIp },
      action: 'session.begin',
      target,
      refused,
      isMinor: true,
      details: { way: 'oidc' },
    })
  }

  /** Only the code goes into the address: what a provider says is not repeated on Weir's page. */
  #sayWhy(thrown: unknown, next: string, cookies: readonly string[] = []): Answer {
    const error = asWeirError(thrown)
    const { log } = this.#deps.telemetry
    log.warn({ error: error.message, code: error.code }, 'A login by OpenID Connect failed')
    const search = new URLSearchParams({ error: error.code, ...(next === '/' ? {} : { next }) })
    return redirect(`/login?${search.toString()}`, cookies)
  }
}

/** More journeys than anybody makes at a time have been given up: their cookies would only grow. */
const JOURNEYS_MAX = 5

function tidied(call: Call, secure: boolean): readonly string[] {
  const prefix = cookieName({ name: JOURNEY, isSecure: secure })
  const names = call
    .header('cookie')
    .split(';')
    .map((pair) => pair.split('=', 1)[0]!.trim())
    .filter((name) => name.startsWith(prefix))
  if (names.length < JOURNEYS_MAX) return []
  return names.map((name) =>
    clearCookie({ name: name.replace('__Host-', ''), isSecure: secure, sameSite: 'Lax' }),
  )
}

const JOURNEY = 'weir-login-'

function journeyCookie(state: string): string {
  return JOURNEY + state.replaceAll(/[^\w-]/g, '').slice(0, 12)
}

function redirect(location: string, cookies: readonly string[] = []): Answer {
  return { status: 303, headers: { location }, cookies, body: '' }
}

/** Logging somebody in or out from another site is a forgery too, though no session stands behind it yet. */
function refuseStrangers(call: Call): void {
  if (call.header(PAGE_HEADER) !== '') return
  throw new WeirError('HTTP_FORBIDDEN', `Cannot log in or out: want the header ${PAGE_HEADER}: 1`)
}

function originOf(call: Call, deps: HttpDeps): Origin {
  const agent = call.header('user-agent').slice(0, 200)
  return { clientIp: call.head.clientIp, agent, isSecure: isSecure(call, deps) }
}

function cookieBefore(call: Call): string | undefined {
  return sessionCookies(call.header('cookie'))[0]?.value
}

function sessionCookie(value: string, session: Session, { login }: HttpDeps): string {
  const maxAgeS = (login.sessions.endsMs(session) - session.openedMs) / 1000
  return setCookie(value, { isSecure: session.isSecure, maxAgeS })
}

/** Over TLS to Weir itself, or to the proxy whose address `web.external_url` names. */
function isSecure(call: Call, { externalUrl }: HttpDeps): boolean {
  if (call.head.isEncrypted) return true
  if (!externalUrl.startsWith('https://')) return false
  return hostOf(call) === new URL(externalUrl).host
}

function hostOf(call: Call): string {
  return call
    .header('host')
    .toLowerCase()
    .replace(/:(80|443)$/, '')
}

/** Where people reach the page; `auth.oidc` is refused without `web.external_url`. */
function baseOf({ externalUrl }: HttpDeps): string {
  return externalUrl.replace(/\/+$/, '')
}
