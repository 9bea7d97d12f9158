/** The names in rudder-server's own source (fixtures/rudderstack/README.md), against the mapping and the reference. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mapLine } from '../testing/map-line.ts'
import { MAPPING } from './mapping.ts'
import { METRICS } from './metrics.ts'

const FILE = join(import.meta.dirname, '../../../../fixtures/rudderstack/names.txt')

/** Types that a reference may give to what comes as such a line. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  c: ['counter'],
  g: ['gauge'],
  ms: ['histogram', 'summary'],
  h: ['histogram', 'summary'],
}

const typeOf = new Map(METRICS.map(({ name, type }) => [name, type]))

const sent = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split(' '))

test('every name that rudder-server 1.83 sends is in the reference, as what it is', () => {
  expect(sent.length).toBeGreaterThan(350)
  const wrong = sent.flatMap(([name = '', type = '']) => {
    const series = mapLine(MAPPING, `${name}:1|${type}`)?.name
    const known = series === undefined ? undefined : typeOf.get(series)
    return known !== undefined && TYPES[type]?.includes(known) === true
      ? []
      : [`${name} (${type}) is ${String(known)}`]
  })
  expect(wrong).toEqual([])
})
