import { z } from 'zod'
import { byteSize, duration } from '../config/quantity.ts'

/** `audit` in weir.yml: how much is kept of who changed what. */
export const auditConfig = z.strictObject({
  retention_time: duration
    .prefault('1y')
    .describe('How long entries of the audit log are kept; 0: as long as there is room.'),
  max_entries: z
    .int()
    .min(100)
    .max(1_000_000)
    .default(20_000)
    .describe('Entries that are kept; beyond it the oldest go.'),
  max_bytes: byteSize
    .prefault('16MiB')
    .refine((bytes) => bytes >= 65_536, { message: 'want at least 64KiB' })
    .describe('Text of the entries that are kept; beyond it the oldest go.'),
  max_refused_per_minute: z
    .int()
    .min(1)
    .max(100_000)
    .default(60)
    .describe(
      'Refused changes and failed logins that are kept, a minute, and of each person so many logins, logouts and deleted push groups; more are only counted, so that nobody can push out what was done.',
    ),
})

/** The `audit` section, checked. */
export type AuditConfig = z.output<typeof auditConfig>
