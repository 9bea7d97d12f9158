import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { type Clock, Labels, LogBatchBuilder, type Millis } from '@weir/model'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LogReader, openLogReader } from './log-reader.ts'
import type { SqlAnswer } from './sql/ask-sql.ts'
import { type LogStore, type LogStoreOptions, openLogStore } from './log-store.ts'

const NOW = Date.UTC(2026, 10, 28, 10)
const ALL = { fromNs: -(2n ** 62n), toNs: 2n ** 62n }
const MEMORY = 256 * 2 ** 20
let folder = ''
let now = NOW

beforeEach(() => {
  now = NOW
  folder = mkdtempSync(join(tmpdir(), 'weir-keeping-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function open(more: Partial<LogStoreOptions> = {}) {
  const clock: Clock = { ...({} as Clock), now: () => now as Millis, monotonicMs: () => 0 }
  const store = await openLogStore({
    folder,
    clock,
    reserveBytes: 0,
    queuedBytesMax: 2 ** 30,
    recentBytes: 2 ** 30,
    recentAgeMs: 600_000,
    ageMaxMs: 3_600_000,
    futureMaxMs: 600_000,
    streamsMax: 100,
    diskBytesMax: 0,
    memoryBytes: MEMORY,
    onProblem: (error) => {
      throw error
    },
    ...more,
  })
  const { port1, port2 } = new MessageChannel()
  store.connectReader(port2)
  const reader = await openLogReader(port1, {
    folder,
    threads: 1,
    memoryBytes: MEMORY,
    sql: { memoryBytes: MEMORY },
  })
  return {
    store,
    reader,
    async [Symbol.asyncDispose]() {
      reader[Symbol.dispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

async function answerOf(asked: Promise<Uint8Array>): Promise<SqlAnswer> {
  return JSON.parse(Buffer.from(await asked).toString()) as SqlAnswer
}

/** Adds lines of one service at one moment, and makes a part of them. */
async function part(store: LogStore, service: string, ...texts: string[]): Promise<void> {
  await lines(store, service, ...texts)
  await store.seal()
}

async function lines(store: LogStore, service: string, ...texts: string[]): Promise<void> {
  const builder = new LogBatchBuilder()
  for (const text of texts) {
    builder.add(builder.stream(Labels.of({ service })), BigInt(now) * 1_000_000n, 9, text)
  }
  await store.append(builder.finish())
}

async function texts(reader: LogReader): Promise<string[]> {
  const found: string[] = []
  const streams = reader.streams([], ALL)
  for await (const run of reader.lines({
    streams,
    range: ALL,
    order: 'any',
    conditions: [],
    needsText: true,
  })) {
    for (let i = 0; i < run.count; i++) found.push(run.line(i))
  }
  return found.toSorted()
}

const parts = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.parquet'))
    .toSorted()

test('parts and newest lines are there after a start; what was half done is gone', async () => {
  {
    await using all = await open()
    await part(all.store, 'a', 'sealed')
    await lines(all.store, 'a', 'newest')
  }
  for (const stray of ['part-7-7-0.parquet.tmp', 'part-8-8-0.index', 'rows.tmp']) {
    writeFileSync(join(folder, stray), 'x')
  }
  await using all = await open()
  expect(await texts(all.reader)).toEqual(['newest', 'sealed'])
  expect(readdirSync(folder).toSorted()).toEqual([
    'journal-2',
    'journal-3',
    'part-1-1-0.index',
    'part-1-1-0.parquet',
  ])
  await part(all.store, 'a', 'more')
  expect(parts()).toEqual(['part-1-1-0.parquet', 'part-2-3-0.parquet'])
  expect(await texts(all.reader)).toEqual(['more', 'newest', 'sealed'])
})

test('eight small parts become one, and a reader that was asking goes on with the old ones', async () => {
  await using all = await open()
  for (let i = 1; i <= 7; i++) await part(all.store, 'a', `line ${i}`)
  const streams = all.reader.streams([], ALL)
  const request = { streams, range: ALL, order: 'any', conditions: [], needsText: true } as const
  const asking = all.reader.lines(request)[Symbol.asyncIterator]()
  const first = await asking.next()
  expect((first.value as { count: number }).count).toBeGreaterThan(0)
  await part(all.store, 'a', 'line 8')
  await part(all.store, 'a', 'line 9')
  expect(await texts(all.reader)).toHaveLength(9)
  expect(existsSync(join(folder, 'part-1-1-0.parquet'))).toBe(true)
  await asking.return?.()
  await part(all.store, 'a', 'line 10')
  expect(parts()).toEqual(['part-1-8-0.parquet', 'part-10-10-0.parquet', 'part-9-9-0.parquet'])
  expect(await texts(all.reader)).toHaveLength(10)
})

test('parts go when all of their lines are too old', async () => {
  await using all = await open()
  await part(all.store, 'a', 'old')
  now += 3_000_000
  await part(all.store, 'a', 'young')
  now += 1_000_000
  await part(all.store, 'a', 'new')
  await all.store.seal()
  expect(await texts(all.reader)).toEqual(['new', 'young'])
  expect(parts()).toEqual(['part-2-2-0.parquet', 'part-3-3-0.parquet'])
})

test('the oldest parts go when all take more than they may', async () => {
  await using all = await open({ diskBytesMax: 1 })
  await part(all.store, 'a', 'one')
  now += 1000
  await part(all.store, 'a', 'two')
  expect(all.store.stats().parts).toBeLessThanOrEqual(1)
  expect(await texts(all.reader)).not.toContain('one')
})

test('what is deleted is gone from parts and from the newest lines, and after a start', async () => {
  const request = {
    matchers: [{ name: 'service', operator: '=', value: 'a' } as const],
    range: ALL,
    conditions: [{ kind: 'contains', text: 'secret' } as const],
  }
  {
    await using all = await open()
    await part(all.store, 'a', 'secret 1', 'kept 1')
    await part(all.store, 'a', 'secret 2')
    await part(all.store, 'b', 'secret of b')
    await lines(all.store, 'a', 'secret 3', 'kept 2')
    expect(await all.store.delete(request)).toBe(3)
    expect(await texts(all.reader)).toEqual(['kept 1', 'kept 2', 'secret of b'])
    expect(await all.store.delete(request)).toBe(0)
  }
  await using all = await open()
  expect(await texts(all.reader)).toEqual(['kept 1', 'kept 2', 'secret of b'])
})

test('SQL sees all lines as a table, and nothing else', async () => {
  await using all = await open()
  await part(all.store, 'a', '{"n":1,"context":{"topic":"x"}}', 'plain')
  await lines(all.store, 'b', '{"n":2,"context":{"topic":"y"},"Line":"z"}')
  const ask = (text: string, rows = 100) => answerOf(all.reader.sql(text, rows))
  expect(
    await ask(
      `SELECT labels['service'] AS service, level, n, "context.topic" AS topic, line, epoch_ms(time) AS at FROM logs ORDER BY n`,
    ),
  ).toEqual({
    columns: [
      { name: 'service', type: 'VARCHAR' },
      { name: 'level', type: 'VARCHAR' },
      { name: 'n', type: 'VARCHAR' },
      { name: 'topic', type: 'VARCHAR' },
      { name: 'line', type: 'VARCHAR' },
      { name: 'at', type: 'BIGINT' },
    ],
    rows: [
      ['a', 'info', '1', 'x', '{"n":1,"context":{"topic":"x"}}', String(NOW)],
      ['b', 'info', '2', 'y', '{"n":2,"context":{"topic":"y"},"Line":"z"}', String(NOW)],
      ['a', 'info', null, null, 'plain', String(NOW)],
    ],
    isCut: false,
  })
  expect(await ask('SELECT line FROM logs', 1)).toMatchObject({ isCut: true })
  const outside = join(tmpdir(), 'weir-outside.txt')
  for (const text of [
    'SELECT 1; SELECT 2',
    'CREATE TABLE x AS SELECT 1',
    'DROP VIEW logs',
    `COPY (SELECT 1) TO '${join(folder, 'x.csv')}'`,
    `ATTACH '${join(folder, 'x.db')}'`,
    `SET enable_external_access = true`,
    `SELECT * FROM read_text('/etc/hostname')`,
    `SELECT * FROM read_csv('${outside}')`,
    `INSTALL httpfs`,
    `SELECT * FROM nothing`,
    'SELEC 1',
    '',
  ]) {
    await expect(ask(text), text).rejects.toMatchObject({ code: 'LOG_SQL_INVALID' })
  }
})

test('lines of streams and a range are written as a Parquet file', async () => {
  await using all = await open()
  await part(all.store, 'a', '{"n":1}')
  await lines(all.store, 'b', '{"n":2}')
  const streams = all.reader.streams([{ name: 'service', operator: '=', value: 'a' }], ALL)
  const path = await all.reader.exportParquet(ALL, streams)
  const asked = all.reader.sql(`SELECT n, line FROM read_parquet('${path}')`, 10)
  const { rows } = await answerOf(asked)
  expect(rows).toEqual([['1', '{"n":1}']])
})
