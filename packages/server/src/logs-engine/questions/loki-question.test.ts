import { expect, test } from 'vitest'
import { type PushedDown, lokiQuestion } from './loki-question.ts'

const range = { fromNs: 1_000_000_000n, toNs: 5_000_000_001n }
const span = 'start=1000000000&end=5000000001'
const query = '{app="a b"} |= `&`'
const asked = 'query=%7Bapp%3D%22a+b%22%7D+%7C%3D+%60%26%60'

const RANGE = {
  kind: 'range',
  query,
  range,
  stepNs: 250_000_000n,
  intervalNs: 0n,
  limit: 7,
  direction: 'forward',
  categorize: false,
} as const
const VOLUME = {
  kind: 'volume',
  query,
  range,
  stepNs: undefined,
  targetLabels: [],
  aggregateBy: 'series',
  limit: 9,
} as const

test.each<[PushedDown, string]>([
  [RANGE, `query_range?${span}&${asked}&step=0.25&limit=7&direction=forward`],
  [
    { ...RANGE, stepNs: 60_000_000_000n, intervalNs: 1_500_000_000n },
    `query_range?${span}&${asked}&step=60&interval=1.5&limit=7&direction=forward`,
  ],
  [{ kind: 'instant', query, timeNs: 17n }, `query?${asked}&time=17`],
  [{ kind: 'labels', query: '', range }, `labels?${span}`],
  [{ kind: 'labels', query: ' { } ', range }, `labels?${span}`],
  [{ kind: 'labels', query, range }, `labels?${span}&${asked}`],
  [{ kind: 'labelValues', name: 'a/b', query: '', range }, `label/a%2Fb/values?${span}`],
  [{ kind: 'series', selectors: [], range }, `series?${span}`],
  [
    { kind: 'series', selectors: ['{a="b"}', '{c="d"}'], range },
    `series?${span}&match%5B%5D=%7Ba%3D%22b%22%7D&match%5B%5D=%7Bc%3D%22d%22%7D`,
  ],
  [{ kind: 'stats', query, range }, `index/stats?${span}&${asked}`],
  [VOLUME, `index/volume?${span}&${asked}&limit=9&aggregateBy=series`],
  [
    { ...VOLUME, stepNs: 1n, targetLabels: ['a', 'b'], aggregateBy: 'labels' },
    `index/volume_range?${span}&${asked}&limit=9&aggregateBy=labels&targetLabels=a%2Cb&step=0.000000001`,
  ],
  [{ kind: 'patterns', query, range, stepNs: 10n ** 10n }, `patterns?${span}&${asked}&step=10`],
  [
    { kind: 'detectedFields', query, range, lineLimit: 3, limit: 4 },
    `detected_fields?${span}&${asked}&line_limit=3&limit=4`,
  ],
  [
    { kind: 'detectedValues', name: 'took', query, range, lineLimit: 3, limit: 4 },
    `detected_field/took/values?${span}&${asked}&line_limit=3&limit=4`,
  ],
  [{ kind: 'detectedLabels', query: '{}', range }, `detected_labels?${span}`],
])('$kind', (job, want) => {
  const { path, params, headers } = lokiQuestion(job)
  expect(`${path}?${params.toString()}`).toBe(want)
  expect(headers).toBeUndefined()
})

test('categories are asked for by a header', () => {
  const { headers } = lokiQuestion({ ...RANGE, categorize: true })
  expect(headers).toEqual({ 'x-loki-response-encoding-flags': 'categorize-labels' })
})
