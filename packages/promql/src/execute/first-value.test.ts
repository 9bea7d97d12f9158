import { Labels, SampleColumns } from '@weir/model'
import { describe, expect, test } from 'vitest'
import { MemoryQueryable } from '../memory-queryable.ts'
import { parseSelector } from '../parse/parse.ts'
import { instantQuery, rangeQuery } from '../query.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** `seconds: value` of a counter that begins with the first of them. */
function memoryOf(
  samples: readonly (readonly [number, number])[],
  name = 'jobs_total',
): MemoryQueryable {
  const memory = new MemoryQueryable()
  const columns = new SampleColumns()
  for (const [seconds, value] of samples) columns.push(seconds * 1000, value)
  memory.add(Labels.of({ __name__: name, job: 'nightly' }), columns)
  return memory
}

const options = { countFirstValue: [parseSelector('{job="nightly"}')] }

function ask(
  memory: MemoryQueryable,
  expr: string,
  seconds: number,
  withOption = true,
): number | undefined {
  const timeMs = seconds * 1000
  const query = withOption ? { expr, timeMs, options } : { expr, timeMs }
  const { value } = instantQuery(memory, query)
  return value.kind === 'vector' ? value.series[0]?.value : undefined
}

describe('increase over five minutes of a counter that begins inside', () => {
  test.each([
    ['with one sample is its value', [[100, 7]], 300, 7],
    [
      'that stays is its value',
      [
        [100, 7],
        [160, 7],
        [220, 7],
      ],
      240,
      7,
    ],
    // 7, and 20 in 120 s carried on for 20 s more.
    [
      'that goes on is carried on to the end',
      [
        [100, 7],
        [160, 17],
        [220, 27],
      ],
      240,
      7 + 20 * (140 / 120),
    ],
    // The end is too far away: half the average distance.
    [
      'that ended is not carried on far',
      [
        [0, 7],
        [60, 17],
        [120, 27],
      ],
      299,
      7 + 20 * (150 / 120),
    ],
    [
      'counts resets',
      [
        [100, 7],
        [160, 2],
        [220, 4],
      ],
      220,
      7 + 2 + 2,
    ],
    [
      'at zero is what Prometheus says',
      [
        [10, 0],
        [70, 6],
        [130, 12],
        [190, 18],
        [250, 24],
        [300, 29],
      ],
      300,
      29,
    ],
  ] as const)('%s', (_, samples, seconds, want) => {
    expect(ask(memoryOf(samples), 'increase(jobs_total[5m])', seconds)).toBeCloseTo(want, 9)
    expect(ask(memoryOf(samples), 'rate(jobs_total[5m])', seconds)).toBeCloseTo(want / 300, 9)
  })

  test('is as ever once the first sample is out of the range, and without the option', () => {
    const samples = Array.from({ length: 60 }, (_, i): [number, number] => [i * 60, 1000 + i])
    const memory = memoryOf(samples)
    expect(ask(memory, 'increase(jobs_total[5m])', 240)).toBeGreaterThan(1000)
    for (const [seconds, withOption] of [
      [1800, true],
      [1800, false],
      [240, false],
    ] as const) {
      const got = ask(memory, 'increase(jobs_total[5m])', seconds, withOption)
      expect(got).toBeCloseTo(5, 1)
    }
    expect(ask(memory, 'delta(jobs_total[5m])', 240)).toBeCloseTo(5, 1)
  })

  test('concerns only what the selectors choose', () => {
    const other = new MemoryQueryable()
    const columns = new SampleColumns()
    for (let i = 0; i < 5; i++) columns.push(i * MINUTE, 100)
    other.add(Labels.of({ __name__: 'jobs_total', job: 'other' }), columns)
    expect(ask(other, 'increase(jobs_total[5m])', 240)).toBe(0)
  })
})

test('ranges side by side hold all of it once', () => {
  const samples = Array.from({ length: 100 }, (_, i): [number, number] => [
    450 + i * 60,
    50 + i * 3,
  ])
  const { value } = rangeQuery(memoryOf(samples), {
    expr: 'increase(jobs_total[10m])',
    startMs: 10 * MINUTE,
    endMs: 2 * HOUR,
    stepMs: 10 * MINUTE,
    options,
  })
  if (value.kind !== 'matrix') throw new Error(value.kind)
  const sum = value.series[0]!.values.reduce((all, one) => all + one, 0)
  // Carried on to edges, each range knows its share to a sample's rise.
  expect(Math.abs(sum - (50 + 99 * 3))).toBeLessThan(15)
  expect(value.series[0]!.values[0]).toBeGreaterThanOrEqual(50)
})
