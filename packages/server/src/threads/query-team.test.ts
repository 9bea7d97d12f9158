import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, Labels, type Millis, systemClock } from '@weir/model'
import { type Store, openStore } from '@weir/tsdb'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AnswerJob, readAnswer } from '../engine/read-answer.ts'
import { OWN } from '../query/question.ts'
import { QueryWatch } from '../query/watch.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { QueryPool } from './query-pool.ts'
import type { QueryThreadHandlers } from './query-thread.ts'
import { Thread } from './thread.ts'

/** Real threads on a real store. */
const SERIES = 3000
const SAMPLES = 120
const STEP_MS = 15_000
const START_MS = Date.UTC(2026, 0, 5, 10)
const END_MS = START_MS + (SAMPLES - 1) * STEP_MS

let path: string
let store: Store

beforeAll(async () => {
  path = mkdtempSync(join(tmpdir(), 'weir-query-team-'))
  let nowMs = START_MS
  const clock: Clock = { ...systemClock, now: () => nowMs as Millis }
  store = await openStore({ path, retentionMs: 0, clock })
  const appender = store.appender()
  const refs = Array.from({ length: SERIES }, (_, i) =>
    appender.ref(Labels.of({ __name__: 'x_total', job: `j${i % 7}`, i: `${i}` })),
  )
  for (let k = 0; k < SAMPLES; k++) {
    nowMs = START_MS + k * STEP_MS
    for (const [i, ref] of refs.entries()) appender.append(ref, nowMs, (i % 13) * k + i)
    await appender.commit()
    if (k % 20 === 19) await store.maintain()
  }
})
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  rmSync(path, { recursive: true })
})

interface Stand extends AsyncDisposable {
  readonly pool: QueryPool
  readonly threads: Thread<QueryThreadHandlers>[]
  /** Resolves when so many threads were started. */
  started(count: number): Promise<void>
  ask(expr: string): Promise<{ readonly text: string; readonly partsHelped: number }>
}

async function stand(threadCount: number): Promise<Stand> {
  const threads: Thread<QueryThreadHandlers>[] = []
  const waiting: { readonly count: number; readonly wake: () => void }[] = []
  const telemetry = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
  const watch = new QueryWatch(telemetry, systemClock, 0)
  const base = { queuedMax: 10, timeoutMs: 60_000, evaluation: {}, watch }
  const pool = await QueryPool.open(
    { ...base, threads: threadCount },
    async () => store.seat(),
    telemetry,
    (data, onCrash) => {
      const thread = new Thread<QueryThreadHandlers>('query-thread', data, [], onCrash)
      threads.push(thread)
      for (const { count, wake } of waiting) if (threads.length >= count) wake()
      return thread
    },
  )
  return {
    pool,
    threads,
    started: (count) =>
      new Promise((resolve) => {
        if (threads.length >= count) resolve()
        else waiting.push({ count, wake: resolve })
      }),
    async ask(expr) {
      const range = { startMs: START_MS, endMs: END_MS, stepMs: STEP_MS }
      const job = { kind: 'range', expr, ...range, limit: 0, stats: '' } as const
      const { status, body, cost } = await pool.json(job, OWN, new AbortController().signal)
      expect(status).toBe(200)
      return { text: Buffer.from(body).toString(), partsHelped: cost?.partsHelped ?? 0 }
    },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]()
    },
  }
}

const EXPRESSIONS = [
  'sum by (job) (rate(x_total[1m]))',
  'avg(x_total)',
  'max by (job) (increase(x_total[2m]))',
  'count(x_total > 1000)',
]

/** Asks until a helper took part, as it does at the latest when nothing else runs on its core; the test's own time is the bound. */
async function untilHelped(many: Stand, expr: string, text: string): Promise<void> {
  for (;;) {
    const shared = await many.ask(expr)
    expect(shared.text).toBe(text)
    if (shared.partsHelped > 0) return
  }
}

test('several threads answer as one does', async () => {
  await using one = await stand(1)
  await using three = await stand(3)
  for (const expr of EXPRESSIONS) {
    const { text, partsHelped } = await one.ask(expr)
    expect(partsHelped).toBe(0)
    for (let round = 0; round < 10; round++) expect((await three.ask(expr)).text).toBe(text)
    await untilHelped(three, expr, text)
  }
  await readsAnswers(one.pool)
})

/** A query thread makes of an engine's answers what is made of them where they arrive, and says what is wrong. */
async function readsAnswers(pool: QueryPool): Promise<void> {
  const bodyOf = (resultType: string, result: unknown): Uint8Array<ArrayBuffer> =>
    new TextEncoder().encode(JSON.stringify({ status: 'success', data: { resultType, result } }))
  const vector = (): Uint8Array<ArrayBuffer> =>
    bodyOf(
      'vector',
      ['a', 'b', 'c'].map((name, i) => ({ metric: { name, same: '' }, value: [1, `${i}`] })),
    )
  const matrix = (): Uint8Array<ArrayBuffer> =>
    bodyOf('matrix', [{ metric: { a: 'b' }, values: [[30, '7']] }])
  const range = { startMs: 0, endMs: 60_000, stepMs: 30_000 }
  const page = { selectors: ['a'], timeMs: 40_000, limits: {}, externalLabels: [] }
  const format = { kind: 'text', escaping: 'values' } as const
  const federate = { ...page, kind: 'federate', format, after: undefined, pageBytes: 1 } as const
  const jobs = (): readonly AnswerJob[] => [
    { as: 'vector', bodies: [vector()], expr: 'a' },
    { as: 'matrix', bodies: [matrix()], range },
    { as: 'cut', bodies: [vector()], limit: 2 },
    { as: 'raw', bodies: [matrix()], job: federate },
  ]
  const { signal } = new AbortController()
  for (const [i, job] of jobs().entries()) {
    const there = await pool.read(job, signal)
    expect(plain(there)).toEqual(plain(readAnswer(jobs()[i]!)))
  }
  const wrong: AnswerJob = { as: 'vector', bodies: [bodyOf('vector', [1])], expr: 'a' }
  await expect(pool.read(wrong, signal)).rejects.toMatchObject({ code: 'ENGINE_ANSWER' })
}

/** Without what it took, and numbers in whatever list. */
function plain(answer: object): object {
  return Object.fromEntries(
    Object.entries(answer)
      .filter(([name]) => name !== 'cost')
      .map(([name, value]) => [
        name,
        ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value,
      ]),
  )
}

test('helpers that end, whenever they do, change no answer, and their successors help again', async () => {
  await using one = await stand(1)
  await using two = await stand(2)
  const expr = EXPRESSIONS[0]!
  const { text } = await one.ask(expr)
  // The first thread answers, since both are free; the second helps, and is ended.
  for (let round = 0; round < 5; round++) {
    const asked = two.ask(expr)
    if (round > 0) two.threads.at(-1)!.kill()
    expect((await asked).text).toBe(text)
    if (round > 0) await two.started(2 + round)
  }
  await untilHelped(two, expr, text)
})

test('rules are answered while a helper works for others', async () => {
  await using two = await stand(2)
  const asked = two.ask(EXPRESSIONS[0]!)
  const { values } = await two.pool.vector('count(x_total)', END_MS)
  expect([...values]).toEqual([SERIES])
  await asked
})
