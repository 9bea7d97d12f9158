import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock, type Clock } from '@weir/model'
import { pino } from 'pino'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { Backups } from './backups.ts'
import { verifyArchive } from './read-archive.ts'

let dataDir = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'weir-backups-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

/** Backups of a directory whose keepers write a file each. */
function stand(clock: Clock = systemClock, stageStore?: () => Promise<string>) {
  const folder = join(dataDir, 'snapshots', 'a.unfinished')
  const registry = new Registry()
  const backups = new Backups({
    dataDir,
    keepers: {
      stageStore:
        stageStore ??
        (async () => {
          mkdirSync(join(folder, 'windows'), { recursive: true })
          writeFileSync(join(folder, 'weir.mdb'), 'tables')
          writeFileSync(join(folder, 'weir.mdb-lock'), 'readers')
          return folder
        }),
      copyStatsdState: async (into) => {
        mkdirSync(into)
        writeFileSync(join(into, 'values-0'), 'counts')
      },
      linkLogs: async (into) => {
        mkdirSync(into)
        writeFileSync(join(into, 'journal-1'), 'lines and what is being written')
        return new Map([['journal-1', 'lines'.length]])
      },
    },
    stallMs: 60_000,
    clock,
    telemetry: { registry, log: new Log(pino({ enabled: false })) },
  })
  const counted = (): Record<string, number> =>
    Object.fromEntries(
      registry
        .collect()
        .flatMap(({ samples }) =>
          samples.map(({ labels, value }) => [labels.get('result'), value]),
        ),
    ) as Record<string, number>
  const results = (): Record<string, number> =>
    Object.fromEntries(Object.entries(counted()).filter(([, count]) => count > 0))
  return { backups, folder, results, counted }
}

const NONE: ReadonlySet<string> = new Set()
const never = (): AbortSignal => new AbortController().signal

test('what keepers keep and what lies beside is in it; locks, leftovers and copies are not', async () => {
  for (const name of ['weir.lock', 'audit.jsonl', 'x.tmp', 'damaged-1', 'ballast']) {
    writeFileSync(join(dataDir, name), name)
  }
  mkdirSync(join(dataDir, 'windows'))
  writeFileSync(join(dataDir, 'windows', '9'), 'a window that no table names')
  const { backups, folder, results } = stand()
  const manifest = await verifyArchive(await backups.begin(NONE, never()), 'it')
  expect(manifest.files.map(({ path, bytes }) => [path, bytes])).toEqual([
    ['audit.jsonl', 11],
    ['logs/journal-1', 5],
    ['statsd/values-0', 6],
    ['weir.mdb', 6],
  ])
  expect(existsSync(folder)).toBe(false)
  expect(results()).toEqual({ done: 1 })
})

test('each result is counted from 0 on: an alert sees growth, and none in a series that is born with 1', () => {
  const { counted } = stand()
  expect(counted()).toEqual({ done: 0, failed: 0, abandoned: 0, refused: 0 })
})

test('one at a time', async () => {
  const { backups, results } = stand()
  const first = await backups.begin(NONE, never())
  await expect(backups.begin(NONE, never())).rejects.toMatchObject({ code: 'BACKUP_BUSY' })
  await verifyArchive(first, 'it')
  await verifyArchive(await backups.begin(NONE, never()), 'it')
  expect(results()).toEqual({ refused: 1, done: 2 })
})

test('a client that goes away leaves nothing behind, before it has read and while it reads', async () => {
  const { backups, folder, results } = stand()
  const gone = new AbortController()
  await backups.begin(NONE, gone.signal)
  expect(existsSync(folder)).toBe(true)
  gone.abort(new Error('gone'))
  expect(existsSync(folder)).toBe(false)
  for await (const _piece of await backups.begin(NONE, never())) break
  expect(existsSync(folder)).toBe(false)
  expect(results()).toEqual({ abandoned: 2 })
})

test('a client that reads no more loses its copy', async () => {
  let stall!: () => void
  const clock: Clock = {
    ...systemClock,
    sleep: () =>
      new Promise((resolve) => {
        stall = resolve
      }),
  }
  const { backups, folder, results } = stand(clock)
  const pieces = (await backups.begin(NONE, never()))[Symbol.asyncIterator]()
  await pieces.next()
  stall()
  await Promise.resolve()
  expect(existsSync(folder)).toBe(false)
  await expect(pieces.next()).rejects.toMatchObject({ code: 'BACKUP_BUSY' })
  expect(results()).toEqual({ abandoned: 1 })
})

test('a copy that cannot be made is told, counted, and in nobody’s way', async () => {
  const { backups, results } = stand(systemClock, () => Promise.reject(new Error('disk full')))
  await expect(backups.begin(NONE, never())).rejects.toThrow('disk full')
  await expect(backups.begin(NONE, never())).rejects.toThrow('disk full')
  expect(results()).toEqual({ failed: 2 })
})
