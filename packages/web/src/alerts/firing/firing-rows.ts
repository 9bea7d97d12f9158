import type { FiringAlert, FiringGroup, NotificationView, ReceiverView } from '@weir/packs'
import { shortTime } from '../../time/clock-text.ts'

/** How an alert is dealt with, what is most urgent first. */
export type FiringState = 'active' | 'acked' | 'suppressed' | 'beat' | 'resolved'

export function stateOf(alert: FiringAlert, nowMs: number): FiringState {
  if (alert.endsAtMs <= nowMs) return 'resolved'
  if (alert.status.state === 'suppressed') return 'suppressed'
  // A dead man's switch fires so that its silence can be noticed.
  if (alert.labels['severity'] === 'none') return 'beat'
  return (alert.marks?.ack ?? null) === null ? 'active' : 'acked'
}

/** Why an alert is not told, in words; '' when it is. */
export function heldText({ silencedBy, inhibitedBy, mutedBy }: FiringAlert['status']): string {
  const why = [
    ...(silencedBy.length > 0 ? ['silenced'] : []),
    ...(inhibitedBy.length > 0 ? ['inhibited'] : []),
    ...(mutedBy.length > 0 ? [`muted by ${mutedBy.join(', ')}`] : []),
  ]
  return why.join(', ')
}

/** Who deals with it, and why it is not told: a few words each. */
export function markTexts({ marks, status }: FiringAlert): string[] {
  const held = heldText(status)
  const snooze = marks?.snooze ?? null
  return [
    ...(marks?.ack ? [`acked by ${marks.ack.by}`] : []),
    ...(marks?.assignee ? [`for ${marks.assignee.to}`] : []),
    ...(snooze === null
      ? []
      : [
          snooze.untilMs === null
            ? 'snoozed until resolved'
            : `snoozed until ${shortTime(snooze.untilMs)}`,
        ]),
    ...(held === '' || (snooze !== null && held === 'silenced') ? [] : [held]),
    ...(marks?.notes.length
      ? [`${marks.notes.length} note${marks.notes.length === 1 ? '' : 's'}`]
      : []),
  ]
}

/** Alerts by state; one that is told to several receivers counts once. */
export function countFiring(
  groups: readonly FiringGroup[],
  nowMs: number,
): Readonly<Record<FiringState, number>> {
  const counts = { active: 0, acked: 0, suppressed: 0, beat: 0, resolved: 0 }
  const seen = new Set<string>()
  for (const alert of groups.flatMap(({ alerts }) => alerts)) {
    if (seen.has(alert.fingerprint)) continue
    seen.add(alert.fingerprint)
    counts[stateOf(alert, nowMs)]++
  }
  return counts
}

const ORDER: readonly FiringState[] = ['active', 'acked', 'suppressed', 'beat', 'resolved']

/** Groups with the alerts that match; those that nobody deals with first, then the latest. */
export function shownFiring(
  groups: readonly FiringGroup[],
  wanted: { readonly query: string; readonly state: string | undefined },
  nowMs: number,
): FiringGroup[] {
  const words = wanted.query.toLowerCase().split(/\s+/).filter(Boolean)
  const rank = (alert: FiringAlert): number => ORDER.indexOf(stateOf(alert, nowMs))
  const best = ({ alerts }: FiringGroup): number => Math.min(...alerts.map(rank))
  return groups
    .map((group) => ({
      ...group,
      alerts: group.alerts
        .filter((alert) => wanted.state === undefined || stateOf(alert, nowMs) === wanted.state)
        .filter((alert) => isFound(alert, group.receiver, words))
        .toSorted((a, b) => rank(a) - rank(b) || b.startsAtMs - a.startsAtMs),
    }))
    .filter(({ alerts }) => alerts.length > 0)
    .toSorted((a, b) => best(a) - best(b))
}

function isFound(alert: FiringAlert, receiver: string, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const { labels, annotations, marks } = alert
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  const texts = [receiver, ...pairs, ...Object.values(annotations), marks?.assignee?.to ?? '']
  const text = texts.join(' ').toLowerCase()
  return words.every((word) => text.includes(word))
}

/** False for a receiver that only shows: one without integrations, and that of a Weir without routes, which `record`s. */
export function tellsSomebody(receivers: readonly ReceiverView[], wanted: string): boolean {
  const known = receivers.find(({ name }) => name === wanted)
  return known === undefined || known.integrations.some((kind) => kind !== 'record')
}

/**
 * The alert that is told with these labels, and its group. Relabelling may have added some (a team) on
 * the way; of several that have them all it is the one with the fewest.
 */
export function firingWith(
  groups: readonly FiringGroup[],
  labels: Readonly<Record<string, string>>,
): { readonly alert: FiringAlert; readonly group: FiringGroup } | undefined {
  const wanted = Object.entries(labels)
  return groups
    .flatMap((group) => group.alerts.map((alert) => ({ alert, group })))
    .filter(({ alert }) => wanted.every(([name, value]) => alert.labels[name] === value))
    .toSorted((a, b) => labelCount(a.alert) - labelCount(b.alert))[0]
}

function labelCount({ labels }: FiringAlert): number {
  return Object.keys(labels).length
}

/** The newest notification of a group, where it did not arrive; undefined when it did or none was due. */
export function undeliveredOf(
  { key, receiver }: FiringGroup,
  notifications: readonly NotificationView[],
): NotificationView | undefined {
  let newest: NotificationView | undefined
  for (const one of notifications) {
    if (one.groupKey !== key || one.receiver !== receiver) continue
    if (newest === undefined || one.createdMs > newest.createdMs) newest = one
  }
  const isTried = newest?.state === 'failed' || (newest?.state === 'pending' && newest.attempts > 0)
  return isTried ? newest : undefined
}

/** Labels that tell an alert from the others of its group. */
export function ownLabels(alert: FiringAlert, group: FiringGroup): [string, string][] {
  return Object.entries(alert.labels).filter(
    ([name]) => name !== 'alertname' && !Object.hasOwn(group.labels, name),
  )
}

/** The next time the clock shows nine in the morning tomorrow. */
export function tomorrowNine(nowMs: number): number {
  const date = new Date(nowMs)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1, 9).getTime()
}
