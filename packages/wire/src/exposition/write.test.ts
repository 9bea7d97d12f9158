import { Labels, type MetricFamily, type MetricType } from '@weir/model'
import { describe, expect, test } from 'vitest'
import { exposition } from './write.ts'

const OPEN = 'application/openmetrics-text;version=1.0.0'

function family(
  name: string,
  type: MetricType,
  values: Readonly<Record<string, number>>,
  help = '',
): MetricFamily {
  const samples = Object.entries(values).map(([own, value]) => ({
    name: own,
    labels: Labels.EMPTY,
    value,
  }))
  return { name, type, help, samples }
}

const page = (families: MetricFamily[], accept = ''): string =>
  Buffer.from(exposition(families, accept).body).toString()

describe('Accept', () => {
  test.each([
    ['', 'text/plain; version=0.0.4; charset=utf-8'],
    ['*/*', 'text/plain; version=0.0.4; charset=utf-8'],
    ['text/html,*/*;q=0.1', 'text/plain; version=0.0.4; charset=utf-8'],
    ['application/openmetrics-text', 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
    [
      'text/plain;version=0.0.4;q=0.9,application/openmetrics-text;q=0.5',
      'text/plain; version=0.0.4; charset=utf-8',
    ],
    [
      'application/openmetrics-text;version=9.0.0,text/plain;q=0.5',
      'text/plain; version=0.0.4; charset=utf-8',
    ],
    [
      'application/openmetrics-text;q=0,text/plain;q=0.5',
      'text/plain; version=0.0.4; charset=utf-8',
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,*/*;q=0.2',
      'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8',
    ],
    [
      'text/plain;version=1.0.0;escaping=dots',
      'text/plain; version=1.0.0; charset=utf-8; escaping=underscores',
    ],
  ])('%j is answered with %s', (accept, want) => {
    expect(exposition([], accept).contentType).toBe(want)
  })
})

test('text has help, type and values as clients write them', () => {
  const families = [
    family('a_total', 'counter', { a_total: 1e6 }, 'back\\slash\nline'),
    family('b', 'gauge', { b: -Infinity }),
    family('c', 'unknown', { c: Number.NaN }),
    family('d', 'info', { d: 1 }),
  ]
  expect(page(families)).toBe(
    '# HELP a_total back\\\\slash\\nline\n# TYPE a_total counter\na_total 1e+06\n# TYPE b gauge\nb -Inf\n# TYPE c untyped\nc NaN\n# TYPE d gauge\nd 1\n',
  )
})

test('OpenMetrics names a counter without its suffix, and one without suffix is unknown', () => {
  const families = [
    family('a_total', 'counter', { a_total: 1 }, 'say "hi"'),
    family('b', 'counter', { b: 2 }),
  ]
  expect(page(families, OPEN)).toBe(
    '# TYPE a counter\n# HELP a say \\"hi\\"\na_total 1\n# TYPE b unknown\nb 2\n# EOF\n',
  )
})

test('families of one name become one, the first sample of two alike stays', () => {
  const families = [
    family('a', 'gauge', { a: 1 }, 'first'),
    family('b', 'gauge', { b: 1 }),
    family('a', 'counter', { a: 2 }, 'second'),
  ]
  expect(page(families)).toBe('# HELP a first\n# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n')
})

test('a bad family spoils nothing beside it', () => {
  const families = [
    family('', 'gauge', { '': 1 }),
    family('h', 'histogram', { h_count: 1, h_oops: 2 }),
    family('empty', 'gauge', {}),
    family('5.a-b', 'gauge', { '5.a-b': 3 }),
  ]
  expect(page(families)).toBe(
    '# TYPE h histogram\nh_count 1\n# TYPE h_oops untyped\nh_oops 2\n# TYPE _5_a_b gauge\n_5_a_b 3\n',
  )
})
