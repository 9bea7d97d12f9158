import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { ROOT, doors, packedSdk, run } from './sdk-packed.ts'

// What checkers, compilers and bundlers say of the package that users get.

const BIN = join(ROOT, 'node_modules/.bin')
const sdk = packedSdk()
const { project } = sdk

test('publint finds nothing', () => {
  expect(run(join(BIN, 'publint'), ['--strict', sdk.archive], project)).toContain('All good')
})

test('attw finds types for import and require behind every door', () => {
  const shown = run(join(BIN, 'attw'), [sdk.archive, '--profile', 'node16', '--no-emoji'], project)
  for (const door of doors) expect(shown).toContain(`"${door}"`)
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

describe('the other examples of docs/sdk-logging.md', () => {
  const page = readFileSync(join(ROOT, 'docs/sdk-logging.md'), 'utf8')
  const examples = [...page.matchAll(/^```js\n([\s\S]*?)^```/gm)].map((found) => found[1]!)
  beforeAll(() => {
    for (const name of ['pino', 'winston']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name))
    }
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
  ['getLogger', 29_000],
  ['connectLevels', 14_000],
  ['pipeline', 30_000],
  ['SDK_VERSION', 150],
])('a bundle of %s has at most %d bytes', async (name, bytesMax) => {
  const bytes = await bundledBytes(`import { ${name} } from '@weir/sdk'; console.log(${name})`)
  expect(bytes).toBeLessThan(bytesMax)
  expect(await bundledBytes(`import * as all from '@weir/sdk'; console.log(all)`)).toBeGreaterThan(
    bytes,
  )
})
