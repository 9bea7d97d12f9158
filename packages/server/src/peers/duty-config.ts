import { z } from 'zod'
import { duration } from '../config/quantity.ts'

/** The keys of `rules` that say which of several Weirs evaluates them. */
export const dutyKeys = {
  run: z
    .enum(['each', 'lease', 'vote', 'never'], { error: 'want each, lease, vote or never' })
    .default('each')
    .describe(
      'Where `notifications.peers` stand before one engine: `lease` lets one of them evaluate the rules, by the votes of a majority; `vote` gives a vote and evaluates nothing; `never` does neither, for intakes whose rules other Weirs evaluate; `each` evaluates for itself.',
    ),
  lease_time: duration
    .prefault('10s')
    .refine((ms) => ms >= 4000 && ms <= 300_000, { message: 'want 4s to 5m' })
    .describe('How long the lease lasts without being renewed; the same on all of them.'),
} as const

/** Where one of two dies, the other is no majority. */
const OTHERS_MIN = 2

/** For a `superRefine` of the whole configuration. */
export function checkDuty(
  config: {
    readonly rules: { readonly run: 'each' | 'lease' | 'vote' | 'never' }
    readonly notifications: { readonly peers: readonly string[] }
    readonly storage: { readonly metrics: { readonly engine: string } }
  },
  context: z.core.$RefinementCtx,
): void {
  const { rules, notifications, storage } = config
  if (rules.run === 'each') return
  const complain = (message: string): void =>
    context.addIssue({ code: 'custom', path: ['rules', 'run'], message })
  if (storage.metrics.engine === 'embedded') {
    complain('want storage.metrics.engine: prometheus, so that all have the same metrics')
  } else if (rules.run !== 'never' && notifications.peers.length < OTHERS_MIN) {
    complain(
      'want at least two other Weirs in notifications.peers (one of them may only vote): of two, none goes on alone',
    )
  }
}
