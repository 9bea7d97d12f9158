import { expect, test } from 'vitest'
import { formatTicks } from './ticks.ts'

test.each([
  ['none', [0, 0.5, 1, 1.5], ['0', '0.5', '1.0', '1.5']],
  ['none', [100, 200], ['100', '200']],
  // Three significant digits would make these the same.
  ['none', [1000.1, 1000.2, 1000.3], ['1000.1', '1000.2', '1000.3']],
  ['bytes', [0, 536870912, 1073741824, 1610612736], ['0 B', '512 MiB', '1.0 GiB', '1.5 GiB']],
  ['percentunit', [0, 0.25, 0.5], ['0%', '25%', '50%']],
  ['s', [30, 60, 90], ['30 s', '1.0 min', '1.5 min']],
  ['dtdurations', [3600, 3601], ['1 hour', '1 hour']],
  ['short', [-1000, 0, 1000], ['-1 K', '0', '1 K']],
] as const)('ticks in %s: %j', (unit, ticks, want) => {
  expect(formatTicks(ticks, unit)).toEqual(want)
})

test('asked-for decimals are kept', () => {
  expect(formatTicks([1, 2], 'none', { decimals: 2 })).toEqual(['1.00', '2.00'])
})
