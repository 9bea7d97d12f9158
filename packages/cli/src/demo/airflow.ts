import type { StatsD } from 'hot-shots'

/** A DAG of the demo: how often it runs, its tasks in order, and which one fails every other time. */
interface Dag {
  readonly id: string
  readonly everySeconds: number
  readonly tasks: readonly string[]
  readonly failing?: string
}

const DAGS: readonly Dag[] = [
  { id: 'orders_daily', everySeconds: 10, tasks: ['extract', 'load_to_warehouse'] },
  { id: 'customer_360', everySeconds: 15, tasks: ['extract', 'join', 'publish'] },
  { id: 'fraud_features', everySeconds: 12, tasks: ['extract', 'train'], failing: 'train' },
]

type Client = Pick<StatsD, 'increment' | 'timing' | 'gauge'>

/** A second of an Airflow, in the very lines that its StatsD client writes. */
export function airflowSecond(client: Client, t: number): void {
  if (t % 5 === 0) installation(client, t)
  for (const { id, everySeconds, tasks, failing } of DAGS) {
    if (t % everySeconds !== everySeconds - 1) continue
    const fails = failing !== undefined && Math.floor(t / everySeconds) % 2 === 0
    client.timing(`airflow.dagrun.schedule_delay.${id}`, 900 + 40 * (t % 7))
    for (const task of tasks) {
      const state = fails && task === failing ? 'failed' : 'success'
      client.increment(`airflow.ti.start.${id}.${task}`)
      client.increment(`airflow.ti.finish.${id}.${task}.${state}`)
      client.increment(state === 'failed' ? 'airflow.ti_failures' : 'airflow.ti_successes')
      client.timing(`airflow.dag.${id}.${task}.queued_duration`, 300 + 25 * (t % 5))
      client.timing(`airflow.dag.${id}.${task}.duration`, 4000 + 300 * (t % 11))
    }
    const how = fails ? 'failed' : 'success'
    client.timing(`airflow.dagrun.duration.${how}.${id}`, 5000 * tasks.length + 200 * (t % 9))
  }
}

const SLOTS = 32

/** Scheduler, executor, pool, triggerer and the files of DAGs. */
function installation(client: Client, t: number): void {
  client.increment('airflow.scheduler_heartbeat')
  client.timing('airflow.scheduler.scheduler_loop_duration', 180 + 20 * (t % 13))
  const running = 3 + (Math.floor(t / 5) % 4)
  const queued = Math.floor(t / 5) % 3
  client.gauge('airflow.executor.running_tasks', running)
  client.gauge('airflow.executor.queued_tasks', queued)
  client.gauge('airflow.executor.open_slots', SLOTS - running)
  client.gauge('airflow.pool.running_slots.default_pool', running)
  client.gauge('airflow.pool.queued_slots.default_pool', queued)
  client.gauge('airflow.pool.open_slots.default_pool', SLOTS - running - queued)
  client.gauge('airflow.triggers.running.triggerer-0', 2 + (t % 3))
  client.gauge('airflow.dagbag_size', DAGS.length)
  client.gauge('airflow.dag_processing.import_errors', 0)
  client.gauge('airflow.dag_processing.total_parse_time', 1.2 + 0.05 * (t % 7))
  client.gauge('airflow.dag_processing.file_path_queue_size', t % 4)
  for (const [i, { id }] of DAGS.entries())
    client.timing(`airflow.dag_processing.last_duration.${id}`, 240 + 110 * i + 10 * (t % 5))
}
