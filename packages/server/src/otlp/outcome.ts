import type { PartialSuccess } from '@weir/wire'
import type { Gauge, Registry } from '../telemetry/registry.ts'
import type { OtlpOutcome } from './receiver.ts'

/** What was not kept, for the sender. Series of `target_info` are no points: with them alone it is a warning. */
export function partialOf({
  rejected,
  rejectedPoints,
  example,
}: OtlpOutcome): PartialSuccess | undefined {
  const reasons = Object.entries(rejected)
  if (reasons.length === 0) return undefined
  const counts = reasons.map(([reason, count]) => `${count} ${reason}`).join(', ')
  const message = `not kept: ${counts}; one of them: ${example}`
  return { rejected: rejectedPoints, message: message.slice(0, 2000) }
}

/** One gauge, whichever way the increments come. */
export function deltaStreamsGauge(registry: Registry): Gauge {
  return registry.gauge(
    'weir_otlp_delta_streams',
    'Series whose increments are added up (otlp_receiver.max_delta_streams).',
  )
}
