import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, doors, manifest, packedSdk, run } from './sdk-packed.ts'

// What a user of @weir/sdk gets. What checkers of packages and compilers say of it: sdk-package.slow.test.ts.

const { project } = packedSdk()

test('it installs alone: nothing comes with it', () => {
  expect(manifest.dependencies ?? {}).toEqual({})
  expect(readdirSync(join(project, 'node_modules/@weir'))).toEqual(['sdk'])
  const files = readdirSync(join(project, 'node_modules/@weir/sdk'), { recursive: true }).map(
    String,
  )
  expect(files).toContain('dist/index.js')
  expect(files.filter((file) => /\.(test|bench)\.|\btesting\b|tsbuildinfo/.test(file))).toEqual([])
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

test('the first example of docs/sdk-logging.md prints what the page shows', () => {
  const page = readFileSync(join(ROOT, 'docs/sdk-logging.md'), 'utf8')
  const example = /^```js\n([\s\S]*?)^```/m.exec(page)![1]!
  const shown = JSON.parse(/^```json\n([\s\S]*?)^```/m.exec(page)![1]!) as { process: object }
  writeFileSync(join(project, 'example.mjs'), example)
  expect(JSON.parse(run('node', ['example.mjs'], project))).toEqual({
    ...shown,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
    process: { id: expect.any(Number), name: 'node' },
  })
})
