import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

/**
 * Whatever the page can change is a deed (packages/web/src/api/deed.ts): it says which scope it wants, and whoever
 * offers it asks first whether the reader has that. Held here by looking at the sources, so that a new one without
 * either does not come in unseen.
 */

const ROOT = join(import.meta.dirname, '..')
const WEB = join(ROOT, 'packages/web/src')

const SOURCES: ReadonlyMap<string, string> = new Map(
  readdirSync(WEB, { recursive: true, withFileTypes: true })
    .filter(({ name }) => /\.tsx?$/.test(name) && !name.endsWith('.test.ts'))
    .map(({ parentPath, name }) => relative(WEB, join(parentPath, name)))
    .filter((path) => !path.startsWith('testing/'))
    .map((path) => [path, readFileSync(join(WEB, path), 'utf8')]),
)

/** `POST /api/v2/silences` → `write`, as the server's own list of routes has it. */
const WANTS: ReadonlyMap<string, string> = new Map(
  [
    ...readFileSync(join(ROOT, 'docs/http-scopes.md'), 'utf8').matchAll(
      /^\| `(\S+)` \| (\w+) \| (\w+) \|$/gm,
    ),
  ].map(([, path, method, wants]) => [`${method} ${path}`, wants!]),
)

interface DeedSource {
  readonly file: string
  readonly name: string
  readonly wants: string
  readonly routes: readonly string[]
}

const DEEDS: readonly DeedSource[] = [...SOURCES].flatMap(([file, text]) =>
  [...text.matchAll(/^export const (\w+) = deed\(\s*'(\w+)'[^]*?(?=^\S(?!$)|$(?![^]))/gm)].map(
    ([whole, name = '', wants = '']) => ({ file, name, wants, routes: routesIn(whole) }),
  ),
)

function routesIn(text: string): string[] {
  const sent = [...text.matchAll(/\bsend\(\s*'([A-Z]+ [^']+)'/g)].map(([, route]) => route!)
  return /\bdeleteAt\(groupPath\(/.test(text) ? [...sent, 'DELETE /metrics/job/*'] : sent
}

function filesWith(call: RegExp): string[] {
  return [...SOURCES].flatMap(([file, text]) => (call.test(text) ? [file] : [])).toSorted()
}

test('a deed wants what its routes want', () => {
  expect(DEEDS.length).toBeGreaterThan(20)
  const told = DEEDS.map(({ name, wants, routes }) => [name, wants, ...routes])
  const owed = DEEDS.map(({ name, routes }) => [name, WANTS.get(routes[0]!), ...routes])
  expect(told).toEqual(owed)
  for (const { name, routes } of DEEDS) {
    expect([name, new Set(routes.map((route) => WANTS.get(route))).size]).toEqual([name, 1])
  }
})

test('nothing is changed but by a deed', () => {
  const inDeeds = DEEDS.flatMap(({ routes }) => routes)
  const everywhere = [...SOURCES.values()].flatMap((text) => routesIn(withoutComments(text)))
  expect(everywhere.toSorted()).toEqual(inDeeds.toSorted())
  expect(filesWith(/\bfetch\(|XMLHttpRequest|sendBeacon/)).toEqual(['api/client.ts'])
  expect(filesWith(/\breach\(/)).toEqual(['api/client.ts', 'api/deed.ts', 'api/loki.ts'])
  expect(filesWith(/\bdeleteAt\((?!groupPath)/)).toEqual(['api/deed.ts'])
  expect(filesWith(/\buseMutation\b/)).toEqual(['access/use-deed.ts'])
  // Besides, one is carried out in answer to a click that leaves the page.
  expect(filesWith(/\.run\((?:value|undefined)\)/)).toEqual([
    'access/account.tsx',
    'access/use-deed.ts',
  ])
})

test('what the page asks by POST only reads', () => {
  const client = SOURCES.get('api/client.ts')!
  const questions = [...client.matchAll(/^ {2}\| '(\/api\/\S+)'$/gm)].map(([, path]) => path!)
  expect(questions).toHaveLength(3)
  expect(questions.map((path) => WANTS.get(`POST ${path}`))).toEqual(questions.map(() => 'read'))
})

/** Who imports a file. */
const OPENERS = new Map<string, string[]>()
for (const [file, text] of SOURCES) {
  for (const [, path = ''] of text.matchAll(/(?:from |import\()'(\.[^']+)'/g)) {
    const opened = join(dirname(file), path)
    OPENERS.set(opened, [...(OPENERS.get(opened) ?? []), file])
  }
}

/** Scopes that not everybody has who sees the page. */
const GUARDED = DEEDS.filter(({ wants }) => wants !== 'read' && wants !== 'open')

describe.each(GUARDED)('$name', ({ name }) => {
  const users = filesWith(new RegExp(`\\buseDeed\\(${name}\\b`))

  test('is carried out somewhere', () => expect(users).not.toEqual([]))

  test.each(users)('is only offered to who may: %s', (file) => {
    expect(waysWithoutAsking(file, name, new Set())).toEqual([])
  })
})

/** How one comes to a file from a page without having been asked for the scope of a deed. */
function waysWithoutAsking(file: string, name: string, seen: Set<string>): string[] {
  if (asks(file, name) || seen.has(file)) return []
  seen.add(file)
  const openers = OPENERS.get(file) ?? []
  return openers.length === 0
    ? [file]
    : openers.flatMap((one) => waysWithoutAsking(one, name, seen))
}

function asks(file: string, name: string): boolean {
  return new RegExp(`(?:\\bto=\\{|\\buseMay\\()${name}\\b`).test(SOURCES.get(file)!)
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*\*[^]*?\*\//g, '')
}
