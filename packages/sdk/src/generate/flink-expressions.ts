import type { ExpressionSettings, Expressions } from './alerting-rules.ts'

/** What Flink puts before the name of every metric that an operator makes. */
const OPERATOR = 'flink_taskmanager_job_task_operator'

/**
 * The alerts over what Flink itself exports. It appends no `_total`, has a series for each subtask
 * (so everything is summed by job first), and no histogram buckets for PyFlink's distributions:
 * latency is the lag of event time instead.
 */
export function flinkExpressions({
  jobName,
  metricPrefix,
  thresholds,
}: ExpressionSettings): Expressions {
  const t = thresholds
  const own = `${OPERATOR}_${metricPrefix}`
  const rate = (metric: string): string => `sum by (job_name) (rate(${metric}[5m]))`
  const heap = 'flink_taskmanager_Status_JVM_Memory_Heap'
  return {
    HighCheckpointDuration: `flink_jobmanager_job_lastCheckpointDuration > ${t.checkpointDurationMs}`,
    HighKafkaLag: `sum by (job_name) (${OPERATOR}_pendingRecords) > ${t.kafkaLag}`,
    HighErrorRate: `sum by (job_name) (${errorRates(own)}) > ${t.errorsPerSecond}`,
    CheckpointFailures: `increase(flink_jobmanager_job_numberOfFailedCheckpoints[10m]) > ${t.checkpointFailures}`,
    LowThroughput: `${rate(`${own}_valid_records`)} < ${t.recordsPerSecond}`,
    NoThroughput: `absent(${own}_valid_records)`,
    HighValidationFailureRate: `${rate(`${own}_invalid_records`)} / ${rate(`${own}_throughput`)} > ${t.validationFailureRatio}`,
    IcebergWriteFailures: `sum by (job_name) (increase(${OPERATOR}_iceberg_write_failures[5m])) > ${t.writeFailures}`,
    HighProcessingLatency: `max by (job_name) (${OPERATOR}_currentEmitEventTimeLag) > ${t.latencyP95Ms}`,
    TaskManagerDown: `up{job=${JSON.stringify(jobName)}} == 0`,
    HighMemoryUsage: `${heap}_Used / ${heap}_Max > ${t.heapRatio} and ${heap}_Max > 0`,
  }
}

function errorRates(own: string): string {
  const kinds = {
    input: `${OPERATOR}_numRecordsInErrors`,
    deserialization: `${OPERATOR}_kafka_deserialization_errors`,
    invalid: `${own}_invalid_records`,
  }
  return Object.entries(kinds)
    .map(
      ([kind, metric]) =>
        `label_replace(sum by (job_name) (rate(${metric}[5m])), "kind", "${kind}", "", "")`,
    )
    .join(' or ')
}
