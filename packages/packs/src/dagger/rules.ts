/** What somebody who runs Dagger's jobs wants to be told: all that of Flink's jobs, and its own troubles. */
import { jobAlerts } from '../flink/job-rules.ts'
import type { PackAlert } from '../pack.ts'

const JOB = '{{ $labels.job_name }}'
const SERVICE = '{{ $labels.source_metricId }}'
const per = { pipeline: JOB } as const
const byJob = { by: 'job_name' } as const

const EXTERNAL = 'sum by (job_name, source_metricId)'

const OWN: readonly PackAlert[] = [
  {
    ...per,
    name: 'DaggerFatalException',
    expr: 'dagger:fatal_exceptions:seen10m > 0',
    forText: '0s',
    severity: 'critical',
    stage: 'job',
    summary: `Job ${JOB} fails with {{ $labels.fatal_exception }}`,
    description:
      'Dagger waits ten seconds for the metric to be sent, then the job restarts. The alert stays for ten minutes.',
    runbook:
      "The exception and what caused it stand in the log of the TaskManager and in Flink's tab Exceptions. Of a post processor: is fail_on_errors meant? Of a message: does the proto in the registry fit the topic? Timeouts of Longbow are always fatal.",
  },
  {
    ...per,
    name: 'DaggerWarnings',
    expr: 'sum by (job_name) (dagger:warnings:increase5m)',
    threshold: { ...byJob, op: '>', value: 10, unit: 'exceptions' },
    forText: '5m',
    severity: 'warning',
    stage: 'job',
    summary: `Job ${JOB} had {{ printf "%.0f" $value }} exceptions that it survived, in 5 minutes`,
    description: 'Records go through without what the exception was about. The first one counts.',
    runbook: 'The board shows them by class. The log has the newest.',
  },
  {
    ...per,
    name: 'DaggerExternalFailures',
    expr: 'dagger:external_failures:rate / (dagger:external_failures:rate + dagger:external_success:rate > 0.1)',
    threshold: { ...byJob, op: '>', value: 0.05, unit: 'ratio' },
    forText: '10m',
    severity: 'warning',
    stage: 'post-processor',
    summary: `{{ $value | humanizePercentage }} of the calls of ${SERVICE} by job ${JOB} fail`,
    description: 'Rows pass without what was asked for, or the job fails, as configured.',
    runbook:
      'The board tells failures by code. 5xx: the service is in trouble. 4xx: what is asked is wrong, since when? 404 alone: keys that are not there, which may be well. Other: the network, or gRPC.',
  },
  {
    ...per,
    name: 'DaggerExternalSlow',
    expr: 'dagger:external_seconds:p95',
    threshold: { ...byJob, op: '>', value: 1, unit: 's' },
    forText: '10m',
    severity: 'warning',
    stage: 'post-processor',
    summary: `Calls of ${SERVICE} by job ${JOB} take {{ $value | humanizeDuration }}`,
    description: 'One in twenty takes longer, on the slowest subtask. Back pressure comes next.',
    runbook:
      'Is the service slow for others too? Else raise stream_timeout and capacity with care: what waits there is memory.',
  },
  {
    ...per,
    name: 'DaggerExternalTimeouts',
    expr: `${EXTERNAL} (dagger:external_timeouts:rate)`,
    threshold: { ...byJob, op: '>', value: 0.1, unit: 'calls/s' },
    forText: '5m',
    severity: 'warning',
    stage: 'post-processor',
    summary: `Calls of ${SERVICE} by job ${JOB} time out, {{ printf "%.1f" $value }} a second`,
    description: 'With fail_on_errors each of them ends the job.',
    runbook:
      'See DaggerExternalSlow; a service that does not answer at all is worse than one that refuses.',
  },
  {
    ...per,
    name: 'DaggerExternalConnectionsClosing',
    expr: `${EXTERNAL} (dagger:external_closed:rate)`,
    threshold: { ...byJob, op: '>', value: 0.05, unit: 'times/s' },
    forText: '10m',
    severity: 'warning',
    stage: 'post-processor',
    summary: `Connectors of job ${JOB} to ${SERVICE} are closed again and again`,
    description: 'Usual is once at each restart.',
    runbook: 'The job restarts in a loop, or the connector fails: look at the exceptions.',
  },
  {
    ...per,
    name: 'DaggerLongbowReadFailures',
    expr: 'dagger:longbow_read_failures:rate',
    threshold: { ...byJob, op: '>', value: 0, unit: 'scans/s' },
    forText: '5m',
    severity: 'warning',
    stage: 'longbow',
    summary: `Longbow of job ${JOB} cannot read, {{ printf "%.2f" $value }} times a second`,
    description: 'Scans of BigTable fail or time out; a timeout ends the job.',
    runbook:
      'Look at CPU and hot spots of the BigTable cluster, then at rights and the table name.',
  },
  {
    ...per,
    name: 'DaggerLongbowWriteFailures',
    expr: 'dagger:longbow_write_failures:rate',
    threshold: { ...byJob, op: '>', value: 0, unit: 'documents/s' },
    forText: '5m',
    severity: 'critical',
    stage: 'longbow',
    summary: `Longbow of job ${JOB} cannot write, {{ printf "%.2f" $value }} times a second`,
    description: 'What is not written is missing from every later look back.',
    runbook:
      'Look at CPU and hot spots of the BigTable cluster, then at rights and the table name.',
  },
  {
    ...per,
    name: 'DaggerDartLoadFailures',
    expr: 'dagger:dart_load_failures:rate',
    threshold: { ...byJob, op: '>', value: 0, unit: 'fetches/s' },
    forText: '5m',
    severity: 'warning',
    stage: 'udf',
    summary: `Job ${JOB} cannot load the lists of its user functions`,
    description: 'Dart goes on with what it has.',
    runbook: 'Is the object in the bucket, may the job read it, is it valid JSON?',
  },
  {
    ...per,
    name: 'DaggerDartMisses',
    expr: 'dagger:dart_misses:rate / (dagger:dart_misses:rate + dagger:dart_hits:rate > 0.1)',
    threshold: { ...byJob, op: '>', value: 0.5, unit: 'ratio' },
    forText: '15m',
    severity: 'info',
    stage: 'udf',
    summary: `{{ $value | humanizePercentage }} of the look-ups of job ${JOB} find nothing`,
    description: 'Dart answers with a default, or with nothing.',
    runbook: 'Has the list been emptied, or have keys changed their form?',
  },
  {
    ...per,
    name: 'DaggerRecordsFiltered',
    expr: 'dagger:filtered_records:increase5m / 300',
    threshold: { ...byJob, op: '>', value: 1, unit: 'records/s' },
    forText: '10m',
    severity: 'warning',
    stage: 'operators',
    summary: `Job ${JOB} drops {{ printf "%.1f" $value }} invalid records a second`,
    description: 'They do not have the fields that their time or key is taken from.',
    runbook: 'Compare a message of the topic with the proto; a producer may have been deployed.',
  },
  {
    ...per,
    name: 'DaggerInfluxLateRecords',
    expr: 'dagger:influx_late_records:increase5m',
    threshold: { ...byJob, op: '>', value: 0.5, unit: 'records' },
    forText: '0s',
    severity: 'warning',
    stage: 'sink',
    summary: `InfluxDB refused {{ printf "%.0f" $value }} points of job ${JOB} as too old`,
    description: 'They lie beyond the retention of the database.',
    runbook: 'A job that replays history needs a retention policy that is long enough.',
  },
]

export const ALERTS: readonly PackAlert[] = [...OWN, ...jobAlerts('dagger')]
