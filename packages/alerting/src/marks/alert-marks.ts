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
  marks: AlertMarks,
  { startsAtMs, nowMs }: { readonly startsAtMs: number; readonly nowMs: number },
): AlertMarks {
  const { ack, assignee, snooze } = marks
  return {
    ...marks,
    ack: ack !== null && ack.atMs >= startsAtMs ? ack : null,
    assignee: assignee !== null && assignee.atMs >= startsAtMs ? assignee : null,
    snooze: snooze !== null && (snooze.untilMs === null || snooze.untilMs > nowMs) ? snooze : null,
  }
}
