import { z } from 'zod'
import { duration } from '../../config/quantity.ts'

const MINUTE_MS = 60_000

/** `auth.session` in weir.yml: how long people stay logged in on the page. */
export const sessionConfig = z.strictObject({
  idle: duration
    .prefault('8h')
    .refine((ms) => ms >= MINUTE_MS, { message: 'want at least 1m' })
    .describe('A session that nobody uses ends after so long; an open page uses it.'),
  lifetime: duration
    .prefault('7d')
    .refine((ms) => ms >= MINUTE_MS, { message: 'want at least 1m' })
    .describe('Every session ends so long after its login.'),
  max_per_user: z
    .int()
    .min(1)
    .max(1000)
    .default(20)
    .describe(
      'Sessions of one person or token; another one ends the one that was used least lately.',
    ),
  max_sessions: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe('Sessions of all; more logins are refused and counted.'),
})

export type SessionConfig = z.output<typeof sessionConfig>
