import { expect, test } from 'vitest'
import { changesOf, ruleText } from './relabel-text.ts'

const PLAIN = { separator: ';', regex: '(.*)', replacement: '$1' }

test.each([
  [{ ...PLAIN, action: 'labeldrop', regex: 'a.*' }, 'labeldrop  regex: "a.*"'],
  [
    { ...PLAIN, action: 'replace', source_labels: ['a', 'b'], target_label: 'c' },
    'replace  source_labels: [a, b]  target_label: "c"',
  ],
  [{ ...PLAIN, separator: '' }, 'replace  separator: ""'],
  [{ action: 'hashmod', modulus: 8 }, 'hashmod  modulus: 8'],
])('%j reads %s', (rule, want) => expect(ruleText(rule)).toBe(want))

test('changes are what came, went and changed, by name', () => {
  expect(changesOf({ a: '1', b: '2', c: '3' }, { b: '2', c: '4', d: '5' })).toEqual([
    { kind: 'removed', name: 'a', value: '1' },
    { kind: 'changed', name: 'c', value: '4' },
    { kind: 'added', name: 'd', value: '5' },
  ])
})
