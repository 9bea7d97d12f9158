/**
 * Runs Airflow against a real Weir and says whether Weir shows what happened: the DAGs are there,
 * the failing one is marked failing, nothing is counted twice, and the webhook came in time.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Health } from '@weir/packs'
import { Verdicts, say } from '../stand/verdicts.ts'
import { type RunningWeir, startReceiver, startWeir } from '../stand/weir.ts'
import { type Form, startAirflow } from './airflow.ts'
import { runsOf } from './database.ts'
import { type Tap, startTap } from './tap.ts'

const GOOD_DAGS = ['lab_success', 'lab_retry', 'lab_slow']
const WAIT_MS = 240_000
const MINUTE_MS = 60_000

export async function check(venv: string, work: string, form: Form): Promise<void> {
  const verdicts = new Verdicts()
  const receiver = await startReceiver()
  mkdirSync(work, { recursive: true })
  const weir = await startWeir(work, { webhookUrl: receiver.url })
  const tap = await startTap(weir.statsdPort)
  const home = join(work, 'airflow')
  say(`Weir at ${weir.web}; Airflow starts (${form} form)`)
  const airflow = await startAirflow({
    venv,
    home,
    statsdPort: tap.port,
    webPort: Number(new URL(weir.web).port),
    form,
  })
  // Airflow 3 writes a dot in an id as `__` where the id stands in a name.
  const dotted =
    form === 'plain' && airflow.version === '3' ? 'team__reports-daily' : 'team.reports-daily'
  const runs = (dag: string, state: string) => runsOf(venv, home, dag, state)
  try {
    const healths = new Map<string, Health>()
    await verdicts.within(WAIT_MS, 'every DAG is a pipeline', async () => {
      for (const { pipeline, health } of (await weir.overview()).pipelines) {
        healths.set(pipeline, health)
      }
      const seen = [...healths].map(([pipeline, health]) => `${pipeline} ${health}`).join(', ')
      const isTrue = [...GOOD_DAGS, 'lab_failure', dotted].every((dag) => healths.has(dag))
      return { isTrue, seen }
    })
    verdicts.take('the installation is a pipeline', healths.has('(airflow)'), 'by its name')
    const healthOf = async (dag: string): Promise<Health | undefined> =>
      (await weir.pipeline(dag))?.health
    await verdicts.within(WAIT_MS, 'somebody is told of the failing DAG', () => {
      const at = receiver.firing('AirflowDagFailing', 'lab_failure')
      return Promise.resolve({ isTrue: at !== undefined, seen: at === undefined ? 'no' : 'told' })
    })
    const failedAt = tap.firstFailure() ?? runs('lab_failure', 'failed').firstEnd ?? Number.NaN
    const told = receiver.firing('AirflowDagFailing', 'lab_failure') ?? Number.NaN
    const took = told - failedAt
    verdicts.take('within a minute', took <= MINUTE_MS, `${Math.round(took / 1000)} s`)
    const failing = await healthOf('lab_failure')
    verdicts.take('the failing DAG is failing', failing === 'failing', String(failing))
    // On a machine that is short of CPU a task may fail by itself; Weir is right to say so.
    await verdicts.within(MINUTE_MS, 'the good DAG is healthy, unless it failed', async () => {
      const seen = await healthOf('lab_success')
      const { count } = runs('lab_success', 'failed')
      return { isTrue: seen === 'healthy' || count > 0, seen: `${seen}, ${count} runs failed` }
    })

    await verdicts.within(WAIT_MS, 'the slow DAG ran twice', () => {
      const { count } = runs('lab_slow', 'success')
      return Promise.resolve({ isTrue: count >= 2, seen: `${count} runs` })
    })
    await airflow.stop()
    const all = [...GOOD_DAGS, dotted]
    await (form === 'otlp'
      ? compareWithDatabase(verdicts, weir, all, runs)
      : compareWithTap(verdicts, weir, all, tap))
  } finally {
    await airflow.stop()
    await weir.stop()
    tap.close()
    receiver.close()
  }
  verdicts.close()
}

type Case = readonly [what: string, expr: string, sent: number]

/** What Weir counted against what went through the tap, once the last flush is in. */
function compareWithTap(
  verdicts: Verdicts,
  weir: RunningWeir,
  dags: readonly string[],
  tap: Tap,
): Promise<void> {
  const successes = (dag: string): Case => [
    `successful runs of ${dag}`,
    `sum(airflow_dagrun_duration_count{dag_id="${dag}"})`,
    tap.count(`dagrun.duration.success.${dag}`),
  ]
  return compare(verdicts, weir, [
    ...dags.map(successes),
    [
      'failed runs of lab_failure',
      'sum(airflow_dagrun_failed_count{dag_id="lab_failure"})',
      tap.count('dagrun.duration.failed.lab_failure'),
    ],
    [
      'failed tasks of lab_failure',
      'sum(airflow_ti_finish{dag_id="lab_failure",state="failed"})',
      tap.count('ti.finish.lab_failure.load.failed'),
    ],
    ['all task starts', 'sum(airflow_ti_start)', tap.count('ti.start')],
  ])
}

/** The same against what Airflow keeps, where what it sent is not counted on the way. */
function compareWithDatabase(
  verdicts: Verdicts,
  weir: RunningWeir,
  dags: readonly string[],
  runs: (dag: string, state: string) => { readonly count: number },
): Promise<void> {
  const counted = (dag: string, state: string): Case => [
    `runs of ${dag} (${state})`,
    `sum(histogram_count(airflow_dagrun_duration_${state}_milliseconds{dag_id="${dag}"}))`,
    runs(dag, state).count,
  ]
  return compare(verdicts, weir, [
    ...dags.map((dag) => counted(dag, 'success')),
    counted('lab_failure', 'failed'),
  ])
}

async function compare(
  verdicts: Verdicts,
  weir: RunningWeir,
  cases: readonly Case[],
): Promise<void> {
  for (const [what, expr, sent] of cases) {
    await verdicts.within(40_000, `${what} are counted once`, async () => {
      const value = await weir.value(expr)
      return { isTrue: value === sent, seen: `${sent} there were, Weir has ${value}` }
    })
  }
}
