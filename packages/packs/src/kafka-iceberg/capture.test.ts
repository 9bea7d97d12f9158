/** What the SDK's reporters and reports of Iceberg became in a Weir (fixtures/kafka-iceberg/README.md), against the reference. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KnownSeries } from '../check/expressions.ts'
import { KAFKA_ICEBERG } from './kafka-iceberg.ts'

const FILE = join(import.meta.dirname, '../../../../fixtures/kafka-iceberg/series.ndjson')

type Labels = Readonly<Record<string, string>>

const recorded = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Labels)

test('every metric that came is in the reference', () => {
  const known = new KnownSeries(KAFKA_ICEBERG)
  const names = recorded.map(({ __name__: name = '' }) => name)
  expect(names.length).toBeGreaterThan(40)
  expect(names.filter((name) => !known.has({ kind: 'is', name }))).toEqual([])
})

test.each([
  ['kafka_consumer_lag', ['group', 'kafka_partition', 'kafka_topic']],
  ['health_data_throughput_total', ['job_name']],
  ['validation_failures_total', ['data_type', 'reason']],
  ['iceberg_last_commit_timestamp_seconds', ['table']],
])('%s came with the labels that rules go by', (name, labels) => {
  const series = recorded.find(({ __name__: own }) => own === name) ?? {}
  expect(Object.keys(series)).toEqual(expect.arrayContaining(['job', ...labels]))
})
