/** What a real Dkron sent (fixtures/dkron) is in the reference, under the names that Weir gives it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KnownSeries } from '../check/expressions.ts'
import { mapLine } from '../testing/map-line.ts'
import { DKRON } from './dkron.ts'
import { MAPPING } from './mapping.ts'

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/dkron')
const known = new KnownSeries(DKRON)

function lines(file: string): string[] {
  return readFileSync(join(FIXTURES, file), 'utf8').trimEnd().split('\n')
}

test('every series of its /metrics page', () => {
  const names = lines('metrics.txt')
    .filter((line) => !line.startsWith('#'))
    .map((line) => /^\w+/.exec(line)?.[0] ?? line)
  expect(names.length).toBeGreaterThanOrEqual(10)
  expect(names.filter((name) => !known.has({ kind: 'is', name }))).toEqual([])
})

test('every line of its StatsD', () => {
  const sent = lines('statsd.txt')
  expect(sent.length).toBeGreaterThan(10)
  const strange = sent.filter((line) => {
    const mapped = mapLine(MAPPING, line)
    if (mapped === undefined) return false
    const ends = mapped.type === 'ms' ? ['', '_count'] : ['']
    return !ends.some((end) => known.has({ kind: 'is', name: mapped.name + end }))
  })
  expect(strange).toEqual([])
})
