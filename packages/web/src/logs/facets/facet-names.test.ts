import { expect, test } from 'vitest'
import { facetsOf } from './facet-names.ts'

test('the level comes first, then what people ask for, then labels, then fields', () => {
  const facets = facetsOf(
    ['stage', 'host', 'service_name'],
    [
      'context_topic',
      'logger',
      'host',
      'level',
      'detected_level',
      'message',
      'trace_id',
      'kafka_offset',
    ],
  )
  expect(facets.map(({ title, field }) => `${title} ${field.place}`)).toEqual([
    'level line',
    'service stream',
    'stage stream',
    'logger line',
    'host stream',
    'context_topic line',
  ])
  expect(facets.filter(({ isOpen }) => isOpen).map(({ title }) => title)).toEqual([
    'level',
    'service',
    'stage',
  ])
})

test('names that objects of the language answer to are names like others', () => {
  const titles = facetsOf(['constructor'], ['toString', '__proto__']).map(({ title }) => title)
  expect(titles).toEqual(['level', 'constructor', '__proto__', 'toString'])
})
