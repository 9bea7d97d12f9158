import { systemClock } from '@weir/model'
import { pino } from 'pino'
import { beforeEach, expect, test } from 'vitest'
import { MemoryStore } from '../../loggers/testing/memory-store.ts'
import { Log } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { scopesOf } from '../scope.ts'
import { sessionConfig } from './config.ts'
import type { Grounds } from './session.ts'
import { Sessions } from './sessions.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const HERE = { clientIp: '10.0.0.7', agent: 'Firefox', isSecure: true }
const ANN: Grounds = { kind: 'user', name: 'ann', mark: 'p1' }
const BOT: Grounds = { kind: 'token', name: 'bot', tokenId: 't1' }
const EVE: Grounds = { kind: 'oidc', name: 'eve', issuer: 'https://idp', subject: 'u1', groups: [] }

let store: MemoryStore
let nowMs: number
let good: Set<string>
beforeEach(() => {
  store = new MemoryStore()
  nowMs = Date.parse('2024-05-01T12:00:00Z')
  good = new Set(['ann', 'bot', 'eve'])
})

function open(config: object = {}): Sessions {
  return Sessions.open({
    store,
    config: () => sessionConfig.parse(config),
    recheckMs: () => 12 * HOUR_MS,
    renew: ({ name }) =>
      good.has(name) ? { kind: 'user', name, scopes: scopesOf(['write']) } : undefined,
    clock: { ...systemClock, now: () => nowMs as ReturnType<typeof systemClock.now> },
    telemetry: { registry: new Registry(), log: new Log(pino({ level: 'silent' })) },
  })
}

test('a session is known by its cookie, also after a restart; the disk does not hold the cookie', async () => {
  const { value, session } = await open().begin(ANN, HERE)
  expect(value).toMatch(/^[\w-]{43}$/)
  expect(open().who(value, true)).toEqual({
    kind: 'session',
    name: 'ann',
    sessionId: session.id,
    scopes: scopesOf(['write']),
  })
  expect(JSON.stringify([...store.entries('')])).not.toContain(value)
})

test.each([
  ['another cookie', (value: string) => [`${value.slice(1)}x`, true]],
  ['its hash from the disk', () => [[...store.entries('session/')][0]![0].slice(8), true]],
  ['its id', () => [([...store.entries('session/')][0]![1] as { id: string }).id, true]],
  ['the name that is for plain connections', (value: string) => [value, false]],
] as const)('%s opens nothing', async (_, changed) => {
  const sessions = open()
  const { value } = await sessions.begin(ANN, HERE)
  const [other, isSecure] = changed(value) as [string, boolean]
  expect(sessions.who(other, isSecure)).toBeUndefined()
})

test('it ends when nobody uses it, and after its life however much it is used', async () => {
  const sessions = open()
  const idle = await sessions.begin(ANN, HERE)
  nowMs += 8 * HOUR_MS - 1
  expect(sessions.who(idle.value, true)).toBeDefined()
  nowMs += 8 * HOUR_MS
  expect(sessions.who(idle.value, true)).toBeUndefined()
  const used = await sessions.begin(ANN, HERE)
  for (let hours = 0; hours < 7 * 24 - 1; hours++) {
    nowMs += HOUR_MS
    expect(sessions.who(used.value, true)).toBeDefined()
  }
  nowMs += HOUR_MS
  expect(sessions.who(used.value, true)).toBeUndefined()
  expect([...store.entries('session/')]).toEqual([])
})

test('who came by OpenID Connect is looked at anew before that', async () => {
  const sessions = open({ idle: '24h' })
  const { value } = await sessions.begin(EVE, HERE)
  nowMs += 12 * HOUR_MS - 1
  expect(sessions.who(value, true)).toBeDefined()
  nowMs += 1
  expect(sessions.who(value, true)).toBeUndefined()
})

test('it ends with what it rests on, at once and for good', async () => {
  const sessions = open()
  const { value } = await sessions.begin(BOT, HERE)
  good.delete('bot')
  expect(sessions.list()).toEqual([])
  expect(sessions.who(value, true)).toBeUndefined()
  good.add('bot')
  expect(sessions.who(value, true)).toBeUndefined()
})

test('use is written now and then, so that a restart does not end what is in use', async () => {
  const sessions = open()
  const { value } = await sessions.begin(ANN, HERE)
  nowMs += 7 * HOUR_MS
  sessions.who(value, true)
  nowMs += 7 * HOUR_MS
  expect(open().who(value, true)).toBeDefined()
})

test('one owner has so many; another login ends the one that was used least lately', async () => {
  const sessions = open({ max_per_user: 2 })
  const first = await sessions.begin(ANN, HERE)
  nowMs += 1
  const second = await sessions.begin(ANN, HERE)
  const other = await sessions.begin(BOT, HERE)
  nowMs += 1
  sessions.who(first.value, true)
  const third = await sessions.begin(ANN, HERE)
  const holds = [first, second, third, other].map(({ value }) => sessions.who(value, true)?.name)
  expect(holds).toEqual(['ann', undefined, 'ann', 'bot'])
})

test('there are so many in all; those that are over count no more', async () => {
  const sessions = open({ max_sessions: 2 })
  await sessions.begin(ANN, HERE)
  await sessions.begin(BOT, HERE)
  await expect(sessions.begin(EVE, HERE)).rejects.toMatchObject({ code: 'SESSIONS_FULL' })
  nowMs += 9 * HOUR_MS
  await sessions.begin(EVE, HERE)
  expect(sessions.list().map(({ grounds }) => grounds.name)).toEqual(['eve'])
})

test('a login ends the session that the browser had: a planted cookie is nobody’s', async () => {
  const sessions = open()
  const planted = await sessions.begin(BOT, HERE)
  const { value } = await sessions.begin(ANN, HERE, planted.value)
  expect(value).not.toBe(planted.value)
  expect(sessions.who(planted.value, true)).toBeUndefined()
})

test('sessions end by hand, by cookie and by id', async () => {
  const sessions = open()
  const one = await sessions.begin(ANN, HERE)
  const two = await sessions.begin(ANN, HERE)
  expect((await sessions.endOf(one.value))?.id).toBe(one.session.id)
  expect(await sessions.end(two.session.id)).toBe(true)
  expect(await sessions.end(two.session.id)).toBe(false)
  expect([...store.entries('session/')]).toEqual([])
})
