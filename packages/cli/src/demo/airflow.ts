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

/** A second of an Airflow, in the very lines that its StatsD client writes. */
export function airflowSecond(client: Pick<StatsD, 'increment' | 'timing'>, t: number): void {
  if (t % 5 === 0) client.increment('airflow.scheduler_heartbeat')
  for (const { id, everySeconds, tasks, failing } of DAGS) {
    if (t % everySeconds !== everySeconds - 1) continue
    const fails = failing !== undefined && Math.floor(t / everySeconds) % 2 === 0
    client.timing(`airflow.dagrun.schedule_delay.${id}`, 900 + 40 * (t % 7))
    for (const task of tasks) {
      const state = fails && task === failing ? 'failed' : 'success'
      client.increment(`airflow.ti.start.${id}.${task}`)
      client.increment(`airflow.ti.finish.${id}.${task}.${state}`)
      client.timing(`airflow.dag.${id}.${task}.queued_duration`, 300 + 25 * (t % 5))
      client.timing(`airflow.dag.${id}.${task}.duration`, 4000 + 300 * (t % 11))
    }
    const how = fails ? 'failed' : 'success'
    client.timing(`airflow.dagrun.duration.${how}.${id}`, 5000 * tasks.length + 200 * (t % 9))
  }
}
