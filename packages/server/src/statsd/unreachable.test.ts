import { expect, test } from 'vitest'
import { readMappings } from './mapping-file.ts'
import { Mapping } from './mapping.ts'

/** Rules in flow style, a line each: `match` or `match type`; `/…/` is a regex. */
function unreachable(...files: readonly string[]): string[] {
  const sources = files.map((rules, i) => {
    const [head = '', ...list] = rules.split('; ')
    const lines = list.map((rule) => {
      const [match = '', type = ''] = rule.split(' ')
      const regex = /^\/(.*)\/$/.exec(match)?.[1]
      return regex === undefined
        ? `- {match: "${match}", name: x, match_metric_type: "${type}"}`
        : `- {match: '${regex}', match_type: regex, name: x, match_metric_type: "${type}"}`
    })
    return { file: `${i}.yml`, text: `${head}\nmappings:\n${lines.join('\n')}` }
  })
  return new Mapping(readMappings(sources)).unreachable.map((text) =>
    text.replace(/^(\S+): .* \((\S+)\) comes first$/, '$1 by $2'),
  )
}

test.each([
  [['; a.*; a.b'], ['0.yml:4 by 0.yml:3']],
  [['; a.b; a.*'], []],
  [['; a.b.*; a.b'], []], // another number of parts
  [['; *.*; a.b; b.*'], ['0.yml:4 by 0.yml:3', '0.yml:5 by 0.yml:3']],
  [['; a.* counter; a.b'], []], // gauges get there
  [['; a.*; a.b counter'], ['0.yml:4 by 0.yml:3']],
  [['; a counter; a counter; a gauge'], ['0.yml:4 by 0.yml:3']],
  [['defaults: {glob_disable_ordering: true}; a.*; a.b'], []], // the literal wins
  [['defaults: {glob_disable_ordering: true}; a.b; a.b'], ['0.yml:4 by 0.yml:3']],
  [['; /^a/; /^a/; /^b/'], ['0.yml:4 by 0.yml:3']],
  [['; /.*/; /^b/; a'], ['0.yml:4 by 0.yml:3']], // the glob is tried first
  [['; a.*', '; a.b'], ['1.yml:3 by 0.yml:3']],
  [['; /./', '; a.b'], ['1.yml:3 by 0.yml:3']],
  [['', ''], []],
])('%j', (files, want) => expect(unreachable(...files)).toEqual(want))

test('rules of packs are not complained about', () => {
  const mapping = { mappings: [{ match: 'a', name: 'b' }] }
  const sources = [
    { file: 'mine.yml', text: 'mappings: [{match: a, name: x}]' },
    { file: 'pack:airflow', mapping },
  ]
  expect(new Mapping(readMappings(sources)).unreachable).toEqual([])
})
