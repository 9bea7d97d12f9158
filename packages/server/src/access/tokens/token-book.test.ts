import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import type { Clock } from '@weir/model'
import { afterEach, expect, test, vi } from 'vitest'
import { StepClock } from '../testing/step-clock.ts'
import { memoryStore } from '../testing/memory-store.ts'
import { TokenBook } from './token-book.ts'
import { freshToken } from './token-text.ts'

afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

function bookOf(
  store = memoryStore(),
  clock: Clock = new StepClock(),
  tokensMax = 10,
): { readonly book: TokenBook; readonly store: ReturnType<typeof memoryStore> } {
  return { book: new TokenBook({ store, clock, tokensMax: () => tokensMax }), store }
}

test('a token is known by its text, also after a restart, and no more once it is revoked', async () => {
  const { book, store } = bookOf()
  const { token, view } = await book.create({ name: 'ci', scopes: ['ingest'] }, 'ann')
  expect(view).toMatchObject({ name: 'ci', createdBy: 'ann', expiresMs: null, lastUsedMs: null })
  expect(token.startsWith(view.prefix)).toBe(true)
  const { book: later } = bookOf(store)
  expect(later.find(token)).toEqual({
    id: view.id,
    name: 'ci',
    scopes: ['ingest'],
    hasExpired: false,
  })
  await later.revoke('ci')
  expect(later.find(token)).toBeUndefined()
  expect([...store.values]).toEqual([])
})

test('neither the store nor a list holds the secret', async () => {
  const { book, store } = bookOf()
  const { token, view } = await book.create({ name: 'ci', scopes: ['read'] }, '')
  const secret = token.slice(view.prefix.length)
  expect(JSON.stringify([[...store.values], book.list()])).not.toContain(secret)
})

test('a token ends at its time, not before', async () => {
  const clock = new StepClock()
  const { book } = bookOf(memoryStore(), clock)
  const { token } = await book.create({ name: 'a', scopes: ['read'], expiresInMs: 1000 }, '')
  clock.pass(999)
  expect(book.find(token)?.hasExpired).toBe(false)
  clock.pass(1)
  expect(book.find(token)?.hasExpired).toBe(true)
})

test('uses are noted to the minute, and survive', async () => {
  const clock = new StepClock()
  const { book, store } = bookOf(memoryStore(), clock)
  const { view } = await book.create({ name: 'a', scopes: ['read'] }, '')
  const write = vi.spyOn(store, 'write')
  await book.use(view.id)
  clock.pass(59_000)
  await book.use(view.id)
  expect(write).toHaveBeenCalledTimes(1)
  clock.pass(2000)
  await book.use(view.id)
  expect(write).toHaveBeenCalledTimes(2)
  expect(bookOf(store).book.list()[0]!.lastUsedMs).toBe(clock.now())
})

test.each([
  [{ name: '', scopes: ['read'] }, 'want a name'],
  [{ name: 'a b', scopes: ['read'] }, 'want a name'],
  [{ name: 'x'.repeat(65), scopes: ['read'] }, 'want a name'],
  [{ name: 'a', scopes: [] }, 'want at least one scope'],
  [{ name: 'taken', scopes: ['read'] }, 'there is one of this name'],
] as const)('%j cannot be made: %s', async (draft, why) => {
  const { book } = bookOf()
  await book.create({ name: 'taken', scopes: ['read'] }, '')
  await expect(book.create({ ...draft, scopes: [...draft.scopes] }, '')).rejects.toThrow(why)
})

test('tokens beyond the limit are refused, and make room again when they go', async () => {
  const { book } = bookOf(memoryStore(), new StepClock(), 2)
  const make = (name: string): Promise<unknown> => book.create({ name, scopes: ['read'] }, '')
  await make('a')
  await Promise.all([make('b'), expect(make('c')).rejects.toThrow('auth.max_tokens')])
  await book.revoke('a')
  await make('c')
})

test('every text is compared, known id or not, by the comparison that takes the same time', async () => {
  const { book } = bookOf()
  const { token, view } = await book.create({ name: 'a', scopes: ['read'] }, '')
  const { text: stranger } = freshToken()
  const compare = vi.spyOn(crypto, 'timingSafeEqual')
  syncBuiltinESMExports() // so that named imports are spied on too
  const sameId = `${view.prefix}${stranger.slice(view.prefix.length)}`
  for (const text of [token, stranger, sameId, '', 'x', '\u0000'.repeat(9)]) {
    compare.mockClear()
    expect(book.find(text) !== undefined).toBe(text === token)
    expect(compare.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])).toEqual([[32, 32]])
  }
})
