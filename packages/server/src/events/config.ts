import { z } from 'zod'
import { byteSize, duration } from '../config/quantity.ts'

/** `events` in weir.yml: what is kept of the events and service checks that senders tell. */
export const eventsConfig = z.strictObject({
  retention_time: duration
    .prefault('30d')
    .describe('How long events and service checks are kept; 0: as long as there is room.'),
  max_events: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe('Events that are kept, and service checks as many; beyond it the oldest go.'),
  max_bytes: byteSize
    .prefault('8MiB')
    .refine((bytes) => bytes >= 65_536, { message: 'want at least 64KiB' })
    .describe(
      'Text of the events that are kept, and of the service checks; beyond it the oldest go.',
    ),
  max_queued: z
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .describe(
      'Events and service checks that may wait to be written; more are refused and counted.',
    ),
  as_logs: z
    .boolean()
    .default(true)
    .describe('Whether they are lines of log too, with the label `source="statsd"`.'),
})

/** The `events` section, checked. */
export type EventsConfig = z.output<typeof eventsConfig>
