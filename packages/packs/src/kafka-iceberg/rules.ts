/** Ten alerts that such a job is known for, on metrics that there are, and those that it lacked. */
import type { PackAlert } from '../pack.ts'
import { OPERATOR, ofFlink } from './records.ts'

const PIPELINE = '{{ $labels.pipeline }}'

const per = (what: string): string => `kafka_iceberg:${what}:rate5m`
const FAILED = `sum by (pipeline) (${per('validation_failed')})`

/** What was pushed is seen for five minutes after its process went; the time of its newest sample tells sooner. */
const SILENT =
  'max by (pipeline) ((time() - max by (job) (timestamp(kafka_records_consumed_total{job!=""}))) * on (job) group_left (pipeline) kafka_iceberg:jobs) > 90'

const HANDLED = `${per('valid')} or on (pipeline) ${per('consumed')}`

/** Errors of all kinds: a sum that lacked one kind would be nothing at all. */
const ERRORS = `sum by (pipeline) (${['unread', 'invalid', 'write_failed']
  .map((kind) => `label_replace(${per(kind)}, "kind", "${kind}", "", "")`)
  .join(' or ')})`

const TEN: readonly PackAlert[] = [
  {
    name: 'HighCheckpointDuration',
    expr: 'kafka_iceberg:checkpoint_seconds',
    threshold: { op: '>', value: 300, unit: 's', by: 'pipeline' },
    forText: '5m',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'checkpoint',
    summary: `A checkpoint of ${PIPELINE} takes {{ $value | humanizeDuration }}`,
    description: 'Over five minutes.',
    runbook:
      'Size of the state, speed of the storage, back pressure (barriers wait behind records): unaligned checkpoints help with the last.',
  },
  {
    name: 'HighKafkaLag',
    expr: 'kafka_iceberg:lag',
    threshold: { op: '>', value: 100_000, unit: 'records', by: 'pipeline' },
    forText: '10m',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'source',
    summary: `${PIPELINE} is {{ $value | humanize }} records behind`,
    description: 'Over all partitions.',
    runbook:
      'One partition or all? One: a hot key, or a consumer that hangs. All: compare consumed with written; add consumers up to the number of partitions.',
  },
  {
    name: 'HighErrorRate',
    expr: ERRORS,
    threshold: { op: '>', value: 10, unit: 'records/s', by: 'pipeline' },
    forText: '5m',
    severity: 'critical',
    pipeline: PIPELINE,
    stage: 'process',
    summary: `${PIPELINE} fails on {{ printf "%.1f" $value }} records a second`,
    description: 'Messages that cannot be read, rows that are invalid, writes that fail, together.',
    runbook:
      'See by kind on the board; then the newest lines of level ERROR. A new schema upstream?',
  },
  {
    name: 'CheckpointFailures',
    expr: 'kafka_iceberg:checkpoint_failures:increase10m',
    threshold: { op: '>', value: 3, unit: 'checkpoints', by: 'pipeline' },
    forText: '5m',
    severity: 'critical',
    pipeline: PIPELINE,
    stage: 'checkpoint',
    summary: `{{ printf "%.0f" $value }} checkpoints of ${PIPELINE} failed in ten minutes`,
    description: 'After a failure the job would begin where the last good one was.',
    runbook:
      'Storage of the state (credentials, space), time-outs, and memory of the TaskManagers.',
  },
  {
    name: 'LowThroughput',
    expr: HANDLED,
    // The mean of five minutes is too low while there have not been five.
    threshold: {
      op: '<',
      value: 100,
      unit: 'records/s',
      by: 'pipeline',
      also: `and on (pipeline) (${per('valid')} offset 5m or on (pipeline) ${per('consumed')} offset 5m)`,
    },
    forText: '10m',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'process',
    summary: `${PIPELINE} handles only {{ printf "%.1f" $value }} records a second`,
    description: 'Below 100 for ten minutes. A quiet topic may be so: set a limit of its own.',
    runbook:
      'Does the topic have new messages? Lag grows: the job is slow. Lag is zero: upstream is.',
  },
  {
    name: 'HighValidationFailureRate',
    expr: `${FAILED} / (${FAILED} + (${per('validated')} or 0 * ${FAILED}) > 0)`,
    threshold: { op: '>', value: 0.1, unit: 'ratio', by: 'pipeline' },
    forText: '5m',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'validate',
    summary: `{{ $value | humanizePercentage }} of the rows of ${PIPELINE} are invalid`,
    description: 'Of all that were judged.',
    runbook:
      'Reason and type of data are on the board: one reason is a change upstream, all are ours.',
  },
  {
    name: 'IcebergWriteFailures',
    expr: `${per('write_failed')} * 300`,
    threshold: { op: '>', value: 5, unit: 'writes', by: 'pipeline' },
    forText: '0s',
    severity: 'critical',
    pipeline: PIPELINE,
    stage: 'sink',
    summary: `{{ printf "%.0f" $value }} writes of ${PIPELINE} to Iceberg failed in five minutes`,
    description: 'Rows are kept until a write succeeds, or lost, as the job is made.',
    runbook:
      'The catalog (is it up, does the token hold?), object storage, and writers in conflict.',
  },
  {
    name: 'HighProcessingLatency',
    expr: `histogram_quantile(0.95, kafka_iceberg:processing_latency_ms_bucket:rate5m) / 1000 >= 0 or on (pipeline) ${ofFlink(`max by (job_name) (${OPERATOR}_currentEmitEventTimeLag / 1000)`)}`,
    threshold: { op: '>', value: 10, unit: 's', by: 'pipeline' },
    forText: '10m',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'process',
    summary: `Rows of ${PIPELINE} are handled {{ $value | humanizeDuration }} after they came to be`,
    description:
      'The 95th percentile; of a Flink job the age of records at the source, since PyFlink’s distributions have no buckets.',
    runbook: 'Lag first: late because behind. Without lag: the step itself is slow.',
  },
  {
    name: 'TaskManagerDown',
    expr: 'up{job=~"flink-health-consumer|kafka-iceberg.*"} == 0',
    forText: '2m',
    severity: 'critical',
    pipeline: '{{ $labels.job }}',
    stage: 'process',
    summary: '{{ $labels.instance }} of {{ $labels.job }} cannot be scraped',
    description: 'For two minutes. Of scrape jobs called flink-health-consumer or kafka-iceberg….',
    runbook:
      'Is the process up, and the port (9249) open? Several on a host need a range of ports.',
  },
  {
    name: 'HighMemoryUsage',
    expr: '(flink_taskmanager_Status_JVM_Memory_Heap_Used / (flink_taskmanager_Status_JVM_Memory_Heap_Max > 0) and on () kafka_iceberg:flink_jobs) or (nodejs_heap_size_used_bytes / (nodejs_heap_size_limit_bytes > 0)) * on (job) group_left (pipeline) kafka_iceberg:jobs',
    threshold: { op: '>', value: 0.9, unit: 'ratio', by: 'instance' },
    forText: '5m',
    severity: 'warning',
    pipeline: '{{ with $labels.pipeline }}{{ . }}{{ else }}{{ $labels.instance }}{{ end }}',
    stage: 'process',
    summary: '{{ $labels.instance }} has used {{ $value | humanizePercentage }} of its heap',
    description: 'A TaskManager, or a process of Node.js.',
    runbook: 'More memory, less state, smaller batches; a heap that only grows is a leak.',
  },
]

const LACKING: readonly PackAlert[] = [
  {
    name: 'NoThroughput',
    expr: `(group by (pipeline) (last_over_time(kafka_iceberg:jobs[1h])) unless on (pipeline) kafka_iceberg:jobs) or on (pipeline) ${SILENT}`,
    forText: '2m',
    severity: 'critical',
    pipeline: PIPELINE,
    stage: 'process',
    summary: `${PIPELINE} tells nothing any more`,
    description:
      'Its metrics were there in the last hour and are gone; LowThroughput is silent then. Stopped on purpose, it is forgotten after an hour.',
    runbook: 'Is the process up? Then look at where its metrics go.',
  },
  {
    name: 'JobDown',
    expr: 'label_replace(group by (job_name) (last_over_time(kafka_iceberg:flink_jobs[1h])) unless on (job_name) kafka_iceberg:flink_jobs, "pipeline", "$1", "job_name", "(.+)")',
    forText: '2m',
    severity: 'critical',
    pipeline: PIPELINE,
    stage: 'process',
    summary: `The Flink job ${PIPELINE} is gone`,
    description:
      'Its series end with it, so a comparison with zero would never be true. Stopped on purpose, it is forgotten after an hour.',
    runbook:
      'Look at the JobManager: failed for good, cancelled, or not started again after an upgrade?',
  },
  {
    name: 'ConsumingWithoutWriting',
    expr: `${per('consumed')} > 1 unless on (pipeline) ${per('written')} > 0`,
    forText: '15m',
    severity: 'critical',
    pipeline: PIPELINE,
    stage: 'sink',
    summary: `${PIPELINE} consumes {{ printf "%.0f" $value }} records a second and writes none`,
    description: 'For a quarter of an hour.',
    runbook:
      'A filter that drops all, a sink that buffers, a commit that hangs. See IcebergCommitAge.',
  },
  {
    name: 'CheckpointStale',
    expr: 'kafka_iceberg:checkpoint_age_seconds',
    threshold: { op: '>', value: 300, unit: 's', by: 'pipeline' },
    forText: '0s',
    severity: 'critical',
    pipeline: PIPELINE,
    stage: 'checkpoint',
    summary: `No checkpoint of ${PIPELINE} was completed for {{ $value | humanizeDuration }}`,
    description:
      'Five minutes are five times the usual interval; set a limit of its own where it is longer.',
    runbook:
      'Do they fail (CheckpointFailures), do they take for ever (back pressure), are they off?',
  },
  {
    name: 'IcebergCommitAge',
    expr: 'kafka_iceberg:commit_age_seconds',
    threshold: { op: '>', value: 600, unit: 's', by: 'pipeline' },
    forText: '0s',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'sink',
    summary: `Nothing was committed to {{ $labels.table }} for {{ $value | humanizeDuration }}`,
    description:
      'Commits may stop while checkpoints succeed: readers see old data, and nothing else says so.',
    runbook:
      'Read the log of the committer. Is the catalog reachable, does another writer hold the table?',
  },
  {
    name: 'IcebergCommitAgeCritical',
    expr: 'kafka_iceberg:commit_age_seconds',
    threshold: { op: '>', value: 1800, unit: 's', by: 'pipeline' },
    forText: '0s',
    severity: 'critical',
    pipeline: PIPELINE,
    stage: 'sink',
    summary: `Nothing was committed to {{ $labels.table }} for {{ $value | humanizeDuration }}`,
    description: 'Half an hour.',
    runbook: 'As for IcebergCommitAge. Files that were flushed wait: do not clean up orphans now.',
  },
  {
    name: 'IcebergCommitsStopped',
    expr: 'kafka_iceberg:flushed_files:increase15m > 0 and on (pipeline, table) kafka_iceberg:committed_files:increase15m == 0 and on (pipeline) kafka_iceberg:checkpoint_age_seconds < 300',
    forText: '5m',
    severity: 'critical',
    pipeline: PIPELINE,
    stage: 'sink',
    summary: `Checkpoints of ${PIPELINE} succeed, files are written, and none becomes part of {{ $labels.table }}`,
    description: 'In a quarter of an hour.',
    runbook:
      'The job looks healthy and is not. Restart it from the last checkpoint: the committer takes up what waits.',
  },
  {
    name: 'Backpressure',
    expr: ofFlink(
      'max by (job_name, task_name) (flink_taskmanager_job_task_backPressuredTimeMsPerSecond)',
      ['task_name'],
    ),
    threshold: { op: '>', value: 500, unit: 'ms/s', by: 'pipeline' },
    forText: '5m',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'process',
    summary: `{{ $labels.task_name }} of ${PIPELINE} waits half of the time for what comes after it`,
    description: 'For five minutes.',
    runbook: 'The first task downstream that is busy and not held up is the slow one.',
  },
  {
    name: 'JobRestarting',
    expr: ofFlink('max by (job_name) (increase(flink_jobmanager_job_numRestarts[1h]))'),
    threshold: { op: '>', value: 3, unit: 'restarts', by: 'pipeline' },
    forText: '0s',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'process',
    summary: `${PIPELINE} restarted {{ printf "%.0f" $value }} times in an hour`,
    description: 'Each restart goes back to the last checkpoint.',
    runbook:
      'The exceptions of the job name the cause; one record that always fails comes back each time.',
  },
  {
    name: 'KafkaConsumerCrashed',
    expr: 'sum by (pipeline, group) (increase(kafka_consumer_crashes_total[15m]) * on (job) group_left (pipeline) kafka_iceberg:jobs)',
    threshold: { op: '>', value: 0.5, unit: 'crashes', by: 'pipeline' },
    forText: '0s',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'source',
    summary: `The consumer of ${PIPELINE} crashed`,
    description: 'In the last quarter of an hour.',
    runbook: 'The label `restart` tells whether it comes back by itself.',
  },
  {
    name: 'KafkaRebalancing',
    expr: 'sum by (pipeline, group) (increase(kafka_consumer_rebalances_total[15m]) * on (job) group_left (pipeline) kafka_iceberg:jobs)',
    threshold: { op: '>', value: 10, unit: 'rebalances', by: 'pipeline' },
    forText: '0s',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'source',
    summary: `Group {{ $labels.group }} of ${PIPELINE} deals out its partitions again and again`,
    description: 'Nothing is consumed meanwhile.',
    runbook: 'A handler slower than the session time-out, or processes that restart.',
  },
  {
    name: 'IcebergSmallFiles',
    expr: 'kafka_iceberg:added_bytes:increase1h / on (pipeline, table) (kafka_iceberg:added_files:increase1h > 100)',
    threshold: { op: '<', value: 8_388_608, unit: 'bytes', by: 'pipeline' },
    forText: '1h',
    severity: 'info',
    pipeline: PIPELINE,
    stage: 'sink',
    summary: `New files of {{ $labels.table }} have only {{ $value | humanize1024 }}B on average`,
    description: 'More than a hundred in an hour, below 8 MiB each: queries open them all.',
    runbook: 'Compact the table (rewrite_data_files), commit less often, or write by fewer tasks.',
  },
]

export const ALERTS: readonly PackAlert[] = [...TEN, ...LACKING]
