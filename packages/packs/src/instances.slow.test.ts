/**
 * Three Weirs before one engine: every rule of every pack that StatsD reaches, asked of counters that are spread
 * over three and of counters that one has. docs/scaling.md tells what holds.
 */
import { expect, test } from 'vitest'
import { PACKS } from './registry.ts'
import { type Answers, answersOf } from './testing/instance-world.ts'

/** Of each pack how many rules the data reaches at least; where there are fewer, the test has lost its meaning. */
const REACHED = {
  airflow: 60,
  flink: 6,
  dkron: 32,
  rudderstack: 51,
  'kafka-iceberg': 63,
  custom: 11,
}

/** Rules that count a gauge once for each Weir that hears it, where senders do not stay with one. */
const OF_GAUGES: Readonly<Record<string, readonly string[]>> = {
  airflow: ['weir_stage_backlog'],
  flink: [],
  dkron: [],
  rudderstack: ['rudderstack:pending_events', 'weir_stage_backlog', 'RudderWarehouseNoUpload'],
  'kafka-iceberg': [
    'kafka_iceberg:committed_files:increase15m',
    'kafka_iceberg:flushed_files:increase15m',
    'kafka_iceberg:added_files:increase1h',
    'kafka_iceberg:added_bytes:increase1h',
    'HighMemoryUsage',
  ],
  custom: ['weir_stage_backlog'],
}

test.each(Object.entries(REACHED))('%s adds up over three Weirs', (id, reached) => {
  const pack = PACKS.find((one) => one.id === id)!
  const one = answersOf(pack, 'one')
  const filled = [...one.values()].filter((answer) => typeof answer !== 'string' && answer.size > 0)
  expect(filled.length).toBeGreaterThanOrEqual(reached)
  expect(otherThan(one, answersOf(pack, 'senders'))).toEqual([])
  const names = otherThan(one, answersOf(pack, 'packets')).map((what) => what.split(' ')[1]!)
  expect([...new Set(names)]).toEqual(OF_GAUGES[id])
})

/** What is answered otherwise. Sums of parts are rounded otherwise than the whole. */
function otherThan(
  one: ReadonlyMap<string, Answers>,
  three: ReadonlyMap<string, Answers>,
): readonly string[] {
  return [...one.keys()].filter((what) => plain(one.get(what)!) !== plain(three.get(what)!))
}

function plain(answers: Answers): string {
  if (typeof answers === 'string') return answers
  const rounded = [...answers].map(([labels, value]) => `${labels} ${value.toPrecision(9)}`)
  return rounded.toSorted().join('\n')
}
