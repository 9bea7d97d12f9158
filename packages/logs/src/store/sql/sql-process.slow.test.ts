import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MIB, SqlStand, answerIn, peakBytes, questionOf } from './testing/sql-stand.ts'
import { SqlProcesses } from './sql-processes.ts'

// What somebody with a token that may read can think of, against real processes of SQL.

const ON_LINUX = process.platform === 'linux'
/** Works on two texts in one step, which DuckDB cannot stop, for a quarter of an hour. */
const DEAF = `SELECT levenshtein(repeat('a', 400000), repeat('b', 400000))`
const COUNT = questionOf('SELECT count(*) FROM logs')
let stand: SqlStand
beforeEach(() => {
  stand = new SqlStand()
})
afterEach(() => stand[Symbol.dispose]())

const MEMORY = 'QUERY_TOO_MUCH_MEMORY'
const INVALID = 'LOG_SQL_INVALID'
const DOUBLED = `WITH a AS (SELECT repeat('x', 1000000) || i AS x FROM range(1000) t(i)), b AS (SELECT x||x||x||x||x||x||x||x AS x FROM a), c AS (SELECT x||x||x||x||x||x||x||x AS x FROM b) SELECT max(length(x)) FROM c`

const BOMBS: readonly [sql: string, code: string][] = [
  [`SELECT length(repeat('x', 4000000000))`, MEMORY],
  [`SELECT max(length(repeat(line, 50000000))) FROM logs`, MEMORY],
  [`SELECT max(length(lpad('x', 50000000, 'y') || i)) FROM range(100000) t(i)`, MEMORY],
  [`SELECT max(length(printf('%90000000d', i))) FROM range(1000) t(i)`, MEMORY],
  [`SELECT max(length(format('{:90000000}', i))) FROM range(1000) t(i)`, MEMORY],
  [DOUBLED, MEMORY],
  [`SELECT length(replace(repeat('x', 100000), 'x', repeat('y', 100000)))`, MEMORY],
  [`SELECT length(regexp_replace(repeat('x', 100000), '.', repeat('y', 100000), 'g'))`, MEMORY],
  [`SELECT len(list_transform(range(200000000), lambda x: x || 'aaaaaaaaaaaaaaaaaa'))`, MEMORY],
  [`SELECT length(string_agg(i::VARCHAR, ',')) FROM range(2000000000) t(i)`, MEMORY],
  [`SELECT len(list(i)) FROM range(10000000000) t(i)`, MEMORY],
  [`SELECT length(to_json(range(20000000))::VARCHAR)`, MEMORY],
  [`WITH RECURSIVE r(x) AS (SELECT 'x' UNION ALL SELECT x || x FROM r) SELECT * FROM r`, MEMORY],
  [
    `WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT a.x + b.x FROM r a, r b, range(10)) SELECT count(*) FROM r`,
    MEMORY,
  ],
  // These two go to the disk until they have their part of it.
  [`SELECT count(DISTINCT a.i * b.j) FROM range(1000000) a(i), range(1000000) b(j)`, MEMORY],
  [
    `SELECT a.i FROM range(1000000) a(i), range(1000000) b(j) ORDER BY hash(a.i + b.j) LIMIT 9 OFFSET 100000000`,
    MEMORY,
  ],
  // Answers that are too large for the process, and for V8.
  [`SELECT repeat('x', 30000000) FROM range(1000)`, MEMORY],
  [`SELECT range(50000000)`, MEMORY],
  // Texts that are hard to read.
  [`SELECT ${'('.repeat(200_000)}1${')'.repeat(200_000)}`, INVALID],
  [`SELECT ${'1+'.repeat(300_000)}1`, INVALID],
]

test.each(BOMBS.map(([sql, code]) => ({ sql, code, name: sql.slice(0, 90) })))(
  '$name … is refused ($code), within the limit',
  { timeout: 120_000 },
  async ({ sql, code }) => {
    const one = stand.start()
    let peak = 0
    const timer = setInterval(() => (peak = Math.max(peak, peakBytes(one.pid!))), 5)
    const before = process.memoryUsage.rss()
    try {
      await expect(one.ask(questionOf(sql))).rejects.toMatchObject({ code })
    } finally {
      clearInterval(timer)
    }
    if (ON_LINUX) expect(peak).toBeGreaterThan(32 * MIB)
    expect(peak).toBeLessThanOrEqual(256 * MIB)
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * MIB)
    expect(answerIn(await stand.start().ask(COUNT)).rows).toEqual([['3']])
  },
)

test(
  'an answer of what an answer may be fits into a process; a longer one is refused',
  { timeout: 60_000 },
  async () => {
    const one = stand.start({ memoryBytes: 512 * MIB })
    const answer = (length: number) =>
      one.ask(questionOf(`SELECT repeat('x', ${length}) FROM range(100)`))
    expect((await answer(600_000)).length).toBeGreaterThan(60_000_000)
    await expect(answer(700_000)).rejects.toMatchObject({
      code: INVALID,
      message: expect.stringContaining('at most 67108864 characters') as string,
    })
  },
)

test('where the kernel sets no limit, the watch ends what grows', { timeout: 60_000 }, async () => {
  const one = stand.start({ memoryBytes: 8192 * MIB, residentBytesMax: 256 * MIB })
  const sql = `SELECT max(length(lpad('x', 50000000, 'y') || i)) FROM range(100000) t(i)`
  await expect(one.ask(questionOf(sql))).rejects.toMatchObject({ code: MEMORY })
  await vi.waitFor(() => expect(stand.ends).toEqual(['memory']))
})

test(
  'one that DuckDB does not stop is ended three seconds after its time',
  { timeout: 60_000 },
  async () => {
    const one = stand.start()
    await one.ask(COUNT)
    const asked = one.ask(questionOf(DEAF), AbortSignal.timeout(500))
    const beganMs = performance.now()
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(performance.now() - beganMs).toBeLessThan(10_000)
    expect(one.isAlive).toBe(false)
    expect(stand.ends).toEqual(['time'])
  },
)

test('a process without questions ends by itself', { timeout: 60_000 }, async () => {
  const { folder } = stand
  using processes = new SqlProcesses({ folder, threads: 1, memoryBytes: 256 * MIB, idleMs: 50 })
  const running = (): number =>
    process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap').length
  await vi.waitFor(() => expect(running()).toBe(0)) // those of tests before
  await processes.ask(COUNT)
  expect(running()).toBe(1)
  await vi.waitFor(() => expect(running()).toBe(0), 10_000)
  expect(answerIn(await processes.ask(COUNT)).rows).toEqual([['3']])
})

test(
  'it ends with its parent, also where that is killed and DuckDB is busy',
  { timeout: 60_000 },
  async () => {
    const script = `
    const { SqlProcess } = await import(${JSON.stringify(join(import.meta.dirname, '../../../dist/store/sql/sql-process.js'))})
    const one = new SqlProcess(${JSON.stringify(stand.data())}, () => undefined)
    const ask = (text) => one.ask({ logs: 'SELECT 1', recent: [], text, rowsMax: 1 })
    await ask('SELECT 1')
    console.log(one.pid)
    await ask(${JSON.stringify(DEAF)})`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [told] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(told.toString())
    expect(isThere(pid)).toBe(true)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(isThere(pid)).toBe(false), 10_000)
  },
)

/** Whether a process is there and no zombie, which is one that waits for its parent to ask how it ended. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !ON_LINUX || peakBytes(pid) > 0
  } catch {
    return false
  }
}
