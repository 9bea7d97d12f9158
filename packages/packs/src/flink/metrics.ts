/**
 * The reference. Types are what Flink means: Prometheus says "gauge" of all but histograms. Checked against
 * what a real Flink sends (`capture.test.ts`).
 */
import type { MetricReference } from '../api.ts'
import { references } from './metric-table.ts'
import { JOB_TABLES } from './metrics-job.ts'
import { KAFKA_TABLES } from './metrics-kafka.ts'
import { PROCESS_TABLES } from './metrics-process.ts'
import { TASK_TABLES } from './metrics-task.ts'

/** Not Flink's, but of the push gateway that it may push to. */
const PUSHED: MetricReference = {
  name: 'push_time_seconds',
  group: 'Push gateway',
  type: 'gauge',
  unit: 's since 1970',
  labels: ['job', 'instance'],
  help: 'When a group was last pushed. What Flink left behind under an older group is known by it.',
  normal: 'Less than a minute ago.',
}

/** All but what the processes say of themselves. */
export const JOB_METRICS: readonly MetricReference[] = [
  ...[...JOB_TABLES, ...TASK_TABLES, ...KAFKA_TABLES].flatMap(references),
  PUSHED,
]

export const METRICS: readonly MetricReference[] = [
  ...JOB_METRICS,
  ...PROCESS_TABLES.flatMap(references),
]
