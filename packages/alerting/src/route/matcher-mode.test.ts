import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Labels, type Matcher } from '@weir/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { peer } from '../testing/peers.ts'
import { showMatchers } from './matcher.ts'
import {
  type MatcherMode,
  isLabelNameIn,
  matcherModeOf,
  parseMatcher,
  parseMatchers,
} from './matcher-mode.ts'

const MODES: readonly MatcherMode[] = ['fallback', 'utf8', 'classic']

/** What becomes of a text in each mode; `-` for a refusal. */
function readIn(text: string): string[] {
  return MODES.map((mode) => {
    try {
      return showMatchers(parseMatchers(text, { mode }))
    } catch {
      return '-'
    }
  })
}

const ALL_ALIKE = (shown: string): string[] => [shown, shown, shown]

/** Texts, and how fallback, utf8 and classic read them. */
const TEXTS: readonly (readonly [text: string, want: readonly string[]])[] = [
  ['a=b', ALL_ALIKE('{a="b"}')],
  ['{a="b", c!=d, e=~f.*, g!~"h|i"}', ALL_ALIKE('{a="b",c!="d",e=~"f.*",g!~"h|i"}')],
  ['a="b",', ALL_ALIKE('{a="b"}')],
  ['', ALL_ALIKE('{}')],
  ['{}', ALL_ALIKE('{}')],
  ['a=~"(?i)x"', ALL_ALIKE('{a=~"(?i)x"}')],
  ['a=""', ALL_ALIKE('{a=""}')],
  ['a="b,c"', ALL_ALIKE('{a="b,c"}')],
  ['a="\\"b\\\\"', ALL_ALIKE('{a="\\"b\\\\"}')],
  ['a = b , c = d', ALL_ALIKE('{a="b",c="d"}')],
  ['a:b=c', ALL_ALIKE('{a:b="c"}')],
  ['=b', ALL_ALIKE('-')],
  ['a', ALL_ALIKE('-')],
  ['a=b,,c=d', ALL_ALIKE('-')],
  ['a="b', ALL_ALIKE('-')],
  ['a=~"["', ALL_ALIKE('-')],
  ['a=~"(?!x)"', ALL_ALIKE('-')],
  ['{a=b}}', ['{a="b}"}', '-', '{a="b}"}']],
  ['{a=b', ['{a="b"}', '-', '{a="b"}']],
  ['a=b}', ['{a="b"}', '-', '{a="b"}']],
  ['a=', ['{a=""}', '-', '{a=""}']],
  ['a=b c', ['{a="b c"}', '-', '{a="b c"}']],
  ['a=~b{2}', ['{a=~"b{2"}', '-', '{a=~"b{2"}']],
  ["a='b'", ['{a="\'b\'"}', '-', '{a="\'b\'"}']],
  ['a=~"\\d+"', ['{a=~"\\\\d+"}', '-', '{a=~"\\\\d+"}']],
  ['a=~\\d+', ['{a=~"\\\\d+"}', '-', '{a=~"\\\\d+"}']],
  ['a="\\t"', ['{a="\\\\t"}', '{a="\t"}', '{a="\\\\t"}']],
  ['a="\\x41"', ['{a="\\\\x41"}', '{a="A"}', '{a="\\\\x41"}']],
  ['a="\\\'"', ['{a="\\\\\'"}', '-', '{a="\\\\\'"}']],
  ['"a"=b', ['{a="b"}', '{a="b"}', '-']],
  ['"a b"="c"', ['{"a b"="c"}', '{"a b"="c"}', '-']],
  ['äö=ü', ['{äö="ü"}', '{äö="ü"}', '-']],
  ['a.b=c', ['{a.b="c"}', '{a.b="c"}', '-']],
  ['a=b\u0085', ALL_ALIKE('{a="b"}')],
]

test.each(TEXTS)('%j is read as %j in fallback, utf8 and classic', (text, want) => {
  expect(readIn(text)).toEqual(want)
})

test('who reads in the older grammar is told how to write it', () => {
  const told: string[] = []
  const notice = (input: string, suggestion: string): void => {
    told.push(`${input} -> ${suggestion}`)
  }
  for (const text of ['a=b', 'a=', 'a="\\t"', 'a=~"\\d",b=c']) {
    const read = parseMatchers(text, { mode: 'fallback', notice })
    // What is suggested means the same in the newer grammar.
    const again = parseMatchers(showMatchers(read), { mode: 'utf8' })
    expect(showMatchers(again)).toBe(showMatchers(read))
  }
  expect(told).toEqual(['a= -> a=""', 'a="\\t" -> a="\\\\t"', 'a=~"\\d",b=c -> a=~"\\\\d",b="c"'])
})

test.each([
  ['a=b', 'a="b"'],
  ['{a=b}', 'unexpected open or close brace: {a=b}'],
  ['a=b,c=d', 'a="b,c=d"'], // one matcher for the older grammar, which knows no lists here
  ['', 'bad matcher format: '],
  ['foo', 'bad matcher format: foo'],
  ['a="b"c"', 'matcher value contains unescaped double quote: "b"c"'],
])('one matcher of %j: %s', (text, want) => {
  const shown = (): string => showMatchers([parseMatcher(text)]).slice(1, -1)
  if (want.startsWith('a=')) expect(shown()).toBe(want)
  else expect(shown).toThrow(want)
})

test.each([
  [{}, '{a=""}', true],
  [{ a: 'x' }, '{a=""}', false],
  [{}, '{a!="x"}', true],
  [{}, '{a=~".*"}', true],
  [{ a: 'x\ny' }, '{a=~"x.y"}', false],
  [{ a: 'x\ny' }, '{a=~"(?s)x.y"}', true],
  [{ a: 'xy' }, '{a=~"x"}', false],
  [{ a: 'y' }, '{a!~"x|y"}', false],
])('labels %j under %s: %s', (labels, matchers, want) => {
  const given = Labels.of(labels)
  expect(parseMatchers(matchers).every((matcher) => matcher.matches(given))).toBe(want)
})

test('the features of Alertmanager choose the mode, one of them at most', () => {
  expect(matcherModeOf(['x'])).toBe('fallback')
  expect(matcherModeOf(['utf8-strict-mode'])).toBe('utf8')
  expect(matcherModeOf(['classic-mode'])).toBe('classic')
  expect(() => matcherModeOf(['classic-mode', 'utf8-strict-mode'])).toThrow('want one of them')
  expect([isLabelNameIn('classic', 'a.b'), isLabelNameIn('utf8', 'a.b')]).toEqual([false, true])
})

const amtool = peer('amtool')
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-matchers-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Which route amtool sends labels on; `-` when it does not take the config. */
function routeOf(text: string, flag: string[], labels: readonly string[]): string {
  const file = join(folder, 'am.yml')
  writeFileSync(
    file,
    `route: {receiver: no, routes: [{receiver: yes, matchers: [${JSON.stringify(text)}]}]}\nreceivers: [{name: no}, {name: yes}]\n`,
  )
  const args = ['config', 'routes', 'test', `--config.file=${file}`, ...flag, ...labels]
  try {
    // Warnings come first, on the same stream.
    const said = execFileSync(amtool!, args, { encoding: 'utf8', stdio: 'pipe' }).trim()
    return said.split('\n').at(-1)!
  } catch {
    return '-'
  }
}

test.runIf(amtool !== undefined)(
  'amtool takes and refuses the same texts, and sends the same labels on',
  { timeout: 20_000 },
  () => {
    const flags = [[], ['--enable-feature=utf8-strict-mode'], ['--enable-feature=classic-mode']]
    const differing = TEXTS.filter(([text]) => text !== '').flatMap(([text]) =>
      MODES.flatMap((mode, i) => {
        const read = attempt(() => parseMatchers(text, { mode }))
        const labels = labelsFor(read ?? [])
        const given = Object.entries(labels).map(
          ([name, value]) => `${name}=${JSON.stringify(value)}`,
        )
        const isMet = read?.every((matcher) => matcher.matches(Labels.of(labels)))
        const ours = isMet === undefined ? '-' : isMet ? 'yes' : 'no'
        const theirs = routeOf(text, flags[i]!, given)
        return ours === theirs ? [] : [{ text, mode, ours, theirs }]
      }),
    )
    expect(differing).toEqual([])
  },
)

/** Labels that satisfy the matchers, as far as they ask for equality and amtool takes the name. */
function labelsFor(matchers: readonly Matcher[]): Record<string, string> {
  const equal = matchers.filter(({ operator, name }) => operator === '=' && /^\w+$/.test(name))
  return Object.fromEntries(equal.map(({ name, value }) => [name, value]))
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
