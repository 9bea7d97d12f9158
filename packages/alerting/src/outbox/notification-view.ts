/** A notification as the page shows it; the shape of `GET /api/weir/v1/notifications`. */
export interface NotificationView {
  readonly id: string
  readonly receiver: string
  /** `webhook`, `pagerduty`, or `record` for the receiver that only shows. */
  readonly integration: string
  readonly groupKey: string
  readonly state: 'pending' | 'sent' | 'failed'
  readonly attempts: number
  readonly createdMs: number
  readonly nextAttemptMs: number | null
  readonly sentMs: number | null
  readonly lastError: string
  /** Up to 20. */
  readonly alertNames: readonly string[]
  readonly alertCount: number
  readonly status: 'firing' | 'resolved'
  /** Why it was to be sent: `first notification`, `repeat interval elapsed`, … */
  readonly reason: string
  /** Why it was given up; null unless it failed. */
  readonly failure: NotificationFailure['why'] | null
  readonly failedMs: number | null
  /** Whether it can be tried now: it waits, or what it was to say is still kept. */
  readonly isRetryable: boolean
}

/** Why and when a notification was given up. */
export interface NotificationFailure {
  /** The receiver does not want it; nobody took it for too long; or the config has no such receiver any more. */
  readonly why: 'refused' | 'gave_up' | 'no_receiver'
  readonly atMs: number
}
