/**
 * Recording rules for jobs, in two packs: `flink` for all jobs but Dagger's, `dagger` for those. Each job is
 * known by its name, since its id is new after each submission; what changes with each attempt of a
 * task (attempt id and number, TaskManager, host) is summed away after rates are taken.
 *
 * **Remembered moments.** A job that ends takes its metrics away, and so does a JobManager that dies: nobody
 * would see that they are missing. Each evaluation notes the time for what is there; for a day it is
 * known when that was last. The memory is the series itself, so a restart of Weir loses nothing.
 */
import type { RecordingRule } from '../pack.ts'
import { alive, gauge, gaugeIncrease, gaugeRate, quantile, rateOf } from './ways.ts'

export type JobSystem = 'flink' | 'dagger'

const OPERATOR = 'taskmanager_job_task_operator_'

/**
 * Operators and tasks that read from outside: `Source: orders`, with `:_` or `-` for the colon where the
 * reporter mangles names.
 */
const SOURCES = 'Source[:_-].*'
/** Those that write: `Sink: orders`, `orders: Writer`, `IcebergStreamWriter`; a committer gets no records. */
const SINKS = '.*Writer|Sink[:_-].*'
const NO_COMMITTER = 'operator_name!~".*Committer"'

/** Only Dagger has these; the first is there unless its telemetry is off. */
const OF_DAGGER = ['sink_type_value', 'source_metricId_total_external_calls']

const JOB = { fold: 'max', by: 'job_name' } as const
const SUM = { fold: 'sum', by: 'job_name' } as const
/** Without NaN, and without -1 for "unknown". */
const KNOWN = '>= 0'

const daggerJobs = (system: JobSystem): string =>
  system === 'flink' ? 'flink:dagger_job_time_seconds' : 'dagger:job_time_seconds'

/** Now, for what is there; for a day the last time that it was. */
function remember(record: string, there: string): RecordingRule {
  return {
    record,
    expr: `(0 * ${there} + time()) or (last_over_time(${record}[6h]) > time() - 86400)`,
  }
}

/** The stage that a task is: itself, or `source` where it begins with one. */
function withStage(expr: string): string {
  const named = `label_replace(${expr}, "stage", "$1", "task_name", "(.+)")`
  return `label_replace(${named}, "stage", "source", "task_name", "${SOURCES}")`
}

/** In evaluation order: each may use those above it. */
export function jobRecords(system: JobSystem): readonly RecordingRule[] {
  const jobs = daggerJobs(system)
  const own = system === 'flink' ? `unless on (job_name) ${jobs}` : `and on (job_name) ${jobs}`
  const name = (what: string): string => `${system}:${what}`
  const rule = (what: string, expr: string): RecordingRule => ({
    record: name(what),
    expr: `(${expr}) ${own}`,
  })
  const completed = `(${gauge('jobmanager_job_numberOfCompletedCheckpoints', JOB)} ${own})`
  return [
    remember(jobs, daggerSeries()),
    ...stateRecords({ rule, name, completed }),
    ...checkpointRecords({ rule, name, completed }),
    ...recordRecords(rule),
    ...timeRecords(rule),
    ...taskRecords(rule),
  ]
}

function daggerSeries(): string {
  const names = OF_DAGGER.flatMap((metric) => [`flink_${OPERATOR}${metric}`, influxOf(metric)])
  return `(${names.map((metric) => `group by (job_name) (${metric})`).join(' or ')})`
}

/** `sink_type_value` is a gauge, the other a meter. */
function influxOf(metric: string): string {
  return `${OPERATOR}${metric}_${metric === 'sink_type_value' ? 'value' : 'rate'}`
}

type RuleOf = (what: string, expr: string) => RecordingRule

interface Context {
  readonly rule: RuleOf
  readonly name: (what: string) => string
  /** Completed checkpoints of the pack's own jobs. */
  readonly completed: string
}

/**
 * A job without slots is taken up and fails again every second or two: at some of these moments it counts as
 * running. One that runs has done so for some seconds.
 */
const RUNS_FOR_MS = 10_000

/** Whether jobs run, and how often they begin anew. */
function stateRecords({ rule, name, completed }: Context): RecordingRule[] {
  const state = (metric: string): string => `${gauge(metric, JOB)} > bool ${RUNS_FOR_MS}`
  const restarts = (window: string): string =>
    ['numRestarts', 'fullRestarts']
      .map((metric) => gaugeIncrease(`jobmanager_job_${metric}`, window, SUM))
      .join(' or ')
  return [
    rule(
      'job_running:bool',
      `(${state('jobmanager_job_runningTime')}) or (${state('jobmanager_job_uptime')})`,
    ),
    // A job without checkpoints is a batch, which may end.
    remember(name('job_seen_time_seconds'), `(${completed} > 0)`),
    rule('job_restarts:increase10m', restarts('10m')),
    rule('job_restarts:increase30m', restarts('30m')),
  ]
}

function checkpointRecords({ rule, name, completed }: Context): RecordingRule[] {
  const moment = name('checkpoint_completed_time_seconds')
  const before = name('checkpoint_completed_count')
  const total = gauge('jobmanager_job_totalNumberOfCheckpoints', JOB)
  const told = gauge('jobmanager_job_lastCheckpointCompletedTimestamp', { ...JOB, only: '> 0' })
  const running = gauge('jobmanager_job_runningTime', { ...JOB, only: KNOWN })
  return [
    // Flink before 1.18 does not tell when: the moment is when the number grew.
    {
      record: moment,
      expr: [
        `(0 * (${completed} > ${before}) + time())`,
        `(0 * (${completed} > 0 unless ${before}) + time())`,
        `(last_over_time(${moment}[6h]) > time() - 86400)`,
      ].join(' or '),
    },
    { record: before, expr: completed },
    // Before the first one it counts from the start of the job.
    rule(
      'checkpoint_age_seconds',
      `((time() - (${told} / 1000 or ${moment})) or (${running} / 1000 and on (job_name) (${total} > 0)))` +
        ` and on (job_name) (${name('job_running:bool')} == 1)`,
    ),
    rule(
      'checkpoint_seconds',
      `${gauge('jobmanager_job_lastCheckpointDuration', { ...JOB, only: KNOWN })} / 1000`,
    ),
    rule('checkpoint_bytes', gauge('jobmanager_job_lastCheckpointSize', { ...JOB, only: KNOWN })),
    rule(
      'checkpoints_failed:increase15m',
      gaugeIncrease('jobmanager_job_numberOfFailedCheckpoints', '15m', SUM),
    ),
    rule(
      'checkpoints_completed:increase15m',
      gaugeIncrease('jobmanager_job_numberOfCompletedCheckpoints', '15m', SUM),
    ),
  ]
}

/** What passes, what is lost, what waits. */
function recordRecords(rule: RuleOf): RecordingRule[] {
  const atSources = { ...SUM, matchers: `operator_name=~"${SOURCES}"` }
  const atSinks = { ...SUM, matchers: `operator_name=~"${SINKS}",${NO_COMMITTER}` }
  const rate5m = (metric: string): string => rateOf(`${OPERATOR}${metric}`, '5m', SUM)
  const lag = (metric: string): string => gauge(metric, { ...SUM, only: KNOWN })
  return [
    rule(
      'source_records:rate2m',
      [
        rateOf(`${OPERATOR}numRecordsOut`, '2m', atSources),
        rateOf('taskmanager_job_task_numRecordsOut', '2m', {
          ...SUM,
          matchers: `task_name=~"${SOURCES}"`,
        }),
      ].join(' or '),
    ),
    rule(
      'sink_records:rate2m',
      [
        rateOf(`${OPERATOR}numRecordsIn`, '2m', atSinks),
        rateOf(`${OPERATOR}numRecordsSend`, '2m', SUM),
      ].join(' or '),
    ),
    rule('source_errors:rate5m', rate5m('numRecordsInErrors')),
    rule(
      'sink_errors:rate5m',
      `${rate5m('numRecordsSendErrors')} or ${rate5m('numRecordsOutErrors')}`,
    ),
    rule('failed_committables:rate5m', rate5m('failedCommittables')),
    rule(
      'failed_offset_commits:rate5m',
      `${rate5m('KafkaSourceReader_commitsFailed')} or ${rate5m('commitsFailed')}`,
    ),
    rule(
      'offset_commits:rate5m',
      `${rate5m('KafkaSourceReader_commitsSucceeded')} or ${rate5m('commitsSucceeded')}`,
    ),
    rule(
      'late_records:rate5m',
      `${rate5m('numLateRecordsDropped')} or ${rateOf('taskmanager_job_task_numLateRecordsDropped', '5m', SUM)}`,
    ),
    // Of FlinkKafkaConsumer only the worst partition of each subtask is known, and NaN when idle.
    rule(
      'lag_records',
      [
        lag(`${OPERATOR}pendingRecords`),
        lag(`${OPERATOR}KafkaSourceReader_KafkaConsumer_records_lag_max`),
        lag(`${OPERATOR}KafkaConsumer_records_lag_max`),
      ].join(' or '),
    ),
  ]
}

function timeRecords(rule: RuleOf): RecordingRule[] {
  // Before the first watermark there is the least of all numbers, at the end the greatest.
  const real = '> 0 < 1e15'
  const behind = (metric: string): string =>
    `${gauge(`${OPERATOR}${metric}`, { ...JOB, only: '>= 0 < 1e15' })} / 1000`
  const markers = (q: string): string =>
    ['taskmanager_job_task', 'taskmanager_job']
      .map((scope) => {
        const metric = `${scope}_latency_source_id_operator_id_operator_subtask_index_latency`
        return `${quantile(metric, q, JOB)} / 1000`
      })
      .join(' or ')
  return [
    rule(
      'event_time_lag_seconds',
      `${behind('currentEmitEventTimeLag')} or ${behind('watermarkLag')}`,
    ),
    rule(
      'watermark_time_seconds',
      `${gauge('taskmanager_job_task_currentInputWatermark', { fold: 'min', by: 'job_name', only: real })} / 1000`,
    ),
    rule(
      'source_idle_seconds',
      `${gauge(`${OPERATOR}sourceIdleTime`, { fold: 'min', by: 'job_name', only: KNOWN })} / 1000`,
    ),
    rule('latency_seconds:p50', markers('0.5')),
    rule('latency_seconds:p95', markers('0.95')),
    rule('latency_seconds:p99', markers('0.99')),
  ]
}

/** By task, that is by chain of operators: a job of forty operators has a handful of these. */
function taskRecords(rule: RuleOf): RecordingRule[] {
  const byTask = 'job_name, task_name'
  const share = (metric: string): string =>
    `max by (job_name, stage) (${withStage(
      gauge(`taskmanager_job_task_${metric}`, { fold: 'max', by: byTask, only: KNOWN }),
    )}) / 1000`
  const passed = rateOf('taskmanager_job_task_numRecordsIn', '2m', { fold: 'sum', by: byTask })
  return [
    rule('task_records:rate2m', `sum by (job_name, stage) (${withStage(passed)})`),
    rule('task_back_pressure:ratio', share('backPressuredTimeMsPerSecond')),
    rule('task_busy:ratio', share('busyTimeMsPerSecond')),
  ]
}

/** Concerning the cluster; in the pack `flink` only. */
export const CLUSTER_RECORDS: readonly RecordingRule[] = [
  remember(
    'flink:jobmanager_seen_time_seconds',
    `(group (${alive('flink_jobmanager_numRegisteredTaskManagers')}) or group (jobmanager_numRegisteredTaskManagers_value))`,
  ),
  {
    record: 'flink:task_managers',
    expr: gauge('jobmanager_numRegisteredTaskManagers', { fold: 'sum', by: '' }),
  },
  {
    record: 'flink:free_slots',
    expr: gauge('jobmanager_taskSlotsAvailable', { fold: 'sum', by: '' }),
  },
  {
    record: 'flink:pending_task_managers',
    expr: gauge('jobmanager_numPendingTaskManagers', { fold: 'sum', by: '' }),
  },
  ...(['jobmanager', 'taskmanager'] as const).flatMap(processRecords),
  {
    record: 'flink:network_memory_requested:percent',
    expr: gauge('taskmanager_Status_Shuffle_Netty_RequestedMemoryUsage', {
      fold: 'max',
      by: 'host, tm_id',
    }),
  },
]

/** A process is a TaskManager or a JobManager of a host; two TaskManagers of one host differ in tm_id. */
function processRecords(process: 'jobmanager' | 'taskmanager'): RecordingRule[] {
  const by = process === 'jobmanager' ? 'host' : 'host, tm_id'
  const status = (metric: string, only: string): string =>
    gauge(`${process}_Status_${metric}`, { fold: 'max', by, only })
  const used = (pool: string): RecordingRule => ({
    record: `flink:${process}_${pool.toLowerCase()}:ratio`,
    // Without a bound Max is -1.
    expr: `${status(`JVM_Memory_${pool}_Used`, KNOWN)} / ${status(`JVM_Memory_${pool}_Max`, '> 0')}`,
  })
  const collected = (collector: string): string =>
    gaugeRate(`${process}_Status_JVM_GarbageCollector_${collector}_Time`, '5m', { fold: 'max', by })
  return [
    used('Heap'),
    used('Metaspace'),
    {
      record: `flink:${process}_gc:ratio`,
      expr: `(${collected('All')} or ${collected('G1_Young_Generation')} + ${collected('G1_Old_Generation')}) / 1000`,
    },
    {
      record: `flink:${process}_files:ratio`,
      expr: `${status('JVM_FileDescriptor_Open', KNOWN)} / ${status('JVM_FileDescriptor_Max', '> 0')}`,
    },
    { record: `flink:${process}_cpu:ratio`, expr: status('JVM_CPU_Load', KNOWN) },
  ]
}
