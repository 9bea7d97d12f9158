import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Plot, drawPlot } from './draw.ts'
import { paint } from './paint.ts'
import { plottedPart } from './plotted.ts'
import { timeTicks, valueScale, writeValue } from './scale.ts'

const START = Date.UTC(2026, 10, 28, 13, 7)
const PLOT: Plot = {
  title: 'HighErrors: 7.4 %',
  subtitle: 'rate(errors_total[5m])',
  startMs: START,
  stepMs: 10_000,
  endMs: START + 3_600_000,
  lines: [{ name: '', values: Array.from({ length: 361 }, (_, i) => i / 5000) }],
  hiddenCount: 0,
  threshold: 0.05,
  unit: 'ratio',
  firingFromMs: START + 1_800_000,
  firingToMs: undefined,
}

test.each([
  ['rate(x[5m]) > 5', 'rate(x[5m])'],
  ['5 < (x)', 'x'],
  ['x > -1 and y == 2', 'x'],
  ['(sum by (job) (x) >= 3) unless on (job) z', 'sum by (job) (x)'],
  ['x > bool 5', 'x > bool 5'],
  ['absent(x)', 'absent(x)'],
  ['x / y > z', 'x / y'],
])('of %j the picture shows %j', (text, want) => {
  expect(plottedPart(text)).toBe(want)
})

test.each([
  [0.074, 'ratio', '7.4 %'],
  [1_234_567, undefined, '1.235 M'],
  [536_870_912, 'bytes', '512 MiB'],
  [9000, 'seconds', '2.5 h'],
  [0.0025, 'seconds', '2.5 ms'],
  [-300, undefined, '-300'],
  [1e300, undefined, '1.0e+300'],
  [0, 'seconds', '0'],
  [Infinity, undefined, 'Infinity'],
])('%d %s is written %j', (value, unit, want) => {
  expect(writeValue(value, unit)).toBe(want)
})

test.each([
  [0, 7, undefined, ['0', '2', '4', '6', '8']],
  [42, 42, undefined, ['36', '38', '40', '42', '44', '46', '48']],
  [0, 3 * 1024 ** 3, 'bytes', ['0', '1 GiB', '2 GiB', '3 GiB']],
  [0, 7200, 'seconds', ['0', '30 m', '1 h', '1.5 h', '2 h']],
  [-300, -100, undefined, ['-300', '-200', '-100', '0']],
] as const)('an axis from %d to %d (%s) has %j', (low, high, unit, want) => {
  const scale = valueScale(low, high, unit)
  expect(scale.ticks.map((tick) => scale.write(tick))).toEqual(want)
})

test('times are round, and a new day is named', () => {
  const from = Date.UTC(2026, 10, 28, 22, 10)
  const texts = timeTicks(from, from + 4 * 3_600_000, 8).map(({ text }) => text)
  expect(texts).toEqual(['22:30', '23:00', '23:30', '11-29', '00:30', '01:00', '01:30', '02:00'])
})

test('a plot shows its lines, the limit, the firing time and what is left out', () => {
  const lines = ['a', 'b'].map((name) => ({ name: `instance=${name}`, values: [1, Number.NaN, 3] }))
  const svg = drawPlot({ ...PLOT, lines, hiddenCount: 998, title: '<b>&"' })
  expect(svg).toContain('&#60;b&#62;&#38;&#34;')
  expect(svg).toContain('stroke-dasharray')
  expect(svg).toContain('fill-opacity="0.07"')
  expect(svg).toContain('limit 5 %')
  expect(svg).toContain('and 998 more')
  expect(svg.match(/<circle/g)).toHaveLength(4) // samples without neighbours
  expect(drawPlot({ ...PLOT, lines: [] })).toContain('No data in this time')
})

test('whatever the values and names, the drawing has only numbers in it and stays small', () => {
  const values = fc.array(fc.double(), { minLength: 361, maxLength: 361 })
  const lines = fc.array(fc.record({ name: fc.string({ unit: 'binary' }), values }), {
    maxLength: 3,
  })
  const threshold = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), {
    nil: undefined,
  })
  fc.assert(
    fc.property(
      lines,
      threshold,
      fc.constantFrom('seconds', 'bytes', 'ratio', undefined),
      (lines, threshold, unit) => {
        const svg = drawPlot({ ...PLOT, lines, threshold, unit })
        expect(svg).not.toMatch(/="[^"]*(?:NaN|Infinity|undefined)/)
        expect(svg.length).toBeLessThan(60_000)
      },
    ),
    { numRuns: 50 },
  )
})

test('it is painted at twice the density, with letters, on a machine without fonts', async () => {
  const signal = new AbortController().signal
  const png = Buffer.from(await paint(drawPlot(PLOT), signal))
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1600, 720])
  const mute = await paint(drawPlot({ ...PLOT, title: '', subtitle: '' }), signal)
  expect(png.length).toBeGreaterThan(mute.length + 3000)
})
