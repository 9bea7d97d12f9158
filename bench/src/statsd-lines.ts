/** What the StatsD benchmark sends: Airflow's kinds of line, over a given number of series. */

/** In the manner of Airflow's chart: names with values in them become labels. */
export const MAPPING = `defaults:
  match_type: glob
mappings:
- match: airflow.dagrun.dependency-check.*.*
  name: airflow_dagrun_dependency_check
  labels: {dag_id: "$1"}
- match: airflow\\.operator_successes_(.*)
  match_type: regex
  name: airflow_operator_successes
  labels: {operator: "$1"}
- match: airflow\\.operator_failures_(.*)
  match_type: regex
  name: airflow_operator_failures
  labels: {operator: "$1"}
- match: airflow.dag.*.*.duration
  name: airflow_task_duration
  labels: {dag_id: "$1", task_id: "$2"}
- match: airflow.ti.finish.*.*.*
  name: airflow_ti_finish
  labels: {dag_id: "$1", task_id: "$2", state: "$3"}
- match: airflow.dagrun.duration.success.*
  name: airflow_dagrun_duration
  labels: {dag_id: "$1"}
- match: airflow.dagrun.schedule_delay.*
  name: airflow_dagrun_schedule_delay
  labels: {dag_id: "$1"}
- match: airflow.dag_processing.last_run.seconds_ago.*
  name: airflow_dag_processing_last_run_seconds_ago
  labels: {dag_file: "$1"}
- match: airflow.pool.open_slots.*
  name: airflow_pool_open_slots
  labels: {pool: "$1"}
- match: airflow.executor.queued_tasks.*
  name: airflow_executor_queued_tasks
  labels: {executor: "$1"}
`

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
