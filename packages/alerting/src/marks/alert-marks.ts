/** Who did something, and when. */
interface Signed {
  readonly by: string
  readonly atMs: number
}

/** What people said about an alert. */
export interface AlertMarks {
  readonly fingerprint: string
  /** Somebody knows: it is not told again while it fires on. */
  readonly ack: (Signed & { readonly comment: string }) | null
  readonly assignee: (Signed & { readonly to: string }) | null
  readonly snooze: Snooze | null
  /** Oldest first. */
  readonly notes: readonly (Signed & { readonly text: string })[]
}

export interface MarkVersion {
  /** When anything of it last changed; among peers the newest counts. */
  readonly changedMs?: number
}

export const MARK_LIMITS = {
  alertsAtOnce: 1000,
  textLength: 4096,
  nameLength: 200,
  notes: 50,
} as const

/** A silence on exactly the labels of the alert. */
interface Snooze extends Signed {
  readonly silenceId: string
  /** Null: until it is resolved. */
  readonly untilMs: number | null
}

export const NO_MARKS: Omit<AlertMarks, 'fingerprint'> = {
  ack: null,
  assignee: null,
  snooze: null,
  notes: [],
}

/** Marks as they hold at a moment: an acknowledgement and an assignment are about the time the alert fires in. */
export function marksAt(
  known: AlertMarks & MarkVersion,
  { startsAtMs, nowMs }: { readonly startsAtMs: number; readonly nowMs: number },
): AlertMarks {
  const { changedMs: _, ...marks } = known
  const { ack, assignee, snooze } = marks
  return {
    ...marks,
    ack: ack !== null && ack.atMs >= startsAtMs ? ack : null,
    assignee: assignee !== null && assignee.atMs >= startsAtMs ? assignee : null,
    snooze: snooze !== null && (snooze.untilMs === null || snooze.untilMs > nowMs) ? snooze : null,
  }
}
