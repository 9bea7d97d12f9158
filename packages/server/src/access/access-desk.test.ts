import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WeirError } from '@weir/model'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { StepClock } from './testing/step-clock.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { AccessDesk } from './access-desk.ts'
import { type AuthConfig, authConfig } from './config.ts'
import type { Identity } from './identity.ts'
import { SECRET_HASH } from './testing/web-config-files.ts'
import { memoryStore } from './testing/memory-store.ts'
import { freshToken } from './tokens/token-text.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-access-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Stand {
  readonly desk: AccessDesk
  readonly clock: StepClock
  readonly registry: Registry
  readonly ask: (authorization?: string, clientIp?: string) => Promise<Identity>
}

const NO_DOOR = { asks: false, users: new Map<string, string>(), tls: undefined }

function stand(
  auth: AuthConfig | undefined,
  door: ConstructorParameters<typeof AccessDesk>[0]['door'] = NO_DOOR,
): Stand {
  const clock = new StepClock()
  const registry = new Registry()
  const log = new Log(pino({ level: 'silent' }))
  const desk = new AccessDesk({ auth, door, clock, telemetry: { registry, log } })
  desk.open(memoryStore())
  return {
    desk,
    clock,
    registry,
    ask: (authorization, clientIp = '10.0.0.1') =>
      desk.identify({
        headers: authorization === undefined ? {} : { authorization },
        clientIp,
        certificate: '',
      }),
  }
}

const ON = authConfig.parse({})

const RULES_OF_TWO = [
  { name: 'a', scopes: ['read'] },
  { name: 'b', scopes: ['admin'] },
] as const

test.each([[undefined], [authConfig.parse({ enabled: false })]])(
  'without access control everybody may do everything (%j)',
  async (auth) => {
    const { desk, ask } = stand(auth)
    expect(desk.isOn).toBe(false)
    expect((await ask('Bearer nonsense')).scopes.has('admin')).toBe(true)
  },
)

test('a token brings its scopes and its name', async () => {
  const { desk, ask } = stand(ON)
  const { token, view } = await desk.tokens.create({ name: 'ci', scopes: ['write'] }, '')
  const who = await ask(`Bearer ${token}`)
  expect({ ...who, scopes: [...who.scopes].toSorted() }).toEqual({
    kind: 'token',
    name: 'ci',
    tokenId: view.id,
    scopes: ['read', 'write'],
  })
})

test("a token of the process's own gets in, and is in no list", async () => {
  const { desk, ask } = stand(ON)
  const token = desk.ownToken('demo', ['write'])
  const { kind, name, scopes } = await ask(`Bearer ${token}`)
  expect([kind, name, [...scopes].toSorted()]).toEqual(['token', 'demo', ['read', 'write']])
  expect(desk.tokens.list()).toEqual([])
  const other = stand(ON)
  await expect(other.ask(`Bearer ${token}`)).rejects.toMatchObject({ code: 'ACCESS_UNKNOWN' })
})

test('who says nothing may do what auth.anonymous says', async () => {
  expect([...(await stand(ON).ask()).scopes]).toEqual([])
  const open = stand(authConfig.parse({ anonymous: ['read'] }))
  expect([...(await open.ask()).scopes]).toEqual(['read'])
})

test('who says something wrong is nobody, not even anonymous', async () => {
  const { ask } = stand(authConfig.parse({ anonymous: ['read'] }))
  await expect(ask(`Bearer ${freshToken().text}`)).rejects.toMatchObject({ code: 'ACCESS_UNKNOWN' })
})

test('a token that has expired is told so', async () => {
  const { desk, ask, clock } = stand(ON)
  const draft = { name: 'ci', scopes: ['read' as const], expiresInMs: 1000 }
  const { token } = await desk.tokens.create(draft, '')
  clock.pass(1000)
  await expect(ask(`Bearer ${token}`)).rejects.toThrow('the token "ci" has expired')
})

test('wrong tokens slow their address down; the right one still passes, and others are not touched', async () => {
  const { desk, ask, registry } = stand(ON)
  const { token } = await desk.tokens.create({ name: 'ci', scopes: ['read'] }, '')
  for (let i = 0; i < 6; i++) await expect(ask('Bearer x')).rejects.toThrow('no such token')
  await expect(ask('Bearer x')).rejects.toMatchObject({
    code: 'ACCESS_SLOWED',
    retryAfterSeconds: 1,
  })
  expect((await ask(`Bearer ${token}`)).name).toBe('ci')
  await expect(ask('Bearer x', '10.0.0.2')).rejects.toThrow('no such token')
  const page = registry.collect().flatMap(({ samples }) => samples)
  const refused = page.filter(({ name }) => name === 'weir_access_refused_total')
  expect(refused.map(({ labels, value }) => [labels.get('reason'), value])).toEqual([
    ['token', 7],
    ['slowed', 1],
  ])
})

test('ten thousand wrong tokens of as many addresses leave little behind, and the right one passes', async () => {
  const { desk, ask, registry } = stand(authConfig.parse({ slowdown: { max_addresses: 1000 } }))
  const { token } = await desk.tokens.create({ name: 'ci', scopes: ['read'] }, '')
  const codes = new Map<string, number>()
  for (let i = 0; i < 10_000; i++) {
    const { text } = freshToken()
    await ask(`Bearer ${text}`, `10.9.${i >> 8}.${i & 255}`).catch(({ code }: WeirError) =>
      codes.set(code, (codes.get(code) ?? 0) + 1),
    )
  }
  expect([...codes]).toEqual([['ACCESS_UNKNOWN', 10_000]])
  expect((await ask(`Bearer ${token}`)).name).toBe('ci')
  const page = registry.collect().flatMap(({ samples }) => samples)
  const figure = (name: string): number[] =>
    page.filter((sample) => sample.name === name).map(({ value }) => value)
  expect(figure('weir_access_failing_addresses')).toEqual([1000])
  expect(figure('weir_access_refused_total')).toEqual([10_000])
  // No series, no token, and no bucket of a limit for any of them.
  expect(page.length).toBeLessThan(10)
  expect(desk.tokens.list()).toHaveLength(1)
})

test('a token is held to its requests and bytes a second; others are not touched', async () => {
  const { desk, clock, registry } = stand(ON)
  const limits = { requestsPerSecond: 2, bytesPerSecond: 1000 }
  const { token } = await desk.tokens.create({ name: 'a', scopes: ['ingest'], limits }, '')
  const { token: other } = await desk.tokens.create({ name: 'b', scopes: ['ingest'] }, '')
  const send = async (text: string, more: object): Promise<string> => {
    const headers = { authorization: `Bearer ${text}`, ...more }
    try {
      return (await desk.identify({ headers, clientIp: '', certificate: '' })).name
    } catch (error) {
      const { code, retryAfterSeconds } = error as { code: string; retryAfterSeconds: number }
      return `${code} ${retryAfterSeconds}`
    }
  }
  expect(await send(token, { 'content-length': '600' })).toBe('a')
  expect(await send(token, { 'content-length': '600' })).toBe('TOKEN_RATE 1')
  expect(await send(token, {})).toBe('TOKEN_RATE 1') // the refused one was a request too
  expect(await send(other, { 'content-length': '60000' })).toBe('b')
  clock.pass(1000)
  // More than a second's worth comes in when nothing else did, and is paid off.
  expect(await send(token, { 'content-length': '5000' })).toBe('a')
  clock.pass(1000)
  expect(await send(token, { 'transfer-encoding': 'chunked' })).toBe('TOKEN_RATE 4')
  clock.pass(4000)
  expect(await send(token, { 'transfer-encoding': 'chunked' })).toBe('a')
  const refused = registry.collect().find(({ name }) => name === 'weir_access_token_refused_total')
  expect(refused?.samples.map(({ labels, value }) => [labels.get('limit'), value])).toEqual([
    ['bytes', 2],
    ['requests', 1],
  ])
})

test('the bootstrap token is for everything, and follows its file on reload', async () => {
  const file = join(folder, 'bootstrap')
  writeFileSync(file, `${'a'.repeat(40)}\n`)
  const auth = authConfig.parse({ bootstrap_token_file: file })
  const { desk, ask } = stand(auth)
  expect((await ask(`Bearer ${'a'.repeat(40)}`)).scopes.has('admin')).toBe(true)
  writeFileSync(file, 'b'.repeat(40))
  desk.take(auth)
  await expect(ask(`Bearer ${'a'.repeat(40)}`)).rejects.toThrow('no such token')
  writeFileSync(file, 'too short')
  expect(() => desk.take(auth)).toThrow('want 32 characters or more')
  expect((await ask(`Bearer ${'b'.repeat(40)}`)).name).toBe('bootstrap')
})

test('whoever was identified stays so while his token does', async () => {
  const { desk, ask, clock } = stand(ON)
  const draft = { name: 'ci', scopes: ['read' as const], expiresInMs: 1000 }
  const { token } = await desk.tokens.create(draft, '')
  const who = await ask(`Bearer ${token}`)
  expect(desk.renew(who)).toEqual(who)
  clock.pass(1000)
  expect(desk.renew(who)).toBeUndefined()
  const { token: other } = await desk.tokens.create({ name: 'b', scopes: ['read'] }, '')
  const second = await ask(`Bearer ${other}`)
  await desk.tokens.revoke('b')
  expect(desk.renew(second)).toBeUndefined()
})

test('another bootstrap token ends what was begun with the one before', async () => {
  const file = join(folder, 'rotated')
  writeFileSync(file, 'c'.repeat(40))
  const auth = authConfig.parse({ bootstrap_token_file: file })
  const { desk, ask } = stand(auth)
  const who = await ask(`Bearer ${'c'.repeat(40)}`)
  expect(desk.renew(who)).toEqual(who)
  writeFileSync(file, 'd'.repeat(40))
  desk.take(auth)
  expect(desk.renew(who)).toBeUndefined()
})

test.each([
  ['a rule by common name', [{ name: 'loader', scopes: ['ingest'] }], ['loader'], ['ingest']],
  ['a rule by alternative name', [{ name: 'a.test', scopes: ['read'] }], ['x', 'a.test'], ['read']],
  ['the first rule that fits', RULES_OF_TWO, ['b', 'a'], ['read']],
  ['no rule that fits', [{ name: 'a', scopes: ['read'] }], ['aa'], []],
] as const)('%s gives a certificate its scopes', async (_name, certificates, names, scopes) => {
  const auth = authConfig.parse({ certificates })
  const { desk } = stand(auth, { asks: true, users: new Map(), tls: undefined })
  const who = await desk.identify({
    headers: {},
    clientIp: '',
    certificate: names[0],
    certificateNames: names,
  })
  expect([...who.scopes]).toEqual(scopes)
})

test('users have the scopes that weir.yml says, or all', async () => {
  const auth = authConfig.parse({ users: { ann: ['read'] } })
  const users = new Map(['ann', 'bob', 'constructor'].map((name) => [name, SECRET_HASH]))
  const { ask, desk } = stand(auth, { asks: true, users, tls: undefined })
  const as = (name: string): Promise<Identity> =>
    ask(`Basic ${Buffer.from(`${name}:secret`).toString('base64')}`)
  const ann = await as('ann')
  expect([...ann.scopes]).toEqual(['read'])
  expect((await as('bob')).scopes.has('admin')).toBe(true)
  expect((await as('constructor')).scopes.has('admin')).toBe(true)
  expect(desk.renew(ann)).toEqual(ann)
  users.set('ann', SECRET_HASH.replace('$2b', '$2y'))
  expect(desk.renew(ann)).toBeUndefined()
})

test('another way is asked where nothing was said, in order', async () => {
  const { desk, ask } = stand(ON)
  const someone: Identity = { kind: 'session', name: 'ann', scopes: new Set(['read']) }
  desk.also(() => undefined)
  desk.also(async () => someone)
  expect(await ask()).toBe(someone)
  await expect(ask('Bearer x')).rejects.toThrow('no such token')
})
