import { expect, test } from 'vitest'
import { chartExpr, comparisonOf } from './evidence.ts'

const thresholdText = (expr: string): string => {
  const { threshold } = comparisonOf(expr)
  return threshold === undefined ? '–' : `${threshold.operator} ${threshold.value}`
}

test.each([
  ['up == 0', '== 0'],
  ['x > 5', '> 5'],
  ['x != 5', '!= 5'],
  ['5 < x', '> 5'], // the value is still that of x
  ['1 - 0.1 >= x', '<= 0.9'],
  ['x > 15 * 60', '> 900'],
  ['x < -(2 ^ 10)', '< -1024'],
  ['x > 7 % 4', '> 3'],
  ['x > 1h', '> 3600'],
  ['x > Inf', '> Infinity'],
  ['(x > 5)', '> 5'],
  ['+(x > 5)', '–'],
  ['x > 5 and y', '> 5'],
  ['x > 5 and y < 3', '> 5'],
  ['y and x > 5', '–'], // the value is that of y
  ['x > 5 unless on (job) y == 1', '> 5'],
  ['sum by (job) (rate(x[5m])) / sum by (job) (rate(y[5m])) > 0.05', '> 0.05'],
  ['histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m]))) > 0.3', '> 0.3'],
  ['x > 5 or y > 5', '> 5'],
  ['x > 5 or y > 6', '–'],
  ['x > 5 or y', '–'],
  ['x > y', '–'],
  ['x > scalar(y)', '–'],
  ['x > bool 5', '–'], // its values are 0 and 1
  ['x > bool 5 == 1', '== 1'],
  ['x > 5 < 9', '–'], // two numbers, one value
  ['x > y > 5', '> 5'],
  ['(x > 5) * 100', '–'],
  ['max by (job) (x > 5)', '> 5'],
  ['topk(3, x > 5)', '> 5'],
  ['avg(x > 5)', '> 5'],
  ['avg(x != 5)', '–'],
  ['sum(x > 5)', '–'],
  ['sum(x > 5) > 9', '> 9'],
  ['count(x > 5)', '–'],
  ['sort_desc(x > 5)', '> 5'],
  ['label_replace(x > 5, "a", "b", "", "")', '> 5'],
  ['abs(x > 5)', '–'],
  ['absent(x)', '–'],
  ['vector(1) > 0', '> 0'],
  ['1 > bool 0', '–'],
  ['x >', '–'], // cannot be read
  ['x + on (l) fill (0) y > 5', '> 5'],
])('the values of %s are %s', (expr, want) => expect(thresholdText(expr)).toBe(want))

test.each([
  ['http_duration_seconds > 5', 'seconds'],
  ['histogram_quantile(0.9, sum by (le) (rate(http_duration_seconds_bucket[5m]))) > 1', 'seconds'],
  ['rate(http_duration_seconds_sum[5m]) / rate(http_duration_seconds_count[5m]) > 1', 'seconds'],
  ['rate(a_seconds_sum[5m]) / rate(b_seconds_count[5m]) > 1', undefined],
  ['histogram_quantile(0.9, increase(http_duration_seconds_bucket[5m])) > 1', 'seconds'],
  ['rate(cpu_seconds_total[5m]) > 0.9', 'ratio'],
  ['sum(rate(sent_bytes_total[5m])) > 1e6', 'bytes/s'],
  ['free_bytes / size_bytes < 0.1', 'ratio'],
  ['free_bytes / up', undefined],
  ['time() - last_success_timestamp_seconds > 600', 'seconds'],
  ['100 * free_ratio', undefined],
  ['1 - free_ratio > 0.9', 'ratio'],
  ['5 > wait_seconds', 'seconds'],
  ['wait_seconds > 5 and up', 'seconds'],
  ['wait_seconds or free_bytes', undefined],
  ['count(wait_seconds) > 5', undefined],
  ['airflow:dag_since_success_seconds > 2', 'seconds'],
  ['job:sent_bytes:rate5m > 2', 'bytes/s'],
  ['job:wait_seconds:count', undefined],
  ['airflow:dag_tasks:increase5m > 1', undefined],
  ['avg_over_time(wait_seconds[5m:1m]) > 3', 'seconds'],
  ['seconds > 1', undefined], // a name of its own
  ['up == 0', undefined],
])('the unit of %s is %s', (expr, want) => expect(comparisonOf(expr).unit).toBe(want))

test.each([
  ['x > 5', 'x'],
  ['5 < (x + y)', 'x + y'],
  ['sum(rate(x[5m])) / 2 > 5 and on (job) y unless z', 'sum(rate(x[5m])) / 2'],
  ['x > y', 'x > y'],
  ['x > 1 or y > 1', 'x > 1 or y > 1'],
  ['x > bool 5', 'x > bool 5'],
  ['max(x > 5)', 'max(x > 5)'],
  ['up', 'up'],
  ['x >', 'x >'],
])('a chart of %s shows %s', (expr, want) => expect(chartExpr(expr)).toBe(want))
