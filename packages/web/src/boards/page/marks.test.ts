import type { Annotation } from '@weir/boards'
import { expect, test } from 'vitest'
import type { QueryResult } from '../../api/prometheus.ts'
import { marksIn } from './marks.ts'

const DEPLOY: Annotation = { name: 'Deploys', enable: true, expr: 'x' }

/** `1 1 . 0 1`: a sample each 15 seconds; a dot is none. */
const matrix = (line: string, metric: Record<string, string> = {}): QueryResult => ({
  resultType: 'matrix',
  result: [
    {
      metric,
      values: line
        .split(' ')
        .flatMap((value, i): [number, string][] => (value === '.' ? [] : [[i * 15, value]])),
    },
  ],
})

test.each([
  ['nothing of zeros', '0 0 0', ''],
  ['a moment', '0 1 0', '15'],
  ['a stretch', '0 1 1 1 0', '15-45'],
  ['two stretches', '1 1 0 1 1', '0-15 45-60'],
  ['a gap parts', '1 1 . . 1', '0-15 60'],
  ['one sample alone', '5', '0'],
  ['NaN is not nothing', '0 NaN 0', '15'],
])('marks of an annotation: %s', (_what, line, want) => {
  const spans = marksIn(matrix(line), DEPLOY).map(({ atMs, endMs }) =>
    endMs === undefined ? `${atMs / 1000}` : `${atMs / 1000}-${endMs / 1000}`,
  )
  expect(spans.join(' ')).toBe(want)
})

test.each<[Partial<Annotation>, string, string]>([
  [{}, 'Deploys', ''],
  [{ titleFormat: '{{app}} {{ version }}' }, 'shop 1.2', ''],
  [{ titleFormat: '{{none}}' }, 'Deploys', ''],
  [{ textFormat: 'by {{who}}', tagKeys: 'app, none,version' }, 'Deploys', 'by ann · shop · 1.2'],
])('what a mark says: %j', (more, title, text) => {
  const labels = { app: 'shop', version: '1.2', who: 'ann' }
  expect(marksIn(matrix('1', labels), { ...DEPLOY, ...more })).toMatchObject([{ title, text }])
})

test('an answer that is no matrix marks nothing', () => {
  expect(marksIn({ resultType: 'scalar', result: [0, '1'] }, DEPLOY)).toEqual([])
})
