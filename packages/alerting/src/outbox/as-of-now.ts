import type { AlertFacts, NotificationFacts } from '../template/notification-data.ts'

/** When an alert ended or will end; undefined when nobody knows it any more. */
export type KnownEnd = (fingerprint: string) => number | undefined

/**
 * What is to be said again, with the alerts as they are now: one that has ended since is told of as
 * resolved, so that a late message opens nothing that nobody will close.
 */
export function asOfNow(
  facts: NotificationFacts,
  endOf: KnownEnd,
  nowMs: number,
): NotificationFacts {
  return { ...facts, alerts: facts.alerts.map((alert) => alertAsOfNow(alert, endOf, nowMs)) }
}

function alertAsOfNow(alert: AlertFacts, endOf: KnownEnd, nowMs: number): AlertFacts {
  if (alert.status === 'resolved') return alert
  const endsAtMs = endOf(alert.fingerprint) ?? alert.startsAtMs
  return endsAtMs > nowMs ? alert : { ...alert, status: 'resolved', endsAtMs }
}
