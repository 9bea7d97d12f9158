import { type FamilySample, Labels, type MetricFamily, type MetricType } from '@weir/model'
import { describe, expect, test } from 'vitest'
import { ExpositionPage } from './page.ts'
import { parseProtobuf } from './parse-protobuf.ts'
import { ProtoSeriesTable } from './proto-table.ts'
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
      'text/plain; version=1.0.0; charset=utf-8; escaping=dots',
    ],
    [
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;q=0.3',
      'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
    ],
    [
      'application/vnd.google.protobuf;encoding=text,text/plain;version=0.0.4;escaping=what',
      'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
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

describe('names beyond the old alphabet', () => {
  const strange = [
    {
      ...family('my.metric_a', 'gauge', { 'my.metric_a': 1 }),
      samples: [{ name: 'my.metric_a', labels: Labels.of({ 'é:b': 'v' }), value: 1 }],
    },
  ]
  test.each([
    ['allow-utf-8', '{"my.metric_a","é:b"="v"} 1'],
    ['underscores', 'my_metric_a{__b="v"} 1'],
    ['dots', 'my_dot_metric__a{___b="v"} 1'],
    ['values', 'U__my_2e_metric__a{U___e9__b="v"} 1'],
  ])('escaped by %s', (scheme, want) => {
    const lines = page(strange, `text/plain;version=1.0.0;escaping=${scheme}`).split('\n')
    expect(lines[1]).toBe(want)
  })
})

test('protobuf puts the parts of histograms and summaries together', () => {
  const sample = (name: string, labels: Record<string, string>, value: number): FamilySample => ({
    name,
    labels: Labels.of(labels),
    value,
  })
  const families: MetricFamily[] = [
    {
      ...family('h', 'histogram', {}, 'help'),
      samples: [
        sample('h_bucket', { x: '1', le: '0.5' }, 1),
        sample('h_bucket', { x: '1', le: '+Inf' }, 3),
        sample('h_sum', { x: '1' }, 2.5),
        sample('h_count', { x: '1' }, 3),
        sample('h_oops', {}, 9),
      ],
    },
    {
      ...family('s', 'summary', {}),
      samples: [
        sample('s', { quantile: '0.9' }, 7),
        sample('s_sum', {}, 8),
        sample('s_count', {}, 2),
      ],
    },
    family('c_total', 'counter', { c_total: 4 }),
  ]
  const accept =
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited'
  const { body } = exposition(families, accept)
  const read = new ExpositionPage()
  const table = new ProtoSeriesTable()
  const wanted = { native: true, classic: true }
  expect(parseProtobuf(body, table, read, wanted)).toBeUndefined()
  const rows = Array.from({ length: read.length }, (_, i) => {
    return `${Labels.fromFlat(table.pairs(read.series[i]!)).toString()} ${read.values[i]}`
  })
  expect(rows).toEqual([
    'h_count{x="1"} 3',
    'h_sum{x="1"} 2.5',
    'h_bucket{le="0.5", x="1"} 1',
    'h_bucket{le="+Inf", x="1"} 3',
    'h_oops 9',
    's_count 2',
    's_sum 8',
    's{quantile="0.9"} 7',
    'c_total 4',
  ])
  expect(read.metadata(body)[0]).toEqual({ kind: 'type', name: 'h', text: 'histogram' })
})
