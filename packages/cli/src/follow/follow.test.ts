import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { followFiles } from './follower.ts'
import { LineJoiner } from './line-joiner.ts'
import { LineSender } from './line-sender.ts'
import { Positions } from './positions.ts'
import { TailedFile } from './tailed-file.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-follow-'))
  file = join(folder, 'app.log')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Everything that there is now. */
function read(tailed: TailedFile): string[] {
  const texts: string[] = []
  for (;;) {
    const { lines, isOver } = tailed.next()
    texts.push(...lines.map(({ text }) => text))
    if (lines.length === 0 && !isOver) return texts
  }
}

describe('a file', () => {
  test('gives whole lines as they come, from its end or its beginning', () => {
    writeFileSync(file, 'old\n')
    const [tail, all] = [
      new TailedFile(file, undefined, false),
      new TailedFile(file, undefined, true),
    ]
    expect([read(tail), read(all)]).toEqual([[], ['old']])
    appendFileSync(file, 'a\r\nb')
    expect([read(tail), read(all)]).toEqual([['a'], ['a']])
    appendFileSync(file, 'c\n')
    expect(read(tail)).toEqual(['bc'])
    tail.close()
    all.close()
  })

  test('that is not there yet is read from its beginning', () => {
    const tailed = new TailedFile(file, undefined, false)
    expect(read(tailed)).toEqual([])
    writeFileSync(file, 'a\n')
    expect(read(tailed)).toEqual(['a'])
    tailed.close()
  })

  test('rotation by rename: the old one is read to its end, then the new one', () => {
    writeFileSync(file, 'a\n')
    const tailed = new TailedFile(file, undefined, true)
    expect(read(tailed)).toEqual(['a'])
    renameSync(file, `${file}.1`)
    appendFileSync(`${file}.1`, 'b\nlast')
    expect(read(tailed)).toEqual(['b'])
    writeFileSync(file, 'c\n')
    expect(read(tailed)).toEqual(['last', 'c'])
    tailed.close()
  })

  test('rotation by copy and truncate: it is read from its beginning', () => {
    writeFileSync(file, 'a\nb\n')
    const tailed = new TailedFile(file, undefined, true)
    expect(read(tailed)).toEqual(['a', 'b'])
    copyFileSync(file, `${file}.1`)
    truncateSync(file)
    expect(read(tailed)).toEqual([])
    appendFileSync(file, 'c\n')
    expect(read(tailed)).toEqual(['c'])
    tailed.close()
  })

  test('goes on where it was, also when it was renamed meanwhile', () => {
    writeFileSync(file, 'a\n')
    const before = new TailedFile(file, undefined, true)
    read(before)
    const { position } = before
    before.close()
    appendFileSync(file, 'b\n')
    renameSync(file, `${file}.1`)
    writeFileSync(file, 'c\n')
    const after = new TailedFile(file, position, false)
    expect(read(after)).toEqual(['b', 'c'])
    after.close()
  })
})

describe('lines of one record', () => {
  const TRACE = 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: no'
  test.each<[string, string, string[]]>([
    ['plain lines', 'a\nb', ['a', 'b']],
    ['a trace of Java', 'boom\n\tat A.b(A.java:1)\n\tat C', ['boom\n\tat A.b(A.java:1)\n\tat C']],
    [
      'what does not begin with the time that records begin with',
      `[2026-11-28T18:09:27.809+0000] {a.py:1} ERROR - x\n${TRACE}\n[2026-11-28T18:09:28.000+0000] {a.py:2} INFO - y`,
      [
        `[2026-11-28T18:09:27.809+0000] {a.py:1} ERROR - x\n${TRACE}`,
        '[2026-11-28T18:09:28.000+0000] {a.py:2} INFO - y',
      ],
    ],
    ['objects', '{"a":1}\n{"a":2}', ['{"a":1}', '{"a":2}']],
    [
      'syslog',
      'Nov 28 18:00:00 h a: x\nNov 28 18:00:01 h a: y',
      ['Nov 28 18:00:00 h a: x', 'Nov 28 18:00:01 h a: y'],
    ],
  ])('%s', (_, text, want) => {
    const joiner = new LineJoiner()
    const records = text.split('\n').flatMap((line) => joiner.push(line) ?? [])
    expect([...records, joiner.flush()]).toEqual(want)
  })

  test('a record that is too long is cut', () => {
    const joiner = new LineJoiner()
    const lines = ['{', ...Array.from({ length: 300 }, () => ` ${'x'.repeat(999)}`)]
    const records = lines.flatMap((line) => joiner.push(line) ?? [])
    expect([...records, joiner.flush()!].map((record) => record.length <= 200_000)).toEqual([
      true,
      true,
    ])
  })
})

interface Pushed {
  readonly streams: readonly { readonly stream: object; readonly values: readonly string[][] }[]
}

/** Answers with what it is told to, and keeps what it took. */
async function weirAnswering(
  statuses: number[],
): Promise<{ url: URL; lines: string[]; server: Server }> {
  const lines: string[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const status = statuses.shift() ?? 204
      const { streams } = JSON.parse(Buffer.concat(parts).toString()) as Pushed
      if (status < 300) lines.push(...streams[0]!.values.map(([, line]) => line!))
      response.writeHead(status).end(status < 300 ? undefined : 'no')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: new URL(`http://127.0.0.1:${port}/loki/api/v1/push`), lines, server }
}

test('lines arrive once Weir is there; positions are kept; what is refused is told', async () => {
  const weir = await weirAnswering([503, 204, 400])
  const away: string[] = []
  const refused: string[] = []
  const state = join(folder, 'state.json')
  const start = (): { stop: () => void; done: Promise<void> } => {
    const stopped = new AbortController()
    const done = followFiles(
      {
        files: [file],
        labels: () => ({ filename: 'app.log' }),
        positions: new Positions(state),
        sender: new LineSender(weir.url, (why) => away.push(why)),
        isFromStart: true,
        joinsLines: true,
        onRefused: (_, count, why) => refused.push(`${count} ${why}`),
      },
      stopped.signal,
    )
    return { stop: () => stopped.abort(), done }
  }
  writeFileSync(file, 'a\nb\n')
  const first = start()
  await vi.waitFor(() => expect(weir.lines).toEqual(['a']), 10_000)
  expect(away).toEqual([`${weir.url.origin} answers 503 no`])
  await vi.waitFor(() => expect(refused).toEqual([`1 ${weir.url.origin} answers 400 no`]), 10_000)
  appendFileSync(file, 'c\nd\n')
  await vi.waitFor(() => expect(weir.lines).toEqual(['a', 'c']), 10_000)
  first.stop()
  await first.done
  // More lines may belong to d: either it was quiet for so long that it was sent, or the next one sends it.
  const { offset } = (
    JSON.parse(readFileSync(state, 'utf8')) as Record<string, { offset: number }>
  )[file]!
  expect([6, 8]).toContain(offset)
  const second = start()
  await vi.waitFor(() => expect(weir.lines).toEqual(['a', 'c', 'd']), 10_000)
  second.stop()
  await second.done
  weir.server.close()
})

test.each([
  [204, 'kept'],
  [400, 'refused'],
  [413, 'refused'],
  // Lines are not to blame: they wait for a right token, for room, for a Weir that is well.
  [401, 'given_up'],
  [403, 'given_up'],
  [429, 'given_up'],
  [500, 'given_up'],
])('lines answered with %d, when there is no more time, are %s', async (status, kind) => {
  const weir = await weirAnswering([status])
  const away: string[] = []
  const sender = new LineSender(weir.url, (why) => away.push(why))
  expect(await sender.send({ a: 'b' }, ['x'], AbortSignal.abort())).toMatchObject({ kind })
  expect(away.map((why) => why.split(' answers ')[1])).toEqual(
    kind === 'given_up' ? [`${status} no`] : [],
  )
  weir.server.closeAllConnections()
  await new Promise((resolve) => weir.server.close(resolve))
})
