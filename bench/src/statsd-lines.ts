/** What the StatsD benchmark sends: Airflow's kinds of line, over a given number of series. */

/** What one rule of Airflow's chart does; a glob unless it says otherwise. */
interface Rule {
  readonly match: string
  readonly isRegex?: boolean
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

const glob = (name: string, ...labels: readonly string[]): Rule => ({
  match: `airflow.${name}${'.*'.repeat(labels.length)}`,
  name: `airflow_${name.replaceAll(/[.-]/g, '_')}`,
  labels: Object.fromEntries(labels.map((label, i) => [label, `$${i + 1}`])),
})

/**
 * The rules of Airflow's official chart (apache/airflow:chart/files/statsd-mappings.yml), all of them and in their
 * order: 13 globs and 3 regular expressions. What they do not know, finished tasks for one, gets a metric name each.
 */
const RULES: readonly Rule[] = [
  { ...glob('dagrun.dependency-check', 'dag_id'), match: 'airflow.dagrun.dependency-check.*.*' },
  ...['successes', 'failures'].map((outcome) => ({
    match: `airflow.operator_${outcome}_(.*)`,
    isRegex: true,
    name: `airflow_operator_${outcome}`,
    labels: { operator: '$1' },
  })),
  {
    match: 'airflow.scheduler_heartbeat',
    isRegex: true,
    name: 'airflow_scheduler_heartbeat',
    labels: { type: 'counter' },
  },
  {
    match: 'airflow.dag.*.*.duration',
    name: 'airflow_task_duration',
    labels: { dag_id: '$1', task_id: '$2' },
  },
  { ...glob('dagrun.duration.success', 'dag_id'), name: 'airflow_dagrun_duration' },
  { ...glob('dagrun.duration.failed', 'dag_id'), name: 'airflow_dagrun_failed' },
  glob('dagrun.schedule_delay', 'dag_id'),
  glob('dag_processing.last_runtime', 'dag_file'),
  glob('dag_processing.last_run.seconds_ago', 'dag_file'),
  glob('pool.open_slots', 'pool'),
  glob('pool.used_slots', 'pool'),
  glob('pool.starving_tasks', 'pool'),
  glob('executor.open_slots', 'executor'),
  glob('executor.queued_tasks', 'executor'),
  glob('executor.running_tasks', 'executor'),
]

/** The file of mapping rules. */
export const MAPPING = JSON.stringify({
  mappings: RULES.map(({ match, isRegex = false, name, labels }) => ({
    match,
    ...(isRegex ? { match_type: 'regex' } : {}),
    name,
    labels,
  })),
})

/** One line of series `i`: a quarter each of counters, timers, gauges and tagged counters. */
function lineOf(i: number, turn: number): string {
  const dag = `orders_daily_${i % 97}`
  const task = `load_partition_${i}`
  if (i % 4 === 0) return `airflow.ti.finish.${dag}.${task}.success:1|c`
  if (i % 4 === 1) return `airflow.dag.${dag}.${task}.duration:${(turn % 7000) + 0.25}|ms`
  if (i % 4 === 2) return `airflow.pool.open_slots.${task}:${turn % 128}|g`
  return `airflow.ti_failures:1|c|#dag_id:${dag},task_id:${task},env:prod`
}

/** Every series once, a packet each 20 lines. */
export function introduction(seriesCount: number): Buffer[] {
  const packets: Buffer[] = []
  for (let i = 0; i < seriesCount; i += 20) {
    const lines = Array.from({ length: Math.min(20, seriesCount - i) }, (_, j) => lineOf(i + j, 0))
    packets.push(Buffer.from(lines.join('\n')))
  }
  return packets
}

/** Packets whose lines are of series in a random but repeatable order. */
export function traffic(
  seriesCount: number,
  packetCount: number,
  linesPerPacket: number,
): Buffer[] {
  let seed = 12_345
  return Array.from({ length: packetCount }, (_, packet) => {
    const lines = Array.from({ length: linesPerPacket }, (_, j) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return lineOf(Math.floor((seed / 2 ** 32) * seriesCount), packet + j)
    })
    return Buffer.from(lines.join('\n'))
  })
}
