import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packVerdict } from './check-pack.ts'
import { buildPack } from './pack-build.ts'
import { packOf, writePack } from './pack.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-pack-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const MODULE =
  'export default { id: "x", title: "X", detect: ["x_a"], metrics: [{ name: "x_a", type: "gauge", help: "A." }] }'

test('a module becomes YAML that passes the check', async () => {
  const yaml = await buildPack(file('x.mjs', MODULE))
  expect(packVerdict(file('x.yml', yaml))).toMatchObject({
    problems: [],
    found: ['pack x', '1 metric', '0 stages', '0 alerts', '0 boards'],
  })
})

test.each([
  ['x.ts', MODULE, 'want a .js or .mjs module; compile TypeScript first'],
  ['none.mjs', 'export const pack = 1', 'want a pack as default export, got none'],
  ['throws.mjs', 'throw new Error("no network")', 'Error: no network'],
  ['bad.mjs', MODULE.replace('x_a"]', 'x_b"]'), 'want a metric of this pack, got "x_b"'],
])('%s is refused', async (name, text, want) => {
  await expect(buildPack(file(name, text))).rejects.toThrow(want)
})

test('boards are written in the form that is asked for', () => {
  writePack(packOf('airflow'), folder, 'sharing')
  expect(readFileSync(join(folder, 'weir-airflow.json'), 'utf8')).toContain('"__inputs"')
  writePack(packOf('airflow'), folder)
  expect(readFileSync(join(folder, 'weir-airflow.json'), 'utf8')).not.toContain('"__inputs"')
})
