import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, sendUdp, startWeir, value } from '../../test/weir-process.ts'
import { INSTALLED, ROOT } from './bundle.ts'
import { layOut, manifest } from './lay-out.ts'

// The package as it is laid out, with what npm would install beside it linked in place. A real
// installation: npm-install.slow.test.ts.

/** What `ws` uses where it happens to be installed, and does without. */
const TRIED = ['bufferutil', 'utf-8-validate']

const MIB = 1024 * 1024
let folder: string
let made: Metafile

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-npm-'))
  made = await layOut(folder)
  for (const name of INSTALLED) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), link)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const weir = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [join(folder, 'bin/weir.js'), ...args], { encoding: 'utf8' })

test('the archive holds the command, every thread and process, the page and licences, in at most 4 MiB', () => {
  const told = execFileSync('npm', ['pack', '--dry-run', '--json'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
  })
  const [archive] = JSON.parse(told) as [
    { size: number; unpackedSize: number; files: { path: string; mode: number }[] },
  ]
  const files = archive.files.map(({ path }) => path)
  const threads = readdirSync(join(ROOT, 'packages/server/src/threads'))
    .filter((name) => name.endsWith('-thread.ts'))
    .map((name) => `lib/${name.replace(/ts$/, 'js')}`)
  expect(threads.length).toBeGreaterThan(4)
  expect(files).toEqual(
    expect.arrayContaining([
      ...threads,
      'bin/weir.js',
      'lib/main.js',
      'lib/log-sql-process.js',
      'web/index.html',
      'man/weir.1',
      'systemd/weir.service',
      'LICENSE',
      'README.md',
      'package.json',
    ]),
  )
  expect(
    files.filter((path) => !/^(bin|lib|man|systemd|web)\/|^[A-Za-z-]+(\.md|\.json)?$/.test(path)),
  ).toEqual([])
  expect(archive.files.find(({ path }) => path === 'bin/weir.js')!.mode & 0o111).toBe(0o111)
  expect(archive.size).toBeLessThan(4 * MIB)
  expect(archive.unpackedSize).toBeLessThan(16 * MIB)
})

test('an older Node.js is told which one is wanted: the one that the manifest says', () => {
  const bin = readFileSync(join(folder, 'bin/weir.js'), 'utf8')
  const [, wanted] = /want (\d+\.\d+) or newer/.exec(bin)!
  expect(manifest().engines['node']).toBe(`>=${wanted}`)
  const [major, minor] = wanted!.split('.')
  expect(bin).toContain(`if (major > ${major} || (major === ${major} && minor >= ${minor}))`)
})

test('all that the bundle leaves to be installed is named in the manifest, and is needed', () => {
  const imported = Object.values(made.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external }) => external === true)
    .map(({ path }) => path)
    .filter((path) => !path.startsWith('node:') && !isBuiltin(path))
    .filter((path) => !TRIED.includes(path))
  const { dependencies } = manifest()
  expect(imported.filter((path) => dependencies[path] === undefined)).toEqual([])
  const byPath = ['dejavu-fonts-ttf']
  expect([...new Set([...imported, ...byPath])].toSorted()).toEqual(Object.keys(dependencies))
})

test('nothing of tests is inside', () => {
  const inputs = Object.keys(made.inputs)
  expect(inputs.length).toBeGreaterThan(500)
  expect(inputs.filter((path) => /\.(test|bench)\.js$|\/testing\//.test(path))).toEqual([])
})

test('it tells its version, and loads each of its commands for the help', () => {
  expect(weir('--version')).toBe(`${manifest().version}\n`)
  expect(weir('--help')).toMatch(/^ {2}serve [\s\S]*^ {2}pack /m)
})

test('it serves the page, counts what StatsD sends, and ends when it is told', async () => {
  await using process_ = await startWeir({
    program: [process.execPath, join(folder, 'bin/weir.js')],
    config: 'statsd: { flush_interval: 200ms }\npacks: { disabled: [weir] }',
  })
  const page = await (await fetch(process_.web)).text()
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)![1]!
  expect(existsSync(join(folder, 'web', script))).toBe(true)
  expect((await fetch(`${process_.web}${script}`)).headers.get('content-type')).toMatch(
    /javascript/,
  )
  await sendUdp(process_.statsdPort, ['shop.orders:3|c'])
  await eventually('three orders', async () => (await value(process_.web, 'shop_orders')) === 3)
  expect(await process_.stop()).toBe(0)
})
