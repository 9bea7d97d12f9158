import type { AuditEntry, SessionView, WhoamiView } from '@weir/packs'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AccessDesk } from '../access/access-desk.ts'
import { authConfig } from '../access/config.ts'
import {
  CLIENT,
  type ProviderStandIn,
  startProvider,
} from '../access/oidc/testing/provider-stand-in.ts'
import { openLogin } from '../access/session/login-desk.ts'
import type { LoginDesk } from '../access/session/login-desk.ts'
import type { Scope } from '../access/scope.ts'
import { MemoryStore } from '../loggers/testing/memory-store.ts'
import { TrustedProxies } from '../network/trusted-proxies.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { type HttpServer, createHttp } from './app.ts'
import type { HttpDeps } from './deps.ts'
import { standIn } from './testing/stand-in.ts'

const OUTSIDE = 'https://weir.example'
const HOST = { host: 'weir.example' }
const PAGE = { 'weir-page': '1' }

let provider: ProviderStandIn
beforeAll(async () => {
  provider = await startProvider()
  await start({})
})
afterAll(async () => {
  await stop()
  await provider[Symbol.asyncDispose]()
})

let http: HttpServer
let access: AccessDesk
let login: LoginDesk
let recorded: Parameters<HttpDeps['audit']['record']>[0][]
/** Whether it was started otherwise than most tests want it. */
let isOther = false
beforeEach(async () => {
  provider.state = 'well'
  provider.wrong = undefined
  provider.claims = { preferred_username: 'ann', groups: ['data'] }
  if (isOther) await restart({})
  isOther = false
})

async function restart(auth: object | undefined, overrides: Partial<HttpDeps> = {}): Promise<void> {
  isOther = true
  await stop()
  await start(auth, overrides)
}

async function stop(): Promise<void> {
  await http[Symbol.asyncDispose]()
  await login[Symbol.asyncDispose]()
}

async function start(auth?: object, overrides: Partial<HttpDeps> = {}): Promise<void> {
  const oidc = { issuer: provider.issuer, ...CLIENT, name: 'Example', groups: { data: ['read'] } }
  const parsed = auth === undefined ? undefined : authConfig.parse({ oidc, ...auth })
  const telemetry = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
  const deps = standIn()
  access = new AccessDesk({
    door: { asks: false, users: new Map(), tls: undefined },
    auth: parsed,
    clock: deps.clock,
    telemetry,
  })
  login = openLogin(access, { auth: parsed, clock: deps.clock, telemetry })
  const store = new MemoryStore()
  access.open(store)
  login.open(store)
  recorded = []
  const audit = {
    record: async (change: (typeof recorded)[number]) => void recorded.push(change),
    entries: [] as AuditEntry[],
    chain: { state: 'whole' } as const,
  }
  const own = { access, login, audit, tokens: () => access.tokens, externalUrl: OUTSIDE }
  http = await createHttp(standIn({ ...own, ...overrides }))
}

let count = 0

async function tokenFor(
  name: string,
  ...scopes: Scope[]
): Promise<{ readonly text: string; readonly id: string }> {
  const { token, view } = await access.tokens.create({ name, scopes }, 'test')
  return { text: token, id: view.id }
}

type Answer = Awaited<ReturnType<HttpServer['inject']>>

function ask(
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  headers: Readonly<Record<string, string>> = {},
  payload?: object,
): Promise<Answer> {
  return http.inject({
    method,
    url,
    headers: { ...HOST, ...headers },
    ...(payload === undefined ? {} : { payload }),
  })
}

/** What a browser sends back of what it was told to keep. */
function cookieOf(answer: Answer): string {
  return answer.cookies
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
}

async function loggedIn(
  ...scopes: Scope[]
): Promise<{ readonly cookie: string; readonly id: string }> {
  const { text, id } = await tokenFor(`t${++count}.${scopes.join('')}`, ...scopes)
  const answer = await ask('POST', '/api/weir/v1/login', PAGE, { token: text })
  return { cookie: cookieOf(answer), id }
}

async function whoami(headers: Readonly<Record<string, string>> = {}): Promise<WhoamiView> {
  return (await ask('GET', '/api/weir/v1/whoami', headers)).json()
}

const SILENCE = { matchers: [], startsAt: '', endsAt: '', createdBy: '', comment: '' }

describe('behind a proxy', () => {
  const PROXY = '10.0.5.1'
  const guess = (remoteAddress: string, client: string, more = {}): Promise<Answer> =>
    http.inject({
      method: 'POST',
      url: '/api/weir/v1/login',
      remoteAddress,
      headers: { ...HOST, ...PAGE, 'x-forwarded-for': client, ...more },
      payload: { token: 'weir_guess' },
    })

  test('each client waits for itself, and strangers cannot call themselves another', async () => {
    await restart({}, { proxies: new TrustedProxies([PROXY]) })
    for (let i = 0; i < 6; i++) await guess(PROXY, '203.0.113.7')
    expect((await guess(PROXY, '1.1.1.1, 203.0.113.7')).statusCode).toBe(429)
    expect((await guess(PROXY, '203.0.113.8')).statusCode).toBe(401)
    for (let i = 0; i < 6; i++) await guess('198.51.100.1', `203.0.113.${100 + i}`)
    expect((await guess('198.51.100.1', '203.0.113.99')).statusCode).toBe(429)
    expect((await guess(PROXY, '203.0.113.100')).statusCode).toBe(401)
    expect(recorded.at(-1)).toMatchObject({ who: { address: '203.0.113.100' } })
  })

  test.each([
    [PROXY, 'https', true],
    [PROXY, 'http', false],
    ['198.51.100.1', 'https', false],
  ])('%s says %s: the cookie is for TLS only is %s', async (remoteAddress, proto, isSecure) => {
    await restart({}, { proxies: new TrustedProxies([PROXY]), externalUrl: 'http://weir.example' })
    const { text } = await tokenFor('ann', 'read')
    const answer = await http.inject({
      method: 'POST',
      url: '/api/weir/v1/login',
      remoteAddress,
      headers: { ...HOST, ...PAGE, 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': proto },
      payload: { token: text },
    })
    const cookie = String(answer.headers['set-cookie'])
    expect(cookie).toMatch(isSecure ? /^__Host-weir=.*; Secure$/ : /^weir=.*; SameSite=Strict$/)
  })
})

describe('with a token', () => {
  test('somebody logs in: a cookie that only this host can set, and who he is', async () => {
    const { text } = await tokenFor('ann', 'write')
    const answer = await ask('POST', '/api/weir/v1/login', PAGE, { token: ` ${text}\n` })
    expect(answer.statusCode).toBe(200)
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^__Host-weir=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure$/,
    )
    expect(answer.body).not.toContain(text)
    const who = await whoami({ cookie: cookieOf(answer) })
    expect(who).toMatchObject({
      isAsked: true,
      isExposed: false,
      isReadable: false,
      who: { kind: 'session', name: 'ann', scopes: ['write', 'read'] },
      ways: { token: true, oidc: 'Example' },
    })
    expect(recorded.at(-1)).toMatchObject({
      action: 'session.begin',
      target: 'ann',
      details: { way: 'token' },
    })
  })

  test.each([
    ['a token that is none', PAGE, { token: 'weir_nothing' }, 401],
    ['a token that may only send', PAGE, 'ingest', 403],
    ['neither', PAGE, {}, 400],
    ['a name with a colon', PAGE, { user: 'a:b', password: 'c' }, 400],
    ['a form of another site', {}, { token: 'weir_nothing' }, 403],
  ] as const)('%s does not', async (_, headers, given, status) => {
    const body = given === 'ingest' ? { token: (await tokenFor('s', 'ingest')).text } : given
    const answer = await ask('POST', '/api/weir/v1/login', headers, body)
    expect(answer.statusCode).toBe(status)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('whoever guesses is slowed down', async () => {
    const codes: number[] = []
    await restart({})
    for (let i = 0; i < 8; i++) {
      const answer = await ask('POST', '/api/weir/v1/login', PAGE, { token: `weir_guess${i}` })
      codes.push(answer.statusCode)
    }
    expect(codes.slice(0, 5)).toEqual([401, 401, 401, 401, 401])
    expect(codes.at(-1)).toBe(429)
  })

  test('a revoked token ends its sessions', async () => {
    const { cookie, id } = await loggedIn('read')
    expect((await ask('GET', '/api/v1/query?query=1', { cookie })).statusCode).toBe(200)
    await access.tokens.revoke(id)
    expect((await ask('GET', '/api/v1/query?query=1', { cookie })).statusCode).toBe(401)
  })

  test('a login ends the session that was there, and takes another cookie', async () => {
    const before = await loggedIn('read')
    const { text } = await tokenFor('other', 'read')
    const answer = await ask(
      'POST',
      '/api/weir/v1/login',
      { ...PAGE, cookie: before.cookie },
      { token: text },
    )
    expect(cookieOf(answer)).not.toBe(before.cookie)
    expect((await whoami({ cookie: before.cookie })).who.kind).toBe('anyone')
  })
})

describe('a session', () => {
  test.each([
    ['without the page’s header', {}, 403, 'HTTP_FORBIDDEN'],
    [
      'from a page of another site',
      { ...PAGE, origin: 'https://evil.example' },
      403,
      'HTTP_FORBIDDEN',
    ],
    ['from a sandboxed frame', { ...PAGE, origin: 'null' }, 403, 'HTTP_FORBIDDEN'],
    ['across sites by fetch', { ...PAGE, 'sec-fetch-site': 'cross-site' }, 403, 'HTTP_FORBIDDEN'],
    [
      'by a form of a neighbour',
      {
        origin: OUTSIDE,
        'sec-fetch-site': 'same-site',
        'content-type': 'application/x-www-form-urlencoded',
      },
      403,
      'HTTP_FORBIDDEN',
    ],
  ] as const)('changes nothing %s', async (_, headers, status, code) => {
    const { cookie } = await loggedIn('admin')
    const answer = await ask('POST', '/-/reload', { cookie, ...headers })
    expect([answer.statusCode, answer.headers['weir-error-code']]).toEqual([status, code])
  })

  test('changes something from the page itself, in the name of whom it belongs to', async () => {
    const { cookie } = await loggedIn('admin')
    const headers = { cookie, ...PAGE, origin: OUTSIDE, 'sec-fetch-site': 'same-origin' }
    expect((await ask('POST', '/-/reload', headers)).statusCode).toBe(200)
    expect(recorded.at(-1)).toMatchObject({
      who: { kind: 'session', name: expect.stringContaining('admin') as string },
    })
  })

  test('may no more than what it rests on', async () => {
    const { cookie } = await loggedIn('read')
    const answer = await ask('POST', '/api/v2/silences', { cookie, ...PAGE }, SILENCE)
    expect([answer.statusCode, answer.headers['weir-error-code']]).toEqual([403, 'ACCESS_DENIED'])
  })

  test('ends by logging out, and its cookie goes', async () => {
    const { cookie } = await loggedIn('read')
    const answer = await ask('POST', '/api/weir/v1/logout', { cookie, ...PAGE })
    expect(answer.json()).toEqual({ next: '/login' })
    expect(answer.cookies.map(({ name, value }) => [name, value])).toEqual([
      ['__Host-weir', ''],
      ['weir', ''],
    ])
    expect((await whoami({ cookie })).who.kind).toBe('anyone')
    expect(recorded.at(-1)).toMatchObject({
      action: 'session.end',
      target: expect.stringContaining('read') as string,
    })
    expect((await ask('POST', '/api/weir/v1/logout', { cookie })).statusCode).toBe(403)
  })

  test('is seen and ended by its owner; by others only with the scope admin', async () => {
    const ann = await loggedIn('read')
    const admin = await loggedIn('admin')
    const listed = async (cookie: string): Promise<readonly SessionView[]> => {
      const answer = await ask('GET', '/api/weir/v1/sessions', { cookie })
      return answer.json<{ readonly sessions: readonly SessionView[] }>().sessions
    }
    const own = await listed(ann.cookie)
    expect(own.map(({ isThis, isYours }) => [isThis, isYours])).toEqual([[true, true]])
    const all = await listed(admin.cookie)
    expect(all.map(({ id }) => id)).toContain(own[0]!.id)
    const other = all.find(({ isThis }) => isThis)!.id
    const refused = await ask('DELETE', `/api/weir/v1/sessions/${other}`, {
      cookie: ann.cookie,
      ...PAGE,
    })
    expect([refused.statusCode, refused.headers['weir-error-code']]).toEqual([
      404,
      'SESSION_UNKNOWN',
    ])
    const ended = await ask('DELETE', `/api/weir/v1/sessions/${own[0]!.id}`, {
      cookie: admin.cookie,
      ...PAGE,
    })
    expect(ended.statusCode).toBe(200)
    expect((await whoami({ cookie: ann.cookie })).who.kind).toBe('anyone')
  })

  test('over a plain connection has a cookie by another name, which TLS does not take', async () => {
    const { text } = await tokenFor('plain', 'read')
    const host = '127.0.0.1:9347'
    const answer = await ask('POST', '/api/weir/v1/login', { ...PAGE, host }, { token: text })
    expect(String(answer.headers['set-cookie'])).toMatch(/^weir=[\w-]{43}; .*SameSite=Strict$/)
    const cookie = cookieOf(answer)
    expect((await whoami({ cookie, host })).who.name).toBe('plain')
    expect((await whoami({ cookie: cookie.replace('weir=', '__Host-weir=') })).who.kind).toBe(
      'anyone',
    )
  })
})

describe('with OpenID Connect', () => {
  /** Leaves for the provider and comes back to Weir's door. */
  async function travel(
    next = '/alerts',
  ): Promise<{ readonly back: string; readonly cookie: string }> {
    const left = await ask('GET', `/login/oidc?next=${encodeURIComponent(next)}`)
    expect(left.statusCode).toBe(303)
    const there = await fetch(left.headers.location!, { redirect: 'manual' })
    const { pathname, search } = new URL(there.headers.get('location')!)
    return { back: pathname + search, cookie: cookieOf(left) }
  }

  test('somebody logs in and is where he wanted to be', async () => {
    const { back, cookie } = await travel('/alerts?state=firing')
    expect(cookie).toMatch(/^__Host-weir-login-[\w-]+=/)
    const answer = await ask('GET', back, {
      cookie,
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
    })
    expect(answer.headers.location).toBe('/alerts?state=firing')
    const session = cookieOf(answer)
    expect(session).toMatch(/^__Host-weir=[\w-]{43}$/)
    expect((await whoami({ cookie: session })).who).toEqual({
      kind: 'session',
      name: 'ann',
      scopes: ['read'],
    })
    expect(recorded.at(-1)).toMatchObject({
      action: 'session.begin',
      target: 'ann',
      details: { way: 'oidc' },
    })
  })

  test('the cookie for the way is sealed, and comes along from the provider', async () => {
    const left = await ask('GET', '/login/oidc')
    expect(String(left.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax; Secure$/)
    const state = new URL(left.headers.location!).searchParams.get('state')!
    expect(cookieOf(left).split('=')[1]).not.toContain(state)
  })

  test.each<
    [string, (journey: { readonly back: string; readonly cookie: string }) => [string, string]]
  >([
    ['another browser', ({ back }) => [back, '']],
    ['a changed state', ({ back, cookie }) => [back.replace('state=', 'state=x'), cookie]],
    ['a changed seal', ({ back, cookie }) => [back, `${cookie.slice(0, -3)}AAA`]],
  ])('%s does not come in', async (_, changed) => {
    const [back, cookie] = changed(await travel())
    const answer = await ask('GET', back, { cookie })
    expect(answer.headers.location).toMatch(/^\/login\?error=LOGIN_FAILED/)
    expect(cookieOf(answer)).toBe('')
  })

  test('nobody comes in twice by one code, and what failed is told', async () => {
    const { back, cookie } = await travel()
    await ask('GET', back, { cookie })
    const again = await ask('GET', back, { cookie })
    expect(again.headers.location).toBe('/login?error=LOGIN_FAILED&next=%2Falerts')
    expect(recorded.at(-1)).toMatchObject({ action: 'session.begin', refused: 'LOGIN_FAILED' })
  })

  test.each([
    ['https://evil.example/', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
  ])('whoever wants to %s afterwards lands at %s', async (next, lands) => {
    const { back, cookie } = await travel(next)
    expect((await ask('GET', back, { cookie })).headers.location).toBe(lands)
  })

  test('who is in no group is told so, and a provider that is away is named', async () => {
    provider.claims = { preferred_username: 'bob', groups: ['kitchen'] }
    const { back, cookie } = await travel()
    expect((await ask('GET', back, { cookie })).headers.location).toMatch(/error=LOGIN_NO_ACCESS/)
    provider.state = 'failing'
    await restart({})
    expect((await ask('GET', '/login/oidc')).headers.location).toBe(
      '/login?error=LOGIN_PROVIDER_AWAY',
    )
  })

  test('groups that lose their scopes end sessions, at a reload', async () => {
    const { back, cookie } = await travel()
    const session = cookieOf(await ask('GET', back, { cookie }))
    const oidc = { issuer: provider.issuer, ...CLIENT, groups: { ops: ['admin'] } }
    login.take(authConfig.parse({ oidc }))
    expect((await whoami({ cookie: session })).who.kind).toBe('anyone')
  })

  test.each([
    [
      'groups that are given something',
      { groups: { kitchen: ['read', 'write'] } },
      ['read', 'write'],
    ],
    ['another domain', { groups: { data: ['read'] }, allowed_domains: ['y.example'] }, []],
    ['his domain', { groups: { data: ['read'] }, allowed_domains: ['x.example'] }, ['read']],
  ])('%s count for a session at a reload', async (_, more, scopes) => {
    provider.claims = {
      preferred_username: 'ann',
      groups: ['data', 'kitchen'],
      email: 'ann@X.example',
      email_verified: true,
    }
    await restart({})
    const { back, cookie } = await travel()
    const session = cookieOf(await ask('GET', back, { cookie }))
    expect((await whoami({ cookie: session })).who.scopes).toEqual(['read'])
    login.take(authConfig.parse({ oidc: { issuer: provider.issuer, ...CLIENT, ...more } }))
    const { who } = await whoami({ cookie: session })
    expect([who.kind, who.scopes.toSorted()]).toEqual([
      scopes.length === 0 ? 'anyone' : 'session',
      scopes,
    ])
  })

  test('it begins at the address to which the provider sends people back', async () => {
    const answer = await ask('GET', '/login/oidc?next=/logs', { host: '127.0.0.1:9347' })
    expect(answer.headers.location).toBe(`${OUTSIDE}/login/oidc?next=%2Flogs`)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('logging out leads to the provider where that is wanted', async () => {
    const oidc = { issuer: provider.issuer, ...CLIENT, groups: { data: ['read'] }, logout: true }
    await restart({ oidc })
    const { back, cookie } = await travel()
    const session = cookieOf(await ask('GET', back, { cookie }))
    const answer = await ask('POST', '/api/weir/v1/logout', { cookie: session, ...PAGE })
    expect(answer.json<{ readonly next: string }>().next).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/logout\?/,
    )
  })

  test('cookies of journeys that were given up go', async () => {
    const many = Array.from({ length: 6 }, (_, i) => `__Host-weir-login-${i}=x`).join('; ')
    const answer = await ask('GET', '/login/oidc', { cookie: many })
    expect(answer.cookies.filter(({ value }) => value === '')).toHaveLength(6)
  })
})

test('without auth everybody may all, which is said where others reach the port', async () => {
  await restart(undefined)
  expect(await whoami()).toMatchObject({
    isAsked: false,
    isExposed: false,
    who: { kind: 'anyone' },
  })
  await restart(undefined, { listenHost: '0.0.0.0' })
  expect((await whoami()).isExposed).toBe(true)
  const answer = await ask('POST', '/api/weir/v1/login', PAGE, { token: 'weir_x' })
  expect(answer.statusCode).toBe(401)
})
