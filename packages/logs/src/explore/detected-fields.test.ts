import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { detectedFields, detectedValues } from './detected-fields.ts'
import { facetsOf } from './facets.ts'
import type { LogEntry } from '../logql/result.ts'

function shown(
  line: string,
  said: Partial<Record<'stream' | 'metadata' | 'parsed', object>> = {},
): LogEntry {
  const labels = (which: 'stream' | 'metadata' | 'parsed'): Labels =>
    Labels.of((said[which] ?? {}) as Record<string, string>)
  return {
    timeNs: 1n,
    line,
    stream: labels('stream'),
    metadata: labels('metadata'),
    parsed: labels('parsed'),
  }
}

const STREAM = { app: 'shop' }
const LINES = [
  shown('{"took":"3ms","context":{"topic":"orders"},"app":"inner"}', {
    stream: STREAM,
    metadata: { trace_id: 'a1', detected_level: 'info' },
  }),
  shown('{"took":"4ms","context":{"topic":"refunds"}}', {
    stream: STREAM,
    metadata: { detected_level: 'error' },
  }),
  shown('level=warn size="12 kB" odd', { stream: { app: 'other' }, parsed: { made: '1' } }),
  shown('just words', { stream: STREAM }),
]

test('fields are told with their kind, their parser and where they lie', () => {
  expect(detectedFields(LINES, 1000)).toEqual([
    {
      label: 'app_extracted',
      type: 'string',
      cardinality: 1,
      parsers: ['json'],
      jsonPath: ['app'],
    },
    {
      label: 'context_topic',
      type: 'string',
      cardinality: 2,
      parsers: ['json'],
      jsonPath: ['context', 'topic'],
    },
    { label: 'detected_level', type: 'string', cardinality: 2, parsers: null },
    { label: 'level', type: 'string', cardinality: 1, parsers: ['logfmt'] },
    { label: 'made', type: 'int', cardinality: 1, parsers: null },
    { label: 'size', type: 'bytes', cardinality: 1, parsers: ['logfmt'] },
    { label: 'took', type: 'duration', cardinality: 2, parsers: ['json'], jsonPath: ['took'] },
    { label: 'trace_id', type: 'string', cardinality: 1, parsers: null },
  ])
  expect(detectedFields(LINES, 2)).toHaveLength(2)
})

test('values of a field, wherever a line says it', () => {
  expect(detectedValues(LINES, 'context_topic', 10)).toEqual(['orders', 'refunds'])
  expect(detectedValues(LINES, 'trace_id', 10)).toEqual(['a1'])
  expect(detectedValues(LINES, 'took', 1)).toEqual(['3ms'])
  expect(detectedValues(LINES, 'nothing', 10)).toEqual([])
})

test('facets: the level, labels, metadata, fields; the most frequent first', () => {
  const facets = facetsOf(LINES, { fieldsMax: 100, valuesMax: 1 })
  expect(facets.map(({ name, kind, lines }) => `${kind} ${name} ${lines}`)).toEqual([
    'level detected_level 4',
    'label app 4',
    'metadata trace_id 1',
    'field context_topic 2',
    'field took 2',
    'field app_extracted 1',
    'field level 1',
    'field made 1',
    'field size 1',
  ])
  expect(facets[1]).toEqual({
    name: 'app',
    kind: 'label',
    type: 'string',
    lines: 4,
    valueCount: 2,
    values: [{ value: 'shop', lines: 3 }],
  })
})

test('a field of texts is told without its values', () => {
  const [facet] = facetsOf([shown(`{"stack":"${'x'.repeat(300)}"}`)], {
    fieldsMax: 10,
    valuesMax: 5,
  }).slice(1)
  expect(facet).toMatchObject({ name: 'stack', lines: 1, valueCount: 0, values: [] })
})
