import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, Labels, type LogBatch, LogBatchBuilder, type Millis } from '@weir/model'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LogQueue, type LogQueueOptions, type QueuedBatch } from './log-queue.ts'

const NOW = Date.UTC(2026, 10, 28) as Millis
const never = new AbortController().signal
let root = ''
let folder = ''
let lives = 0
let nowMs = NOW
const clock: Clock = { ...({} as Clock), now: () => nowMs, monotonicMs: () => nowMs }
const opened: LogQueue[] = []
const dropped: [number, string][] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'weir-log-queue-'))
  folder = join(root, 'first')
  mkdirSync(folder)
  nowMs = NOW
  dropped.length = 0
})
afterEach(async () => {
  for (const queue of opened.splice(0)) await queue[Symbol.asyncDispose]()
  vi.useRealTimers()
  rmSync(root, { recursive: true })
})

/** From here on as a process finds it whose former life ended in this moment. */
function crash(): void {
  const next = join(root, `life-${++lives}`)
  cpSync(folder, next, { recursive: true })
  folder = next
}

function open(more: Partial<LogQueueOptions> = {}): LogQueue {
  const queue = new LogQueue({
    folder,
    clock,
    reserveBytes: 0,
    queuedBytesMax: 2 ** 20,
    ageMaxMs: 3_600_000,
    futureMaxMs: 600_000,
    streamsMax: 100,
    bytesMax: 2 ** 20,
    waitMaxMs: 3_600_000,
    whenFull: 'refuse',
    onDropped: (lines, why) => dropped.push([lines, why]),
    onProblem: (error) => {
      throw error
    },
    ...more,
  })
  opened.push(queue)
  return queue
}

function batchOf(...lines: readonly string[]): LogBatch {
  const builder = new LogBatchBuilder()
  for (const line of lines) {
    builder.add(builder.stream(Labels.of({ app: 'shop' })), BigInt(NOW) * 1_000_000n, 9, line)
  }
  return builder.finish()
}

function linesOf({ batch }: QueuedBatch): string[] {
  return Array.from({ length: batch.count }, (_, i) =>
    Buffer.from(batch.text.slice(i === 0 ? 0 : batch.ends[i - 1], batch.ends[i])).toString(),
  )
}

/** What waits, as far as it can be had now. */
async function drain(queue: LogQueue): Promise<QueuedBatch[]> {
  const found: QueuedBatch[] = []
  for (;;) {
    const stop = new AbortController()
    const next = queue.next(stop.signal).catch(() => undefined)
    stop.abort()
    const one = await next
    if (one === undefined) return found
    found.push(one)
  }
}

const files = (): string[] => readdirSync(folder).toSorted()

test('lines come out as they went in, and their file goes when all are done with', async () => {
  const queue = open()
  await queue.append(batchOf('a', 'b'))
  const first = await queue.next(never)
  expect(linesOf(first)).toEqual(['a', 'b'])
  const later = queue.next(never)
  await queue.append(batchOf('c'))
  const second = await later
  expect(linesOf(second)).toEqual(['c'])
  expect(queue.stats().waitingBytes).toBeGreaterThan(0)
  second.done()
  expect(queue.stats().oldestMs).toBe(NOW)
  first.done()
  expect(queue.stats()).toMatchObject({ appended: 3, waitingBytes: 0, oldestMs: 0 })
  await queue[Symbol.asyncDispose]()
  opened.pop()
  expect(files()).toEqual(['sent'])
})

test('who waits for lines may give up', async () => {
  const queue = open()
  const stop = new AbortController()
  const waiting = queue.next(stop.signal)
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
})

test('whatever happens between, what is not done with comes again in its order', async () => {
  type Deed = 'append' | 'take' | 'done' | 'crash' | 'close'
  const deed = fc.constantFrom<Deed>('append', 'append', 'take', 'take', 'done', 'crash', 'close')
  const choice = fc.tuple(deed, fc.nat({ max: 1000 }))
  await fc.assert(
    fc.asyncProperty(fc.array(choice, { maxLength: 30 }), async (deeds) => {
      folder = join(root, `run-${++lives}`)
      // Segments of 256 bytes: one or two frames each.
      let queue = open({ bytesMax: 2048, whenFull: 'refuse' })
      const left: string[] = []
      const out: QueuedBatch[] = []
      let next = 0
      for (const [what, n] of deeds) {
        if (what === 'append') {
          const line = `line ${next++}`
          const isKept = await queue.append(batchOf(line)).then(
            () => true,
            () => false,
          )
          if (isKept) left.push(line)
        } else if (what === 'take') {
          const stop = new AbortController()
          const taking = queue.next(stop.signal).catch(() => undefined)
          stop.abort()
          const taken = await taking
          if (taken !== undefined) out.push(taken)
        } else if (what === 'done') {
          const [one] = out.splice(n % Math.max(1, out.length), 1)
          one?.done()
          if (one !== undefined) left.splice(left.indexOf(linesOf(one)[0]!), 1)
        } else {
          if (what === 'close') await opened.pop()![Symbol.asyncDispose]()
          else crash()
          out.length = 0
          queue = open({ bytesMax: 2048 })
        }
      }
      await opened.pop()![Symbol.asyncDispose]()
      queue = open()
      const again = (await drain(queue)).flatMap(linesOf)
      // Some that were done with may come again; none that was not is missing, nor out of its order.
      expect(again.filter((line) => left.includes(line))).toEqual(left)
      expect(again).toEqual([...again].toSorted((a, b) => numberOf(a) - numberOf(b)))
      for (const one of opened.splice(0)) await one[Symbol.asyncDispose]()
    }),
    { numRuns: 30 },
  )
})

function numberOf(line: string): number {
  return Number(line.slice(5))
}

test('after an orderly end only what was not done with comes again', async () => {
  const queue = open()
  for (const line of ['a', 'b', 'c']) await queue.append(batchOf(line))
  const [a, b] = [await queue.next(never), await queue.next(never)]
  b.done()
  a.done()
  await queue[Symbol.asyncDispose]()
  opened.pop()
  expect((await drain(open())).flatMap(linesOf)).toEqual(['c'])
})

test('what was being written when the process ended was never acknowledged', async () => {
  await open().append(batchOf('a'))
  crash()
  appendFileSync(join(folder, 'journal-1'), 'WFL1 half a frame')
  const queue = open()
  const [one] = await drain(queue)
  expect(linesOf(one!)).toEqual(['a'])
  one!.done()
  expect(queue.stats().waitingBytes).toBe(0)
})

test('a place that cannot be read sends all again', async () => {
  const queue = open()
  await queue.append(batchOf('a'))
  crash()
  writeFileSync(join(folder, 'sent'), 'what?')
  expect((await drain(open())).flatMap(linesOf)).toEqual(['a'])
})

test('a full queue refuses, and takes again when there is room', async () => {
  const queue = open({ bytesMax: 400 })
  await queue.append(batchOf('a'.repeat(100)))
  await expect(queue.append(batchOf('b'.repeat(200)))).rejects.toMatchObject({
    code: 'STORAGE_BUSY',
    message: expect.stringContaining('storage.logs.queue.max_bytes') as string,
  })
  const first = await queue.next(never)
  first.done()
  await queue.append(batchOf('b'.repeat(200)))
  expect(dropped).toEqual([])
})

test('or it lets the oldest go, and counts them', async () => {
  const queue = open({ bytesMax: 800, whenFull: 'drop_oldest' })
  for (const letter of 'abcdef') await queue.append(batchOf(letter.repeat(100), letter))
  const left = (await drain(queue)).flatMap(linesOf)
  const lines = dropped.reduce((sum, [count]) => sum + count, 0)
  expect(dropped.every(([, why]) => why === 'queue_full')).toBe(true)
  expect(lines).toBeGreaterThan(0)
  expect(left.length + lines).toBe(12)
  expect(left.at(-1)).toBe('f')
})

test('lines that waited too long go', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const queue = open({ waitMaxMs: 60_000 })
  await queue.append(batchOf('old', 'older'))
  nowMs = (NOW + 61_000) as Millis
  vi.advanceTimersByTime(1000)
  expect(dropped).toEqual([[2, 'waited_too_long']])
  expect(queue.stats().waitingBytes).toBe(0)
  await queue.append(batchOf('new'))
  expect((await drain(queue)).flatMap(linesOf)).toEqual(['new'])
})
