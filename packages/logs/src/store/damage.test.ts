import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { Labels, LogBatchBuilder, systemClock } from '@weir/model'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkLogs, repairLogs } from './check-logs.ts'
import { openLogReader } from './log-reader.ts'
import { type LogStore, openLogStore } from './log-store.ts'

const ALL = { fromNs: 0n, toNs: 2n ** 62n }
const MEMORY = 256 * 2 ** 20
let folder = ''
let problems: string[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-log-damage-'))
  problems = []
  await using store = await open()
  for (const text of ['one', 'two', 'three']) {
    await line(store, text)
    await store.seal()
  }
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(): Promise<LogStore> {
  return openLogStore({
    folder,
    clock: systemClock,
    reserveBytes: 0,
    queuedBytesMax: 2 ** 20,
    recentBytes: 2 ** 20,
    recentAgeMs: 600_000,
    ageMaxMs: 0,
    futureMaxMs: 600_000,
    streamsMax: 100,
    diskBytesMax: 0,
    memoryBytes: MEMORY,
    onProblem: (error) => void problems.push(String(error)),
  })
}

async function line(store: LogStore, text: string): Promise<void> {
  const builder = new LogBatchBuilder()
  builder.add(builder.stream(Labels.of({ service: 'a' })), 1_000_000_000n, 9, text)
  await store.append(builder.finish())
}

async function texts(store: LogStore): Promise<string[]> {
  const { port1, port2 } = new MessageChannel()
  store.connectReader(port2)
  using reader = await openLogReader(port1, { folder, threads: 1, memoryBytes: MEMORY })
  const found: string[] = []
  const streams = reader.streams([], ALL)
  const request = { streams, range: ALL, order: 'any', conditions: [], needsText: true } as const
  for await (const run of reader.lines(request)) {
    for (let i = 0; i < run.count; i++) found.push(run.line(i))
  }
  return found.toSorted()
}

function flip(file: string, at: number): void {
  const path = join(folder, file)
  const bytes = readFileSync(path)
  bytes[at < 0 ? bytes.length + at : at]! ^= 1
  writeFileSync(path, bytes)
}

test.each([
  ['has a wrong bit in its index', () => flip('part-2-2-0.index', 40)],
  ['has a wrong bit in its word filters', () => flip('part-2-2-0.index', -20)],
  ['has half an index', () => truncateSync(join(folder, 'part-2-2-0.index'), 100)],
  ['has an empty index', () => truncateSync(join(folder, 'part-2-2-0.index'), 0)],
  ['has no index', () => rmSync(join(folder, 'part-2-2-0.index'))],
  ['is cut short', () => truncateSync(join(folder, 'part-2-2-0.parquet'), 200)],
])('a part that %s is moved away, told, and costs its own lines alone', async (_, damage) => {
  damage()
  expect(checkLogs(folder)).toMatchObject({ parts: 2, problems: [{ file: 'part-2-2-0.parquet' }] })
  await using store = await open()
  expect(problems).toEqual([expect.stringMatching(/part-2-2-0.*its lines are missing.*damaged/)])
  expect(await texts(store)).toEqual(['one', 'three'])
  expect(existsSync(join(folder, 'damaged', 'part-2-2-0.parquet'))).toBe(true)
  await line(store, 'four')
  await store.seal()
  expect(await texts(store)).toEqual(['four', 'one', 'three'])
  expect(checkLogs(folder)).toMatchObject({ parts: 3, partLines: 3, problems: [] })
})

test('a wrong bit in the lines of a part is found by a check, and repair leaves the part out', async () => {
  flip('part-3-3-0.parquet', 60)
  const report = checkLogs(folder)
  expect(report.problems).toMatchObject([{ file: 'part-3-3-0.parquet' }])
  expect(readdirSync(repairLogs(folder, report)).toSorted()).toEqual([
    'part-3-3-0.index',
    'part-3-3-0.parquet',
  ])
  expect(checkLogs(folder).problems).toEqual([])
  await using store = await open()
  expect(await texts(store)).toEqual(['one', 'two'])
})

test('a damaged journal is found by a check, and repair keeps what is whole', async () => {
  {
    await using store = await open()
    for (const text of ['four', 'five', 'six']) await line(store, text)
  }
  const [journal = ''] = readdirSync(folder).filter((file) => file.startsWith('journal'))
  const bytes = readFileSync(join(folder, journal)).length
  flip(journal, Math.floor(bytes / 2))
  const report = checkLogs(folder)
  expect(report).toMatchObject({ parts: 3, journalLines: 2, problems: [{ file: journal }] })
  repairLogs(folder, report)
  expect(checkLogs(folder)).toMatchObject({ journalLines: 2, problems: [] })
  await using store = await open()
  expect(problems).toEqual([])
  expect(await texts(store)).toEqual(['four', 'one', 'six', 'three', 'two'])
})

test('an export that a process left behind is removed, and nobody stumbles over it', async () => {
  writeFileSync(join(folder, 'export-1.parquet'), 'half')
  await using store = await open()
  expect(await texts(store)).toEqual(['one', 'three', 'two'])
  expect(existsSync(join(folder, 'export-1.parquet'))).toBe(false)
})

test('a file that cannot be read ends the start with its name; nothing is moved', async () => {
  rmSync(join(folder, 'part-2-2-0.index'))
  mkdirSync(join(folder, 'part-2-2-0.index'))
  await expect(open()).rejects.toThrow(/^Cannot read ".*part-2-2-0\.index": /)
  expect(existsSync(join(folder, 'part-2-2-0.parquet'))).toBe(true)
})
