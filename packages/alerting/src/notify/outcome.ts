import { WeirError } from '@weir/model'
import type { NotificationFacts } from '../template/notification-data.ts'

/** What became of one attempt to deliver. */
export type Outcome =
  | { readonly kind: 'sent'; readonly note?: Note }
  /** `afterMs` is what the receiver asked for, null when it did not. */
  | { readonly kind: 'retry'; readonly afterMs: number | null; readonly cause: WeirError }
  | { readonly kind: 'refused'; readonly cause: WeirError }

/**
 * What an integration wants to remember of a group it told about, such as the message to edit next
 * time. Kept with the notification log until the group is resolved.
 */
export type Note = Readonly<Record<string, string>>

/** One way to reach somebody: a webhook, a PagerDuty service. */
export interface Integration {
  /** `webhook`, `slack`, …; `record` for the receiver that only shows. */
  readonly kind: string
  /** Position among those of its kind in the receiver. */
  readonly index: number
  readonly sendsResolved: boolean
  /** Tries once. Never throws but for an aborted signal; secrets are in no cause. */
  send(facts: NotificationFacts, signal: AbortSignal, note?: Note): Promise<Outcome>
}

export interface Receiver {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly integrations: readonly Integration[]
}

export const SENT: Outcome = { kind: 'sent' }

export function refused(why: string): Outcome {
  return { kind: 'refused', cause: new WeirError('NOTIFY_FAILED', why) }
}

export function retryLater(why: string, afterMs: number | null = null): Outcome {
  return { kind: 'retry', afterMs, cause: new WeirError('NOTIFY_FAILED', why) }
}
