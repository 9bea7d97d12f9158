import { Labels, LogBatchBuilder } from '@weir/model'
import type { LogContextView, LogFacetsView } from '@weir/packs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HttpServer, createHttp } from './app.ts'
import { MemoryLogs, memoryLogQueries } from './testing/memory-logs.ts'
import { NOON, standIn } from './testing/stand-in.ts'

const SHOP = { app: 'shop' }
const NS = 1_000_000n
const logs = new MemoryLogs()
const deps = standIn()
const queries = memoryLogQueries(logs, deps)
let http: HttpServer

beforeAll(async () => {
  const builder = new LogBatchBuilder()
  const stream = builder.stream(Labels.of(SHOP))
  // A line a second in the quarter of an hour before noon.
  for (let i = 0; i < 900; i++) {
    const line = `{"took":"${i}ms","context":{"topic":"t${i % 3}"}}`
    builder.add(stream, BigInt(NOON - (900 - i) * 1000) * NS, i % 10 === 0 ? 17 : 9, line)
  }
  logs.append(builder.finish())
  http = await createHttp({ ...deps, logQueries: queries })
})
afterAll(async () => {
  await http[Symbol.asyncDispose]()
  queries[Symbol.dispose]()
})

async function ask<T>(path: string, params: Readonly<Record<string, string>>): Promise<T> {
  const url = `/api/weir/v1/logs/${path}?${new URLSearchParams(params).toString()}`
  const { statusCode, body } = await http.inject({ method: 'GET', url })
  const reply = JSON.parse(body) as T & { readonly error?: string }
  if (statusCode !== 200) throw new Error(`${statusCode} ${reply.error}`)
  return reply
}

test('context: lines before and after, in the order of time', async () => {
  const time = String(BigInt(NOON - 450_000) * NS)
  const view = await ask<LogContextView>('context', {
    labels: JSON.stringify(SHOP),
    time,
    before: '2',
    after: '1',
  })
  const took = (line: string): string => (JSON.parse(line) as { readonly took: string }).took
  expect(view.before.map(({ line }) => took(line))).toEqual(['448ms', '449ms'])
  expect(view.line).toMatchObject({ timeNs: time, level: 'error', metadata: {} })
  expect(view.after.map(({ line }) => took(line))).toEqual(['451ms'])
})

test('context of a line that is not there', async () => {
  const time = String(BigInt(NOON - 450_500) * NS)
  const params = { labels: JSON.stringify(SHOP), time, before: '0', after: '1' }
  const view = await ask<LogContextView>('context', params)
  expect(view).toMatchObject({ before: [], line: null, after: [{ level: 'error' }] })
  const other = await ask<LogContextView>('context', { ...params, labels: '{"app":"none"}' })
  expect(other).toEqual({ before: [], line: null, after: [] })
})

test('facets of all lines, and of a sample from everywhere', async () => {
  const whole = await ask<LogFacetsView>('facets', { query: '{app="shop"}', values: '1' })
  expect(whole).toMatchObject({ lines: 900, isSampled: false })
  expect(whole.fields[0]).toEqual({
    name: 'detected_level',
    kind: 'level',
    type: 'string',
    lines: 900,
    valueCount: 2,
    values: [{ value: 'info', lines: 810 }],
  })
  const sampled = await ask<LogFacetsView>('facets', {
    query: '{app="shop"}',
    lines: '160',
    since: '15m',
  })
  expect(sampled.isSampled).toBe(true)
  expect(sampled.lines).toBe(160)
  const took = sampled.fields.find(({ name }) => name === 'took')!
  expect(took).toMatchObject({ type: 'duration', valueCount: 160 })
})

test.each<[path: string, params: Record<string, string>, why: RegExp]>([
  ['context', { labels: '{"app":"shop"}' }, /^400 .*time/],
  ['context', { labels: 'app', time: '1' }, /^400 Cannot read labels/],
  ['context', { labels: '{}', time: '1' }, /^400 Cannot read labels/],
  ['context', { labels: '{"a":1}', time: '1' }, /^400 Cannot read labels/],
  ['facets', { query: '{app=' }, /^400 parse error/],
  ['facets', { query: 'rate({app="shop"}[1m])' }, /^400 Cannot take a metric query/],
  ['facets', { query: '{app="shop"}', lines: '0' }, /^400 limit must be a positive value/],
])('%s %j is refused: %s', async (path, params, why) => {
  await expect(ask(path, params)).rejects.toThrow(why)
})
