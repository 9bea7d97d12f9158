import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { levelOf } from '@weir/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LINE_PARSERS } from './line-parsers.ts'

/** What the first parser that takes a line reads in it. */
function read(line: string, labels: Readonly<Record<string, string>> = {}): object | undefined {
  const bytes = Buffer.from(`xx${line}yy`)
  const of = (name: string): string => labels[name] ?? ''
  for (const parser of LINE_PARSERS) {
    if (!parser.isMeant(bytes, 2, bytes.length - 2, of)) continue
    const parsed = parser.parse(line, of)
    if (parsed === undefined) continue
    const { timeNs, severity = 0, ...rest } = parsed
    const time = timeNs === undefined ? {} : { time: isoOf(timeNs) }
    return { ...time, level: levelOf(severity), ...rest }
  }
  return undefined
}

function isoOf(ns: bigint): string {
  return new Date(Number(ns / 1_000_000n)).toISOString()
}

const TASK_FILE =
  '/opt/airflow/logs/dag_id=orders_daily/run_id=scheduled__2024-01-01T00:00:00+00:00/task_id=load/attempt=1.log'
const LINE_OF_TASK =
  '[2026-11-28T18:09:27.809+0000] {taskinstance.py:3313} ERROR - Task failed with exception'

describe('Airflow', () => {
  const RUN = 'scheduled__2024-01-01T00:00:00+00:00'
  const at = { level: 'info', system: 'airflow' }
  test.each<[string, string, Record<string, string>, object]>([
    [
      'a task, by the name of its file',
      LINE_OF_TASK,
      { filename: TASK_FILE },
      {
        time: '2026-11-28T18:09:27.809Z',
        level: 'error',
        logger: 'taskinstance',
        system: 'airflow',
        pipeline: 'orders_daily',
        stage: 'task',
        metadata: { task_id: 'load', run_id: RUN, source: 'taskinstance.py:3313' },
      },
    ],
    [
      'a task, by labels',
      '[2023-11-21, 00:00:19 UTC] {orders.py:15} WARNING - late partition',
      { dag_id: 'a.b', task_id: 'c' },
      {
        time: '2023-11-21T00:00:19.000Z',
        level: 'warn',
        logger: 'orders',
        system: 'airflow',
        pipeline: 'a.b',
        stage: 'task',
        metadata: { task_id: 'c', source: 'orders.py:15' },
      },
    ],
    [
      'with colours',
      '[\u001B[34m2026-11-28T18:09:24.254+0000\u001B[0m] {\u001B[34mscheduler_job_runner.py:\u001B[0m950} INFO\u001B[0m - Starting the scheduler\u001B[0m',
      {},
      {
        ...at,
        time: '2026-11-28T18:09:24.254Z',
        logger: 'scheduler_job_runner',
        pipeline: '(airflow)',
        stage: 'scheduler',
        metadata: { source: 'scheduler_job_runner.py:950' },
      },
    ],
    [
      'MWAA, with two braces and a comma',
      '[2023-01-15 08:38:56,543] {{subprocess.py:89}} INFO - running',
      {},
      {
        ...at,
        time: '2023-01-15T08:38:56.543Z',
        logger: 'subprocess',
        pipeline: '(airflow)',
        stage: 'scheduler',
        metadata: { source: 'subprocess.py:89' },
      },
    ],
    [
      'the DAG processor',
      '[2024-02-01T00:00:00.000+0100] [SOURCE:DAG_PROCESSOR] {dag.py:3262} INFO - Sync 1 DAGs',
      {},
      {
        ...at,
        time: '2024-01-31T23:00:00.000Z',
        logger: 'dag',
        pipeline: '(airflow)',
        stage: 'dag-processing',
        metadata: { source: 'dag.py:3262' },
      },
    ],
    [
      'JSON of Airflow 3',
      '{"timestamp":"2025-05-28T08:34:46.921474Z","level":"error","event":"Task failed with exception","logger":"task"}',
      { filename: TASK_FILE },
      {
        level: 'error',
        logger: 'task',
        system: 'airflow',
        pipeline: 'orders_daily',
        stage: 'task',
        metadata: { task_id: 'load', run_id: RUN },
      },
    ],
  ])('%s', (_, line, labels, want) => expect(read(line, labels)).toEqual(want))

  test.each([
    '[2026-11-28 18:09:24 +0000] [5812] [INFO] Starting gunicorn 23.0.0',
    '[2026-11-28T18:09:24.254+0000] something else',
    '  File "/opt/airflow/dags/orders.py", line 11, in fail',
    '{"event":"an app that is no Airflow","level":"info"}',
  ])('not Airflow: %s', (line) => expect(read(line)).toBeUndefined())

  test('every line with a head of a real task and a real scheduler is read', () => {
    const linesOf = (file: string): string[] =>
      readFileSync(join(import.meta.dirname, '../../../../fixtures/log-lines', file), 'utf8')
        .split('\n')
        .filter((line) => /^\[\d{4}-\d\d-\d\dT/.test(line))
    const task = linesOf('airflow-task.txt').map((line) => read(line, { filename: TASK_FILE }))
    expect(task).toHaveLength(18)
    expect(new Set(task.map((line) => pick(line)))).toEqual(new Set(['orders_daily task']))
    const scheduler = linesOf('airflow-scheduler.txt').map((line) => pick(read(line)))
    expect(tally(scheduler)).toMatchInlineSnapshot(`
      {
        "(airflow) dag-processing": 4,
        "(airflow) executor": 1,
        "(airflow) scheduler": 17,
        "orders_daily executor": 4,
        "orders_daily run": 4,
        "orders_daily scheduler": 10,
        "orders_daily task": 2,
      }
    `)
  })
})

function pick(line: object | undefined): string {
  const { pipeline, stage } = line as { pipeline: string; stage: string }
  return `${pipeline} ${stage}`
}

function tally(all: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of all.toSorted()) counts[one] = (counts[one] ?? 0) + 1
  return counts
}

describe('Flink', () => {
  test.each<[string, object]>([
    [
      '2019-05-17 15:43:08,068 INFO  org.apache.flink.runtime.checkpoint.CheckpointCoordinator     - Triggering checkpoint 66 @ 1558107788056 for job dd4f07c1f866b7afff42759d7a35de3f.',
      {
        time: '2019-05-17T15:43:08.068Z',
        level: 'info',
        logger: 'org.apache.flink.runtime.checkpoint.CheckpointCoordinator',
        stage: 'checkpoints',
        metadata: { job_id: 'dd4f07c1f866b7afff42759d7a35de3f' },
      },
    ],
    [
      '2019-05-17 15:43:08,213 INFO  org.apache.flink.runtime.executiongraph.ExecutionGraph        - Job Flink Streaming Job (dd4f07c1f866b7afff42759d7a35de3f) switched from state RUNNING to FAILING.',
      {
        time: '2019-05-17T15:43:08.213Z',
        level: 'info',
        logger: 'org.apache.flink.runtime.executiongraph.ExecutionGraph',
        pipeline: 'Flink Streaming Job',
        metadata: { job_id: 'dd4f07c1f866b7afff42759d7a35de3f' },
      },
    ],
    [
      '2024-12-03 02:18:16,763 INFO  org.apache.flink.runtime.executiongraph.ExecutionGraph       [] - IcebergFilesCommitter -> Sink: IcebergSink apache_kickstarter.airlines.flight (1/1) (8aba06860d5fa7c2d40a5bd00fc98ebd_3527f25c5e634d0c069d1fe68583c234_0_0) switched from INITIALIZING to RUNNING.',
      {
        time: '2024-12-03T02:18:16.763Z',
        level: 'info',
        logger: 'org.apache.flink.runtime.executiongraph.ExecutionGraph',
        stage: 'sink',
      },
    ],
    [
      '2024-12-03 02:18:16,924 INFO  org.apache.flink.runtime.executiongraph.ExecutionGraph       [] - Source: sunset_kafka_source[11] -> TableToDataSteam -> (Map, Filter, Map, Filter) (1/1) (d70bb348f76d72d498eb64ab5a3e23f4_6cdc5bb954874d922eaee11a8e7b5dd5_0_0) switched from DEPLOYING to INITIALIZING.',
      {
        time: '2024-12-03T02:18:16.924Z',
        level: 'info',
        logger: 'org.apache.flink.runtime.executiongraph.ExecutionGraph',
        stage: 'source',
      },
    ],
    [
      '2024-12-03 02:18:16,925 WARN  org.apache.flink.runtime.taskmanager.Task                    [] - Map (1/1)#0 (d70bb348f76d72d498eb64ab5a3e23f4_0_0) switched from RUNNING to FAILED with failure cause:',
      {
        time: '2024-12-03T02:18:16.925Z',
        level: 'warn',
        logger: 'org.apache.flink.runtime.taskmanager.Task',
        stage: 'operators',
      },
    ],
    [
      '2026-11-28 18:00:00,123 ERROR [Source: orders (1/2)#0] org.apache.kafka.clients.consumer.KafkaConsumer [] - poll failed',
      {
        time: '2026-11-28T18:00:00.123Z',
        level: 'error',
        logger: 'org.apache.kafka.clients.consumer.KafkaConsumer',
        stage: 'source',
        metadata: { thread: 'Source: orders (1/2)#0' },
      },
    ],
  ])('%s', (line, want) => expect(read(line)).toEqual({ system: 'flink', ...want }))

  test.each([
    '2026-11-28 18:00:00,123 something else',
    '2026-11-28 18:00:00,123 [main] INFO org.example.App - logback has the level elsewhere',
    '\tat org.apache.flink.runtime.taskmanager.Task$1.run(Task.java:1150)',
  ])('not Flink: %s', (line) => expect(read(line)).toBeUndefined())
})

describe('rudder-server', () => {
  const time = '2077-01-23T10:15:13.000Z'
  test.each<[string, Record<string, string>, object]>([
    [
      `${time}\tINFO\trouter.GA\trouter/worker.go:42\thello world\t{"sourceId": "s1", "destinationId": "d1", "destinationType": "GA"}`,
      {},
      {
        level: 'info',
        time,
        logger: 'router.GA',
        pipeline: 's1/d1',
        stage: 'router',
        metadata: {
          source: 'router/worker.go:42',
          source_id: 's1',
          destination_id: 'd1',
          destination_type: 'GA',
        },
      },
    ],
    [
      `${time}\tERROR\twarehouse.POSTGRES\tload failed\t{"sourceID": "s", "destinationID": "d", "workspaceID": "w", "error": "refused"}`,
      {},
      {
        level: 'error',
        time,
        logger: 'warehouse.POSTGRES',
        pipeline: 's/d',
        stage: 'warehouse',
        metadata: { source_id: 's', destination_id: 'd', workspace_id: 'w', error: 'refused' },
      },
    ],
    [
      `${time}\tDEBUG\tprocessor\thello`,
      {},
      { level: 'debug', time, logger: 'processor', stage: 'processor' },
    ],
    // of 2021, without a logger
    [`${time}\tINFO\t[WH]: starting`, { app: 'rudder-server' }, { level: 'info', time }],
    [
      `{"level":"INFO","ts":"${time}","logger":"gateway","caller":"a/b.go:1","msg":"hi","sourceId":"s"}`,
      { container: 'rudder-server' },
      { level: 'info', logger: 'gateway', pipeline: 's', stage: 'gateway' },
    ],
  ])('%s', (line, labels, want) => {
    expect(read(line, labels)).toEqual({ system: 'rudderstack', ...want })
  })

  test.each([
    `${time}\tINFO\tmylogger\tanother program with zap`,
    `${time}\tconstructor\tx`,
    `{"level":"INFO","ts":"${time}","logger":"router","msg":"no label says whose"}`,
  ])('not rudder-server: %s', (line) => expect(read(line)).toBeUndefined())
})

describe('Dkron', () => {
  test.each<[string, Record<string, string>, object]>([
    [
      'time="2025-04-10T08:14:00Z" level=info msg="grpc_agent: Starting job" job=cron_1_min node=worker-1',
      {},
      {
        time: '2025-04-10T08:14:00.000Z',
        level: 'info',
        logger: 'grpc_agent',
        pipeline: 'cron_1_min',
        stage: 'execution',
        metadata: { node: 'worker-1' },
      },
    ],
    [
      'time="2019-07-25T15:44:00Z" level=debug msg="scheduler: Run job" job=nothing7 node=dkron-jobs-0 schedule="@every 15s"',
      {},
      {
        time: '2019-07-25T15:44:00.000Z',
        level: 'debug',
        logger: 'scheduler',
        pipeline: 'nothing7',
        stage: 'schedule',
        metadata: { node: 'dkron-jobs-0' },
      },
    ],
    [
      'ERRO[2019-07-24T21:05:47+08:00] agent: Error invoking job                     error="no suitable server" job=job_date node=ip-1',
      {},
      {
        time: '2019-07-24T13:05:47.000Z',
        level: 'error',
        logger: 'agent',
        pipeline: 'job_date',
        stage: 'execution',
        metadata: { node: 'ip-1', error: 'no suitable server' },
      },
    ],
    [
      '{"job":"cleanup","level":"info","msg":"agent: Starting job","node":"n","time":"2025-04-10T08:14:00Z"}',
      { service_name: 'dkron' },
      {
        time: '2025-04-10T08:14:00.000Z',
        level: 'info',
        logger: 'agent',
        pipeline: 'cleanup',
        stage: 'execution',
        metadata: { node: 'n' },
      },
    ],
    ['INFO[0000] No valid config found', { app: 'dkron' }, { level: 'info' }],
  ])('%s', (line, labels, want) => {
    expect(read(line, labels)).toEqual({ system: 'dkron', ...want })
  })

  test.each([
    'time="2025-04-10T08:14:00Z" level=info msg="another Go program"',
    'time="2025-04-10T08:14:00Z" level=info msg="cache: warm" node=a',
    'NOTE[2019] x',
  ])('not Dkron: %s', (line) => expect(read(line)).toBeUndefined())
})

test('no line takes long or breaks a parser', () => {
  const parts = fc.constantFrom(
    '[',
    ']',
    '{',
    '}',
    ' - ',
    '2026-11-28 18:00:00,123',
    'INFO',
    '=',
    '"',
    '\t',
    'job (',
    LINE_OF_TASK,
  )
  const line = fc.array(fc.oneof(parts, fc.string({ maxLength: 5 })), { maxLength: 40 })
  fc.assert(
    fc.property(line, fc.constantFrom('', 'airflow', 'rudder', 'dkron'), (all, app) => {
      read(all.join(''), { app })
    }),
    { numRuns: 1000 },
  )
  for (const hostile of ['time="', `${LINE_OF_TASK} <TaskInstance: `, 'INFO[2019] ']) {
    read(hostile + 'a.b= '.repeat(400_000), { app: 'dkron' })
  }
})
