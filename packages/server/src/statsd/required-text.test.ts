import { PACKS, packMapping } from '@weir/packs'
import * as fc from 'fast-check'
import { RE2JS } from 're2js'
import { expect, test, vi } from 'vitest'
import { readMappings } from './mapping-file.ts'
import { Mapping } from './mapping.ts'
import { requiredText } from './required-text.ts'

test.each([
  [String.raw`^airflow\.dag\.([^.]+)\.x$`, 'airflow.dag.', ['airflow.dag.', '.x']],
  [String.raw`^(.*)\.taskmanager\.([^.]+)\.(.+?)\.task\.`, '', ['.taskmanager.', '.', '.task.']],
  [String.raw`a(?:bc)+d`, '', ['a', 'bc', 'd']],
  [String.raw`^ab?c*d{0,2}e+`, 'a', ['a', 'e']],
  [String.raw`ab|cd`, '', []],
  [String.raw`x(ab|cd)y`, '', ['x', 'y']],
  [String.raw`x(?:y)?z(?P<n>w)`, '', ['x', 'z', 'w']],
  [String.raw`x[]y]z[^\]]w`, '', ['x', 'z', 'w']],
  // Not understood, so it is simply tried.
  [String.raw`(?i)abc`, '', []],
  [String.raw`a\Qb.c\E`, '', []],
  [String.raw`a\x41`, '', []],
  [String.raw`^?abc`, '', ['abc']],
])('%s', (pattern, begin, parts) => {
  expect(requiredText(pattern)).toEqual({ begin, parts })
})

const piece = fc.oneof(
  fc.constantFrom('a', 'b', String.raw`\.`, '.', '[ab]', '[^a]', String.raw`\d`, '^', '$', '|'),
  fc.constantFrom('a?', 'b*', 'a+', 'b{0,1}', '(a)', '(?:ab)?', '(a|b)', '(?:a|)', '(b)*', '[]a]'),
)

test('what a pattern finds has all that it requires', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 7 }),
      fc.array(fc.stringMatching(/^[ab.1\]]{0,8}$/), { minLength: 20, maxLength: 20 }),
      (pieces, names) => {
        const pattern = pieces.join('')
        const { begin, parts } = requiredText(pattern)
        const compiled = RE2JS.compile(pattern)
        for (const name of names.filter((one) => compiled.matcher(one).find())) {
          expect(name.startsWith(begin)).toBe(true)
          for (const part of parts) expect(name).toContain(part)
        }
      },
    ),
    { numRuns: 500 },
  )
})

const SOURCES = PACKS.flatMap((pack) => {
  const mapping = packMapping(pack)
  return mapping === undefined ? [] : [{ file: pack.id, mapping }]
})

test('patterns of packs are good, and every regex names text that it needs', () => {
  const read = readMappings(SOURCES)
  expect(read).toEqual(readMappings(SOURCES.map((source) => ({ ...source, isChecked: true }))))
  const blind = read.flatMap(({ content }) =>
    (content.mappings ?? [])
      .filter(({ match, match_type }) => match_type === 'regex' && isBlind(match))
      .map(({ match }) => match),
  )
  expect(blind).toEqual([])
})

function isBlind(match: string): boolean {
  return requiredText(match).parts.length === 0
}

test('names of no system meet no pattern', () => {
  const mapping = new Mapping(readMappings(SOURCES))
  const compile = vi.spyOn(RE2JS, 'compile')
  try {
    for (let i = 0; i < 100; i++) mapping.map(`shop.x.y.${i}`, 'counter')
    expect(compile).not.toHaveBeenCalled()
    mapping.map('airflow.dag.d.t.duration', 'observer')
    mapping.map('h.taskmanager.t.job.operator.1.numRecordsIn', 'gauge')
    expect(compile).toHaveBeenCalled()
  } finally {
    compile.mockRestore()
  }
})
