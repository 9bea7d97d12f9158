/** What people who run RudderStack want to be told, with what to do about it. */
import type { PackAlert } from '../pack.ts'
import { DESTINATION_ALERTS } from './alerts/destinations.ts'
import { INGESTION_ALERTS } from './alerts/ingestion.ts'
import { QUEUE_ALERTS } from './alerts/queues.ts'
import { RUNTIME_ALERTS } from './alerts/runtime.ts'
import { TRANSFORMATION_ALERTS } from './alerts/transformations.ts'
import { WAREHOUSE_ALERTS } from './alerts/warehouse.ts'

export const ALERTS: readonly PackAlert[] = [
  ...DESTINATION_ALERTS,
  ...INGESTION_ALERTS,
  ...TRANSFORMATION_ALERTS,
  ...QUEUE_ALERTS,
  ...WAREHOUSE_ALERTS,
  ...RUNTIME_ALERTS,
]
