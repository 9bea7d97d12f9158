import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'

/** Calls that open a way for others where they are made carelessly; each place that makes one is listed, with why it may. */

const ROOT = join(import.meta.dirname, '..')
/** What runs in a Weir. The `weir` command and the SDK run for their own user; the page in a browser. */
const ROOMS = ['model', 'fetch', 'wire', 'tsdb', 'promql', 'template', 'logs', 'alerting', 'boards']
const PACKAGES = [...ROOMS, 'packs', 'server']

const SOURCES = PACKAGES.flatMap((room) =>
  readdirSync(join(ROOT, `packages/${room}/src`), { recursive: true, withFileTypes: true })
    .filter(({ name }) => name.endsWith('.ts') && !/\.(?:test|bench)\.ts$/.test(name))
    .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)))
    .filter((path) => !path.includes('/testing/') && !path.includes('/script/')),
)

function making(call: RegExp): string[] {
  return SOURCES.filter((path) => call.test(readFileSync(join(ROOT, path), 'utf8'))).toSorted()
}

/** Connections to elsewhere pass the fence of packages/fetch (`network.outgoing`). */
const CONNECTS =
  /import (?!type)[^;]*?\b(?:connect|createConnection|request|get|fetch|Agent|Client|Pool)\b[^;]*? from '(?:node:(?:net|tls|https?|http2)|undici)'/

test('who connects elsewhere does so through the fence', () => {
  expect(making(CONNECTS)).toEqual([
    'packages/alerting/src/notify/email/smtp.ts', // asks fence() itself
    'packages/fetch/src/client.ts', // the fence is in its connections
    'packages/fetch/src/connections.ts',
    'packages/server/src/intake/relay-ways.ts', // asks fence() itself
    'packages/server/src/intake/socket-path.ts', // a file: is somebody there?
  ])
})

/** Expressions of users run in linear time: they are read by re2js, or checked to be linear. */
test('who makes a regular expression of a text that is not his own', () => {
  const own = making(/new RegExp\(/)
  expect(own).toEqual([
    'packages/alerting/src/route/template-files.ts', // a glob of the configuration, its parts escaped
    'packages/alerting/src/rules-test/files-named.ts', // the same
    'packages/boards/src/regex/linear-regex.ts', // only after a look at its shape
    'packages/boards/src/regex/parse.ts', // one character of a class
    'packages/logs/src/store/kill-loop.ts', // a number, in a tool for tests
    'packages/server/src/config/files.ts', // a glob of the configuration, its parts escaped
    'packages/server/src/config/redact-text.ts', // of constants
    'packages/template/src/go-layout.ts', // of constants
    'packages/template/src/html/context.ts', // the name of an element, of a fixed list
    'packages/template/src/html/escape.ts', // of constants
  ])
})

test('who runs a text', () => {
  const running = /\beval\(|new Function\(|node:vm'|\bexecSync\(|\bexec\(\s*[`'"]|shell: true/
  expect(making(running)).toEqual([
    'packages/server/src/threads/small-heap.ts', // the constant `gc`
  ])
})
