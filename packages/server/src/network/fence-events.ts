import { type Refusal, watchFence } from '@weir/fetch'
import type { Telemetry } from '../telemetry/log.ts'

/** Counts the connections that `network.outgoing` does not let any thread make. */
export function countRefusals({ registry, log }: Telemetry): Disposable {
  const refused = registry.counter(
    'weir_outgoing_refused_total',
    'Connections that network.outgoing did not let Weir make.',
    ['what'],
  )
  return watchFence(({ what, host, why }: Refusal) => {
    refused.inc({ what })
    log.sampled('outgoing_refused', 60_000)?.warn({ what, host, why }, 'Connection not allowed')
  })
}
