import { MessageChannel } from 'node:worker_threads'
import { type Clock, systemClock } from '@weir/model'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { logQueryConfig } from './config.ts'
import type { LogJob, LogReply } from './job.ts'
import { LogQueries, type LogQueryThread } from './log-queries.ts'

const TIMEOUT_MS = 60_000
const GRACE_MS = 5000

const reply = (text: string): LogReply => ({ body: new TextEncoder().encode(text) })
const labels = (query: string): LogJob => ({
  kind: 'labels',
  query,
  range: { fromNs: 0n, toNs: 1n },
})

interface Asked {
  readonly query: string
  readonly answer: (value: LogReply) => void
  readonly fail: (error: Error) => void
}

/** Questions to a thread that the test plays, on a clock that it moves. */
class Stand {
  readonly asked: Asked[] = []
  readonly canceled: number[] = []
  readonly registry = new Registry()
  threads = 0
  killed = 0
  readonly queries: LogQueries
  #crash: (error: Error) => void = () => undefined
  readonly #sleepers: { readonly ms: number; readonly wake: () => void }[] = []

  constructor(config: object) {
    const clock: Clock = {
      ...systemClock,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          this.#sleepers.push({ ms, wake: resolve })
          signal?.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    }
    this.queries = new LogQueries({
      config: logQueryConfig.parse(config),
      folder: '/nowhere',
      readerPort: async () => new MessageChannel().port1,
      clock,
      logLevel: 'silent',
      telemetry: { registry: this.registry, log: new Log(pino({ level: 'silent' })) },
      startThread: (_data, onCrash) => {
        this.threads++
        this.#crash = onCrash
        return {
          call: this.#call as LogQueryThread['call'],
          kill: () => {
            this.killed++
          },
          [Symbol.asyncDispose]: async () => undefined,
        }
      },
    })
  }

  /** The thread hears what it is told. */
  hears = true

  readonly #call = (name: string, argument: unknown): Promise<unknown> => {
    if (name === 'cancel') this.canceled.push(argument as number)
    if (!this.hears && name === 'cancel') return new Promise(() => undefined)
    if (name !== 'ask') return Promise.resolve()
    const { job } = argument as { readonly job: { readonly query: string; readonly text?: string } }
    const query = job.text ?? job.query
    return new Promise((answer, fail) => this.asked.push({ query, answer, fail }))
  }

  /** Everything that sleeps exactly so long wakes up. */
  pass(ms: number): void {
    for (const sleeper of this.#sleepers) if (sleeper.ms === ms) sleeper.wake()
  }

  die(): void {
    const cause = new Error('out of memory')
    for (const { fail } of this.asked) fail(cause)
    this.#crash(cause)
  }

  /** Asks, and lets everything that can happen happen. */
  async ask(
    query: string,
    signal = new AbortController().signal,
    isUrgent = false,
  ): Promise<{
    readonly answer: Promise<LogReply>
  }> {
    const answer = this.queries.ask(labels(query), signal, isUrgent)
    answer.catch(() => undefined)
    await settle()
    return { answer }
  }
}

const settle = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 0))

test('as many are under way as told; the page goes first, the rest in their order', async () => {
  const stand = new Stand({ max_concurrent: 1 })
  for (const query of ['a', 'b', 'c']) await stand.ask(query)
  await stand.ask('page', undefined, true)
  for (let i = 0; i < 4; i++) {
    stand.asked.at(-1)!.answer(reply('x'))
    await settle()
  }
  expect(stand.asked.map(({ query }) => query)).toEqual(['a', 'page', 'b', 'c'])
  expect(stand.threads).toBe(1)
})

test('beyond the queue a question is refused', async () => {
  const stand = new Stand({ max_concurrent: 1, max_queued: 1 })
  await stand.ask('runs')
  await stand.ask('waits')
  const { answer } = await stand.ask('too many')
  await expect(answer).rejects.toMatchObject({ code: 'QUERY_QUEUE_FULL' })
})

test('whoever goes while waiting is forgotten; while answered, the thread is told', async () => {
  const stand = new Stand({ max_concurrent: 1 })
  const [first, second] = [new AbortController(), new AbortController()]
  const running = await stand.ask('runs', first.signal)
  const waiting = await stand.ask('waits', second.signal)
  second.abort(new Error('gone'))
  await expect(waiting.answer).rejects.toThrow('gone')
  first.abort(new Error('gone too'))
  await expect(running.answer).rejects.toThrow('gone too')
  expect(stand.canceled).toEqual([1])
  expect(stand.asked.map(({ query }) => query)).toEqual(['runs'])
  stand.pass(GRACE_MS)
  await settle()
  expect(stand.killed).toBe(0) // its time is not over
})

test('a question whose time is over is told so; when its thread hears nothing, it is ended', async () => {
  const stand = new Stand({})
  stand.hears = false
  const { answer } = await stand.ask('long')
  stand.pass(TIMEOUT_MS)
  await expect(answer).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' })
  expect(stand.canceled).toEqual([1])
  stand.pass(GRACE_MS)
  await settle()
  expect(stand.killed).toBe(1)
})

test('one that DuckDB does not stop keeps its place; SQL, which may not stop, leaves places free', async () => {
  const stand = new Stand({ max_concurrent: 4 })
  const never = new AbortController().signal
  for (let i = 0; i < 3; i++)
    stand.queries.ask({ kind: 'sql', text: `${i}`, rowsMax: 1 }, never).catch(() => undefined)
  await settle()
  expect(stand.asked).toHaveLength(2)
  stand.pass(TIMEOUT_MS)
  await settle()
  stand.pass(GRACE_MS)
  await settle()
  expect(stand.killed).toBe(0)
  await stand.ask('a')
  expect(stand.asked.map(({ query }) => query)).toEqual(['0', '1', 'a'])
})

test('one that stops in time keeps its thread', async () => {
  const stand = new Stand({})
  await stand.ask('long')
  stand.pass(TIMEOUT_MS)
  await settle()
  stand.asked[0]!.fail(new Error('stopped'))
  await settle()
  stand.pass(GRACE_MS)
  await settle()
  expect(stand.killed).toBe(0)
})

test('when the thread dies its questions fail, and the next one starts another', async () => {
  const stand = new Stand({})
  const { answer } = await stand.ask('first')
  stand.die()
  await expect(answer).rejects.toThrow('out of memory')
  await stand.ask('second')
  expect(stand.threads).toBe(2)
})

test('after the end nothing is taken', async () => {
  const stand = new Stand({ max_concurrent: 1 })
  await stand.ask('runs')
  const { answer } = await stand.ask('waits')
  await stand.queries[Symbol.asyncDispose]()
  await expect(answer).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
  const late = await stand.ask('late')
  await expect(late.answer).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
})
