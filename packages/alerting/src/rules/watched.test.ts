import { expect, test } from 'vitest'
import { comparedSide, watchedOf } from './watched.ts'

test.each([
  ['x > 5', 'x'],
  ['5 < x', 'x'],
  ['(rate(x[5m])) > 2 * 3', '(rate(x[5m]))'],
  ['a > b', 'a > bool b'],
  ['a > on (k) group_left () b', 'a > bool on (k) group_left () b'],
  ['a + c > b', '(a + c) > bool b'],
  ['a > 5 and b < 3', 'a and b'],
  ['a > 5 or b < 3', 'a or b'],
  ['a > 5 unless on (k) b == 1', 'a'],
  ['a - b > 5 and c', '(a - b) and c'],
  ['x > 5 < 9', 'x'],
  ['count by (job) (up == 0) > 3', 'group by (job) (up)'],
  ['sum(rate(x[5m])) > 3', 'sum(rate(x[5m]))'],
  ['topk(3, x > 5)', 'x'],
  ['quantile(0.9, x > 1)', 'group(x)'],
  ['max_over_time((x > 5)[10m:1m]) > 0', 'max_over_time((x)[10m:1m])'],
  ['label_replace(x > 5, "a", "$1", "b", "(.*)")', 'label_replace(x, "a", "$1", "b", "(.*)")'],
  ['errors / (total > 0) > 0.1', 'errors / (total)'],
  ['-x > 5', '-x'],
  ['(a > 5 or b > 5) * 2', '(a or b) * 2'],
  ['x > scalar(limit)', 'x and on () limit'],
  ['x > scalar(a) + scalar(b)', '(x and on () a) and on () b'],
  ['vector(time()) > 5', 'vector(time())'],
  ['x > 5 and absent(y)', 'x'],
  ['x offset 5m > 1', 'x offset 5m'],
])('%s watches %s', (expr, want) => {
  expect(watchedOf(expr)).toEqual({ kind: 'expr', expr: want })
})

test.each([
  'kube_job_failed', // that it exists is the condition
  'x and y',
  'a unless b',
  'x == bool 1',
  'absent(up)',
  'absent(up == 1)',
  'absent(x) or x > 5',
  'absent_over_time(x[5m]) and y > 1',
  'count(absent(x)) > 0',
  'count_values("v", x > 1)',
])('%s: what is missing does not hold', (expr) => {
  expect(watchedOf(expr)).toEqual({ kind: 'nothing' })
})

test.each([
  ['x > 5', 'x'],
  ['((5 < rate(x[1m])))', 'rate(x[1m])'],
  ['a > b', undefined],
  ['a > 5 and b', undefined],
  ['x > bool 5', undefined],
])('the side of %s that a threshold can be held against is %j', (expr, want) => {
  expect(comparedSide(expr)).toBe(want)
})
