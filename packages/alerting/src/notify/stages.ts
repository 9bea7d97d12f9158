import type { AlertFacts } from '../template/notification-data.ts'
import type { Note } from './outcome.ts'

/**
 * What stands between a group and its receivers, a stage each. So far one: is there anything to say
 * that was not said already? Inhibition, silences and time intervals belong before it.
 *
 * @see alertmanager:notify/dedup_stage.go
 */

/** The last notification of a group to one integration, in fingerprints. */
export interface LogEntry {
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
  readonly atMs: number
  /** Past this it counts as never sent. */
  readonly expiresMs: number
  /** The notification it stands for. */
  readonly notificationId: string
  /** What the integration noted when it was last told. */
  readonly note?: Note
}

export type Reason =
  | 'first notification'
  | 'new alerts added'
  | 'all alerts resolved'
  | 'some alerts resolved'
  | 'repeat interval elapsed'

export interface Telling {
  readonly alerts: readonly AlertFacts[]
  readonly nowMs: number
  readonly repeatIntervalMs: number
  readonly sendsResolved: boolean
}

/** Why to notify now, or undefined when nothing has to be said. */
export function reasonToNotify(entry: LogEntry | undefined, telling: Telling): Reason | undefined {
  const { alerts, nowMs, repeatIntervalMs, sendsResolved } = telling
  const firing = fingerprints(alerts, 'firing')
  if (entry === undefined || entry.expiresMs <= nowMs) {
    return firing.length > 0 ? 'first notification' : undefined
  }
  const told = new Set(entry.firing)
  if (firing.some((one) => !told.has(one))) {
    return told.size === 0 ? 'first notification' : 'new alerts added'
  }
  if (firing.length === 0) return told.size > 0 ? 'all alerts resolved' : undefined
  const toldResolved = new Set(entry.resolved)
  const hasNewEnd = fingerprints(alerts, 'resolved').some((one) => !toldResolved.has(one))
  if (sendsResolved && hasNewEnd) return 'some alerts resolved'
  return entry.atMs < nowMs - repeatIntervalMs ? 'repeat interval elapsed' : undefined
}

/** How long what was said is remembered without being said again. */
const RETENTION_MS = 120 * 3_600_000

export function logEntry(telling: Telling, notificationId: string, note?: Note): LogEntry {
  const { alerts, nowMs, repeatIntervalMs } = telling
  return {
    firing: fingerprints(alerts, 'firing'),
    resolved: fingerprints(alerts, 'resolved'),
    atMs: nowMs,
    expiresMs: nowMs + Math.min(RETENTION_MS, 2 * repeatIntervalMs),
    notificationId,
    ...(note === undefined ? {} : { note }),
  }
}

function fingerprints(alerts: readonly AlertFacts[], status: AlertFacts['status']): string[] {
  return alerts.filter((alert) => alert.status === status).map((alert) => alert.fingerprint)
}
