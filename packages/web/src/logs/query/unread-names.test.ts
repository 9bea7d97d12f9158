import { expect, test } from 'vitest'
import { EVERYTHING, type LogQuery } from './log-query.ts'
import { parserOf, sortNames } from './unread-names.ts'

const field = (label: string, parsers: readonly ('json' | 'logfmt')[] | null) => ({
  label,
  type: 'string',
  cardinality: 1,
  parsers,
})
const FOUND = [
  field('trace_id', null),
  field('topic', ['json']),
  field('took', ['logfmt']),
  field('level', ['json', 'logfmt']),
]
const parsed = (text: string): LogQuery => ({ ...EVERYTHING, stages: [{ kind: 'other', text }] })

test.each<[string, LogQuery, boolean, string, string, string]>([
  ['Weir knows JSON', EVERYTHING, false, 'trace_id topic level', '', 'took'],
  ['and logfmt once it is read', parsed('| logfmt'), false, 'trace_id topic took level', '', ''],
  ['a Loki knows neither', EVERYTHING, true, 'trace_id', 'topic level', 'took'],
  ['but what is read', parsed('|  json'), true, 'trace_id topic level', '', 'took'],
  ['another word is no parser', parsed('| jsonish'), true, 'trace_id', 'topic level', 'took'],
])('%s', (_, query, isLoki, fields, json, logfmt) => {
  const names = sortNames(FOUND, query, isLoki)
  expect(names.fields.join(' ')).toBe(fields)
  expect(names.unread.json.join(' ')).toBe(json)
  expect(names.unread.logfmt.join(' ')).toBe(logfmt)
})

test('a name leads to its parser', () => {
  const { unread } = sortNames(FOUND, EVERYTHING, true)
  expect(['topic', 'took', 'trace_id'].map((name) => parserOf(unread, name))).toEqual([
    'json',
    'logfmt',
    undefined,
  ])
})
