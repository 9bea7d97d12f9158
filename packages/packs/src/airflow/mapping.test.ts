import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type MappedLine, mapLine } from '../testing/map-line.ts'
import { MAPPING } from './mapping.ts'
import { METRICS } from './metrics.ts'

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/airflow')

/** Every line that a real Airflow sent in one of its three forms. */
function recorded(form: string): string[] {
  return readFileSync(join(FIXTURES, `${form}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((packet) => (JSON.parse(packet) as { readonly text: string }).text.split('\n'))
    .filter((line) => line !== '')
}

/** Sum of a counter, number of a timer's values. */
function total(mapped: readonly MappedLine[], name: string): number {
  return mapped
    .filter((line) => line.name === name)
    .reduce((sum, line) => sum + (line.type === 'c' ? line.value : 1), 0)
}

function sum(mapped: readonly MappedLine[], name: string, labels: Record<string, string>): number {
  const wanted = Object.entries(labels)
  return total(
    mapped.filter((line) => wanted.every(([label, value]) => line.labels[label] === value)),
    name,
  )
}

/** A recording, and what is otherwise in it. */
const FORMS: readonly {
  readonly form: string
  /** The DAG whose id has a dot: Airflow 3 writes `__` for it in names. */
  readonly dotted: string
  /** Metrics that this Airflow does not send, or not once each. */
  readonly odd: readonly string[]
}[] = [
  { form: 'plain', dotted: 'team.reports-daily', odd: [] },
  { form: 'influx', dotted: 'team.reports-daily', odd: [] },
  { form: 'datadog', dotted: 'team.reports-daily', odd: [] },
  {
    form: 'plain-3',
    dotted: 'team__reports-daily',
    odd: ['task_queued_duration', 'dagrun_first_task_scheduling_delay'],
  },
]

/** Names that carry values, and their twins with tags (or none). */
const TWINS = [
  'ti_start',
  'ti_finish',
  'task_duration',
  'task_queued_duration',
  'dagrun_duration',
  'dagrun_failed',
  'dagrun_schedule_delay',
  'dagrun_first_task_scheduling_delay',
  'dagrun_dependency_check',
  'dag_processing_last_duration',
  'pool_open_slots',
  'pool_starving_tasks',
  'operator_successes',
  'operator_failures',
  'task_instance_created',
]

describe.each(FORMS)('a real Airflow, $form', ({ form, dotted, odd }) => {
  const lines = recorded(form)
  const mapped = lines.map((line) => mapLine(MAPPING, line)).filter((line) => line !== undefined)

  // The two are sent one after the other, so a recording may end between them.
  const twins = TWINS.filter((name) => !odd.includes(name))
  test.each(twins)('%s counts what its twin counts, under another name', (name) => {
    const own = total(mapped, `airflow_${name}`)
    const twin = total(mapped, `airflow_tagged_${name}`)
    expect(own).toBeGreaterThan(0)
    expect(Math.abs(own - twin)).toBeLessThanOrEqual(1)
  })

  test('runs and failures are counted by DAG', () => {
    const sent = (name: string): number =>
      lines.filter((line) => line.startsWith(`airflow.${name}`)).length
    for (const dag of ['lab_success', 'lab_retry', 'lab_slow', dotted]) {
      const got = sum(mapped, 'airflow_dagrun_duration', { dag_id: dag })
      expect(got, dag).toBe(sent(`dagrun.duration.success.${dag}`))
      expect(got, dag).toBeGreaterThan(0)
    }
    const failed = sum(mapped, 'airflow_dagrun_failed', { dag_id: 'lab_failure' })
    expect(failed).toBe(sent('dagrun.duration.failed.lab_failure'))
    expect(failed).toBeGreaterThan(0)
    const task = { dag_id: 'lab_failure', task_id: 'load', state: 'failed' }
    expect(sum(mapped, 'airflow_ti_finish', task)).toBeGreaterThan(0)
  })

  test('every series is in the reference', () => {
    // A timer of Airflow's own start-up, once a process; nobody asks for it.
    const known = new Set(['airflow_serde_load_serializers', ...METRICS.map(({ name }) => name)])
    // Twins come with each metric; the reference names those that the rules use.
    const isTwin = (name: string): boolean =>
      name.startsWith('airflow_tagged_') && known.has(name.replace('_tagged', ''))
    const names = [...new Set(mapped.map(({ name }) => name))]
    expect(names.filter((name) => !known.has(name) && !isTwin(name))).toEqual([])
  })

  test('the labels are those of the reference, plus tags', () => {
    const wrong = METRICS.filter(({ name, labels }) => {
      const series = mapped.filter((line) => line.name === name)
      return series.some((line) => !labels.every((label) => label in line.labels))
    })
    expect(wrong.map(({ name }) => name)).toEqual([])
  })
})

test.each([
  [
    'airflow.ti.finish.orders.load.failed:1|c',
    'airflow_ti_finish',
    'dag_id=orders state=failed task_id=load',
  ],
  // A task group: the dot is the task's.
  [
    'airflow.ti.start.orders.group.load:1|c',
    'airflow_ti_start',
    'dag_id=orders task_id=group.load',
  ],
  // A tag knows better than the name.
  [
    'airflow.ti.start.team.a.load,dag_id=team.a,task_id=load:1|c',
    'airflow_ti_start',
    'dag_id=team.a task_id=load',
  ],
  ['airflow.dagrun.duration.failed.team.a-b:1|ms', 'airflow_dagrun_failed', 'dag_id=team.a-b'],
  [
    'airflow.dagrun.a.b.first_task_scheduling_delay:1|ms',
    'airflow_dagrun_first_task_scheduling_delay',
    'dag_id=a.b',
  ],
  ['airflow.pool.open_slots.p:inf|g', 'airflow_pool_open_slots', 'pool=p'],
  ['airflow.pool.open_slots:1|g|#pool_name:p', 'airflow_tagged_pool_open_slots', 'pool_name=p'],
  [
    'airflow.executor.open_slots.CeleryExecutor:1|g',
    'airflow_executor_open_slots',
    'executor=CeleryExecutor',
  ],
  [
    'airflow.operator_failures_BashOperator:1|c',
    'airflow_operator_failures',
    'operator=BashOperator',
  ],
  [
    'airflow.ti.queued.default.orders.load:2|g',
    'airflow_ti_queued',
    'dag_id=orders queue=default task_id=load',
  ],
  ['airflow.scheduler_heartbeat:1|c', 'airflow_scheduler_heartbeat', ''],
  ['airflow.dag.callback_exceptions:1|c', 'airflow_dag_callback_exceptions', ''],
])('%s becomes %s{%s}', (line, name, labels) => {
  const mapped = mapLine(MAPPING, line)
  const text = Object.entries(mapped?.labels ?? {})
    .map(([label, value]) => `${label}=${value}`)
    .toSorted()
  expect([mapped?.name, text.join(' ')]).toEqual([name, labels])
})

test.each([
  'airflow.ti.finish.orders.load.None:0|c',
  'airflow.ti.finish.orders.group.load.None:0|c',
  'airflow.local_task_job.task_exit.17.orders.load.0:1|c',
  'airflow.local_task_job.task_exit.17.orders.group.load.0:1|c',
  'airflow.dag_processing.processes:-1|c',
  'datadog.dogstatsd.client.packets_sent:41|c|#client:py',
])('%s is dropped', (line) => {
  expect(mapLine(MAPPING, line)).toBeUndefined()
})

test('seconds and milliseconds by DogStatsD are the same line: only its listener can know', () => {
  // Airflow 2: a task of 5.3 s. Airflow 3: one of 5.3 ms. Tags and type do not differ either.
  const line = 'airflow.task.duration:5.3|ms|#dag_id:orders,task_id:load'
  expect(mapLine(MAPPING, line)).toMatchObject({
    name: 'airflow_tagged_task_duration',
    labels: { dag_id: 'orders', task_id: 'load' },
    value: 5.3,
    type: 'ms',
  })
})
