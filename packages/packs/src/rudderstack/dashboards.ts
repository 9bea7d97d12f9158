/** The boards: all six buckets at a glance, and one for each that has more to say. */
import type { DashboardDefinition } from '../pack.ts'
import { DESTINATIONS_BOARD } from './boards/destinations.ts'
import { OVERVIEW } from './boards/overview.ts'
import { QUEUE_BOARD } from './boards/queue.ts'
import { RUNTIME_BOARD } from './boards/runtime.ts'
import { TRANSFORMATIONS_BOARD } from './boards/transformations.ts'
import { TRANSFORMER_BOARD } from './boards/transformer.ts'
import { WAREHOUSE_BOARD } from './boards/warehouse.ts'

export const DASHBOARDS: readonly DashboardDefinition[] = [
  OVERVIEW,
  DESTINATIONS_BOARD,
  TRANSFORMATIONS_BOARD,
  QUEUE_BOARD,
  WAREHOUSE_BOARD,
  RUNTIME_BOARD,
  TRANSFORMER_BOARD,
]
