import { AIRFLOW } from './airflow/airflow.ts'
import { CUSTOM } from './custom/custom.ts'
import { DKRON } from './dkron/dkron.ts'
import { FLINK } from './flink/flink.ts'
import type { Pack } from './pack.ts'
import { RUDDERSTACK } from './rudderstack/rudderstack.ts'

/** Every pack Weir comes with. */
export const PACKS: readonly Pack[] = [AIRFLOW, FLINK, DKRON, RUDDERSTACK, CUSTOM]
