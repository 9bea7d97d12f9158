import type { ExpressionSettings, Expressions } from './alerting-rules.ts'

/** The alerts over what the reporters of this package tell, all processes of a job together. */
export function sdkExpressions({
  jobName,
  metricPrefix,
  thresholds,
}: ExpressionSettings): Expressions {
  const t = thresholds
  const valid = `${metricPrefix}_valid_records_total`
  const failures = 'sum by (job) (rate(validation_failures_total[5m]))'
  const successes = 'sum by (job) (rate(validation_success_total[5m]))'
  return {
    HighCheckpointDuration: `max by (job, job_name) (checkpoint_duration_ms) > ${t.checkpointDurationMs}`,
    HighKafkaLag: `sum by (job, group) (kafka_consumer_lag) > ${t.kafkaLag}`,
    HighErrorRate: `sum by (job) (${errorRates(metricPrefix)}) > ${t.errorsPerSecond}`,
    CheckpointFailures: `sum by (job, job_name) (increase(checkpoint_failures_total[10m])) > ${t.checkpointFailures}`,
    LowThroughput: `sum by (job, job_name) (rate(${valid}[5m])) < ${t.recordsPerSecond}`,
    NoThroughput: `absent(${valid})`,
    HighValidationFailureRate: `${failures} / (${failures} + ${successes}) > ${t.validationFailureRatio}`,
    IcebergWriteFailures: `sum by (job, iceberg_database, iceberg_table) (increase(iceberg_write_failures_total[5m])) > ${t.writeFailures}`,
    HighProcessingLatency: `histogram_quantile(0.95, sum by (le, job, job_name) (rate(processing_latency_ms_bucket[5m]))) > ${t.latencyP95Ms}`,
    TaskManagerDown: `up{job=${JSON.stringify(jobName)}} == 0`,
    HighMemoryUsage: `nodejs_heap_size_used_bytes / nodejs_heap_size_limit_bytes > ${t.heapRatio}`,
  }
}

/**
 * Errors of every kind, each labelled by its kind first: a sum of rates that lacks one kind would be
 * nothing at all, and `or` of equal label sets would keep the first alone.
 */
function errorRates(metricPrefix: string): string {
  const kinds = {
    deserialization: 'kafka_deserialization_errors_total',
    invalid: `${metricPrefix}_invalid_records_total`,
    write: 'iceberg_write_failures_total',
  }
  return Object.entries(kinds)
    .map(
      ([kind, metric]) =>
        `label_replace(sum by (job) (rate(${metric}[5m])), "kind", "${kind}", "", "")`,
    )
    .join(' or ')
}
