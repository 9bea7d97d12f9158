import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { getGlobalDispatcher, setGlobalDispatcher } from 'undici'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { accessHints } from '../refusal.ts'
import { addAlert } from './alert.ts'
import { addAudit } from './audit.ts'
import { addBackupCommand } from './backup.ts'
import { addDashboard } from './dashboard.ts'
import { addImport } from './import.ts'
import { addLevel } from './level.ts'
import { addLogs } from './logs.ts'
import { addQuery } from './query.ts'
import { addRoutes } from './routes.ts'
import { addRules } from './rules.ts'
import { addSilence } from './silence.ts'
import { addSupportBundle } from './support-bundle.ts'
import { addToken } from './token.ts'

const WHY = 'Cannot answer without knowing who asks'
const SILENCE = {
  matchers: [{ name: 'a', value: 'b', isRegex: false, isEqual: true }],
  startsAt: '2026-01-01T00:00:00Z',
  endsAt: '2099-01-01T00:00:00Z',
  createdBy: 'ann',
  comment: 'c',
}
const asked: string[] = []
const before = getGlobalDispatcher()
let server: Server
let url = ''
let folder = ''

/** A Weir that knows nobody. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-refused-'))
  server = createServer((request, response) => {
    asked.push(request.headers.authorization ?? '')
    request.resume()
    const status = request.headers.authorization === undefined ? 401 : 403
    const error = status === 401 ? '' : ', error="insufficient_scope"'
    response.writeHead(status, {
      'content-type': 'application/json',
      'www-authenticate': `Bearer realm="weir"${error}, scope="write", Basic realm="weir"`,
      'weir-error-code': status === 401 ? 'ACCESS_UNKNOWN' : 'ACCESS_DENIED',
    })
    response.end(JSON.stringify({ status: 'error', errorType: 'x', error: WHY }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  writeFileSync(join(folder, 'token'), 'of-file\n')
  writeFileSync(join(folder, 'password'), 'secret\n')
  writeFileSync(join(folder, 'http.yml'), 'basic_auth: {username: ann, password_file: password}')
  writeFileSync(join(folder, 'page.prom'), 'm 1 1700000000\n# EOF\n')
  writeFileSync(join(folder, 'silences.json'), JSON.stringify([SILENCE]))
  writeFileSync(join(folder, 'rules.yml'), 'groups: [{ name: g, rules: [{ record: a, expr: b }] }]')
  writeFileSync(join(folder, 'board.json'), '{"title":"b","panels":[]}')
})

afterAll(async () => {
  setGlobalDispatcher(before)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

const COMMANDS = [
  addAlert,
  addAudit,
  addBackupCommand,
  addDashboard,
  addImport,
  addLevel,
  addLogs,
  addQuery,
  addRoutes,
  addRules,
  addSilence,
  addSupportBundle,
  addToken,
]

function program(): Command {
  const all = new Command('weir')
  for (const add of COMMANDS) add(all)
  return all
}

/** What to say to each command; {} is a folder with files in it. */
const SAID: Readonly<Record<string, string>> = {
  'alert ack': 'alertname=a --by ann',
  'alert add': 'alertname=a',
  'alert assign': 'alertname=a --to ann',
  'alert list': '',
  'alert note': 'alertname=a --text t --by ann',
  'alert query': '',
  'alert show': 'a',
  'alert snooze': 'alertname=a --for 1h --by ann',
  'alert unack': 'alertname=a --by ann',
  'alert wake': 'alertname=a --by ann',
  audit: '',
  backup: '--out {}/backup.tar.gz',
  'dashboard list': '',
  'dashboard show': 'u',
  'dashboard versions': 'u',
  'dashboard import': '{}/board.json',
  'dashboard export': 'u',
  'dashboard delete': 'u',
  'dashboard restore': 'u',
  import: '{}/page.prom',
  'level get': '',
  'level list': '',
  'level set': 's/l debug --for 1h',
  'level clear': '--all',
  'logs context': '{a="b"} 2026-01-01T00:00:00Z',
  'logs delete': '{a="b"} --from 1',
  'logs export': '{}/out.ndjson',
  'logs labels': '',
  'logs search': '{a="b"}',
  'logs sql': 'SELECT',
  'logs tail': '{a="b"}',
  query: 'up',
  'routes show': '',
  'routes test': 'a=b',
  'rules backfill': '--rules {}/rules.yml --start 2026-01-01T00:00:00Z',
  'rules backtest': '',
  'silence add': 'a=b --comment c --author ann',
  'silence expire': '1',
  'silence import': '{}/silences.json',
  'silence preview': 'a=b',
  'silence query': '',
  'silence update': '1 --duration 1h',
  'support-bundle': '--out {}/bundle.tar.gz',
  'token create': 'x --scope read',
  'token list': '',
  'token revoke': 'x',
}

/** Those that are not asked so, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'logs follow': 'waits until it is let in: follow.test.ts',
  'import prometheus': 'asks a Prometheus first',
}

test('each command that asks a server is in the table', () => {
  const all: string[] = []
  const tokenless: string[] = []
  const walk = (command: Command, path: string): void => {
    const asksServer = command.options.some(({ long }) => long === '--server')
    if (asksServer) all.push(path)
    const ways = ['--token', '--token-file', '--http.config.file', '--ca-file', '--cert-file']
    const has = new Set(command.options.map(({ long }) => long))
    if (asksServer && !ways.every((way) => has.has(way))) tokenless.push(path)
    for (const one of command.commands) walk(one, `${path} ${one.name()}`.trim())
  }
  walk(program(), '')
  expect([...Object.keys(SAID), ...Object.keys(OTHERWISE)].toSorted()).toEqual(all.toSorted())
  expect(tokenless).toEqual([])
})

test.each(Object.entries(SAID))('%s: says that it is not let in, and ends', async (name, said) => {
  asked.length = 0
  setGlobalDispatcher(before)
  const told = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const words = [...name.split(' '), ...said.replaceAll('{}', folder).split(/ (?=\S)/)]
  const args = words.filter((word) => word !== '')
  const hint = accessHints()
  const ask = (...how: readonly string[]): Promise<unknown> =>
    program().parseAsync([...args, '--server', url, ...how], { from: 'user' })
  await expect(ask()).rejects.toThrow(WHY)
  expect(hint()).toMatch(/WEIR_TOKEN .* weir token create NAME --scope write /)
  await expect(ask('--token', 'x')).rejects.toThrow(WHY)
  expect(hint()).toContain('makes a token that may: weir token create NAME --scope write')
  await expect(ask('--token-file', join(folder, 'token'))).rejects.toThrow(WHY)
  await expect(ask('--http.config.file', join(folder, 'http.yml'))).rejects.toThrow(WHY)
  vi.stubEnv('WEIR_TOKEN', 'of-environment')
  await expect(ask()).rejects.toThrow(WHY)
  vi.unstubAllEnvs()
  const ann = Buffer.from('ann:secret').toString('base64')
  const shown = ['', 'Bearer x', 'Bearer of-file', `Basic ${ann}`, 'Bearer of-environment']
  expect([...new Set(asked)]).toEqual(shown)
  expect(told).not.toHaveBeenCalled()
  told.mockRestore()
})
