import { expect, test } from 'vitest'
import { EMPTY_FORM, draftOf, formOf, newId, textsOf } from './rule-form.ts'

test.each([
  ['', {}],
  ['a: b', { a: 'b' }],
  ['a: b\n  c\n\nd: http://x/y', { a: 'b\nc', d: 'http://x/y' }],
  ['with.dot: {{ $labels.x }}\nempty:', { 'with.dot': '{{ $labels.x }}' }],
  ['no colon', {}],
])('the lines %j are %j', (lines, want) => {
  expect(textsOf(lines)).toEqual(want)
})

test('a rule comes out of the dialog as it went in, keys that it does not show too', () => {
  const rule = {
    alert: 'Lag',
    expr: 'lag',
    for: '5m',
    keep_firing_for: '1m',
    labels: { team: 'x' },
    annotations: { summary: 'two\nlines' },
    no_data: 'alert',
    no_data_for: '1h',
    levels: { warning: { when: '> 1', reset: '< 1', for: '2m' }, critical: { when: '> 5' } },
    flapping: { high: 0.5 },
  }
  expect(draftOf(formOf({ rule, group: 'g', interval: '30s' }), '0a')).toEqual({
    group: 'g',
    interval: '30s',
    replaces: '0a',
    rule,
  })
  const short = { ...rule, levels: { info: '> 1' } }
  expect(draftOf(formOf({ rule: short, group: 'g', interval: '' })).rule.levels).toEqual({
    info: { when: '> 1' },
  })
})

test('what was not filled in is not sent', () => {
  expect(draftOf({ ...EMPTY_FORM, name: ' A ', expr: 'up' })).toEqual({
    group: 'rules',
    rule: { alert: 'A', expr: 'up', for: '5m', labels: { severity: 'warning' } },
  })
})

test.each([
  ['ConsumerLag', [], 'consumer-lag'],
  ['ConsumerLag', ['consumer-lag', 'consumer-lag-2'], 'consumer-lag-3'],
  ['5xx high!', [], 'xx-high'],
  ['Ärger', [], 'rger'],
  ['', [], 'rule'],
])('the id of %j beside %j is %s', (name, taken, want) => {
  expect(newId(name, new Set(taken))).toBe(want)
})
