import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Labels, systemClock } from '@weir/model'
import { openStore } from '@weir/tsdb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { weir } from './weir-process.ts'

let folder: string
const MINUTE = 60_000
const START = Date.UTC(2026, 0, 5, 10)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-check-data-'))
  let nowMs = START
  const clock = { ...systemClock, now: () => nowMs as never }
  await using store = await openStore({ path: join(folder, 'whole'), clock })
  const appender = store.appender()
  const ref = appender.ref(Labels.of({ __name__: 'a' }))
  for (let step = 0; step < 20; step++) {
    nowMs += MINUTE
    appender.append(ref, nowMs, step)
    await appender.commit()
  }
  await store.maintain()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function copy(name: string): string {
  const path = join(folder, name)
  cpSync(join(folder, 'whole'), path, { recursive: true })
  return path
}

async function run(path: string, ...options: readonly string[]) {
  const { code, out, err } = await weir('check', 'data', path, ...options)
  const lines = out.replaceAll(path, 'DIR').trimEnd().split('\n')
  return { code, lines, err }
}

test('a whole directory is good, and what is in it is counted', async () => {
  expect(await run(copy('good'))).toEqual({
    code: 0,
    err: '',
    lines: [
      expect.stringMatching(/^DIR: good, 1 series, \d+ sealed samples in \d windows?, \d+ s/),
    ],
  })
})

test('a damaged window is named, left out by --repair, and kept beside', async () => {
  const path = copy('window')
  const [name] = readdirSync(join(path, 'windows'))
  writeFileSync(join(path, 'windows', name!), 'no sheet')
  const found = await run(path)
  expect(found.code).toBe(1)
  expect(found.lines[0]).toMatch(new RegExp(`^windows/${name}: its file has 8 bytes, want \\d+$`))
  expect(found.lines.at(-1)).toContain('weir check data --repair DIR')
  const repaired = await run(path, '--repair', '--json')
  expect(repaired.code).toBe(0)
  const report = JSON.parse(repaired.lines.join('\n')) as Record<string, unknown>
  expect(report).toMatchObject({ good: false, repaired: true, problems: [{ key: name }] })
  expect(readdirSync(join(String(report['before']).replace('DIR', path), 'windows'))).toEqual([
    name,
  ])
  expect((await run(path)).code).toBe(0)
})

test('tables that cannot be read at all are beyond repair, and nothing is touched', async () => {
  const path = copy('tables')
  writeFileSync(join(path, 'weir.mdb'), 'no tables'.repeat(2000))
  const found = await run(path)
  expect(found.code).toBe(1)
  expect(found.lines[0]).toBe('weir.mdb: it is not an LMDB file')
  expect(found.lines.at(-1)).toMatch(/^Start with a snapshot/)
  const before = readdirSync(path)
  const repaired = await run(path, '--repair')
  expect(repaired.code).toBe(2)
  expect(repaired.err).toMatch(/^weir: Cannot repair .*want a snapshot/)
  expect(readdirSync(path)).toEqual(before)
})

test('lines of log are checked and repaired too', async () => {
  const path = copy('logs')
  mkdirSync(join(path, 'logs'))
  writeFileSync(join(path, 'logs', 'part-1-1-0.parquet'), 'no Parquet')
  writeFileSync(join(path, 'logs', 'part-1-1-0.index'), 'no index')
  const found = await run(path)
  expect(found.code).toBe(1)
  expect(found.lines.slice(1)).toEqual([
    expect.stringMatching(/^logs\/part-1-1-0\.parquet: .*it is no index of a part/),
    '  the lines of this part are lost',
    'logs: 1 problem; whole are 0 lines in 0 parts, 0 lines in journals',
    expect.stringContaining('weir check data --repair DIR'),
  ])
  const repaired = await run(path, '--repair', '--json')
  expect(repaired.code).toBe(0)
  expect(readdirSync(join(path, 'logs', 'damaged')).toSorted()).toEqual([
    'part-1-1-0.index',
    'part-1-1-0.parquet',
  ])
  expect((await run(path)).code).toBe(0)
})

test('a directory in use, and one that is not there, are refused', async () => {
  const path = copy('used')
  await using _store = await openStore({ path })
  const used = await run(path)
  expect(used.code).toBe(2)
  expect(used.err).toContain(`process ${process.pid} uses it; stop it first`)
  const none = await run(join(folder, 'none'))
  expect(none.code).toBe(2)
  expect(none.err).toContain('there is no such directory')
})
