import { type NativeHistogram, Labels } from '@weir/model'
import type { QueryResult } from '@weir/promql'
import { expect, test } from 'vitest'
import { encodeExemplars, encodeQuery } from './encode.ts'

const STATS = {} as QueryResult['stats']
const PLAIN = { limit: 0, stats: undefined, bytesMax: 1e9 }

function bodyOf(value: QueryResult['value'], said: Partial<QueryResult> = {}): string {
  const result = { value, warnings: [], infos: [], stats: STATS, ...said }
  return new TextDecoder().decode(encodeQuery(result, PLAIN))
}

const NONE = new Float64Array(0)
const NO_SPANS = new Int32Array(0)

function histogram(parts: Partial<NativeHistogram>): NativeHistogram {
  return {
    isFloat: true,
    resetHint: 'unknown',
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positiveSpans: NO_SPANS,
    positive: NONE,
    negativeSpans: NO_SPANS,
    negative: NONE,
    customValues: NONE,
    ...parts,
  }
}

const MIXED = histogram({
  count: 5,
  sum: 18.4,
  zeroThreshold: 0.001,
  zeroCount: 2,
  positiveSpans: Int32Array.of(0, 2, 1, 1),
  positive: Float64Array.of(1, 0, 1.5),
  negativeSpans: Int32Array.of(0, 1),
  negative: Float64Array.of(0.5),
})
const MIXED_TEXT =
  '{"count":"5","sum":"18.4","buckets":[[1,"-1","-0.5","0.5"],[3,"-0.001","0.001","2"],[0,"0.5","1","1"],[0,"4","8","1.5"]]}'

// What Prometheus 3.5.3 answered for the same histograms, written by remote write.
test.each([
  ['both sides and zero', MIXED, MIXED_TEXT],
  [
    'large, not a number, a fine schema',
    histogram({
      schema: 3,
      zeroThreshold: 1e-128,
      count: 3e22,
      sum: Number.NaN,
      positiveSpans: Int32Array.of(-3, 1),
      positive: Float64Array.of(3e22),
    }),
    '{"count":"3e+22","sum":"NaN","buckets":[[0,"0.7071067811865475","0.7711054127039704","3e+22"]]}',
  ],
  [
    'custom bounds',
    histogram({
      schema: -53,
      count: 10,
      sum: 1e-7,
      positiveSpans: Int32Array.of(0, 3),
      positive: Float64Array.of(3, 4, 3),
      customValues: Float64Array.of(0.5, 2.5),
    }),
    '{"count":"10","sum":"1e-07","buckets":[[3,"-Inf","0.5","3"],[0,"0.5","2.5","4"],[0,"2.5","+Inf","3"]]}',
  ],
  ['empty', histogram({}), '{"count":"0","sum":"0"}'],
])('a histogram, %s', (_what, one, want) => {
  const series = [
    { labels: Labels.of({ k: '1' }), timeMs: 1_795_855_440_500, value: NaN, histogram: one },
  ]
  expect(bodyOf({ kind: 'vector', series })).toBe(
    `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"k":"1"},"histogram":[1795855440.500,${want}]}]}}`,
  )
})

test('numbers and histograms of one series stand apart', () => {
  const times = Float64Array.of(1000, 2000, 3000)
  const values = Float64Array.of(Number.NaN, 7.5, Number.NaN)
  const labels = Labels.EMPTY
  const matrix = (histograms: (NativeHistogram | undefined)[]): string =>
    bodyOf({ kind: 'matrix', series: [{ labels, times, values, histograms }] })
      .replace('{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},', '')
      .replace('}]}}', '')
  expect(matrix([MIXED, undefined, MIXED])).toBe(
    `"values":[[2,"7.5"]],"histograms":[[1,${MIXED_TEXT}],[3,${MIXED_TEXT}]]`,
  )
  expect(matrix([MIXED, MIXED, MIXED])).toBe(
    `"histograms":[[1,${MIXED_TEXT}],[2,${MIXED_TEXT}],[3,${MIXED_TEXT}]]`,
  )
})

test('ten annotations of a kind are sent, and how many more there are', () => {
  const many = (text: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${text} ${i}`)
  const value = { kind: 'scalar', timeMs: 0, value: 1 } as const
  const said = { warnings: many('w', 10), infos: many('i', 13) }
  const body = JSON.parse(bodyOf(value, said)) as { warnings: string[]; infos: string[] }
  expect(body.warnings).toEqual(many('w', 10))
  expect(body.infos).toEqual([...many('i', 10), '3 more info annotations omitted'])
})

test('exemplars', () => {
  const series = {
    labels: Labels.of({ __name__: 'c_total', k: '1' }),
    exemplars: [
      { labels: Labels.of({ trace_id: 'a"b' }), value: 0.5, timeMs: 1_795_855_440_000 },
      { labels: Labels.of({ trace_id: 'x' }), value: 1e-7, timeMs: 1_795_855_441_500 },
    ],
  }
  expect(new TextDecoder().decode(encodeExemplars([series]))).toBe(
    '{"status":"success","data":[{"seriesLabels":{"__name__":"c_total","k":"1"},"exemplars":[{"labels":{"trace_id":"a\\"b"},"value":"0.5","timestamp":1795855440},{"labels":{"trace_id":"x"},"value":"1e-07","timestamp":1795855441.500}]}]}',
  )
})
