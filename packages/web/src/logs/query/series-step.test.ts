import { expect, test } from 'vitest'
import { countable, isCount, stepFor } from './series-step.ts'

test.each([
  ['count_over_time({a="b"}[1m])', 3_600_000, 60],
  ['count_over_time({a="b"} [ 90s ])', 3_600_000, 90],
  ['rate({a="b"}[1s])', 3_600_000, 30], // too many points
  ['rate({a="b"}[1h])', 3_600_000, 30], // too few
  ['vector(1)', 3_600_000, 30],
])('%s over %d ms has the step %d', (query, width, want) => {
  expect(stepFor(query, 0, width)).toBe(want)
})

test.each([
  ['sum by (a) (rate({a="b"}[1m]))', true],
  ['quantile_over_time(0.9, {a="b"} | unwrap d [1m])', false],
  ['sum(rate({a="b"} | unwrap d [1m]))', false],
  ['absent_over_time({a="b"}[1m])', false],
])('%s counts lines: %s', (query, want) => expect(isCount(query)).toBe(want))

test.each([
  ['{a="b"} |= "json"', '{a="b"} |= "json"'],
  ['{a="b"} | json', '{a="b"} | json | drop __error__, __error_details__'],
  [
    '{a="b"} |logfmt | took > 1s',
    '{a="b"} |logfmt | took > 1s | drop __error__, __error_details__',
  ],
])('lines of %s are counted by %s', (query, want) => expect(countable(query)).toBe(want))
