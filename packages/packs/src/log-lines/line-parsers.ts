import { AIRFLOW_LINES } from './airflow.ts'
import { DKRON_LINES } from './dkron.ts'
import { FLINK_LINES } from './flink.ts'
import type { LineParser } from './line-parser.ts'
import { RUDDER_LINES } from './rudder-server.ts'

/** Every system whose lines Weir can read, tried in this order; a system need not have a pack for that. */
export const LINE_PARSERS: readonly LineParser[] = [
  AIRFLOW_LINES,
  FLINK_LINES,
  RUDDER_LINES,
  DKRON_LINES,
]
