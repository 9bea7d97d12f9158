import { array, assert, constantFrom, double, property, string, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { FederationPage, federationFormat, federationType } from './federation-page.ts'
import { ExpositionPage } from './page.ts'
import { parseText } from './parse-text.ts'
import { SeriesTable } from './series-table.ts'

test('whatever an Accept header says, there is a format for it', () => {
  const word = constantFrom(
    'text/plain',
    '*/*',
    ';',
    ',',
    'q=',
    '0.5',
    'version=0.0.4',
    'escaping=',
  )
  assert(
    property(array(constantFrom('', 'x').chain(() => word)), string(), (words, noise) => {
      for (const accept of [words.join(''), noise, words.join(noise)]) {
        expect(federationType(federationFormat(accept))).toMatch(/^(text|application)\/.*escaping=/)
      }
    }),
  )
})

test('whatever labels and values are, the page reads back as they were', () => {
  const name = string({ unit: 'grapheme', minLength: 1, maxLength: 6 })
  const text = string({ unit: 'grapheme', maxLength: 6 })
  assert(
    property(name, array(tuple(name, text), { maxLength: 3 }), double(), (metric, pairs, value) => {
      const labels = new Map([['__name__', metric], ...pairs.filter(([own]) => own !== '__name__')])
      const page = new FederationPage({ kind: 'text', escaping: 'allow-utf-8' }, '')
      const flat = [...labels].flat()
      page.add({ labels: flat, timeMs: 1_700_000_000_123, value, histogram: undefined })
      const [read, series] = [new ExpositionPage(), new SeriesTable()]
      expect(parseText(page.end(true), series, read)).toBeUndefined()
      expect(read.times[0]).toBe(1_700_000_000_123)
      expect(read.values[0] === value || Number.isNaN(value)).toBe(true)
      const back = series.pairs(read.series[0]!)
      expect(new Map(pairsOf(back))).toEqual(labels)
    }),
  )
})

function pairsOf(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!])
}
