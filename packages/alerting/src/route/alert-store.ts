import { type Alert, type KeyValueStore, Labels, WeirError } from '@weir/model'
import { fingerprint } from '../fingerprint.ts'
import { type StoredEvidence, loadEvidence, storeEvidence } from '../stored-evidence.ts'

/** An alert as the routing knows it. */
export interface KnownAlert extends Alert {
  readonly fingerprint: string
  readonly updatedMs: number
}

interface StoredAlert extends Omit<KnownAlert, 'labels' | 'annotations' | 'evidence'> {
  readonly labels: readonly string[]
  readonly annotations: readonly string[]
  readonly evidence?: StoredEvidence
}

const ALERTS_MAX = 100_000
const PREFIX = 'alerting/alerts/'

/** All alerts that senders told of, on disk too, until a while after their end. */
export class AlertStore {
  readonly #store: KeyValueStore
  readonly #countMax: number
  #alerts = new Map<string, KnownAlert>()

  constructor(store: KeyValueStore, countMax = ALERTS_MAX) {
    this.#store = store
    this.#countMax = countMax
    for (const [, value] of store.entries(PREFIX)) {
      const { evidence, ...alert } = value as StoredAlert
      this.#alerts.set(alert.fingerprint, {
        ...alert,
        labels: Labels.fromFlat(alert.labels),
        annotations: Labels.fromFlat(alert.annotations),
        ...loadEvidence(evidence),
      })
    }
  }

  all(): KnownAlert[] {
    return [...this.#alerts.values()]
  }

  get(fingerprint: string): KnownAlert | undefined {
    return this.#alerts.get(fingerprint)
  }

  /** The alert as it is known once this one was heard; undefined when there is no room for another. */
  merge(alert: Alert, nowMs: number): KnownAlert | undefined {
    const print = fingerprint(alert.labels)
    const newer: KnownAlert = { ...alert, fingerprint: print, updatedMs: nowMs }
    const older = this.#alerts.get(print)
    if (older === undefined && this.#alerts.size >= this.#countMax) return undefined
    const merged =
      older !== undefined && overlap(older, newer) ? mergeTwo(older, newer, nowMs) : newer
    this.#alerts.set(print, merged)
    return merged
  }

  async save(alerts: readonly KnownAlert[]): Promise<void> {
    await this.#store.write(
      alerts.map((alert) => ({
        key: PREFIX + alert.fingerprint,
        value: {
          ...alert,
          labels: alert.labels.flat,
          annotations: alert.annotations.flat,
          ...storeEvidence(alert.evidence),
        },
      })),
    )
  }

  /** Forgets alerts that ended before `beforeMs`. */
  async collect(beforeMs: number): Promise<void> {
    const old = this.all().filter((alert) => alert.endsAtMs < beforeMs)
    if (old.length === 0) return
    await this.#store.write(
      old.map((alert) => ({ key: PREFIX + alert.fingerprint, value: undefined })),
    )
    for (const alert of old) this.#alerts.delete(alert.fingerprint)
  }
}

function overlap(a: Alert, b: Alert): boolean {
  return (
    (b.startsAtMs >= a.startsAtMs && b.startsAtMs <= a.endsAtMs) ||
    (b.endsAtMs >= a.startsAtMs && b.endsAtMs <= a.endsAtMs)
  )
}

/** The earliest start; the newer end, unless the older one is later and not over. */
function mergeTwo(older: KnownAlert, newer: KnownAlert, nowMs: number): KnownAlert {
  const isResolved = newer.endsAtMs <= nowMs
  const wasResolved = older.endsAtMs <= nowMs
  const keepsEnd = older.endsAtMs > newer.endsAtMs && (!isResolved || wasResolved)
  return {
    ...newer,
    startsAtMs: Math.min(older.startsAtMs, newer.startsAtMs),
    endsAtMs: keepsEnd ? older.endsAtMs : newer.endsAtMs,
  }
}

/** Why an alert cannot be taken; undefined when it can. */
export function alertProblem(alert: Alert): WeirError | undefined {
  if (alert.labels.size === 0) {
    return new WeirError('ALERT_INVALID', 'Cannot take an alert: want at least one label, got none')
  }
  if (alert.endsAtMs < alert.startsAtMs) {
    return new WeirError(
      'ALERT_INVALID',
      `Cannot take alert ${alert.labels.toString()}: want an end after its start`,
    )
  }
  return undefined
}
