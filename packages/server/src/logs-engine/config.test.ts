import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readConfig } from '../config/load-config.ts'
import { redactYaml } from '../config/redact.ts'
import { distantEngine } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function read(keys: string): ReturnType<typeof readConfig> {
  const configFile = join(folder, 'weir.yml')
  writeFileSync(configFile, `storage:\n  logs: {${keys}}\n`)
  return readConfig({ configFile, dataDir: '', rules: [], insecure: false, features: [] })
}

test.each([
  ['', undefined],
  ['engine: embedded', undefined],
  [
    "engine: loki, url: 'http://loki:3100'",
    { engine: 'loki', write_url: 'http://loki:3100', read_url: 'http://loki:3100' },
  ],
  [
    "engine: loki, write_url: 'http://w:3100/', read_url: 'https://r/loki', tenant: a|b",
    { write_url: 'http://w:3100/', read_url: 'https://r/loki', tenant: 'a|b' },
  ],
  ["engine: victorialogs, write_url: 'http://vl:9428'", { engine: 'victorialogs' }],
])('%s', (keys, want) => {
  const engine = distantEngine(read(keys).config.storage.logs)
  if (want === undefined) expect(engine).toBeUndefined()
  else expect(engine).toMatchObject(want)
})

test.each([
  ['engine: mimir', 'storage.logs.engine: want embedded, loki or victorialogs'],
  ['engine: loki', 'want the address of the loki'],
  ["engine: loki, write_url: 'http://w'", 'want the address of the loki'],
  ["engine: loki, url: 'ftp://x'", 'want an http or https address'],
  ["engine: loki, url: 'http://me:secret@x'", 'without user and password'],
  ["url: 'http://x'", 'want engine: loki or victorialogs beside it'],
  ["engine: loki, url: 'http://x', tenant: 'a b'", 'want the name of a tenant'],
  ["engine: victorialogs, url: 'http://x', tenant: a", 'AccountID and ProjectID'],
  ["engine: victorialogs, url: 'http://x', read_url: 'http://y'", 'want none'],
  ["engine: loki, url: 'http://x', queue: {max_bytes: 1KiB}", 'want at least 1MiB'],
  ["engine: loki, url: 'http://x', queue: {when_full: block}", 'want refuse or drop_oldest'],
  [
    "engine: loki, url: 'http://x', bearer_token: a, basic_auth: {username: b}",
    'want at most one of',
  ],
])('%s is refused', (keys, want) => {
  expect(() => read(keys)).toThrow(want)
  expect(() => read(keys)).toThrow('weir.yml:2')
})

test('files of credentials lie beside weir.yml, and secrets do not show', () => {
  const keys =
    "engine: loki, url: 'http://x', authorization: {credentials_file: token}, http_headers: {X-Key: {secrets: [hidden]}}"
  const { config, text } = read(keys)
  expect(config.storage.logs.authorization?.credentials_file).toBe(join(folder, 'token'))
  expect(redactYaml(text)).not.toContain('hidden')
})
