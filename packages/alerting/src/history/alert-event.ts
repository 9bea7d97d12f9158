/** What can happen to an alert. */
export type AlertEventKind =
  | 'pending'
  | 'firing'
  | 'resolved'
  /** Not told, because of `why`. */
  | 'held'
  /** Told again from now on. */
  | 'released'
  | 'notified'
  /** A notification about it was given up. */
  | 'failed'
  | 'acked'
  | 'unacked'
  | 'snoozed'
  | 'woken'
  | 'assigned'
  | 'noted'

/** Something that happened at one moment to one alert or, in one message, to many. */
export interface AlertEvent {
  readonly atMs: number
  readonly kind: AlertEventKind
  readonly fingerprints: readonly string[]
  /** Who did it. */
  readonly by?: string
  /** A comment, a note, who it was assigned to, an error. */
  readonly text?: string
  /** Of `held` what holds it; of notifications why they were sent. */
  readonly why?: string
  readonly receiver?: string
  readonly integration?: string
  readonly notificationId?: string
  /** Of a snooze its end. */
  readonly untilMs?: number
}

/** An event as it is shown: of many alerts only the first. */
export interface AlertEventView extends AlertEvent {
  readonly alertCount: number
}

export interface HistoryQuestion {
  /** Only of this alert. */
  readonly fingerprint?: string
  readonly kinds?: readonly AlertEventKind[]
  /** Inclusive. */
  readonly startMs: number
  /** Exclusive. */
  readonly endMs: number
  readonly limit: number
}

export interface HistoryAnswer {
  /** Newest first. */
  readonly events: readonly AlertEventView[]
  /** Labels of the alerts in them, as far as they are known: `name, value, …`. */
  readonly labels: ReadonlyMap<string, readonly string[]>
  /** Ask for what is before this for more; null when there is nothing more. */
  readonly beforeMs: number | null
}
