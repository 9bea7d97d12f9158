import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type WeirProcess, startWeir, weir } from './weir-process.ts'

const ROUTES = `
strict_compat: false
route:
  receiver: all
  routes:
  - {matchers: [severity="page"], receiver: pager, continue: true}
  - {matchers: [team=~"a|b"], receiver: team}
receivers: [{name: all, jsm_configs: [{api_key: k}]}, {name: pager}, {name: team}]
`

const amtool = [
  process.env['WEIR_PEERS'] ?? '',
  ...(process.env['PATH'] ?? '').split(delimiter),
  join(homedir(), '.cache/weir-peers/bin'),
]
  .map((folder) => join(folder, 'amtool'))
  .find((path) => existsSync(path))

describe.skipIf(amtool === undefined)('commands about alerts, with amtool beside', () => {
  let folder: string
  let process_: WeirProcess
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weir-commands-'))
    writeFileSync(join(folder, 'am.yml'), ROUTES)
    process_ = await startWeir({ flags: [`--alertmanager.config=${join(folder, 'am.yml')}`] })
  }, 30_000)
  afterAll(async () => {
    await process_[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const ask = async (...args: readonly string[]): Promise<string> => {
    const { out, err } = await weir(...args, '--url', process_.web)
    return out + err
  }
  const theirs = (...args: readonly string[]): Promise<string> =>
    new Promise((resolve) => {
      const given = [`--alertmanager.url=${process_.web}`, '--no-version-check', ...args]
      execFile(amtool!, given, (_, out) => resolve(out))
    })
  const idsOf = (text: string): string[] =>
    (JSON.parse(text) as readonly { readonly id: string }[]).map(({ id }) => id)

  test('each sees what the other makes', { timeout: 60_000 }, async () => {
    await ask('alert', 'add', 'Down', 'team=a', 'severity=page', '--annotation', 'summary=no "x"')
    expect(await theirs('alert', 'query', 'Down')).toMatch(/Down .* no "x" +active/)
    expect(await ask('alert', 'show', 'Down')).toContain('told to      pager, team')

    const mine = (
      await ask('silence', 'add', 'Down', 'team=~a|b', '-c', 'why', '--for', '2h')
    ).trim()
    expect(await theirs('silence', 'query', 'Down', 'team=~a|b', '-q')).toBe(`${mine}\n`)
    await theirs('silence', 'add', 'Other', '--author=ann', '--comment=x')
    const all = await theirs('silence', 'query', '-o', 'json')
    expect(idsOf(await ask('silence', 'list', '--json')).toSorted()).toEqual(idsOf(all).toSorted())
    expect(await ask('alert', 'query', '-s')).toContain('silenced')

    const file = join(folder, 'silences.json')
    writeFileSync(file, all)
    const again = (await ask('silence', 'import', file)).trim().split('\n')
    expect(again.toSorted()).toEqual(idsOf(all).toSorted()) // known ones stay what they are
    await ask('silence', 'update', mine, '--duration', '5h', '--comment', 'longer')
    expect(await theirs('silence', 'query', 'Down')).toContain('longer')
    await ask('silence', 'end', mine)
    expect(await theirs('silence', 'query', '--expired', '-q')).toBe(`${mine}\n`)
    expect((await weir('silence', 'query', 'Down', '--url', process_.web)).code).toBe(1)
    expect(await ask('silence', 'add', 'Down')).toContain('want --comment')
  })

  test('keys that only Weir has do not keep amtool from the routes', async () => {
    expect(await theirs('config', 'routes', 'show')).toContain('receiver: pager')
    const labels = ['severity=page', 'team=b']
    expect(await theirs('config', 'routes', 'test', ...labels)).toBe('pager,team\n')
    const args = ['routes', 'test', ...labels, '--verify.receivers', 'pager,team']
    expect((await weir(...args, '--url', process_.web)).code).toBe(0)
    expect(await ask('routes', 'show')).toContain('├── {severity="page"}  pager  continue\n')
  })
})
