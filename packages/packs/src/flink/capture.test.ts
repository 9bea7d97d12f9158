/** What a real Flink sent by its reporters (fixtures/flink/README.md), against the reference and the mapping. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { KnownSeries } from '../check/expressions.ts'

import { DAGGER } from '../dagger/dagger.ts'
import { MAPPING as OF_DAGGER } from '../dagger/mapping.ts'
import { mapLine } from '../testing/map-line.ts'
import { FLINK } from './flink.ts'
import { MAPPING } from './mapping.ts'

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/flink')

function capture(name: string): string[] {
  return gunzipSync(readFileSync(join(FIXTURES, `${name}.gz`)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
}

const flink = new KnownSeries(FLINK)

const dagger = new KnownSeries(DAGGER)
const isKnown = (name: string): boolean =>
  flink.has({ kind: 'is', name }) || dagger.has({ kind: 'is', name })

/** Names of series that a page of metrics has. */
const scraped = [
  ...new Set(
    capture('prometheus.txt').flatMap((line) => /^([a-zA-Z_]\w*)\{/.exec(line)?.[1] ?? []),
  ),
]

test('every metric of the Prometheus reporter is in the reference', () => {
  expect(scraped.length).toBeGreaterThan(500)
  expect(scraped.filter((name) => !isKnown(name))).toEqual([])
})

/** As Weir's intake of line protocol names them. */
function influxNames(line: string): string[] {
  const measurement = /^(?:\\.|[^ ,])+/.exec(line)?.[0] ?? ''
  const fields = /(?<!\\) (.+) \d+$/.exec(line)?.[1] ?? ''
  return [...fields.matchAll(/(?:^|,)([\w-]+)=(?!")/g)].map(([, field]) =>
    `${measurement}_${field}`.replaceAll(/[^a-zA-Z0-9_:]/g, '_'),
  )
}

test('every metric of the InfluxDB reporter is in the reference', () => {
  const names = [...new Set(capture('influx.txt').flatMap(influxNames))]
  expect(names.length).toBeGreaterThan(500)
  expect(names.filter((name) => !isKnown(name))).toEqual([])
})

const BOTH = { mappings: [...OF_DAGGER.mappings, ...MAPPING.mappings] }
const mapped = capture('statsd.txt')
  .map((line) => mapLine(BOTH, line))
  .filter((line) => line !== undefined)

test('every line of the StatsD reporter becomes a metric that the Prometheus reporter has too', () => {
  const page = new Set(scraped)
  const own = /_(count|max|min|mean|stddev)$/
  const strange = mapped
    .filter(({ name }) => !page.has(name) && !page.has(name.replace(own, '')))
    .map(({ name }) => name)
  expect(mapped.length).toBeGreaterThan(1000)
  expect([...new Set(strange)]).toEqual([])
})

test('labels of StatsD lines are those that can be read out of them', () => {
  const jobs = new Set(mapped.map(({ labels }) => labels['job_name']))
  expect(jobs).toEqual(new Set(['Orders enrich v2_1', 'orders-feed', undefined]))
  const tasks = new Set(mapped.flatMap(({ labels }) => labels['task_name'] ?? []))
  expect([...tasks].toSorted()).toEqual([
    'Source- numbers -> orders out- Writer -> orders out- Committer',
    'Source- orders (eu) -> post processor',
    'last per second -> nowhere- Writer',
  ])
})
