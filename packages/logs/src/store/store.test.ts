import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { type Clock, Labels, type LogBatch, LogBatchBuilder, type Millis } from '@weir/model'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LineCondition, LogSource } from '../source.ts'
import { findFrames, frameBatch, planFrame, writeFrame } from './frame.ts'
import { openLogReader } from './log-reader.ts'
import { type LogStore, type LogStoreOptions, openLogStore } from './log-store.ts'

const NOW = Date.UTC(2026, 10, 28) as Millis
const CLOCK: Clock = { ...({} as Clock), now: () => NOW, monotonicMs: () => 0 }
const ALL = { fromNs: -(2n ** 62n), toNs: 2n ** 62n }
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-logs-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(more: Partial<LogStoreOptions> = {}): Promise<LogStore> {
  return openLogStore({
    folder,
    clock: CLOCK,
    reserveBytes: 0,
    queuedBytesMax: 2 ** 20,
    ageMaxMs: 3_600_000,
    futureMaxMs: 600_000,
    streamsMax: 100,
    recentBytes: 2 ** 20,
    recentAgeMs: 600_000,
    diskBytesMax: 0,
    memoryBytes: 256 * 2 ** 20,
    onProblem: (error) => {
      throw error
    },
    ...more,
  })
}

/** `service time-in-seconds-before-now line`, a line each. */
function batchOf(...lines: string[]): LogBatch {
  const builder = new LogBatchBuilder()
  for (const text of lines) {
    const [service = '', ago = '', ...words] = text.split(' ')
    const timeNs = BigInt(NOW - Number(ago) * 1000) * 1_000_000n
    builder.add(builder.stream(Labels.of({ service })), timeNs, 9, words.join(' '))
  }
  return builder.finish()
}

async function textsOf(
  source: LogSource,
  conditions: readonly LineCondition[] = [],
  order: 'forward' | 'backward' = 'forward',
): Promise<string[]> {
  const texts: string[] = []
  const streams = source.streams([], ALL)
  const request = { streams, range: ALL, order, conditions, needsText: true } as const
  for await (const lines of source.lines(request)) {
    for (let i = 0; i < lines.count; i++) {
      texts.push(`${lines.stream(i).labels.get('service')}: ${lines.line(i)}`)
    }
  }
  return texts
}

async function readerOf(store: LogStore) {
  const { port1, port2 } = new MessageChannel()
  store.connectReader(port2)
  return openLogReader(port1, { folder, threads: 1, memoryBytes: 256 * 2 ** 20 })
}

test('what was acknowledged is seen at once, by readers that were there and by those that come', async () => {
  await using store = await open()
  using early = await readerOf(store)
  expect(await store.append(batchOf('a 3 first', 'b 1 third', 'a 2 second'))).toEqual({
    appended: 3,
    rejected: {},
    example: '',
  })
  using late = await readerOf(store)
  for (const reader of [early, late]) {
    expect(await textsOf(reader)).toEqual(['a: first', 'a: second', 'b: third'])
    expect(await textsOf(reader, [], 'backward')).toEqual(['b: third', 'a: second', 'a: first'])
  }
})

test('substrings are found where they lie in one line, and nowhere else', async () => {
  await using store = await open()
  using reader = await readerOf(store)
  await store.append(batchOf('a 9 one two', 'a 8 two three', 'a 7 three', 'a 6 two'))
  const contains = (text: string) => textsOf(reader, [{ kind: 'contains', text }])
  expect(await contains('two')).toEqual(['a: one two', 'a: two three', 'a: two'])
  expect(await contains('threethree')).toEqual([])
  expect(await contains('three')).toEqual(['a: two three', 'a: three'])
  expect(await contains('four')).toEqual([])
})

test('lines come back after the process ended, up to where it ended', async () => {
  const lost = await open()
  await lost.append(batchOf('a 3 kept'))
  await lost.append(batchOf('a 2 kept too'))
  await lost[Symbol.asyncDispose]()
  const [journal = ''] = readdirSync(folder)
  const path = join(folder, journal)
  const whole = statSync(path).size
  appendFileSync(path, 'WFL1 half a frame')
  {
    await using store = await open()
    using reader = await readerOf(store)
    expect(await textsOf(reader)).toEqual(['a: kept', 'a: kept too'])
    expect(statSync(path).size).toBe(whole)
    await store.append(batchOf('a 1 new'))
  }
  truncateSync(path, whole - 8)
  await using store = await open()
  using reader = await readerOf(store)
  expect(await textsOf(reader)).toEqual(['a: kept', 'a: new'])
})

test('lines of other times, and of too many streams, are refused and the rest is kept', async () => {
  await using store = await open({ streamsMax: 2 })
  using reader = await readerOf(store)
  const report = await store.append(
    batchOf('a 7200 old', 'a 5 good', 'b -3600 ahead', 'b 4 good too', 'c 3 one more'),
  )
  expect(report).toEqual({
    appended: 2,
    rejected: { too_old: 1, too_far_in_future: 1, stream_limit: 1 },
    example: '{service="a"} at 2026-11-27T22:00:00.000Z is older than what is kept',
  })
  expect(await textsOf(reader)).toEqual(['a: good', 'b: good too'])
})

test('a full disk refuses all of a batch, and the next one is taken when there is room', async () => {
  await using store = await open({ reserveBytes: 2 ** 60 })
  await expect(store.append(batchOf('a 1 x'))).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  expect(store.stats()).toMatchObject({ appended: 0, queuedBytes: 0 })
})

test('more than may wait is told to come again', async () => {
  await using store = await open({ queuedBytesMax: 10 })
  const first = store.append(batchOf('a 1 xxxxxxxxxxxxxxxx'))
  await expect(store.append(batchOf('a 1 y'))).rejects.toMatchObject({ code: 'STORAGE_BUSY' })
  expect((await first).appended).toBe(1)
  expect((await store.append(batchOf('a 1 z'))).appended).toBe(1)
})

test.each([
  ['in its text', 54],
  ['in its length', 5],
  ['in its name', 0],
])('a frame with a wrong bit %s loses its own lines alone; all stays beside', async (_, at) => {
  {
    await using store = await open()
    for (const text of ['a 3 one', 'a 2 two', 'a 1 three']) await store.append(batchOf(text))
  }
  const path = join(folder, 'journal-1')
  const bytes = readFileSync(path)
  const frame = bytes.length / 3
  bytes[frame + at]! ^= 4
  writeFileSync(path, bytes)
  const problems: string[] = []
  await using store = await open({ onProblem: (error) => problems.push(String(error)) })
  expect(problems).toEqual([expect.stringContaining(`${frame} bytes are no lines`)])
  using reader = await readerOf(store)
  expect(await textsOf(reader)).toEqual(['a: one', 'a: three'])
  expect(readFileSync(join(folder, 'damaged', 'journal-1'))).toEqual(bytes)
})

test('bytes that look like many frames are given up in time, and what came before them is there', () => {
  const plan = planFrame(batchOf('a 1 one'))
  const bytes = new Uint8Array(2 ** 20)
  writeFrame(batchOf('a 1 one'), plan, bytes.subarray(0, plan.bytes))
  const view = new DataView(bytes.buffer)
  for (let at = plan.bytes; at + 64 < bytes.length; at += 8) {
    view.setUint32(at, 0x314c4657, true)
    view.setUint32(at + 4, (bytes.length - at) & ~7, true)
  }
  const { frames, damagedBytes, end } = findFrames(bytes)
  expect([frames.length, damagedBytes, end]).toEqual([1, bytes.length - plan.bytes, bytes.length])
})

test('when a part cannot be written, lines still come, and it is tried again later', async () => {
  let ms = 0
  const problems: string[] = []
  const clock: Clock = { ...CLOCK, monotonicMs: () => ms }
  const onProblem = (error: unknown): void => void problems.push(String(error))
  await using store = await open({ clock, recentBytes: 10, onProblem })
  mkdirSync(join(folder, 'journal-2')) // the next segment's name is taken
  await store.append(batchOf('a 3 long enough for a part'))
  await store.append(batchOf('a 2 second'))
  expect(problems).toEqual([expect.stringContaining('journal-2')])
  rmSync(join(folder, 'journal-2'), { recursive: true })
  await store.append(batchOf('a 1 third'))
  expect(store.stats().parts).toBe(0)
  ms += 60_000
  await store.append(batchOf('a 0 fourth'))
  await store.seal()
  expect(store.stats()).toMatchObject({ parts: 1, partLines: 4, recentLines: 0 })
  expect(problems).toHaveLength(1)
})

test('20,000 lines with a field of their own each fit in the memory that a part may take', async () => {
  await using store = await open({ queuedBytesMax: 2 ** 24, recentBytes: 2 ** 30 })
  const builder = new LogBatchBuilder()
  const stream = builder.stream(Labels.of({ service: 'a' }))
  for (let i = 0; i < 20_000; i++) {
    builder.add(stream, BigInt(NOW - i) * 1_000_000n, 9, JSON.stringify({ [`key${i}`]: `v${i}` }))
  }
  await store.append(builder.finish())
  await store.seal()
  expect(store.stats()).toMatchObject({ parts: 1, partLines: 20_000, recentLines: 0 })
})

test('a frame gives back what went into it, and nothing when a bit is wrong', () => {
  const line = fc.record({
    service: fc.constantFrom('a', 'b', 'ü'),
    time: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
    severity: fc.integer({ min: 0, max: 24 }),
    text: fc.string({ unit: 'binary' }),
    metadata: fc.constantFrom('', '{"a":"b"}'),
  })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), fc.nat(), (lines, at) => {
      const builder = new LogBatchBuilder()
      for (const { service, time, severity, text, metadata } of lines) {
        builder.add(builder.stream(Labels.of({ service })), time, severity, text, metadata)
      }
      const batch = builder.finish()
      const plan = planFrame(batch)
      const bytes = new Uint8Array(plan.bytes)
      writeFrame(batch, plan, bytes)
      const whole = findFrames(bytes)
      expect(whole).toEqual({ frames: [bytes], damagedBytes: 0, end: plan.bytes })
      expect(frameBatch(whole.frames[0]!)).toEqual(batch)
      bytes[at % bytes.length]! ^= 4
      expect(findFrames(bytes)).toEqual({ frames: [], damagedBytes: 0, end: 0 })
    }),
    { numRuns: 40 },
  )
})
