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
  readonly alertNames: readonly string[]
  readonly status: 'firing' | 'resolved'
}
