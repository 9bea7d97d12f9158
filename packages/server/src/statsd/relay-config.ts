import { z } from 'zod'
import { byteSize } from '../config/quantity.ts'

const target = z.strictObject({
  address: z
    .string()
    .regex(/^(?:\[[^\]]+\]|[^:]+):\d{1,5}$/, {
      message: 'want host:port such as statsd.example:8125',
    })
    .describe('Where the other StatsD server is, host:port.'),
  protocol: z.enum(['udp', 'tcp']).default('udp').describe('How it is reached.'),
  packet_length: z
    .int()
    .min(64)
    .max(65_507)
    .default(1400)
    .describe('Lines are packed up to so many bytes; longer ones are not relayed and counted.'),
  max_queued_bytes: byteSize
    .prefault('4MiB')
    .refine((bytes) => bytes >= 65_536, { message: 'want at least 64KiB' })
    .describe('What may wait for the target; more is dropped and counted.'),
})

export const relay = z
  .array(target)
  .max(16)
  .default([])
  .describe('Other StatsD servers that get every line as it came, bad ones too.')

/** One entry of `statsd.relay`, checked. */
export type RelayTarget = z.output<typeof target>
