import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MemoryStore } from '../loggers/testing/memory-store.ts'
import { HandClock } from '../scrape/testing/hand-clock.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { dashboardsConfig } from './config.ts'
import { Dashboards } from './dashboards.ts'

const ANN = { author: 'ann', message: '' }

let place: string
let folder: string
let store: MemoryStore
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'weir-board-faults-'))
  chmodSync(place, 0o755)
  folder = join(place, 'boards')
  mkdirSync(folder)
  store = new MemoryStore()
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

const open = (): Promise<Dashboards> =>
  Dashboards.open({
    store,
    config: dashboardsConfig.parse({ directory: folder }),
    packs: () => [],
    clock: new HandClock(Date.parse('2024-05-01T12:00:00Z')),
    telemetry: { registry: new Registry(), log: new Log(pino({ level: 'silent' })) },
  })

const board = (uid: string, title = uid): object => ({
  uid,
  title,
  schemaVersion: 39,
  panels: [{ id: 1, type: 'stat', title: 'P', gridPos: { x: 0, y: 0, w: 6, h: 4 } }],
})

function put(path: string, value: object | string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  writeFileSync(join(folder, path), text)
}

const titles = (boards: Dashboards): string[] =>
  boards
    .list()
    .boards.map(({ title }) => title)
    .toSorted()
const problems = (boards: Dashboards): string[] =>
  boards.list().problems.map(({ file, what }) => `${file}: ${what}`)

/** As somebody whom modes of files stop; nothing stops the superuser. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work()
  process.seteuid!(65_534)
  try {
    return await work()
  } finally {
    process.seteuid!(0)
  }
}

test.each<[string, () => void, string]>([
  ['half of it', () => put('a.json', '{"uid": "a", "pan'), 'a.json: Unterminated string'],
  ['nothing in it', () => put('a.json', ''), 'a.json: it is empty'],
  ['no dashboard in it', () => put('a.json', '[]'), 'a.json: it is JSON, but no dashboard'],
  [
    'a folder in its place',
    () => {
      rmSync(join(folder, 'a.json'))
      mkdirSync(join(folder, 'a.json'))
      put('a.json/b.json', 'x')
    },
    'a.json/b.json: Unexpected token',
  ],
  [
    'a link to itself in its place',
    () => {
      rmSync(join(folder, 'a.json'))
      symlinkSync('a.json', join(folder, 'a.json'))
    },
    'a.json: it is a link that leads to itself',
  ],
  [
    'a link to nothing in its place',
    () => {
      rmSync(join(folder, 'a.json'))
      symlinkSync('gone.json', join(folder, 'a.json'))
    },
    'a.json: it is not there (any more)',
  ],
  [
    'a link out of the directory in its place',
    () => {
      rmSync(join(folder, 'a.json'))
      writeFileSync(join(place, 'out.json'), JSON.stringify(board('out')))
      symlinkSync('../out.json', join(folder, 'a.json'))
    },
    'a.json: it leads out of the directory',
  ],
])('a file with %s is told, and its dashboard and the others stay', async (_what, harm, said) => {
  put('a.json', board('a', 'A'))
  put('b.json', board('b', 'B'))
  const boards = await open()
  harm()
  await boards.rescan()
  expect(problems(boards)).toEqual([expect.stringContaining(said)])
  const isGone = said.startsWith('a.json/')
  expect(titles(boards)).toEqual(isGone ? ['B'] : ['A', 'B'])
  rmSync(join(folder, 'a.json'), { recursive: true })
  put('a.json', board('a', 'A, well again'))
  await boards.rescan()
  expect(problems(boards)).toEqual([])
  expect(titles(boards)).toEqual(['A, well again', 'B'])
})

test('what Weir may not read is told, a whole folder too, and nothing of it goes', async () => {
  put('a.json', board('a', 'A'))
  put('b.json', board('b', 'B'))
  put('team/c.json', board('c', 'C'))
  const boards = await open()
  chmodSync(join(folder, 'a.json'), 0)
  chmodSync(join(folder, 'team'), 0)
  put('b.json', board('b', 'B, changed'))
  await asNobody(() => boards.rescan())
  expect(problems(boards)).toEqual([
    'team/: Weir may not read or write there',
    'a.json: Weir may not read or write there',
  ])
  expect(titles(boards)).toEqual(['A', 'B, changed', 'C'])
  chmodSync(join(folder, 'a.json'), 0o644)
  chmodSync(join(folder, 'team'), 0o755)
})

test('of two files with one uid the first keeps it; when that goes, the other has it', async () => {
  put('a.json', board('lag', 'First'))
  put('b.json', board('lag', 'Second'))
  const boards = await open()
  expect(titles(boards)).toEqual(['First'])
  expect(problems(boards)).toEqual(['b.json: its uid "lag" is that of a.json already'])
  renameSync(join(folder, 'a.json'), join(folder, 'z.json'))
  await boards.rescan()
  expect(boards.row('lag')).toMatchObject({ title: 'Second', file: 'b.json' })
  expect(problems(boards)).toEqual(['z.json: its uid "lag" is that of b.json already'])
  rmSync(join(folder, 'b.json'))
  await boards.rescan()
  expect(boards.row('lag')).toMatchObject({ title: 'First', file: 'z.json', version: 3 })
})

test('a file that was deleted while somebody edits: a conflict, then theirs if they want', async () => {
  put('a.json', board('a', 'A'))
  put('b.json', board('b', 'B'))
  const boards = await open()
  const { version } = boards.row('a')
  rmSync(join(folder, 'a.json'))
  const draft = { document: { ...board('a', 'A, edited') }, ...ANN }
  const late = boards.put('a', { ...draft, basedOn: version })
  await expect(late).rejects.toMatchObject({
    code: 'DASHBOARD_CONFLICT',
    message: 'Cannot save the dashboard "a": it is not there (any more)',
  })
  expect(existsSync(join(folder, 'a.json'))).toBe(false)
  await boards.put('a', draft)
  expect(boards.row('a')).toMatchObject({ title: 'A, edited', version: version + 1 })
  await boards.rescan()
  expect(titles(boards)).toEqual(['A, edited', 'B'])
})

test.each<[string, () => void, string]>([
  ['gone', () => renameSync(folder, join(place, 'away')), 'it is not there (any more)'],
  [
    'empty, as a volume that is not mounted',
    () => {
      renameSync(folder, join(place, 'away'))
      mkdirSync(folder)
    },
    'it is empty, and had 3 dashboards',
  ],
  [
    'a file',
    () => {
      renameSync(folder, join(place, 'away'))
      writeFileSync(folder, '')
    },
    'there is a file where a folder should be',
  ],
])(
  'a directory that is %s: nothing is forgotten or saved, and all is well when it is back',
  async (_what, harm, why) => {
    for (const uid of ['a', 'b', 'c']) put(`${uid}.json`, board(uid))
    let boards = await open()
    harm()
    await boards.rescan()
    boards = await open() // the same after a restart
    expect(titles(boards)).toEqual(['a', 'b', 'c'])
    expect(problems(boards)).toEqual([
      `.: Cannot look through dashboards.directory: ${why}; its dashboards stay as they were`,
    ])
    const save = (uid: string) => boards.put(uid, { document: { ...board(uid) }, ...ANN })
    await expect(save('a')).rejects.toThrow(why)
    await expect(save('new')).rejects.toThrow(why)
    if (why.startsWith('it is empty')) expect(readdirSync(folder)).toEqual([])
    rmSync(folder, { recursive: true, force: true })
    renameSync(join(place, 'away'), folder)
    await boards.rescan()
    expect(problems(boards)).toEqual([])
    expect(boards.list().boards.map(({ version }) => version)).toEqual([1, 1, 1])
  },
)

test('the last file may go; a directory that was never there is made', async () => {
  put('a.json', board('a'))
  const boards = await open()
  rmSync(join(folder, 'a.json'))
  await boards.rescan()
  expect(boards.list()).toMatchObject({ boards: [], problems: [] })
  rmSync(folder, { recursive: true })
  store = new MemoryStore()
  await open()
  expect(readdirSync(folder)).toEqual([])
})

test('into a directory that Weir may only read nothing is saved, moved or deleted, and it says so', async () => {
  put('a.json', board('a', 'A'))
  put('team/b.json', board('b', 'B'))
  const boards = await open()
  chmodSync(folder, 0o555)
  const draft = { document: { ...board('a', 'Changed') }, ...ANN }
  const refused = {
    code: 'DASHBOARD_NOT_WRITTEN',
    message: expect.stringContaining('Weir may not read or write there') as unknown,
  }
  await asNobody(async () => {
    await expect(boards.put('a', draft)).rejects.toMatchObject(refused)
    await expect(boards.add({ ...draft, folder: 'x' })).rejects.toMatchObject(refused)
    await expect(boards.remove('a', 'ann')).rejects.toMatchObject(refused)
  })
  expect(titles(boards)).toEqual(['A', 'B'])
  // Where only the old folder cannot be written, the dashboard is not left in two places.
  chmodSync(folder, 0o777)
  chmodSync(join(folder, 'team'), 0o555)
  await asNobody(async () => {
    const moved = { document: { ...board('b', 'B') }, folder: '', ...ANN }
    await expect(boards.put('b', moved)).rejects.toMatchObject(refused)
  })
  chmodSync(join(folder, 'team'), 0o755)
  expect(readdirSync(folder).toSorted()).toEqual(['a.json', 'team'])
  await boards.rescan()
  expect(boards.row('b')).toMatchObject({ file: 'team/b.json', version: 1 })
})

test('files of editors: a mark before the JSON, names with dots, spaces and signs', async () => {
  put('bom.json', `\uFEFF${JSON.stringify(board('bom', 'Marked'))}`)
  put('..a..json', board('hidden'))
  put('a..json', board('dots', 'Dots'))
  put('l\u00e4g & "more" <b>.json', board('signs', 'Signs'))
  put('a.json~', board('backup'))
  const boards = await open()
  expect(titles(boards)).toEqual(['Dots', 'Marked', 'Signs'])
  await boards.put('signs', { document: { ...board('signs', 'Signs 2') }, ...ANN })
  const saved = readFileSync(join(folder, 'l\u00e4g & "more" <b>.json'), 'utf8')
  expect(saved).toContain('Signs 2')
})

test('a file of the same length and time is seen by when its inode changed', async () => {
  put('a.json', board('a', 'One'))
  const boards = await open()
  await expect
    .poll(async () => {
      put('a.json', board('a', 'Two'))
      await boards.rescan()
      return titles(boards)
    })
    .toEqual(['Two'])
})

test('a thousand files are taken in, looked through again, and gone when they are gone', async () => {
  for (let i = 0; i < 1000; i++) put(`team${i % 7}/board-${i}.json`, board(`b${i}`, `Board ${i}`))
  const boards = await open()
  expect(boards.list()).toMatchObject({ problems: [] })
  expect(boards.list().boards).toHaveLength(1000)
  const before = process.cpuUsage()
  for (let i = 0; i < 3; i++) await boards.rescan()
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 3000).toBeLessThan(1000) // ms a look; 45 measured
  rmSync(join(folder, 'team3'), { recursive: true })
  await boards.rescan()
  expect(boards.list().boards).toHaveLength(857)
})
