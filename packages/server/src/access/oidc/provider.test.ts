import { WeirError, systemClock } from '@weir/model'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { oidcConfig } from './config.ts'
import { OidcProvider } from './provider.ts'
import {
  CLIENT,
  type ProviderStandIn,
  type Wrong,
  startProvider,
} from './testing/provider-stand-in.ts'

const BACK = 'http://weir.example/login/oidc/callback'

let stand: ProviderStandIn
let provider: OidcProvider
beforeAll(async () => {
  stand = await startProvider()
})
beforeEach(() => {
  stand.claims = { preferred_username: 'ann', groups: ['data', 'unknown'] }
  stand.userinfo = {}
  stand.wrong = undefined
  stand.state = 'well'
  stand.consents = true
  provider = open()
})
afterEach(async () => {
  vi.useRealTimers()
  await provider[Symbol.asyncDispose]()
})
afterAll(() => stand[Symbol.asyncDispose]())

function open(more: object = {}): OidcProvider {
  const groups = { data: ['write'], ops: ['admin'] }
  const config = { issuer: stand.issuer, ...CLIENT, groups, timeout: '1s', ...more }
  return new OidcProvider(oidcConfig.parse(config), systemClock)
}

/** Leaves, logs in at the provider, and has the address to come back to. */
async function travel(): Promise<{ readonly back: URL; readonly journey: Journey }> {
  const { url, journey } = await provider.leave('/alerts', BACK)
  const answer = await fetch(url, { redirect: 'manual' })
  return { back: new URL(answer.headers.get('location')!), journey }
}
type Journey = Awaited<ReturnType<OidcProvider['leave']>>['journey']

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof WeirError ? error.code : String(error)
}

test('somebody logs in: by code, PKCE, state and nonce, and his groups are told', async () => {
  const { back, journey } = await travel()
  expect(await provider.arrive(back, journey)).toEqual({
    kind: 'oidc',
    name: 'ann',
    issuer: stand.issuer,
    subject: 'u-1',
    groups: ['data', 'unknown'],
    domains: [],
  })
})

test.each([
  'nonce',
  'audience',
  'issuer',
  'expired',
  'future',
  'unsigned',
  'forged',
  'broken',
] satisfies Wrong[])('a token with a wrong %s lets nobody in', async (wrong) => {
  stand.wrong = wrong
  const { back, journey } = await travel()
  expect(await codeOf(provider.arrive(back, journey))).toBe('LOGIN_FAILED')
})

test.each<[string, (back: URL, journey: Journey) => [URL, Journey]]>([
  ['another state', (back, journey) => [back, { ...journey, state: 'x' }]],
  ['no state', (back, journey) => [without(back, 'state'), journey]],
  ['another verifier', (back, journey) => [back, { ...journey, verifier: 'v'.repeat(43) }]],
  ['no code', (back, journey) => [without(back, 'code'), journey]],
  ['a code made up', (back, journey) => [withCode(back, 'guess'), journey]],
])('%s lets nobody in', async (_, changed) => {
  const { back, journey } = await travel()
  expect(await codeOf(provider.arrive(...changed(back, journey)))).toBe('LOGIN_FAILED')
})

function without(url: URL, name: string): URL {
  const less = new URL(url)
  less.searchParams.delete(name)
  return less
}

function withCode(url: URL, code: string): URL {
  const other = new URL(url)
  other.searchParams.set('code', code)
  return other
}

test('a code counts once', async () => {
  const { back, journey } = await travel()
  await provider.arrive(back, journey)
  expect(await codeOf(provider.arrive(back, journey))).toBe('LOGIN_FAILED')
})

test('who says no at the provider comes back without', async () => {
  stand.consents = false
  const { back, journey } = await travel()
  await expect(provider.arrive(back, journey)).rejects.toThrow('access_denied')
})

test('a provider that fails, or says nothing, is away; it is asked again later', async () => {
  stand.state = 'failing'
  const both = [provider.leave('/', BACK), provider.leave('/', BACK)].map(codeOf)
  expect(await Promise.all(both)).toEqual(['LOGIN_PROVIDER_AWAY', 'LOGIN_PROVIDER_AWAY'])
  const before = stand.asked.get('/.well-known/openid-configuration')
  expect(await codeOf(provider.leave('/', BACK))).toBe('LOGIN_PROVIDER_AWAY')
  expect(stand.asked.get('/.well-known/openid-configuration')).toBe(before)
  stand.state = 'well'
  vi.useFakeTimers({ toFake: ['Date'], now: systemClock.now() + 3000 })
  const { back, journey } = await travel()
  stand.state = 'silent'
  expect(await codeOf(provider.arrive(back, journey))).toBe('LOGIN_PROVIDER_AWAY')
})

test('a new key of the provider is found', async () => {
  const first = await travel()
  await provider.arrive(first.back, first.journey)
  await stand.rotate()
  // Keys that were asked for a moment ago are not asked for again within one login, but by the next one.
  const second = await travel()
  expect(await codeOf(provider.arrive(second.back, second.journey))).toBe('LOGIN_FAILED')
  const third = await travel()
  expect(await provider.arrive(third.back, third.journey)).toMatchObject({ name: 'ann' })
  await stand.rotate()
  vi.useFakeTimers({ toFake: ['Date'], now: systemClock.now() + 61_000 })
  const { back, journey } = await travel()
  expect(await provider.arrive(back, journey)).toMatchObject({ name: 'ann' })
})

test('name and verified address that only the user info has are found there', async () => {
  stand.claims = { groups: ['data'] }
  stand.userinfo = { preferred_username: 'ann', email: 'a@x.example', email_verified: 'true' }
  provider = open({ allowed_domains: ['x.example'] })
  const { back, journey } = await travel()
  expect(await provider.arrive(back, journey)).toMatchObject({ name: 'ann', groups: ['data'] })
})

test.each<[string, object, string]>([
  ['a list', { groups: ['data', 7, 'x'] }, ''],
  ['one by itself', { groups: 'data' }, ''],
  ['the names of an object', { groups: { data: { '23': 'x.example' } } }, ''],
  ['nothing', {}, 'none of the groups'],
  ['too many to be told', { _claim_names: { groups: 'src1' } }, 'too many'],
  ['too many to be told in a short token', { hasgroups: true }, 'too many'],
])('groups as %s', async (_, claims, why) => {
  stand.claims = { preferred_username: 'ann', ...claims }
  const { back, journey } = await travel()
  const arriving = provider.arrive(back, journey)
  if (why === '') expect(await arriving).toMatchObject({ groups: expect.arrayContaining(['data']) })
  else await expect(arriving).rejects.toThrow(why)
})

test('groups that only the user info has are found there, and a path leads into objects', async () => {
  stand.claims = { email: 'ann@x.example' }
  stand.userinfo = { realm_access: { roles: ['ops'] } }
  provider = open({ groups_claim: 'realm_access.roles' })
  const { back, journey } = await travel()
  expect(await provider.arrive(back, journey)).toMatchObject({
    name: 'ann@x.example',
    groups: ['ops'],
  })
})

describe('who may come in', () => {
  test.each<[string, object, object, string]>([
    ['in no group that counts', { groups: ['other'] }, {}, 'LOGIN_NO_ACCESS'],
    ['without groups where everybody may', {}, { everyone: ['read'] }, ''],
    [
      'a group by a name of objects',
      { groups: ['__proto__', 'constructor'] },
      {},
      'LOGIN_NO_ACCESS',
    ],
    [
      'of the domain',
      { email: 'a@X.example', email_verified: true },
      { everyone: ['read'], allowed_domains: ['x.example'] },
      '',
    ],
    [
      'of the domain, unverified',
      { email: 'a@x.example' },
      { everyone: ['read'], allowed_domains: ['x.example'] },
      'LOGIN_NO_ACCESS',
    ],
    [
      'of another domain',
      { email: 'a@y.example', email_verified: true },
      { everyone: ['read'], allowed_domains: ['x.example'] },
      'LOGIN_NO_ACCESS',
    ],
    [
      'of the Workspace',
      { hd: 'x.example' },
      { everyone: ['read'], allowed_domains: ['x.example'] },
      '',
    ],
  ])('%s', async (_, claims, config, code) => {
    stand.claims = { ...claims }
    provider = open(config)
    const { back, journey } = await travel()
    expect(await codeOf(provider.arrive(back, journey))).toBe(code === '' ? 'undefined' : code)
  })
})

test('names are shown, so nothing in them turns text around', async () => {
  stand.claims = { preferred_username: 'ann\u202e\nadmin', groups: ['data'] }
  const { back, journey } = await travel()
  expect(await provider.arrive(back, journey)).toMatchObject({ name: 'annadmin' })
})

test('logging out at the provider is for those who want it', async () => {
  expect(await provider.farewell('http://weir.example/login')).toBeUndefined()
  provider = open({ logout: true })
  const url = new URL((await provider.farewell('http://weir.example/login'))!)
  expect(url.pathname).toBe('/logout')
  expect(url.searchParams.get('post_logout_redirect_uri')).toBe('http://weir.example/login')
})

test.each([
  ['http://idp.example', 'https'],
  ['https://login.microsoftonline.com/common/v2.0', 'tenant'],
  ['https://idp.example?x=1', 'https'],
])('the issuer %s is refused: want %s', (issuer, why) => {
  const read = oidcConfig.safeParse({ issuer, client_id: 'weir', everyone: ['read'] })
  expect(read.error?.issues[0]?.message).toContain(why)
})
