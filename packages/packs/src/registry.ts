import { AIRFLOW } from './airflow/airflow.ts'
import { CUSTOM } from './custom/custom.ts'
import { DAGGER } from './dagger/dagger.ts'
import { DKRON } from './dkron/dkron.ts'
import { FLINK } from './flink/flink.ts'
import { KAFKA_ICEBERG } from './kafka-iceberg/kafka-iceberg.ts'
import { RUDDERSTACK } from './rudderstack/rudderstack.ts'
import { WEIR } from './weir/weir.ts'
import type { Pack } from './pack.ts'

/** Every pack Weir comes with. */
export const PACKS: readonly Pack[] = [
  AIRFLOW,
  // Before Flink: of two mappings that fit, the first decides.
  DAGGER,
  FLINK,
  DKRON,
  RUDDERSTACK,
  KAFKA_ICEBERG,
  CUSTOM,
  WEIR,
]
