import { describe, expect, test } from 'vitest'
import type { RuleGroup } from '../../api/prometheus.ts'
import type { RuleRow } from '../../api/rules.ts'
import {
  EMPTY,
  choicesOf,
  daysOf,
  durationProblem,
  parametersOf,
  thresholdProblem,
} from './backtest-form.ts'

const RULE = {
  type: 'alerting',
  name: 'Slow',
  query: 'lag > 5',
  duration: 300,
  labels: { severity: 'page' },
} as unknown as RuleGroup['rules'][number]

const group = (file: string): RuleGroup => ({
  name: 'g',
  file,
  interval: 30,
  evaluationTime: 0,
  lastEvaluation: '',
  rules: [{ type: 'recording', name: 'r' } as RuleGroup['rules'][number], RULE],
})

const AT = { nowMs: 86_400_000 * 40, timeZone: 'Europe/Berlin' }
const SHARED = { start: String(86_400 * 33), timezone: 'Europe/Berlin', thresholds: '7', fors: '' }
const form = { ...EMPTY, days: 7, thresholds: '7' }

describe('what is asked for', () => {
  test('alerting rules can be chosen, each once', () => {
    const choices = choicesOf([group('a.yml'), group('b.yml')])
    expect(choices.map(({ key, rule }) => [key, rule.name])).toEqual([
      ['a.yml;g;1', 'Slow'],
      ['b.yml;g;1', 'Slow'],
    ])
  })

  test('a rule of a file goes by its name', () => {
    const [choice] = choicesOf([group('a.yml')])
    const parameters = parametersOf(form, choice, AT)
    expect(parameters).toEqual({ ...SHARED, file: 'a.yml', group: 'g', rule: 'Slow' })
  })

  test('one that is kept on the page goes as text', () => {
    const [choice] = choicesOf([group('page')])
    const { rules, ...rest } = parametersOf(form, choice, AT)
    expect(rest).toEqual(SHARED)
    const rule = { alert: 'Slow', expr: 'lag > 5', for: '300s', labels: { severity: 'page' } }
    expect(JSON.parse(rules!)).toEqual({ groups: [{ name: 'g', interval: '30s', rules: [rule] }] })
  })

  test('with all that it says: levels and the like change when it fires', () => {
    const source = { alert: 'Slow', expr: 'lag', levels: { warning: '> 5' } }
    const row = { file: 'page', group: 'g', rule: source, off: null, replacedBy: null, problem: '' }
    const [choice] = choicesOf([group('page')], [row as unknown as RuleRow])
    const { rules } = parametersOf(form, choice, AT)
    expect(JSON.parse(rules!)).toMatchObject({ groups: [{ rules: [source] }] })
  })

  test('so does a new one', () => {
    const { rules } = parametersOf({ ...form, expr: 'x > 1', forText: ' ' }, undefined, AT)
    const rule = { alert: 'New rule', expr: 'x > 1', for: '0s' }
    expect(JSON.parse(rules!)).toEqual({ groups: [{ name: 'new', rules: [rule] }] })
  })
})

test.each([
  ['', undefined],
  ['0.8, -1e3,,5 ', undefined],
  ['0.8, high', '"high" is no number'],
])('thresholds %j: %j', (text, problem) => expect(thresholdProblem(text)).toBe(problem))

test.each([
  ['', undefined],
  ['0, 5m, 1h30m', undefined],
  ['5m, 5', '"5" is no duration such as 5m'],
])('durations %j: %j', (text, problem) => expect(durationProblem(text)).toBe(problem))

test.each([
  [10 * 60_000, 1 / 24],
  [3 * 3_600_000, 1],
  [20 * 86_400_000, 30],
  [400 * 86_400_000, 30],
  [null, 30],
])('of %j ms that are stored, %j days are offered first', (storedMs, days) => {
  expect(daysOf(storedMs)).toBe(days)
})
