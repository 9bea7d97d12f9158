import { z } from 'zod'
import { duration } from '../config/quantity.ts'
import { pushLimits } from '../push/config.ts'

/** `pushgateway` in weir.yml: what may be pushed to `/metrics/job/…`, and how long it lives. */
export const pushGateway = z.strictObject({
  repeat_interval: duration
    .prefault('15s')
    .describe(
      'How often what was pushed is repeated, as if a push gateway were scraped; 0 keeps it at the times of the pushes alone.',
    ),
  expire_after: duration
    .prefault(0)
    .describe('How long after its last push a group is deleted; 0 keeps it until somebody does.'),
  consistency_check: z
    .boolean()
    .default(true)
    .describe(
      'Whether a push is refused when its types contradict those of others, or a series is in it twice.',
    ),
  max_groups: z
    .int()
    .positive()
    .default(10_000)
    .describe('Groups; a push that would begin one more is refused.'),
  max_series: z
    .int()
    .positive()
    .default(500_000)
    .describe('Series of all groups together; a push beyond is refused.'),
  ...pushLimits,
})

export type PushGatewayConfig = z.output<typeof pushGateway>
