/** What somebody who runs a job wants to be told: for `flink`, and the same for Dagger's jobs. */
import type { PackAlert } from '../pack.ts'
import type { JobSystem } from './records.ts'

const JOB = '{{ $labels.job_name }}'

type Limit = Omit<NonNullable<PackAlert['threshold']>, 'by' | 'values'>

interface JobAlert extends Omit<PackAlert, 'pipeline' | 'threshold'> {
  readonly limit?: Limit
}

export function jobAlerts(system: JobSystem): readonly PackAlert[] {
  const title = system === 'flink' ? 'Flink' : 'Dagger'
  const of = (what: string): string => `${system}:${what}`
  return [...stateAlerts(of), ...checkpointAlerts(of), ...flowAlerts(of), ...errorAlerts(of)].map(
    ({ limit, ...alert }) => ({
      ...alert,
      name: title + alert.name,
      pipeline: JOB,
      ...(limit === undefined ? {} : { threshold: { ...limit, by: 'job_name' } }),
    }),
  )
}

type RecordOf = (what: string) => string

function stateAlerts(of: RecordOf): readonly JobAlert[] {
  return [
    {
      name: 'JobNotRunning',
      expr: `${of('job_running:bool')} == 0`,
      forText: '1m',
      severity: 'critical',
      stage: 'job',
      summary: `Job ${JOB} does not run`,
      description: 'It has been restarting, failing or waiting for slots for over a minute.',
      runbook:
        "Open the job in Flink's page, tab Exceptions: the root exception says why. No exception: it waits for slots, so look at the TaskManagers. A restart that takes long restores a large state.",
    },
    {
      name: 'JobGone',
      expr: `time() - ${of('job_seen_time_seconds')} > 90`,
      forText: '1m',
      severity: 'critical',
      stage: 'job',
      summary: `Job ${JOB} is gone since {{ $value | humanizeDuration }}`,
      description:
        'A job that took checkpoints sends nothing any more: it failed for good, was cancelled, or its JobManager is away. The alert ends when it is back, or after a day.',
      runbook:
        'Is the JobManager up? Then look for the job among the completed ones: FAILED has the exception, and its restarts were used up. Start it from its newest checkpoint or savepoint. Cancelled on purpose: silence the alert for a day.',
    },
    {
      name: 'JobRestarted',
      expr: of('job_restarts:increase10m'),
      limit: { op: '>', value: 0.5, unit: 'restarts' },
      forText: '0s',
      severity: 'warning',
      stage: 'job',
      summary: `Job ${JOB} restarted {{ printf "%.0f" $value }} time(s) in 10 minutes`,
      description:
        'Since the newest checkpoint everything is done again; sinks that are not exactly-once write twice.',
      runbook:
        'The exception of the restart stands in the tab Exceptions and in the log of the JobManager. One restart of many jobs at once: a TaskManager was lost.',
    },
    {
      name: 'RestartLoop',
      expr: of('job_restarts:increase30m'),
      limit: { op: '>', value: 2.5, unit: 'restarts' },
      forText: '0s',
      severity: 'critical',
      stage: 'job',
      summary: `Job ${JOB} restarted {{ printf "%.0f" $value }} times in half an hour`,
      description:
        'It comes up, fails and comes up again; when the restart strategy has had enough it fails for good.',
      runbook:
        'The same exception each time: a record it cannot handle, a sink that refuses, too little memory (look for exit code 137 and OutOfMemoryError). Fix the cause, or skip the record; more restarts do not help.',
    },
  ]
}

function checkpointAlerts(of: RecordOf): readonly JobAlert[] {
  const failed = of('checkpoints_failed:increase15m')
  const completed = of('checkpoints_completed:increase15m')
  const advice =
    'In the tab Checkpoints see which task is late. High start delay or alignment is back pressure: cure that first, or switch to unaligned checkpoints. A long synchronous or asynchronous part is a large state or a slow disk or object store.'
  return [
    {
      name: 'CheckpointsFailing',
      expr: failed,
      limit: { op: '>', value: 2.5, unit: 'checkpoints' },
      forText: '0s',
      severity: 'warning',
      stage: 'checkpoints',
      summary: `{{ printf "%.0f" $value }} checkpoints of job ${JOB} failed in 15 minutes`,
      description:
        'Declined, timed out, or not written. What the sink commits at checkpoints waits meanwhile.',
      runbook: `The tab Checkpoints says why each failed. ${advice}`,
    },
    {
      name: 'CheckpointFailureShare',
      expr: `${failed} / (${failed} + ${completed})`,
      limit: {
        op: '>',
        value: 0.5,
        unit: 'ratio',
        also: `and on (job_name) ${failed} > 2`,
      },
      forText: '5m',
      severity: 'critical',
      stage: 'checkpoints',
      summary: `{{ $value | humanizePercentage }} of the checkpoints of job ${JOB} fail`,
      description: 'Of the last 15 minutes. After a failure the job would go back far.',
      runbook: `The tab Checkpoints says why each failed. ${advice}`,
    },
    {
      name: 'CheckpointTooOld',
      expr: of('checkpoint_age_seconds'),
      limit: { op: '>', value: 900, unit: 's' },
      forText: '1m',
      severity: 'critical',
      stage: 'checkpoints',
      summary: `The newest checkpoint of job ${JOB} is {{ $value | humanizeDuration }} old`,
      description:
        'None was completed since, whether or not any failed. Set a limit of your own for jobs with long checkpoint intervals: about three of them.',
      runbook: `Is one in progress for long? ${advice} None in progress: is checkpointing on, is the job really running, are all its tasks (a finished source stops checkpoints before Flink 1.15)?`,
    },
    {
      name: 'CheckpointSlow',
      expr: of('checkpoint_seconds'),
      limit: { op: '>', value: 60, unit: 's' },
      forText: '5m',
      severity: 'warning',
      stage: 'checkpoints',
      summary: `Checkpoints of job ${JOB} take {{ $value | humanizeDuration }}`,
      description: 'The newest completed one took longer than a minute.',
      runbook: advice,
    },
    {
      name: 'CheckpointLarge',
      expr: of('checkpoint_bytes'),
      limit: { op: '>', value: 500_000_000, unit: 'bytes' },
      forText: '15m',
      severity: 'info',
      stage: 'checkpoints',
      summary: `Checkpoints of job ${JOB} have {{ $value | humanize }}B`,
      description:
        'Above 500 MB think of more parallelism. Set a limit of your own for jobs whose state is meant to be large.',
      runbook:
        'Does the state grow without end? Then give it a TTL, or close windows sooner. Else raise the parallelism, so that each task writes less, and use incremental checkpoints (RocksDB).',
    },
  ]
}

function flowAlerts(of: RecordOf): readonly JobAlert[] {
  const passing = of('source_records:rate2m')
  const lag = of('lag_records')
  const running = `${of('job_running:bool')} == 1`
  const watermark = of('watermark_time_seconds')
  return [
    {
      name: 'LagHigh',
      expr: lag,
      limit: { op: '>', value: 100_000, unit: 'records' },
      forText: '10m',
      severity: 'warning',
      stage: 'source',
      summary: `Job ${JOB} is {{ $value | humanize }} records behind`,
      description: 'Records that wait in the source system, over all subtasks, for 10 minutes.',
      runbook:
        'Falling? It catches up by itself, for instance after a restart. Steady or rising: find the bottleneck (the first busy task that is not back-pressured) and give it more parallelism, up to the number of partitions for the source.',
    },
    {
      name: 'FallingBehind',
      expr: `${lag} / on (job_name) (${passing} > 0)`,
      limit: {
        op: '>',
        value: 60,
        unit: 's',
        also: `and on (job_name) deriv(${lag}[10m]) > 0`,
      },
      forText: '10m',
      severity: 'warning',
      stage: 'source',
      summary: `Job ${JOB} has {{ $value | humanizeDuration }} of work waiting, and it grows`,
      description: 'At its present pace it would need that long for what waits now.',
      runbook:
        'More comes in than the job can take. Look at back pressure and busy time by task on the board; raise the parallelism of the busy task, or make it cheaper. A sudden start: did the input grow, or did a service that the job calls become slow?',
    },
    {
      name: 'Stalled',
      expr: lag,
      limit: {
        op: '>',
        value: 10,
        unit: 'records',
        also: `and on (job_name) ${passing} == 0 and on (job_name) ${running}`,
      },
      forText: '5m',
      severity: 'critical',
      stage: 'source',
      summary: `Job ${JOB} runs but reads nothing, and {{ $value | humanize }} records wait`,
      description: 'No record left its sources for 5 minutes.',
      runbook:
        'Back pressure at the source: a task or sink behind it hangs, take a thread dump of it. None: the source is stuck; look for errors of the Kafka client in the log (authentication, a missing broker), and restart the job from its newest checkpoint.',
    },
    {
      name: 'BackPressure',
      expr: `max by (job_name, stage) (${of('task_back_pressure:ratio')})`,
      limit: { op: '>', value: 0.5, unit: 'ratio' },
      forText: '5m',
      severity: 'warning',
      stage: '{{ $labels.stage }}',
      summary: `{{ $labels.stage }} of job ${JOB} waits {{ $value | humanizePercentage }} of its time for what comes after it`,
      description: 'Of the most hindered subtask. The task itself is not the cause.',
      runbook:
        'Follow the way of the records to the first task that is busy and not back-pressured: that one is too slow. More parallelism, cheaper work, less skew of keys; or the system it writes to is slow.',
    },
    {
      name: 'WatermarkStuck',
      expr: `changes(${watermark}[10m]) == 0 and on (job_name) ${watermark} offset 10m and on (job_name) ${passing} > 0`,
      forText: '5m',
      severity: 'warning',
      stage: 'source',
      summary: `Event time of job ${JOB} stands still while records flow`,
      description:
        'The lowest watermark has not moved for 10 minutes: windows do not close, results do not come, state grows.',
      runbook:
        'One partition or source without records holds it back: set withIdleness. Else look for records with broken timestamps.',
    },
    {
      name: 'EventTimeLagHigh',
      expr: of('event_time_lag_seconds'),
      limit: { op: '>', value: 600, unit: 's' },
      forText: '10m',
      severity: 'warning',
      stage: 'source',
      summary: `Job ${JOB} reads records that are {{ $value | humanizeDuration }} old`,
      description: 'By the time that stands in them.',
      runbook:
        'With lag: the job is behind, see LagHigh. Without: records come late from where they are made.',
    },
    {
      name: 'LateRecordsDropped',
      expr: `${of('late_records:rate5m')} / on (job_name) (${passing} > 0)`,
      limit: { op: '>', value: 0.01, unit: 'ratio' },
      forText: '10m',
      severity: 'warning',
      stage: 'operators',
      summary: `Job ${JOB} drops {{ $value | humanizePercentage }} of its records because they are late`,
      description: 'They came after their window was closed.',
      runbook:
        'Allow more lateness (the watermark strategy, allowedLateness), or send late records to a side output. After an outage of a producer it passes.',
    },
  ]
}

function errorAlerts(of: RecordOf): readonly JobAlert[] {
  const rising: Limit = { op: '>', value: 0, unit: 'records/s' }
  return [
    {
      name: 'SourceErrors',
      expr: of('source_errors:rate5m'),
      limit: rising,
      forText: '5m',
      severity: 'warning',
      stage: 'source',
      summary: `Job ${JOB} cannot read {{ printf "%.2f" $value }} records a second`,
      description: 'numRecordsInErrors grows.',
      runbook: "The TaskManager's log has the reason; mostly records of another format.",
    },
    {
      name: 'SinkErrors',
      expr: of('sink_errors:rate5m'),
      limit: rising,
      forText: '5m',
      severity: 'warning',
      stage: 'sink',
      summary: `Job ${JOB} cannot send {{ printf "%.2f" $value }} records a second`,
      description: 'numRecordsSendErrors grows.',
      runbook:
        'Does the system behind the sink answer, does it refuse what is sent (size, schema, rights)? Its log and that of the TaskManager say.',
    },
    {
      name: 'SinkCommitsFailing',
      expr: of('failed_committables:rate5m'),
      limit: { ...rising, unit: 'commits/s' },
      forText: '0s',
      severity: 'critical',
      stage: 'sink',
      summary: `Job ${JOB} writes but cannot commit`,
      description: 'Committables failed: what was written does not become visible.',
      runbook:
        'The log of the committer has the reason: a transaction that timed out, a table that changed, a catalog that is away. Until it commits, readers see nothing new.',
    },
    {
      name: 'OffsetCommitsFailing',
      // The first one of a job often fails, before the group's coordinator is found; the next one makes up for it.
      expr: `${of('failed_offset_commits:rate5m')} unless on (job_name) (${of('offset_commits:rate5m')} > 0)`,
      limit: { ...rising, unit: 'commits/s' },
      forText: '5m',
      severity: 'warning',
      stage: 'source',
      summary: `Job ${JOB} cannot commit its offsets to Kafka`,
      description:
        'No record is lost, since checkpoints hold the offsets; but whoever watches the group in Kafka sees a lag that is not there.',
      runbook:
        'Look for commit errors in the log: a group that others use too, rights, a coordinator that is away.',
    },
  ]
}
