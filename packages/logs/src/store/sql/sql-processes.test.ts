import { closeSync, existsSync, openSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import koffi from 'koffi'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MIB, SqlStand, answerIn, peakBytes, questionOf } from './testing/sql-stand.ts'
import { SqlProcesses } from './sql-processes.ts'

// More bombs, and ends that take their time: sql-process.slow.test.ts.

/** More than a busy machine needs. */
const SOON = { timeout: 20_000 }
const F_SETFD = 2
const ON_LINUX = process.platform === 'linux'
const COUNT = questionOf('SELECT count(*) AS lines, min(line) AS first FROM logs')
let stand: SqlStand
beforeEach(() => {
  stand = new SqlStand()
})
afterEach(() => stand[Symbol.dispose]())

test('a process has no secrets, no open files of Weir, and is the first to go; a crash is that of its question', async () => {
  vi.stubEnv('WEIR_METRICS_PASSWORD', 'hunter2')
  const secret = join(stand.folder, 'secret')
  const file = openSync(secret, 'w')
  koffi.load(null).func('int fcntl(int fd, int command, int flags)')(file, F_SETFD, 0)
  try {
    const one = stand.start()
    const other = stand.start()
    const [answer] = await Promise.all([one.ask(COUNT), other.ask(COUNT)])
    expect(answerIn(answer)).toMatchObject({ rows: [['3', 'plain']], isCut: false })
    if (ON_LINUX) {
      const of = (name: string): string => readFileSync(`/proc/${one.pid}/${name}`, 'utf8')
      const names = of('environ')
        .split('\0')
        .map((entry) => entry.split('=')[0])
      // The last is how Node tells a child of its channel.
      const known = [
        '',
        'TZ',
        'LD_LIBRARY_PATH',
        'NODE_CHANNEL_FD',
        'NODE_CHANNEL_SERIALIZATION_MODE',
      ]
      expect(names.filter((name) => !known.includes(name!))).toEqual([])
      const folder = `/proc/${one.pid}/fd`
      const open = readdirSync(folder).map((fd) => readlinkSync(join(folder, fd)))
      expect(open.filter((path) => path.startsWith('/') && path !== '/dev/null')).toEqual([])
      expect(of('oom_score_adj')).toBe('1000\n')
      expect(of('limits')).toMatch(/^Max core file size +0 /m)
      const [, most] = /^Max data size +(\d+) /m.exec(of('limits'))!
      expect(Number(most)).toBeLessThan(512 * MIB)
    }
    const asked = one.ask(
      questionOf(`SELECT levenshtein(repeat('a', 400000), repeat('b', 400000))`),
    )
    process.kill(one.pid!, 'SIGSEGV')
    await expect(asked).rejects.toMatchObject({
      code: 'LOG_SQL_CRASHED',
      message: expect.stringContaining('SIGSEGV') as string,
    })
    expect(answerIn(await other.ask(COUNT)).rows).toEqual([['3', 'plain']])
    expect(stand.ends).toEqual(['crash'])
  } finally {
    closeSync(file)
    vi.unstubAllEnvs()
  }
})

test('too much memory is the end of the process and of its question; the next has a new one', async () => {
  using processes = new SqlProcesses({
    folder: stand.folder,
    threads: 2,
    memoryBytes: 256 * MIB,
    onEnd: (why) => stand.ends.push(why),
  })
  const bomb = questionOf(`SELECT max(length(printf('%90000000d', i))) FROM range(1000) t(i)`)
  const before = process.memoryUsage.rss()
  await expect(processes.ask(bomb)).rejects.toMatchObject({
    code: 'QUERY_TOO_MUCH_MEMORY',
    message: expect.stringContaining('256 MiB') as string,
  })
  expect(process.memoryUsage.rss() - before).toBeLessThan(64 * MIB)
  expect(answerIn(await processes.ask(COUNT)).rows).toEqual([['3', 'plain']])
  await expect(processes.ask(questionOf('SELEC 1'))).rejects.toMatchObject({
    code: 'LOG_SQL_INVALID',
  })
  await expect(processes.ask(COUNT, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
  await vi.waitFor(() => expect(stand.ends).toEqual(['memory']), SOON)
  expect(existsSync(join(stand.folder, 'sql-1.tmp'))).toBe(false)
})

test('a question of somebody who has gone stops, and its process answers the next', async () => {
  const one = stand.start()
  const gone = new AbortController()
  const asked = one.ask(
    questionOf('SELECT count(DISTINCT a.i * b.j) FROM range(1000000) a(i), range(1000000) b(j)'),
    gone.signal,
  )
  asked.catch(() => undefined)
  // More than DuckDB has when nothing runs.
  if (ON_LINUX) await vi.waitFor(() => expect(peakBytes(one.pid!)).toBeGreaterThan(100 * MIB), SOON)
  gone.abort(new Error('gone'))
  await expect(asked).rejects.toThrow('gone')
  expect(answerIn(await one.ask(COUNT)).rows).toEqual([['3', 'plain']])
  expect(stand.ends).toEqual([])
})
