import { describe, expect, test } from 'vitest'
import { compileRelabel } from './relabel.ts'
import { relabelRule } from './rule.ts'

const LABELS = { a: 'foo', b: 'bar', c: 'baz' }

function relabel(
  rules: readonly object[],
  labels: Readonly<Record<string, string>> = LABELS,
): object | null {
  const map = new Map(Object.entries(labels))
  const isKept = compileRelabel(rules.map((rule) => relabelRule.parse(rule)))(map)
  return isKept ? Object.fromEntries(map) : null
}

describe('an action', () => {
  test.each<[object, object | null]>([
    [
      { source_labels: ['a'], target_label: 'd' },
      { ...LABELS, d: 'foo' },
    ],
    [
      { source_labels: ['a', 'b'], target_label: 'd' },
      { ...LABELS, d: 'foo;bar' },
    ],
    [
      { source_labels: ['a', 'none'], separator: '-', target_label: 'd' },
      { ...LABELS, d: 'foo-' },
    ],
    [
      { source_labels: ['a'], regex: 'f(.*)', target_label: 'd', replacement: 'x${1}y' },
      { ...LABELS, d: 'xooy' },
    ],
    [
      { source_labels: ['a'], regex: 'f(?P<rest>.*)', target_label: 'd', replacement: '$rest' },
      { ...LABELS, d: 'oo' },
    ],
    [
      { source_labels: ['a'], regex: 'f(.*)', target_label: 'd', replacement: '$1y$2$$' },
      { ...LABELS, d: '$' },
    ],
    [{ source_labels: ['a'], regex: 'oo', target_label: 'd' }, LABELS], // anchored
    [
      { source_labels: ['a'], regex: 'f(.*)', target_label: 'a', replacement: '' },
      { b: 'bar', c: 'baz' },
    ],
    [
      { source_labels: ['a'], regex: 'f(.*)', target_label: 'x_$1' },
      { ...LABELS, x_oo: 'oo' },
    ],
    [
      { target_label: 'd', replacement: 'always' },
      { ...LABELS, d: 'always' },
    ],
    [{ source_labels: ['a'], regex: 'foo|bar', action: 'keep' }, LABELS],
    [{ source_labels: ['a'], regex: 'fo', action: 'keep' }, null],
    [{ source_labels: ['a'], regex: 'foo', action: 'drop' }, null],
    [{ source_labels: ['a'], regex: 'fo', action: 'Drop' }, LABELS],
    [{ source_labels: ['a'], target_label: 'b', action: 'keepequal' }, null],
    [{ source_labels: ['a'], target_label: 'b', action: 'dropequal' }, LABELS],
    [
      { source_labels: ['c'], target_label: 'd', action: 'hashmod', modulus: 1000 },
      { ...LABELS, d: '976' },
    ],
    [
      { regex: '(a|b)', replacement: 'x_$1', action: 'labelmap' },
      { ...LABELS, x_a: 'foo', x_b: 'bar' },
    ],
    [{ regex: 'a|b', action: 'labeldrop' }, { c: 'baz' }],
    [
      { regex: 'a|b', action: 'labelkeep' },
      { a: 'foo', b: 'bar' },
    ],
    [
      { source_labels: ['a'], target_label: 'a', action: 'uppercase' },
      { ...LABELS, a: 'FOO' },
    ],
    [
      { source_labels: ['a'], target_label: 'd', action: 'lowercase' },
      { ...LABELS, d: 'foo' },
    ],
  ])('%j gives %j', (rule, want) => expect(relabel([rule])).toEqual(want))
})

test('rules work in order, and the first drop ends it', () => {
  const rules = [
    { source_labels: ['a'], target_label: 'd' },
    { source_labels: ['d'], regex: 'foo', action: 'drop' },
  ]
  expect(relabel(rules)).toBeNull()
})

test('a dot matches a line break too', () => {
  expect(relabel([{ source_labels: ['a'], target_label: 'b' }], { a: 'x\ny' })).toEqual({
    a: 'x\ny',
    b: 'x\ny',
  })
})

describe('a rule that cannot be meant', () => {
  test.each([
    [{}, 'want a label name, because action is replace'],
    [{ action: 'hashmod', target_label: 'a' }, 'want a number above 0'],
    [{ action: 'labeldrop', target_label: 'a' }, 'cannot be used with action labeldrop'],
    [
      { action: 'lowercase', target_label: 'a', replacement: 'x' },
      'cannot be used with action lowercase',
    ],
    [
      { action: 'keepequal', target_label: 'a', regex: 'x' },
      'cannot be used with action keepequal',
    ],
    [{ action: 'keep', regex: '(' }, 'want an RE2 regular expression'],
    [{ action: 'keep', regex: '(?=a)' }, 'want an RE2 regular expression'],
    [{ action: 'move' }, 'Invalid option'],
    [{ target: 'a' }, 'Unrecognized key'],
  ])('%j: %s', (rule, want) => {
    expect(relabelRule.safeParse(rule).error?.message).toContain(want)
  })
})
