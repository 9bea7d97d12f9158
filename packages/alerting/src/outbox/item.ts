import { Labels } from '@weir/model'
import type { Integration } from '../notify/outcome.ts'
import type { LogEntry } from '../notify/stages.ts'
import { type StoredEvidence, loadEvidence, storeEvidence } from '../stored-evidence.ts'
import { type AlertFacts, type NotificationFacts, statusOf } from '../template/notification-data.ts'
import type { NotificationFailure, NotificationView } from './notification-view.ts'

/** Who a notification is for. */
export interface Addressee {
  readonly receiver: string
  readonly kind: Integration['kind']
  readonly index: number
}

/** A notification as it lies on disk. */
export interface StoredItem {
  readonly id: string
  readonly to: Addressee
  readonly groupKey: string
  readonly status: 'firing' | 'resolved'
  readonly alertNames: readonly string[]
  readonly alertCount: number
  /** Why it was to be sent. */
  readonly reason: string
  readonly createdMs: number
  readonly state: 'pending' | 'sent' | 'failed'
  readonly attempts: number
  readonly nextAttemptMs: number | null
  readonly sentMs: number | null
  readonly lastError: string
  /** What to say; gone once it was said, kept when it failed, so that it can be tried again. */
  readonly facts: StoredFacts | null
  /** Of a failed one. */
  readonly failure?: NotificationFailure
  /** Of a waiting one, where there are peers: what they hear once it is delivered. */
  readonly telling?: PeerTelling
  /** Of a failed one: what the log said of it, to be put back when it is tried again. */
  readonly entry?: LogEntry
}

export interface PeerTelling {
  readonly entry: LogEntry
  /** Of what had been told before; what a peer told since is newer. */
  readonly knownVersion: number
}

interface StoredFacts extends Omit<NotificationFacts, 'groupLabels' | 'routeLabels' | 'alerts'> {
  readonly groupLabels: readonly string[]
  readonly routeLabels: readonly string[]
  readonly alerts: readonly (Omit<AlertFacts, 'labels' | 'annotations' | 'evidence'> & {
    readonly labels: readonly string[]
    readonly annotations: readonly string[]
    readonly evidence?: StoredEvidence
  })[]
}

const ALERT_NAMES_SHOWN = 20

/** @param before the one whose place it takes: a receiver that is away is not asked more often for it */
export function newItem(
  id: string,
  to: Addressee,
  facts: NotificationFacts,
  { nowMs, before }: { readonly nowMs: number; readonly before: StoredItem | undefined },
): StoredItem {
  return {
    id,
    to,
    groupKey: facts.groupKey,
    status: statusOf(facts.alerts),
    alertNames: alertNames(facts.alerts),
    alertCount: facts.alerts.length,
    reason: facts.reason,
    createdMs: nowMs,
    state: 'pending',
    attempts: before?.attempts ?? 0,
    nextAttemptMs: before?.nextAttemptMs ?? nowMs,
    sentMs: null,
    lastError: before?.lastError ?? '',
    facts: storeFacts(facts),
  }
}

export function sent(item: StoredItem, attempts: number, sentMs: number): StoredItem {
  const done = { state: 'sent', nextAttemptMs: null, lastError: '', facts: null } as const
  return { ...forNobody(item), ...done, attempts, sentMs }
}

export function failed(
  item: StoredItem,
  failure: NotificationFailure,
  entry: LogEntry | undefined,
): StoredItem {
  const kept = entry === undefined ? {} : { entry }
  return { ...forNobody(item), ...kept, state: 'failed', failure, nextAttemptMs: null }
}

function forNobody(item: StoredItem): StoredItem {
  const { telling: _, ...rest } = item
  return rest
}

function alertNames(alerts: readonly AlertFacts[]): string[] {
  const names = new Set(alerts.map((alert) => alert.labels.get('alertname')))
  return [...names].slice(0, ALERT_NAMES_SHOWN)
}

export function viewOf(item: StoredItem): NotificationView {
  return {
    id: item.id,
    receiver: item.to.receiver,
    integration: item.to.kind,
    groupKey: item.groupKey,
    state: item.state,
    attempts: item.attempts,
    createdMs: item.createdMs,
    nextAttemptMs: item.state === 'pending' ? item.nextAttemptMs : null,
    sentMs: item.sentMs,
    lastError: item.lastError,
    alertNames: item.alertNames,
    alertCount: item.alertCount,
    status: item.status,
    reason: item.reason,
    failure: item.failure?.why ?? null,
    failedMs: item.failure?.atMs ?? null,
    isRetryable: item.state === 'pending' || (item.state === 'failed' && item.facts !== null),
  }
}

function storeFacts(facts: NotificationFacts): StoredFacts {
  return {
    ...facts,
    groupLabels: facts.groupLabels.flat,
    routeLabels: facts.routeLabels.flat,
    alerts: facts.alerts.map((alert) => ({
      ...alert,
      labels: alert.labels.flat,
      annotations: alert.annotations.flat,
      ...storeEvidence(alert.evidence),
    })),
  }
}

export function loadFacts(stored: StoredFacts): NotificationFacts {
  return {
    ...stored,
    groupLabels: Labels.fromFlat(stored.groupLabels),
    routeLabels: Labels.fromFlat(stored.routeLabels),
    alerts: stored.alerts.map(({ evidence, ...alert }) => ({
      ...alert,
      labels: Labels.fromFlat(alert.labels),
      annotations: Labels.fromFlat(alert.annotations),
      ...loadEvidence(evidence),
    })),
  }
}
