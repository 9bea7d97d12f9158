import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manifest } from '../npm/lay-out.ts'
import { releaseFiles } from './release-files.ts'

let scratch: string
let names: string[]
const { version } = manifest()
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'weir-release-files-'))
  names = await releaseFiles(join(scratch, 'one'))
}, 300_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

test('a release is these files, and their checksums hold', () => {
  expect(names).toEqual([
    'THIRD-PARTY-LICENSES.md',
    `weir-${version}.cdx.json`,
    `weir-chart-${version}.tgz`,
    `weir-packs-${version}.tgz`,
    `weir-sdk-${version}.tgz`,
    `weir-weir-${version}.tgz`,
    'weir.service',
    'SHA256SUMS',
  ])
  const options = { cwd: join(scratch, 'one'), encoding: 'utf8' } as const
  const said = execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], options)
  expect(said.trim().split('\n')).toHaveLength(names.length - 1)
})

test('made again, all of them are the same, byte for byte', { timeout: 300_000 }, async () => {
  await releaseFiles(join(scratch, 'two'))
  const sums = ['one', 'two'].map((each) => readFileSync(join(scratch, each, 'SHA256SUMS'), 'utf8'))
  expect(sums[1]).toBe(sums[0])
})

test('the chart in its archive is one that helm takes: a folder that bears its name', () => {
  const archive = join(scratch, 'one', `weir-chart-${version}.tgz`)
  const files = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).split('\n')
  expect(files).toEqual(expect.arrayContaining(['weir/Chart.yaml', 'weir/values.schema.json']))
  expect(files.filter((file) => file !== '' && !file.startsWith('weir/'))).toEqual([])
})
