import { MessageChannel } from 'node:worker_threads'
import type { ReaderSeat } from '@weir/tsdb'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { QueryPool, type QueryThread } from './query-pool.ts'

/** A thread whose calls the test answers, and that it can let die. */
interface Stand {
  readonly asked: { readonly name: string; readonly answer: (value: unknown) => void }[]
  die(): void
}

async function poolOf(
  threads: number,
): Promise<{ readonly pool: QueryPool; readonly stands: Stand[] }> {
  const stands: Stand[] = []
  // The stand-in thread never opens it; the pool only passes it on.
  const seat = async (): Promise<ReaderSeat> => ({ port: new MessageChannel().port1 }) as ReaderSeat
  const telemetry = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
  const options = { threads, queuedMax: 2, evaluation: {} }
  const pool = await QueryPool.open(options, seat, telemetry, (_data, onCrash) => {
    const asked: Stand['asked'] = []
    const pending: ((error: Error) => void)[] = []
    stands.push({
      asked,
      die() {
        const cause = new Error('out of memory')
        for (const reject of pending) reject(cause)
        onCrash(cause)
      },
    })
    const call = (name: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        asked.push({ name, answer: resolve })
        pending.push(reject)
      })
    return { call, [Symbol.asyncDispose]: async () => undefined } as unknown as QueryThread
  })
  return { pool, stands }
}

const ask = (pool: QueryPool, signal = new AbortController().signal): Promise<unknown> =>
  pool.json({ kind: 'parseQuery', expr: 'up' }, signal)

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
  stands[1]!.asked[0]!.answer('reply')
  expect(await waiting).toBe('reply')
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
  stands[0]!.asked[0]!.answer('first')
  await settle()
  stands[0]!.asked[1]!.answer('second')
  expect(await waiting).toBe('second')
  expect(stands[0]!.asked).toHaveLength(2)
})
