import { expect, test } from 'vitest'
import { Registry } from '../metrics/registry.ts'
import { boundText, formatWanted, writePage } from './exposition.ts'

test.each([
  [undefined, 'text'],
  ['*/*', 'text'],
  ['text/html,application/xhtml+xml', 'text'],
  [
    'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4',
    'openmetrics',
  ],
])('Accept %j gives %s', (accept, format) => expect(formatWanted(accept)).toBe(format))

test.each([
  [0.5, '0.5'],
  [10, '10.0'],
  [1e21, '1e+21'],
  [Infinity, '+Inf'],
])('the bound %d is written %s', (bound, text) => expect(boundText(bound)).toBe(text))

function register(): Registry {
  const registry = new Registry()
  registry
    .counter({ name: 'odd_total', help: 'A \\ and\na "line"', labels: ['x'] })
    .inc(0.1, { x: '\\ " \n \u0000 <b>' })
  registry.counter({ name: 'plain', help: 'Without the suffix' }).inc(1e21)
  registry.gauge({ name: 'empty', help: 'Without series', labels: ['x'] })
  return registry
}

test('the text form escapes what would end a text or a line', () => {
  expect(writePage(register().collect(), 'text')).toBe(`# HELP odd_total A \\\\ and\\na "line"
# TYPE odd_total counter
odd_total{x="\\\\ \\" \\n \u0000 <b>"} 0.1
# HELP plain Without the suffix
# TYPE plain counter
plain 1e+21
`)
})

test('OpenMetrics names the family without the suffix, samples with it, and ends', () => {
  expect(writePage(register().collect(), 'openmetrics')).toBe(`# HELP odd A \\\\ and\\na \\"line\\"
# TYPE odd counter
odd_total{x="\\\\ \\" \\n \u0000 <b>"} 0.1
# HELP plain Without the suffix
# TYPE plain counter
plain_total 1e+21
# EOF
`)
})

test('a name that two sources tell is told once', () => {
  const page = writePage([...register().collect(), ...register().collect()], 'text')
  expect(page.match(/# TYPE plain counter/g)).toHaveLength(1)
})
