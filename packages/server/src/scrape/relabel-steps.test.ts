import { expect, test } from 'vitest'
import { relabelRule } from '../relabel/rule.ts'
import { relabelSteps } from './relabel-steps.ts'

test('each rule shows what it made of the labels, up to the one that drops', () => {
  const rules = [
    { source_labels: ['a'], target_label: 'b' },
    { source_labels: ['b'], regex: '1', action: 'drop' },
    { target_label: 'c', replacement: 'x' },
  ].map((rule) => relabelRule.parse(rule))
  const shown = { separator: ';', regex: '(.*)', replacement: '$1' }
  expect(relabelSteps(rules, { a: '1', empty: '' })).toEqual([
    {
      rule: { ...shown, source_labels: ['a'], target_label: 'b', action: 'replace' },
      output: { a: '1', b: '1' },
      keep: true,
    },
    {
      rule: { ...shown, source_labels: ['b'], regex: '1', action: 'drop' },
      output: {},
      keep: false,
    },
    {
      rule: { ...shown, target_label: 'c', replacement: 'x', action: 'replace' },
      output: {},
      keep: false,
    },
  ])
  expect(relabelSteps(rules, { a: '2' }).at(-1)).toMatchObject({
    output: { a: '2', b: '2', c: 'x' },
    keep: true,
  })
})
