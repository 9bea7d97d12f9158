/**
 * The reference: what rudder-server and rudder-transformer send, under the names that StatsD and
 * Prometheus share (dots are underscores, counters have no `_total` of their own).
 */
import type { MetricReference } from '../api.ts'
import { DESTINATIONS } from './reference/destinations.ts'
import { FORMER } from './reference/former.ts'
import { INGESTION } from './reference/ingestion.ts'
import { PLATFORM } from './reference/platform.ts'
import { PROCESSOR } from './reference/processor.ts'
import { QUEUES } from './reference/queues.ts'
import { RUNTIME } from './reference/runtime.ts'
import { TRANSFORMER } from './reference/transformer.ts'
import { WAREHOUSE } from './reference/warehouse.ts'

export const METRICS: readonly MetricReference[] = [
  ...INGESTION,
  ...PROCESSOR,
  ...TRANSFORMER,
  ...QUEUES,
  ...DESTINATIONS,
  ...WAREHOUSE,
  ...RUNTIME,
  ...PLATFORM,
  ...FORMER,
]
