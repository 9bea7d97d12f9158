import type { NotificationFacts } from '../template/notification-data.ts'

/** A picture of the series behind a notification. */
export interface Picture {
  readonly png: Uint8Array
  /** Where the same picture can be fetched while it is kept; vendors' servers reach it only if this Weir is reachable for them. */
  readonly url: string
  /** What it shows, for who cannot see it. */
  readonly alt: string
}

/** Draws on demand; undefined when there is nothing to draw or it takes too long. Never throws. */
export type PictureSource = (
  facts: NotificationFacts,
  signal: AbortSignal,
) => Promise<Picture | undefined>
