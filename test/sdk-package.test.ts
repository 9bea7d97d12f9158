import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// What a user of @weir/sdk gets: the archive that `npm pack` writes, in an empty project.

const ROOT = join(import.meta.dirname, '..')
const SDK = join(ROOT, 'packages/sdk')
const BIN = join(ROOT, 'node_modules/.bin')

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
}
const manifest = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8')) as Manifest
const doors = Object.keys(manifest.exports)
  .filter((door) => door !== './package.json')
  .map((door) => door.replace('.', '@weir/sdk'))

let project: string
let archive: string

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-sdk-package-'))
  project = join(folder, 'user')
  mkdirSync(project)
  run('npm', ['pack', '--silent', '--pack-destination', folder], SDK)
  archive = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz'))!,
  )
  writeFileSync(join(project, 'package.json'), '{"private": true}')
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', archive], project)
})
afterAll(() => rmSync(join(project, '..'), { recursive: true, force: true }))

function run(command: string, args: readonly string[], cwd: string): string {
  const { npm_config_workspace: _, ...env } = process.env
  try {
    return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}

test('it installs alone: nothing comes with it', () => {
  expect(manifest.dependencies ?? {}).toEqual({})
  expect(readdirSync(join(project, 'node_modules/@weir'))).toEqual(['sdk'])
  const files = readdirSync(join(project, 'node_modules/@weir/sdk'), { recursive: true }).map(
    String,
  )
  expect(files).toContain('dist/index.js')
  expect(files.filter((file) => /\.(test|bench)\.|\btesting\b|tsbuildinfo/.test(file))).toEqual([])
})

test('publint finds nothing', () => {
  expect(run(join(BIN, 'publint'), ['--strict', archive], project)).toContain('All good')
})

test('attw finds types for import and require behind every door', () => {
  const shown = run(join(BIN, 'attw'), [archive, '--profile', 'node16', '--no-emoji'], project)
  for (const door of doors) expect(shown).toContain(`"${door}"`)
})

test('import and require give the same names behind every door', () => {
  const list =
    'Object.keys(door).filter((name) => !["default", "__esModule"].includes(name)).sort()'
  const esm = `for (const at of ${JSON.stringify(doors)}) { const door = await import(at); console.log(at, ...${list}) }`
  const cjs = `for (const at of ${JSON.stringify(doors)}) { const door = require(at); console.log(at, ...${list}) }`
  const imported = run('node', ['--input-type=module', '--eval', esm], project)
  const required = run('node', ['--input-type=commonjs', '--eval', cjs], project)
  expect(imported.split('\n')[0]).toMatch(/^@weir\/sdk .*\bSDK_VERSION\b/)
  expect(required).toBe(imported)
})

test('loaded twice, as a module and as CommonJS, it is one: a set-up holds for loggers of both', () => {
  const program = `
    import { createRequire } from 'node:module'
    import { getLogger, setupLogging, withLogContext } from '@weir/sdk'
    const common = createRequire(import.meta.url)('@weir/sdk')
    setupLogging({ level: 'DEBUG', announce: false })
    withLogContext({ run: 1 }, () => common.getLogger('common').debug('seen'))
    common.setupLogging({ level: 'ERROR', announce: false })
    getLogger('module').info('not seen')
    console.log(common.getLogger === getLogger)`
  writeFileSync(join(project, 'both.mjs'), program)
  const lines = run('node', ['both.mjs'], project).trimEnd().split('\n')
  expect(lines).toContain('false')
  const records = lines.filter((line) => line.startsWith('{'))
  expect(records.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { logger: 'common', level: 'DEBUG', context: { run: 1 } },
  ])
})

test('TypeScript takes it, as a module and as CommonJS, libraries checked too', () => {
  const uses = doors.map((door, index) => `import * as door${index} from '${door}'`)
  const text = [...uses, `export const doors = [${doors.map((_, index) => `door${index}`).join()}]`]
  writeFileSync(join(project, 'module.mts'), text.join('\n'))
  writeFileSync(join(project, 'common.cts'), text.join('\n'))
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    strict: true,
    noEmit: true,
    typeRoots: [join(ROOT, 'node_modules/@types')],
    types: ['node'],
  }
  const config = { compilerOptions, files: ['module.mts', 'common.cts'] }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config))
  expect(run(join(BIN, 'tsc'), ['--project', project], project)).toBe('')
})

describe('the examples of docs/sdk-logging.md', () => {
  const page = readFileSync(join(ROOT, 'docs/sdk-logging.md'), 'utf8')
  const examples = [...page.matchAll(/^```js\n([\s\S]*?)^```/gm)].map((found) => found[1]!)
  beforeAll(() => {
    for (const name of ['pino', 'winston']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name))
    }
  })

  test('print what the page shows', () => {
    const [example] = examples
    const shown = JSON.parse(/^```json\n([\s\S]*?)^```/m.exec(page)![1]!) as { process: object }
    writeFileSync(join(project, 'example.mjs'), example!)
    expect(JSON.parse(run('node', ['example.mjs'], project))).toEqual({
      ...shown,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
      process: { id: expect.any(Number), name: 'node' },
    })
  })

  test.each(examples.slice(1))('run (%#)', (example) => {
    // Weir's own port is not asked: nobody listens on this one.
    writeFileSync(join(project, 'example.mjs'), example.replaceAll(':9347', ':1'))
    const printed = run('node', ['example.mjs'], project).split('\n').filter(Boolean)
    for (const line of printed) expect(JSON.parse(line)).toBeTypeOf('object')
  })
})

/** Bytes that a browserless bundle of `code` has, minified. */
async function bundledBytes(code: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: project },
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format: 'esm',
  })
  return outputFiles[0]!.contents.length
}

test.each([
  // Loggers that nobody set up write to standard output; destinations come along with that.
  ['getLogger', 27_000],
  ['connectLevels', 14_000],
  ['pipeline', 30_000],
  ['SDK_VERSION', 150],
])('a bundle of %s has at most %d bytes', async (name, bytesMax) => {
  const bytes = await bundledBytes(`import { ${name} } from '@weir/sdk'; console.log(${name})`)
  expect(bytes).toBeLessThan(bytesMax)
  expect(await bundledBytes(`import * as sdk from '@weir/sdk'; console.log(sdk)`)).toBeGreaterThan(
    bytes,
  )
})
