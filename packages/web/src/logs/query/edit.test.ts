import { expect, test } from 'vitest'
import {
  LEVEL,
  chosenValues,
  onlyValue,
  toggled,
  withStage,
  withValues,
  without,
  withoutPart,
} from './edit.ts'
import { type LogQuery, writeLogql } from './log-query.ts'
import { readLogql } from './read-logql.ts'

const STAGE = { name: 'stage', place: 'stream' } as const
const TOPIC = { name: 'context_topic', place: 'line' } as const

test.each<[string, string, (query: LogQuery) => LogQuery, string]>([
  [
    'logfmt read',
    '{a="b"} |= "c" | d="e"',
    (q) => withStage(q, '| logfmt'),
    '{a="b"} |= "c" | logfmt | d="e"',
  ],
  ['a first value', '{a="b"}', (q) => toggled(q, STAGE, 'sink'), '{a="b", stage="sink"}'],
  ['a second', '{stage="sink"}', (q) => toggled(q, STAGE, 'a.b'), '{stage=~`sink|a\\.b`}'],
  ['one of two less', '{stage=~"x|y"}', (q) => toggled(q, STAGE, 'x'), '{stage="y"}'],
  ['the last less', '{stage="x"}', (q) => toggled(q, STAGE, 'x'), '{service_name=~".+"}'],
  [
    'a field',
    '{a="b"} | json',
    (q) => toggled(q, TOPIC, 'o'),
    '{a="b"} | json | context_topic="o"',
  ],
  ['not', '{a="b"}', (q) => without(q, STAGE, 'x'), '{a="b", stage!="x"}'],
  ['not either', '{a="b", stage!="x"}', (q) => without(q, STAGE, 'y'), '{a="b", stage!~"x|y"}'],
  ['welcome again', '{a="b", stage!="x"}', (q) => without(q, STAGE, 'x'), '{a="b"}'],
  [
    'not what was wanted',
    '{a="b", stage="x"}',
    (q) => without(q, STAGE, 'x'),
    '{a="b", stage!="x"}',
  ],
  [
    'only',
    '{a="b", stage=~"x|y", stage!="z"}',
    (q) => onlyValue(q, STAGE, 'z'),
    '{a="b", stage="z"}',
  ],
  [
    'a pattern stays beside',
    '{stage=~"s.+"}',
    (q) => toggled(q, STAGE, 'x'),
    '{stage=~"s.+", stage="x"}',
  ],
  [
    'levels',
    '{a="b"} | n > 5',
    (q) => withValues(q, LEVEL, ['error', 'fatal']),
    '{a="b"} | n > 5 | detected_level=~"error|fatal"',
  ],
  ['a part less', '{a="b"} | json | x="1"', (q) => withoutPart(q, q.stages[0]!), '{a="b"} | x="1"'],
  ['a matcher less', '{a="b", c="d"}', (q) => withoutPart(q, q.matchers[0]!), '{c="d"}'],
])('%s', (_, text, edit, want) => {
  const read = readLogql(text)
  if (read.kind !== 'lines') throw new Error(read.kind)
  expect(writeLogql(edit(read.query))).toBe(want)
})

test('the values chosen are those of lists', () => {
  const read = readLogql('{stage=~"a|b", stage!="c"} | stage=~"d.*"')
  if (read.kind !== 'lines') throw new Error(read.kind)
  expect(chosenValues(read.query, 'stage')).toEqual(['a', 'b'])
  expect(chosenValues(read.query, 'stage', true)).toEqual(['c'])
})
