import type { MetricReference, Pack } from '@weir/packs'
import type { BenchSeries } from './pipeline-series.ts'

/** A system of some size, as far as its series tell: where things happen, and what else labels can be. */
export interface World {
  readonly pack: string
  readonly size: string
  /** Every place with all labels that some metric may know it by. */
  readonly places: readonly Readonly<Record<string, string>>[]
  /** Labels that go over several values at each place. */
  readonly values: Readonly<Record<string, readonly string[]>>
}

const EDGES = ['0.05', '0.1', '0.5', '1', '5', '60', '600', '+Inf']
const WAREHOUSES = 4

export const WORLDS: readonly World[] = [
  rudderStack(10, 20),
  rudderStack(50, 50),
  flink('flink', 20),
  flink('flink', 200),
  flink('dagger', 20),
  {
    pack: 'airflow',
    size: '200 DAGs of 5 tasks',
    places: all([200, 5], (dag, task) => ({ dag_id: `dag_${dag}`, task_id: `task_${task}` })),
    values: { state: ['success', 'failed', 'skipped'] },
  },
  {
    pack: 'kafka-iceberg',
    size: '50 jobs, 8 partitions each',
    places: all([50, 8], (job, part) => ({
      job_name: `job_${job}`,
      kafka_topic: `topic_${job}`,
      topic: `topic_${job}`,
      group: `group_${job}`,
      consumergroup: `group_${job}`,
      kafka_partition: `${part}`,
      partition: `${part}`,
      table: `db.table_${job}`,
      iceberg_table: `table_${job}`,
      subtask_index: `${part}`,
      operator_name: `IcebergStreamWriter`,
    })),
    values: {},
  },
  {
    pack: 'dkron',
    size: '200 jobs on 5 servers',
    places: all([200, 5], (job, host) => ({
      job: `job_${job}`,
      job_name: `job_${job}`,
      host: `dkron-${host}`,
    })),
    values: {},
  },
  {
    pack: 'weir',
    size: 'one Weir',
    places: all([5], (i) => ({ instance: 'weir', job: `job_${i}`, target: `target_${i}` })),
    values: { reason: ['invalid', 'too_many_series'], outcome: ['success', 'failed'] },
  },
]

/** Combinations of counted things. */
function all(
  counts: readonly number[],
  labels: (...at: number[]) => Record<string, string>,
): Record<string, string>[] {
  let places: number[][] = [[]]
  for (const count of counts) {
    places = places.flatMap((at) => Array.from({ length: count }, (_, i) => [...at, i]))
  }
  return places.map((at) => labels(...at))
}

function rudderStack(sources: number, destinations: number): World {
  const spelled = (names: readonly string[], value: string): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, value]))
  return {
    pack: 'rudderstack',
    size: `${sources} sources × ${destinations} destinations`,
    places: all([sources, destinations], (s, d) => ({
      instanceName: `r${s % 2}`,
      source: `source_${s}`,
      ...spelled(['sourceID', 'sourceId', 'source_id', 'src_id'], `2source${s}`),
      destination: `Destination ${d}`,
      ...spelled(['destinationId', 'destID', 'destId', 'destination_id'], `2destination${d}`),
      ...spelled(['destinationID', 'dest_id', 'destinationid'], `2destination${d}`),
      ...spelled(['warehouseID'], `2destination${d}`),
      ...spelled(
        ['destType', 'destinationType', 'dest_type', 'destination_type'],
        d < WAREHOUSES ? 'SNOWFLAKE' : 'BRAZE',
      ),
      customVal: d < WAREHOUSES ? 'SNOWFLAKE' : 'BRAZE',
    })),
    values: {
      module: ['router', 'warehouse'],
      respStatusCode: ['200', '429'],
      state: ['succeeded', 'failed'],
      transformationType: ['USER_TRANSFORMATION', 'DEST_TRANSFORMATION'],
      reason: ['invalidEvent'],
      alert: ['true'],
    },
  }
}

function flink(pack: 'flink' | 'dagger', jobs: number): World {
  const tasks = ['Source: orders', ...Array.from({ length: 6 }, (_, i) => `map ${i}`)]
  const names = [...tasks, 'orders: Writer']
  return {
    pack,
    size: `${jobs} jobs × 8 tasks × 4 subtasks`,
    places: all([jobs, names.length, 4], (job, task, subtask) => ({
      host: `host-${subtask}`,
      tm_id: `tm-${job}-${subtask}`,
      job_id: `id${job}`,
      job_name: `job ${job}`,
      task_id: `t${job}-${task}`,
      task_name: names[task]!,
      operator_id: `o${job}-${task}`,
      operator_name: names[task]!,
      subtask_index: `${subtask}`,
    })),
    values: {},
  }
}

/** When a Pushgateway got something: with numbers that are no times of now, all would count as dead. */
const NOT_THERE = 'push_time_seconds'

/** The series of a world that its pack's rules ask for. */
export function seriesOf(
  { places, values }: World,
  { metrics }: Pack,
  asked: string,
): BenchSeries[] {
  return metrics
    .filter(({ name }) => name !== NOT_THERE)
    .filter(({ name, pattern }) => pattern === undefined && new RegExp(`\\b${name}`).test(asked))
    .flatMap((metric, i) => placesOf(metric, places, values).flatMap((at) => lines(metric, at, i)))
}

function placesOf(
  { labels }: MetricReference,
  places: World['places'],
  values: World['values'],
): Record<string, string>[] {
  const known = [...labels, 'instanceName'].filter((label) => places[0]![label] !== undefined)
  const found = new Map(
    places.map((place) => {
      const own = Object.fromEntries(known.map((label) => [label, place[label]!]))
      return [JSON.stringify(own), own]
    }),
  )
  let all = [...found.values()]
  for (const label of labels) {
    const several = values[label]
    if (several === undefined) continue
    all = all.flatMap((own) => several.map((value) => ({ ...own, [label]: value })))
  }
  return all
}

function lines(
  { name, type }: MetricReference,
  at: Readonly<Record<string, string>>,
  pace: number,
): BenchSeries[] {
  const one = (
    ending: string,
    value: (k: number) => number,
    more: Readonly<Record<string, string>> = {},
  ): BenchSeries => ({ labels: { __name__: `${name}${ending}`, ...at, ...more }, at: value })
  const grows = (k: number): number => k * (3 + (pace % 40))
  switch (type) {
    case 'counter':
      return [one('', grows)]
    case 'gauge':
      return [one('', (k) => 1 + ((k + pace) % 7))]
    case 'summary':
      return ['0.5', '0.95', '0.99']
        .map((quantile) => one('', (k) => 1 + (k % 3), { quantile }))
        .concat(one('_sum', grows), one('_count', grows))
    case 'histogram':
      return EDGES.map((le, i) => one('_bucket', (k) => grows(k) * (i + 1), { le })).concat(
        one('_sum', (k) => grows(k) * 2),
        one('_count', (k) => grows(k) * EDGES.length),
      )
    default:
      return type satisfies never
  }
}
