import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PACKS } from '@weir/packs'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MemoryStore } from '../loggers/testing/memory-store.ts'
import { HandClock } from '../scrape/testing/hand-clock.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { dashboardsConfig } from './config.ts'
import { Dashboards } from './dashboards.ts'
import { importBoards } from './import-boards.ts'

const ANN = { author: 'ann', message: '' }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-boards-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

class Stand {
  readonly store = new MemoryStore()
  readonly clock = new HandClock(Date.parse('2024-05-01T12:00:00Z'))
  readonly registry = new Registry()

  open(config: object = {}): Promise<Dashboards> {
    return Dashboards.open({
      store: this.store,
      config: dashboardsConfig.parse(config),
      packs: () => PACKS.filter(({ id }) => id === 'airflow'),
      clock: this.clock,
      telemetry: { registry: this.registry, log: new Log(pino({ level: 'silent' })) },
    })
  }

  refused(): Readonly<Record<string, number>> {
    const family = this.registry
      .collect()
      .find(({ name }) => name === 'weir_dashboards_refused_total')
    return Object.fromEntries(
      (family?.samples ?? []).map(({ labels, value }) => [labels.toString(), value]),
    )
  }
}

const panel = (id: number, more: object = {}) => ({
  id,
  type: 'stat',
  title: `P${id}`,
  gridPos: { x: 0, y: id * 4, w: 6, h: 4 },
  ...more,
})
const board = (title: string, more: object = {}) => ({
  title,
  schemaVersion: 39,
  tags: ['a'],
  panels: [panel(1), { id: 9, type: 'row', collapsed: true, panels: [panel(2)] }],
  ...more,
})

const own = (boards: Dashboards) => boards.list().boards.filter(({ origin }) => origin !== 'pack')

test('a dashboard is kept with its versions, and is back after a restart', async () => {
  const at = new Stand()
  const first = await at.open()
  const row = await first.put('lag', { document: board('Lag'), ...ANN })
  expect(row).toMatchObject({ uid: 'lag', version: 1, origin: 'saved', panelCount: 2, tags: ['a'] })
  await first.put('lag', { document: board('Lag 2'), basedOn: 1, author: 'bob', message: 'why' })
  const again = await at.open()
  expect(own(again)).toMatchObject([{ title: 'Lag 2', version: 2, author: 'bob' }])
  expect(again.versions('lag')).toMatchObject([
    { version: 2, author: 'bob', message: 'why' },
    { version: 1, author: 'ann' },
  ])
  expect(again.version('lag', 1).dashboard.title).toBe('Lag')
  expect(await again.restore('lag', 1, 'ann')).toMatchObject({ title: 'Lag', version: 3 })
})

test('who saves what somebody else has changed meanwhile is told who and when', async () => {
  const at = new Stand()
  const boards = await at.open()
  await boards.put('lag', { document: board('Lag'), ...ANN })
  await boards.put('lag', { document: board('Lag 2'), basedOn: 1, ...ANN })
  const late = boards.put('lag', { document: board('Mine'), basedOn: 1, ...ANN, author: 'bob' })
  await expect(late).rejects.toThrow(
    'ann saved version 2 at 2024-05-01T12:00:00.000Z, and this began with version 1',
  )
  await expect(boards.put('x', { document: board('X'), basedOn: 4, ...ANN })).rejects.toThrow(
    'it is not there (any more)',
  )
  expect(boards.get('lag').dashboard.title).toBe('Lag 2')
  expect(at.refused()['{reason="conflict"}']).toBe(2)
})

test('as many versions are kept as may be, and their documents go with them', async () => {
  const at = new Stand()
  const boards = await at.open({ max_versions: 2 })
  for (const title of ['1', '2', '3']) await boards.put('lag', { document: board(title), ...ANN })
  expect(boards.versions('lag').map(({ version }) => version)).toEqual([3, 2])
  expect([...at.store.entries('dashboards/body/')]).toHaveLength(2)
  expect(() => boards.version('lag', 1)).toThrow('"lag" in version 1')
})

test.each([
  ['a long one', { max_bytes: 2048 }, board('x'.repeat(3000)), 'dashboards.max_bytes', 'size'],
  ['one too many', { max_count: 1 }, board('B'), 'dashboards.max_count', 'count'],
])('%s is refused and counted', async (_what, config, document, want, reason) => {
  const at = new Stand()
  const boards = await at.open(config)
  await boards.put('a', { document: board('A'), ...ANN })
  await expect(boards.put('b', { document, ...ANN })).rejects.toThrow(want)
  expect(own(boards)).toHaveLength(1)
  expect(at.refused()[`{reason="${reason}"}`]).toBe(1)
  await boards.put('a', { document: board('A again'), ...ANN })
})

test('what was deleted can be brought back; the fifty newest', async () => {
  const at = new Stand()
  const boards = await at.open()
  for (let i = 0; i < 51; i++) {
    await boards.put(`b${i}`, { document: board(`B${i}`), ...ANN })
    await boards.remove(`b${i}`, 'ann')
    await at.clock.moveTo(at.clock.now() + 1000)
  }
  expect(own(boards)).toEqual([])
  expect(() => boards.get('b50')).toThrow('Cannot find dashboard "b50"')
  expect(await boards.restore('b50', undefined, 'bob')).toMatchObject({ title: 'B50', version: 2 })
  await expect(boards.restore('b0', undefined, 'bob')).rejects.toThrow('Cannot find dashboard "b0"')
})

test("a pack's dashboards are listed, and can be copied but not changed", async () => {
  const boards = await new Stand().open()
  const [pack] = boards.list().boards
  expect(pack).toMatchObject({ origin: 'pack', pack: 'airflow', version: 0 })
  const { dashboard } = boards.get(pack!.uid)
  expect(dashboard.panels.length).toBeGreaterThan(1)
  const document = { ...dashboard }
  await expect(boards.put(pack!.uid, { document, ...ANN })).rejects.toThrow('save a copy')
  await expect(boards.remove(pack!.uid, 'ann')).rejects.toThrow('save a copy')
  const copy = await boards.add({ document, ...ANN })
  expect(copy.uid).not.toBe(pack!.uid)
  expect(boards.get(copy.uid).dashboard.uid).toBe(copy.uid)
})

/** A file whose time says that it is another one. */
function fileAt(path: string, value: unknown, seconds = 1): void {
  const whole = join(folder, path)
  mkdirSync(join(whole, '..'), { recursive: true })
  writeFileSync(whole, typeof value === 'string' ? value : JSON.stringify(value, null, 2))
  utimesSync(whole, seconds, seconds)
}

test('a directory is read: folders, files that are no dashboards, and what changes there', async () => {
  fileAt('team/lag.json', board('Lag', { uid: 'lag' }))
  fileAt('nameless.json', board('Nameless'))
  fileAt('broken.json', '{')
  fileAt('other.json', '{"a": 1}')
  fileAt('twice.json', board('Twice', { uid: 'lag' }))
  fileAt('.hidden/x.json', board('Hidden'))
  const at = new Stand()
  const boards = await at.open({ directory: folder })
  const rows = own(boards).map(({ title, folder: where, file }) => `${where}|${title}|${file}`)
  expect(rows.toSorted()).toEqual(['team|Lag|team/lag.json', '|Nameless|nameless.json'].toSorted())
  expect(boards.list().problems.map(({ file, what }) => `${file}: ${what}`)).toEqual([
    expect.stringContaining('broken.json: Expected'),
    'other.json: it is JSON, but no dashboard: there are no panels',
    'twice.json: its uid "lag" is that of team/lag.json already',
  ])
  fileAt('team/lag.json', board('Lag, changed', { uid: 'lag' }), 2)
  rmSync(join(folder, 'nameless.json'))
  await boards.rescan()
  expect(own(boards)).toMatchObject([{ title: 'Lag, changed', version: 2 }])
  fileAt('team/lag.json', '{ half', 3) // somebody is writing it
  await boards.rescan()
  expect(own(boards)).toMatchObject([{ title: 'Lag, changed', version: 2 }])
})

test('the directory is looked through by the clock', async () => {
  const at = new Stand()
  const boards = await at.open({ directory: folder, watch_every: '5s' })
  const stop = new AbortController()
  const watching = boards.watch(stop.signal)
  fileAt('new.json', board('New', { uid: 'new' }))
  await at.clock.moveTo(at.clock.now() + 5000)
  await expect.poll(() => own(boards).length).toBe(1)
  stop.abort()
  await watching
})

test('saving writes a file whose diff is what was changed', async () => {
  const original = {
    schemaVersion: 39,
    uid: 'lag',
    title: 'Lag',
    panels: [panel(1, { unheard: { b: 1, a: 2 } }), panel(2)],
    tags: [],
    answer: 42,
  }
  fileAt('lag.json', `${JSON.stringify(original, null, 2)}\n`)
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: folder,
      encoding: 'utf8',
    })
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'first')
  const boards = await new Stand().open({ directory: folder })
  const { dashboard, meta } = boards.get('lag')
  const [first, second] = dashboard.panels
  const moved = { ...first!, gridPos: { ...first!.gridPos, x: 6 } }
  const document = { ...dashboard, panels: [second!, moved] }
  await boards.put('lag', { document, basedOn: meta.version, ...ANN })
  const straight = { ...document, panels: [moved, second!] }
  await boards.put('lag', { document: straight, basedOn: meta.version + 1, ...ANN })
  const changes = git('diff', '-U0')
    .split('\n')
    .filter((line) => /^[-+] /.test(line))
    .map((line) => line.trim())
  expect(changes).toEqual(['-        "x": 0,', '+        "x": 6,'])
  expect(readdirSync(folder).filter((name) => name !== '.git')).toEqual(['lag.json'])
})

test('a file that others changed is not overwritten by who has not seen it', async () => {
  fileAt('lag.json', board('Lag', { uid: 'lag' }))
  const boards = await new Stand().open({ directory: folder })
  fileAt('lag.json', board('By hand', { uid: 'lag' }), 2)
  const late = boards.put('lag', { document: board('Mine'), basedOn: 1, ...ANN })
  await expect(late).rejects.toThrow('somebody saved version 2')
  expect(readFileSync(join(folder, 'lag.json'), 'utf8')).toContain('By hand')
})

test('new ones get files by title and folder, are moved, deleted and brought back', async () => {
  const boards = await new Stand().open({ directory: folder })
  const draft = { document: board('Kafka: lag (EU)'), folder: 'team/kafka', ...ANN }
  const { uid, file } = await boards.add(draft)
  expect(file).toBe('team/kafka/kafka-lag-eu.json')
  const other = await boards.add(draft)
  expect(other.file).toBe(`team/kafka/kafka-lag-eu-${other.uid}.json`)
  const moved = await boards.put(uid, { ...draft, folder: '' })
  expect(moved).toMatchObject({ file: 'kafka-lag-eu.json', version: 2, folder: '' })
  expect(existsSync(join(folder, 'team/kafka/kafka-lag-eu.json'))).toBe(false)
  await boards.remove(uid, 'ann')
  expect(existsSync(join(folder, 'kafka-lag-eu.json'))).toBe(false)
  expect(await boards.restore(uid, undefined, 'ann')).toMatchObject({ file: 'kafka-lag-eu.json' })
  await boards.rescan()
  expect(own(boards)).toHaveLength(2)
})

test.each(['../out', 'a/../../out', '/etc/../..', '.git', 'a/.b', 'a\\b', 'a\u0000b'])(
  'nothing is written outside of the directory: folder %j',
  async (where) => {
    const boards = await new Stand().open({ directory: folder })
    const draft = { document: board('X'), folder: where, ...ANN }
    await expect(boards.add(draft)).rejects.toThrow('as a folder')
    expect(readdirSync(folder)).toEqual([])
  },
)

test('links that lead out of the directory are neither read nor written through', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'weir-outside-'))
  writeFileSync(join(outside, 'secret.json'), JSON.stringify(board('Secret')))
  symlinkSync(outside, join(folder, 'link'))
  symlinkSync(join(outside, 'secret.json'), join(folder, 'secret.json'))
  const boards = await new Stand().open({ directory: folder })
  expect(own(boards)).toEqual([])
  expect(boards.list().problems).toEqual([
    { file: 'secret.json', what: 'it leads out of the directory' },
  ])
  const draft = { document: board('X'), folder: 'link', ...ANN }
  await expect(boards.add(draft)).rejects.toThrow('it leads out of the directory')
  expect(readdirSync(outside)).toEqual(['secret.json'])
  rmSync(outside, { recursive: true })
})

test('a directory that cannot be read is told, and nothing is forgotten', async () => {
  fileAt('lag.json', board('Lag', { uid: 'lag' }))
  const at = new Stand()
  const boards = await at.open({ directory: folder })
  rmSync(folder, { recursive: true })
  writeFileSync(folder, 'no directory')
  await boards.rescan()
  expect(own(boards)).toHaveLength(1)
  expect(boards.list().problems).toMatchObject([{ file: '.' }])
})

test('an import says what it would do, then does it; copies stand beside what is there', async () => {
  const boards = await new Stand().open()
  const configMap = `apiVersion: v1
kind: ConfigMap
data:
  a.json: |
    {"title": "A", "uid": "a", "panels": []}
  notes.txt: none
---
apiVersion: v1
kind: List
items:
- {kind: ConfigMap, data: {b.json: '{"dashboard": {"title": "B", "uid": "b", "panels": []}}'}}
`
  const wish = { text: configMap, author: 'ann', isDry: true, replaces: false, folder: 'k8s' }
  const dry = await importBoards(boards, wish)
  expect(dry.boards.map(({ uid, saved }) => [uid, saved])).toEqual([
    ['a', null],
    ['b', null],
  ])
  expect(own(boards)).toEqual([])
  await importBoards(boards, { ...wish, isDry: false })
  expect(own(boards).map(({ uid, folder: where }) => `${where}/${uid}`)).toEqual(['k8s/a', 'k8s/b'])
  const again = await importBoards(boards, { ...wish, isDry: false })
  expect(again.boards[0]).toMatchObject({ exists: { uid: 'a' }, problem: '' })
  expect(own(boards)).toHaveLength(4)
  await importBoards(boards, { ...wish, isDry: false, replaces: true })
  expect(own(boards)).toHaveLength(4)
})

test.each([
  ['{"a": ', 'Cannot read the dashboard'],
  ['a: [', 'Cannot read the dashboard'],
  ['{"a": 1}', 'Cannot find a dashboard'],
  ['[]', 'Cannot find a dashboard'],
  ['just words', 'Cannot find a dashboard'],
  [`a: &a [x]\nb: [${'*a, '.repeat(200)}]`, 'Cannot read the dashboard'],
])('what is no dashboard is refused: %j', async (text, want) => {
  const boards = await new Stand().open()
  const wish = { text, author: '', isDry: false, replaces: false }
  await expect(importBoards(boards, wish)).rejects.toThrow(want)
})
