/**
 * Is there anything to say to an integration that was not said already? The last stage between a
 * group and its receivers; before it come inhibition, time intervals and silences (route/muting.ts).
 *
 * @see alertmanager:notify/dedup_stage.go
 */
import type { Note } from './outcome.ts'

/** The last notification of a group to one integration, in fingerprints. */
export interface LogEntry {
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
  readonly atMs: number
  /** Past this it counts as never sent. */
  readonly expiresMs: number
  /** The notification it stands for. */
  readonly notificationId: string
  /**
   * Those that were told as firing, and whose end nobody was told of because they are held back; never
   * there under `strict_compat`.
   */
  readonly open?: readonly string[]
  /** What the integration noted when it was last told. */
  readonly note?: Note
  /** Among peers: the newest counts. */
  readonly version?: number
  /** The peer that told it. */
  readonly from?: string
}

export type Reason =
  | 'first notification'
  | 'new alerts added'
  | 'all alerts resolved'
  | 'some alerts resolved'
  | 'repeat interval elapsed'

/** What a group could tell at a turn. */
export interface Telling {
  /** Fingerprints of what fires and may be told. */
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
  readonly nowMs: number
  readonly repeatIntervalMs: number
  readonly sendsResolved: boolean
  /** What stays open in {@link LogEntry.open} once this was told. */
  readonly open?: readonly string[]
  /** Whether the repetition may slip by a turn, as Alertmanager's does. */
  readonly isStrict?: boolean
}

/** Why to notify now, or undefined when nothing has to be said. */
export function reasonToNotify(entry: LogEntry | undefined, telling: Telling): Reason | undefined {
  const { firing, resolved, nowMs, sendsResolved } = telling
  if (entry === undefined || entry.expiresMs <= nowMs) {
    return firing.length > 0 ? 'first notification' : undefined
  }
  const told = new Set(entry.firing)
  if (firing.some((one) => !told.has(one))) {
    return told.size === 0 ? 'first notification' : 'new alerts added'
  }
  if (firing.length === 0) {
    const open = new Set(entry.open)
    const isNews = told.size > 0 || resolved.some((one) => open.has(one))
    return isNews ? 'all alerts resolved' : undefined
  }
  const toldResolved = new Set(entry.resolved)
  const hasNewEnd = resolved.some((one) => !toldResolved.has(one))
  if (sendsResolved && hasNewEnd) return 'some alerts resolved'
  return isTimeToRepeat(entry, telling) ? 'repeat interval elapsed' : undefined
}

/** How much a turn may come too early or too late and still be the one on the dot. */
const SLACK_MAX_MS = 1000

/**
 * In Alertmanager the time of sending counts, which is after the turn: the turn on the dot is always too
 * early, and 4 h with turns of 5 min is 4 h 5 min in truth. Here the turn on the dot repeats. A clock that
 * was set back by more than the interval does not keep anybody quiet.
 */
function isTimeToRepeat(entry: LogEntry, telling: Telling): boolean {
  const { nowMs, repeatIntervalMs } = telling
  const agoMs = nowMs - entry.atMs
  const slackMs = Math.min(SLACK_MAX_MS, repeatIntervalMs / 10)
  if (telling.isStrict === true) return agoMs > repeatIntervalMs + slackMs
  return Math.abs(agoMs) >= repeatIntervalMs - slackMs / 10
}

/** How long what was said is remembered without being said again. */
const RETENTION_MS = 120 * 3_600_000

/** How long a note of what was told counts. */
function logLifeMs(repeatIntervalMs: number): number {
  return Math.min(RETENTION_MS, 2 * repeatIntervalMs)
}

export function logEntry(telling: Telling, notificationId: string, note?: Note): LogEntry {
  const { firing, resolved, open = [], nowMs, repeatIntervalMs } = telling
  return {
    firing,
    resolved,
    atMs: nowMs,
    expiresMs: nowMs + logLifeMs(repeatIntervalMs),
    notificationId,
    ...(open.length === 0 ? {} : { open }),
    ...(note === undefined ? {} : { note }),
  }
}

/**
 * What was told, in the light of what is held back now: alerts that ended meanwhile are open, so that
 * their end is told once they are let through, and that they fire again is news.
 *
 * @param held fingerprints of all that is held back, and whether it fires
 * @returns the entry itself when nothing has to be written down
 */
export function withHeld(
  entry: LogEntry,
  held: ReadonlyMap<string, boolean>,
  { nowMs, repeatIntervalMs }: Pick<Telling, 'nowMs' | 'repeatIntervalMs'>,
): LogEntry {
  if (held.size === 0) return entry
  const ended = entry.firing.filter((one) => held.get(one) === false)
  const isMeant = ended.length > 0 || [...openOf(entry)].some((one) => held.has(one))
  if (!isMeant) return entry
  const lifeMs = logLifeMs(repeatIntervalMs)
  const isFresh = entry.expiresMs - nowMs > lifeMs / 2
  if (ended.length === 0 && isFresh) return entry
  const gone = new Set(ended)
  return {
    ...entry,
    firing: entry.firing.filter((one) => !gone.has(one)),
    open: [...new Set([...(entry.open ?? []), ...ended])],
    expiresMs: Math.max(entry.expiresMs, nowMs + lifeMs),
  }
}

/** What was told counts on, though it is not told again. */
export function prolonged(
  entry: LogEntry,
  { nowMs, repeatIntervalMs }: Pick<Telling, 'nowMs' | 'repeatIntervalMs'>,
): LogEntry {
  const lifeMs = logLifeMs(repeatIntervalMs)
  return entry.expiresMs - nowMs > lifeMs / 2 ? entry : { ...entry, expiresMs: nowMs + lifeMs }
}

/** Everything that was told as firing and not yet as over. */
export function openOf(entry: LogEntry): Set<string> {
  return new Set([...entry.firing, ...(entry.open ?? [])])
}
