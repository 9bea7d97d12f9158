import { MessageChannel } from 'node:worker_threads'
import type { ReaderSeat } from '@weir/tsdb'
import { type Clock, WeirError, systemClock } from '@weir/model'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { OWN } from '../query/question.ts'
import { QueryWatch } from '../query/watch.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { QueryPool, type QueryThread } from './query-pool.ts'

/** A thread whose calls the test answers, and that it can let die. */
interface Stand {
  readonly asked: { readonly name: string; readonly answer: (value: unknown) => void }[]
  die(): void
}

/** Time that stands still until it is told to pass. */
class Hands {
  readonly #sleepers: { readonly ms: number; readonly wake: () => void }[] = []

  readonly clock: Clock = {
    ...systemClock,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        this.#sleepers.push({ ms, wake: resolve })
        signal?.addEventListener('abort', () => reject(signal.reason as Error))
      }),
  }

  /** Everything that sleeps exactly so long wakes up. */
  pass(ms: number): void {
    for (const sleeper of this.#sleepers) if (sleeper.ms === ms) sleeper.wake()
  }
}

/** @param isKilledAtOnce else a thread that is killed goes on until the test lets it die */
async function poolOf(
  threads: number,
  isKilledAtOnce = true,
): Promise<{
  readonly pool: QueryPool
  readonly stands: Stand[]
  readonly hands: Hands
  readonly watch: QueryWatch
}> {
  const hands = new Hands()
  const stands: Stand[] = []
  // The stand-in thread never opens it; the pool only passes it on.
  const seat = async (): Promise<ReaderSeat> => ({ port: new MessageChannel().port1 }) as ReaderSeat
  const telemetry = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
  const watch = new QueryWatch(telemetry, hands.clock, 0)
  const base = { queuedMax: 2, timeoutMs: 60_000, evaluation: {} }
  const options = { ...base, threads, watch, clock: hands.clock }
  const pool = await QueryPool.open(options, seat, telemetry, (_data, onCrash) => {
    const asked: Stand['asked'] = []
    const pending: ((error: Error) => void)[] = []
    const die = (): void => {
      const cause = new Error('out of memory')
      for (const reject of pending) reject(cause)
      onCrash(cause)
    }
    stands.push({ asked, die })
    const call = (name: string): Promise<unknown> => {
      if (name === 'meet' || name === 'sit') return Promise.resolve()
      return new Promise((resolve, reject) => {
        asked.push({ name, answer: resolve })
        pending.push(reject)
      })
    }
    return {
      call,
      kill: isKilledAtOnce ? die : () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    } as unknown as QueryThread
  })
  return { pool, stands, hands, watch }
}

const ask = (pool: QueryPool, signal = new AbortController().signal): Promise<unknown> =>
  pool.json({ kind: 'instant', expr: 'up', timeMs: 0, limit: 0, stats: '' }, OWN, signal)

/** Lets everything that is due without a timer happen. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('a thread that dies fails its own query only; what waits goes to the one in its place', async () => {
  const { pool, stands } = await poolOf(1)
  const running = ask(pool)
  const waiting = ask(pool)
  stands[0]!.die()
  await expect(running).rejects.toThrow('out of memory')
  await settle()
  expect(stands[0]!.asked).toHaveLength(1)
  expect(stands[1]!.asked).toHaveLength(1)
  stands[1]!.asked[0]!.answer({ body: 'reply' })
  expect(await waiting).toEqual({ body: 'reply' })
})

test('a thread that is ended is given nothing more, though it answers at the last moment', async () => {
  const { pool, stands, hands } = await poolOf(1, false)
  const gone = new AbortController()
  const left = ask(pool, gone.signal)
  const waiting = ask(pool)
  gone.abort(new Error('nobody waits'))
  await expect(left).rejects.toThrow('nobody waits')
  hands.pass(5000)
  await settle()
  stands[0]!.asked[0]!.answer({ body: 'late' })
  await settle()
  expect(stands[0]!.asked).toHaveLength(1)
  stands[0]!.die()
  await settle()
  stands[1]!.asked[0]!.answer({ body: 'reply' })
  expect(await waiting).toEqual({ body: 'reply' })
})

test('the last free thread is kept for rules, and they go first', async () => {
  const { pool, stands } = await poolOf(2)
  void ask(pool)
  void ask(pool)
  void pool.vector('up', 0)
  expect(stands.map(({ asked }) => asked.map(({ name }) => name))).toEqual([['json'], ['vector']])
})

test('one more than may wait is refused; who has gone away waits no more', async () => {
  const { pool, stands } = await poolOf(1)
  void ask(pool)
  const gone = new AbortController()
  const left = ask(pool, gone.signal)
  const waiting = ask(pool)
  await expect(ask(pool)).rejects.toMatchObject({ code: 'QUERY_QUEUE_FULL' })
  gone.abort(new Error('client left'))
  await expect(left).rejects.toThrow('client left')
  stands[0]!.asked[0]!.answer({ body: 'first' })
  await settle()
  stands[0]!.asked[1]!.answer({ body: 'second' })
  expect(await waiting).toEqual({ body: 'second' })
  expect(stands[0]!.asked).toHaveLength(2)
})

const expired = new WeirError('QUERY_TIMEOUT', 'query timed out in expression evaluation')

test('waiting counts: who waits too long is told where the time went', async () => {
  const { pool, stands, hands } = await poolOf(1)
  void ask(pool)
  const late = new AbortController()
  const waiting = ask(pool, late.signal)
  late.abort(expired)
  await expect(waiting).rejects.toMatchObject({
    code: 'QUERY_TIMEOUT',
    message: 'query timed out in query queue',
  })
  const rule = pool.vector('up', 0)
  hands.pass(60_000)
  await expect(rule).rejects.toMatchObject({ message: 'query timed out in query queue' })
  stands[0]!.asked[0]!.answer({ body: 'first' })
  await settle()
  expect(stands[0]!.asked).toHaveLength(1)
})

test('a query that goes on though nobody wants it loses its thread, and the next one is answered', async () => {
  const { pool, stands, hands } = await poolOf(1)
  const late = new AbortController()
  const running = ask(pool, late.signal)
  const waiting = ask(pool)
  late.abort(expired)
  await expect(running).rejects.toBe(expired)
  expect(stands).toHaveLength(1)
  hands.pass(5000)
  await settle()
  stands[1]!.asked[0]!.answer({ body: 'reply' })
  expect(await waiting).toEqual({ body: 'reply' })
})

test('a query that stops in time keeps its thread', async () => {
  const { pool, stands, hands } = await poolOf(1)
  const late = new AbortController()
  const running = ask(pool, late.signal)
  late.abort(expired)
  await expect(running).rejects.toBe(expired)
  stands[0]!.asked[0]!.answer({ body: 'too late' })
  await settle()
  hands.pass(5000)
  await settle()
  expect(stands).toHaveLength(1)
})

test('what runs, what waits and what took most can be seen', async () => {
  const { pool, stands, watch } = await poolOf(1)
  void ask(pool)
  const rule = pool.vector('down', 0, undefined, { kind: 'rule', file: 'a.yml', name: 'first' })
  const view = watch.view()
  expect(view.running).toMatchObject([
    { expr: 'up', state: 'running', origin: "Weir's own page" },
    { expr: 'down', state: 'waiting', origin: 'rule group first of a.yml' },
  ])
  stands[0]!.asked[0]!.answer({ status: 200, cost: { samplesRead: 7 } })
  await settle()
  stands[0]!.die()
  await expect(rule).rejects.toThrow('out of memory')
  expect(watch.view().running).toEqual([])
  expect(watch.view().top.toSorted((a, b) => a.expr.localeCompare(b.expr))).toMatchObject([
    { expr: 'down', count: 1, failed: 1, samplesRead: 0 },
    { expr: 'up', count: 1, failed: 0, samplesRead: 7 },
  ])
})

test('threads begin before the store gives them seats; when it gives none, all of them end', async () => {
  const telemetry = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
  const watch = new QueryWatch(telemetry, new Hands().clock, 0)
  const options = { threads: 3, queuedMax: 2, timeoutMs: 60_000, evaluation: {}, watch }
  let started = 0
  let ended = 0
  const refused = new Error('the store is locked')
  let refuse!: () => void
  const seat = new Promise<ReaderSeat>((_, reject) => {
    refuse = () => reject(refused)
  })
  const opening = QueryPool.open(
    options,
    () => seat,
    telemetry,
    () => {
      started++
      return {
        call: () => Promise.resolve(),
        kill: () => undefined,
        [Symbol.asyncDispose]: async () => void ended++,
      } as unknown as QueryThread
    },
  )
  expect(started).toBe(3)
  refuse()
  await expect(opening).rejects.toBe(refused)
  expect(ended).toBeGreaterThanOrEqual(3)
})
