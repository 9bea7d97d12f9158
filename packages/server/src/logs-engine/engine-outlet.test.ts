import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Labels, type LogBatch, LogBatchBuilder, systemClock } from '@weir/model'
import * as fc from 'fast-check'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { distantEngine, logsStorage } from './config.ts'
import { EngineOutlet } from './engine-outlet.ts'
import { StandInLoki } from './testing/stand-in-loki.ts'

const NOW_NS = BigInt(systemClock.now()) * 1_000_000n
let loki: StandInLoki
let folder = ''

beforeEach(async () => {
  loki = await StandInLoki.open()
  folder = mkdtempSync(join(tmpdir(), 'weir-outlet-'))
})
afterEach(async () => {
  await loki[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

function open(more: object = {}, queue: object = {}): Promise<EngineOutlet> {
  const engine = distantEngine(
    logsStorage.parse({
      engine: 'loki',
      url: loki.url,
      ...more,
      queue: { min_backoff: '1ms', max_backoff: '4ms', ...queue },
    }),
  )!
  return EngineOutlet.open({
    engine,
    folder,
    ageMaxMs: 86_400_000,
    futureMaxMs: 600_000,
    streamsMax: 1000,
    queuedBytesMax: 2 ** 24,
    reserveBytes: 0,
    clock: systemClock,
    telemetry: { registry: new Registry(), log: new Log(pino({ level: 'silent' })) },
  })
}

interface Line {
  readonly app: string
  readonly text: string
  readonly severity?: number
  readonly metadata?: string
}

function batchOf(lines: readonly Line[]): LogBatch {
  const builder = new LogBatchBuilder()
  lines.forEach(({ app, text, severity = 0, metadata = '' }, i) => {
    const stream = builder.stream(Labels.of({ app }))
    builder.add(stream, NOW_NS + BigInt(i), severity, text, metadata)
  })
  return builder.finish()
}

const sentAll = (outlet: EngineOutlet): Promise<void> =>
  vi.waitFor(() => expect(outlet.view().waitingBytes).toBe(0), { interval: 2, timeout: 5000 })

test('lines arrive with what is said beside them, their level, and the tenant', async () => {
  await using outlet = await open({ tenant: 'team-a' })
  await outlet.append(
    batchOf([
      { app: 'a', text: 'one', severity: 17 },
      { app: 'a', text: 'two', metadata: '{"trace_id":"4b"}', severity: 9 },
      { app: 'b', text: 'three', metadata: '{"level":"odd"}', severity: 9 },
      { app: 'b', text: 'four' },
    ]),
  )
  await sentAll(outlet)
  const at = (i: number): bigint => NOW_NS + BigInt(i)
  const told = loki.taken.toSorted((a, b) => Number(a.timeNs - b.timeNs))
  expect(told).toEqual([
    { stream: ['app', 'a'], timeNs: at(0), line: 'one', metadata: ['severity_text', 'error'] },
    {
      stream: ['app', 'a'],
      timeNs: at(1),
      line: 'two',
      metadata: ['trace_id', '4b', 'severity_text', 'info'],
    },
    { stream: ['app', 'b'], timeNs: at(2), line: 'three', metadata: ['level', 'odd'] },
    { stream: ['app', 'b'], timeNs: at(3), line: 'four', metadata: [] },
  ])
  expect(loki.headers.every((headers) => headers['x-scope-orgid'] === 'team-a')).toBe(true)
  expect(outlet.view()).toMatchObject({ sentLines: 4, lostLines: 0, lastError: '' })
})

test('nothing stands beside lines for a Loki that takes no structured metadata', async () => {
  await using outlet = await open({ structured_metadata: false })
  await outlet.append(batchOf([{ app: 'a', text: 'x', severity: 17, metadata: '{"b":"c"}' }]))
  await sentAll(outlet)
  expect(loki.taken.map(({ metadata }) => metadata)).toEqual([[]])
})

test('a password goes to Loki and is told to nobody', async () => {
  await using outlet = await open({ basic_auth: { username: 'weir', password: 'pa55' } })
  loki.react = () => (loki.headers.length < 3 ? { status: 401, text: 'who are you' } : 204)
  await outlet.append(batchOf([{ app: 'a', text: 'x' }]))
  await sentAll(outlet)
  const want = `Basic ${Buffer.from('weir:pa55').toString('base64')}`
  expect(loki.headers.map(({ authorization }) => authorization)).toEqual([want, want, want])
  expect(JSON.stringify(outlet.view())).not.toContain('pa55')
})

test('one bad line among a thousand is found, and the others arrive once each', async () => {
  await using outlet = await open()
  loki.react = (lines) =>
    lines.some(({ line }) => line === 'line 700')
      ? { status: 400, text: 'entry for stream \'{app="a"}\' has timestamp too old: 2020' }
      : 204
  await outlet.append(
    batchOf(Array.from({ length: 1000 }, (_, i) => ({ app: 'a', text: `line ${i}` }))),
  )
  await sentAll(outlet)
  const want = Array.from({ length: 1000 }, (_, i) => `line ${i}`).filter(
    (text) => text !== 'line 700',
  )
  expect(loki.taken.map(({ line }) => line)).toEqual(want)
  expect(outlet.view()).toMatchObject({ sentLines: 999, lostLines: 1 })
  expect(loki.headers.length).toBeLessThan(30)
})

test('a Loki that refuses everything is not asked line by line', async () => {
  await using outlet = await open()
  loki.react = () => ({ status: 400, text: 'no' })
  await outlet.append(
    batchOf(Array.from({ length: 1000 }, (_, i) => ({ app: 'a', text: `line ${i}` }))),
  )
  await sentAll(outlet)
  expect(outlet.view()).toMatchObject({ sentLines: 0, lostLines: 1000 })
  expect(loki.headers.length).toBeLessThan(700)
})

test('whatever goes wrong on the way, each line arrives, in the order of its stream', async () => {
  const fault = fc.constantFrom<'reset' | number>('reset', 500, 503, 429, 204, 204, 204)
  const app = fc.constantFrom('a', 'b', 'c', 'd')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(app, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 }),
      fc.array(fault, { maxLength: 12 }),
      async (batches, faults) => {
        loki.taken.length = 0
        let next = 0
        loki.react = () => faults[next++] ?? 204
        await using outlet = await open({}, { shards: 3, max_push_bytes: 4096 })
        const lines = batches.map((apps, i) =>
          apps.map((name, k) => ({ app: name, text: `${name} ${i} ${k} ${'x'.repeat(1200)}` })),
        )
        for (const batch of lines) await outlet.append(batchOf(batch))
        await sentAll(outlet)
        for (const name of ['a', 'b', 'c', 'd']) {
          const want = lines.flat().filter((line) => line.app === name)
          const got = loki.taken.filter(({ stream }) => stream[1] === name)
          expect(got.map(({ line }) => line)).toEqual(want.map(({ text }) => text))
        }
      },
    ),
    { numRuns: 8 },
  )
})

test('what waits when Weir ends is sent by its next life', async () => {
  const { url } = loki
  await loki[Symbol.asyncDispose]()
  {
    await using outlet = await open({ url })
    await outlet.append(batchOf([{ app: 'a', text: 'kept' }]))
    await vi.waitFor(() => expect(outlet.view().lastError).toContain('nothing listens there'))
    expect(outlet.view().waitingBytes).toBeGreaterThan(0)
  }
  loki = await StandInLoki.open()
  await using outlet = await open()
  await sentAll(outlet)
  expect(loki.taken.map(({ line }) => line)).toEqual(['kept'])
})
