import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

// Who may import whom. An arrow that is not here is refused; say in the commit why one is added.
const MAY: Record<string, readonly string[]> = {
  model: [],
  fetch: ['model'],
  wire: ['model'],
  tsdb: ['model'],
  promql: ['model'],
  template: [],
  logs: ['model', 'promql', 'template'], // the metric half of LogQL is PromQL over other series
  alerting: ['model', 'promql', 'template', 'fetch', 'logs'], // rules over logs are LogQL
  boards: ['model'],
  packs: ['model', 'promql'],
  sdk: [], // what others install stands alone
  server: ['model', 'fetch', 'wire', 'tsdb', 'promql', 'logs', 'alerting', 'packs', 'boards'],
  web: ['model', 'packs', 'boards'], // types only but of boards; the next test holds that
  cli: ['server', 'packs', 'boards', 'fetch', 'model'],
}

function sourcesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}

const ALL = Object.keys(MAY).flatMap((room) => sourcesOf(`packages/${room}/src`))
const text = (path: string): string => readFileSync(path, 'utf8')
const name = (path: string): string => relative(ROOT, path)

test('every room is listed', () => {
  expect(readdirSync(join(ROOT, 'packages')).toSorted()).toEqual(Object.keys(MAY).toSorted())
})

describe('arrows', () => {
  test.each(Object.entries(MAY))('%s imports only %j', (room, allowed) => {
    const imports = sourcesOf(`packages/${room}/src`).flatMap((path) =>
      [...text(path).matchAll(/(?:from|import\() *'@weir\/([a-z]+)/g)].map(
        (found) => found[1] ?? '',
      ),
    )
    expect(imports.filter((other) => !allowed.includes(other))).toEqual([])
  })

  test('web imports nothing but types from other rooms, but for dashboards', () => {
    const values = sourcesOf('packages/web/src').filter((path) =>
      /^import (?!type )[^;]*?from '@weir\/(?!boards')/m.test(text(path)),
    )
    expect(values.map(name)).toEqual([])
  })

  test('outsiders use the face of a room, never its inside', () => {
    // Second faces are for what must be there at once: a Weir that starts, a command that only asks one. Or for
    // threads that would keep the rest of a room in memory for nothing, and what it stands on (undici, zod: 10 MiB).
    const second = [
      'fetch/fence',
      'fetch/networks',
      'server/serve',
      'server/words',
      'alerting/matchers',
      'promql/duration',
      'template/go-quote',
    ]
    const peeking = ALL.flatMap((path) =>
      [...text(path).matchAll(/from '@weir\/([a-z]+\/[^']*)'/g)]
        .filter(([, face = '']) => !second.includes(face))
        .map(([, face]) => `${name(path)}: ${face}`),
    )
    expect(peeking).toEqual([])
  })
})

describe('words and habits', () => {
  test('files are named after what they hold', () => {
    const vague = ALL.filter((path) => /\/(utils?|helpers?|common|types|misc)\.tsx?$/.test(path))
    expect(vague.map(name)).toEqual([])
  })

  test('file names are kebab-case', () => {
    const odd = ALL.filter((path) => !/\/[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.tsx?$/.test(path))
    expect(odd.map(name)).toEqual([])
  })

  test('the clock is read in one place', () => {
    const readers = ALL.filter(
      (path) =>
        !/\.(test|bench)\.tsx?$/.test(path) && /\bDate\.now\(|new Date\(\)/.test(text(path)),
    )
    // Two places, since what others install stands alone.
    expect(readers.map(name)).toEqual(['packages/model/src/time.ts', 'packages/sdk/src/clock.ts'])
  })

  test('no test is switched off or singled out', () => {
    const marked = ALL.filter((path) => /\b(it|test|describe)\.(only|skip|todo)\b/.test(text(path)))
    expect(marked.map(name)).toEqual([])
  })

  test('nothing is left for later without an issue', () => {
    const later = ALL.filter((path) => /\b(TODO|FIXME|XXX|HACK)\b(?! \(#\d+\))/.test(text(path)))
    expect(later.map(name)).toEqual([])
  })
})

describe('the register of errors', () => {
  const source = text(join(ROOT, 'packages/model/src/errors.ts'))
  const register = source.slice(source.indexOf('CODES = {'), source.indexOf('} as const'))
  const codes = [...register.matchAll(/^ {2}([A-Z_]+):/gm)].map((found) => found[1]!)

  test('docs/errors.md explains each code and no other', () => {
    const page = text(join(ROOT, 'docs/errors.md'))
    const explained = [...page.matchAll(/^## `([A-Z_]+)`/gm)].map((found) => found[1]!)
    expect(explained.toSorted()).toEqual(codes.toSorted())
  })

  test('each code is used', () => {
    const everything = ALL.map(text).join('\n')
    expect(codes.filter((code) => !everything.includes(`'${code}'`))).toEqual([])
  })
})
