import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@weir/model'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Watched } from '../testing/watched.ts'
import { fileSdConfig } from './config.ts'
import { FileDiscoverer } from './file.ts'

let folder: string
let watched: Watched

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-file-sd-'))
})

afterEach(async () => {
  await watched.stop()
  await rm(folder, { recursive: true, force: true })
})

const put = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)
const one = (address: string): string => `[{"targets":["${address}"]}]`

/** Looks for files so called; the refresh is too rare to help. */
function look(...names: string[]): Watched {
  const config = fileSdConfig.parse({
    files: names.map((name) => join(folder, name)),
    refresh_interval: '1h',
  })
  watched = Watched.of(new FileDiscoverer(config, systemClock))
  return watched
}

test('targets of JSON and YAML files are found, each group with the name of its file', async () => {
  await put('a.json', '[{"targets":["a:1"],"labels":{"x":"y"}},{"targets":["b:1"]}]')
  await put('b.yml', '- targets: [c:1]\n')
  const found = look('*.json', 'b.yml')
  await found.until(['a:1', 'b:1', 'c:1'])
  expect(found.groups.get(`${folder}/a.json:0`)?.labels).toEqual({
    x: 'y',
    __meta_filepath: `${folder}/a.json`,
  })
})

test('a file that changes, comes, goes or is moved into place is read again', async () => {
  await put('a.yml', '- targets: [a:1]\n- targets: [a:2]\n')
  const found = look('*.yml')
  await found.until(['a:1', 'a:2'])
  await put('b.yml', '- targets: [b:1]\n')
  await found.until(['a:1', 'a:2', 'b:1'])
  await put('a.yml.new', '- targets: [a:3]\n')
  await rename(join(folder, 'a.yml.new'), join(folder, 'a.yml'))
  await found.until(['a:3', 'b:1'])
  await rm(join(folder, 'b.yml'))
  await found.until(['a:3'])
})

test('a link that is bent elsewhere is followed, as ConfigMaps in a cluster do it', async () => {
  await put('one.txt', one('a:1'))
  await put('two.txt', one('a:2'))
  await symlink('one.txt', join(folder, 'now.json'))
  const found = look('now.json')
  await found.until(['a:1'])
  await symlink('two.txt', join(folder, 'next'))
  await rename(join(folder, 'next'), join(folder, 'now.json'))
  await found.until(['a:2'])
})

test('a file that is half written keeps what it had, and says what is wrong', async () => {
  await put('a.json', one('a:1'))
  await put('b.json', one('b:1'))
  const found = look('*.json')
  await found.until(['a:1', 'b:1'])
  await put('a.json', '[{"targets":["a:')
  await put('b.json', one('b:2'))
  await found.until(['a:1', 'b:2'])
  await found.untilFault(/^Cannot read targets of ".*\/a\.json": /)
  await put('a.json', one('a:2'))
  await found.until(['a:2', 'b:2'])
  await found.untilFault(/^$/)
})

test('a named file that is not there is told, and found when it comes', async () => {
  const found = look('a.json')
  await found.untilFault(/there is no such file/)
  await put('a.json', one('a:1'))
  await found.until(['a:1'])
  await rm(join(folder, 'a.json'))
  await found.until([])
})

test.each([
  [{ files: [] }, 'want at least one file'],
  [{}, 'expected array'],
  [{ files: ['a.txt'] }, 'want a name that ends in .json'],
  [{ files: ['*/a.json'] }, 'with a * in its last part only'],
  [{ files: ['a.json'], refresh_interval: '0' }, 'want more than 0'],
  [{ file: ['a.json'] }, 'Unrecognized key'],
])('%j is refused', (config, want) => {
  expect(fileSdConfig.safeParse(config).error?.message).toContain(want)
})
