import { type Alert, type KeyValueStore, Labels, WeirError } from '@weir/model'
import { fingerprint } from '../fingerprint.ts'
import type { AlertingLimits } from '../options.ts'
import { type StoredEvidence, loadEvidence, storeEvidence } from '../stored-evidence.ts'
import { SharedTexts } from './shared-texts.ts'

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

/** What an alert is refused for when there is no room. */
export type NoRoom = 'alert_limit' | 'name_limit'

/** All alerts that senders told of, on disk too, until a while after their end. */
export class AlertStore {
  readonly #store: KeyValueStore
  readonly #countMax: number
  readonly #perNameMax: number
  readonly #alerts = new Map<string, KnownAlert>()
  readonly #texts = new SharedTexts()
  /** Ends as they are on disk. */
  readonly #savedEnds = new Map<string, number>()
  /** How many there are of each `alertname`; counted only where that is limited. */
  readonly #nameCounts = new Map<string, number>()

  constructor(store: KeyValueStore, limits: Pick<AlertingLimits, 'alerts' | 'alertsPerName'> = {}) {
    this.#store = store
    this.#countMax = limits.alerts ?? ALERTS_MAX
    this.#perNameMax = limits.alertsPerName ?? 0
    for (const [, value] of store.entries(PREFIX)) {
      const { evidence, ...alert } = value as StoredAlert
      this.#add({
        ...alert,
        labels: this.#texts.share(Labels.fromFlat(alert.labels)),
        annotations: this.#texts.share(Labels.fromFlat(alert.annotations)),
        ...loadEvidence(evidence),
      })
      this.#savedEnds.set(alert.fingerprint, alert.endsAtMs)
    }
  }

  all(): KnownAlert[] {
    return [...this.#alerts.values()]
  }

  get(fingerprint: string): KnownAlert | undefined {
    return this.#alerts.get(fingerprint)
  }

  /** The alert as it is known once this one was heard, or why there is no room for another. */
  merge(alert: Alert, nowMs: number): KnownAlert | NoRoom {
    const print = fingerprint(alert.labels)
    const older = this.#alerts.get(print)
    if (older === undefined) {
      const noRoom = this.#noRoomFor(alert)
      if (noRoom !== undefined) return noRoom
      const known = {
        ...alert,
        labels: this.#texts.share(alert.labels),
        annotations: this.#texts.share(alert.annotations),
        fingerprint: print,
        updatedMs: nowMs,
      }
      this.#add(known)
      return known
    }
    // Texts that are known already are kept and the new ones let go: senders repeat themselves every minute.
    const newer: KnownAlert = {
      ...alert,
      labels: older.labels,
      annotations: sameTexts(older.annotations, alert.annotations),
      generatorUrl:
        alert.generatorUrl === older.generatorUrl ? older.generatorUrl : alert.generatorUrl,
      fingerprint: print,
      updatedMs: nowMs,
    }
    const merged = overlap(older, newer) ? mergeTwo(older, newer, nowMs) : newer
    this.#alerts.set(print, merged)
    if (needsSaving(older, merged, this.#savedEnds.get(print), nowMs)) this.#savedEnds.delete(print)
    return merged
  }

  #add(alert: KnownAlert): void {
    this.#alerts.set(alert.fingerprint, alert)
    this.#count(alert, 1)
  }

  #noRoomFor(alert: Alert): NoRoom | undefined {
    if (this.#alerts.size >= this.#countMax) return 'alert_limit'
    if (this.#perNameMax === 0) return undefined
    const count = this.#nameCounts.get(alert.labels.get('alertname')) ?? 0
    return count >= this.#perNameMax ? 'name_limit' : undefined
  }

  #count({ labels }: Alert, by: 1 | -1): void {
    if (this.#perNameMax === 0) return
    const name = labels.get('alertname')
    const count = (this.#nameCounts.get(name) ?? 0) + by
    if (count > 0) this.#nameCounts.set(name, count)
    else this.#nameCounts.delete(name)
  }

  /** Writes down those that changed, in one write. */
  async save(alerts: readonly KnownAlert[]): Promise<void> {
    const changed = alerts.filter(({ fingerprint }) => !this.#savedEnds.has(fingerprint))
    if (changed.length === 0) return
    await this.#store.write(
      changed.map((alert) => ({
        key: PREFIX + alert.fingerprint,
        value: {
          ...alert,
          labels: alert.labels.flat,
          annotations: alert.annotations.flat,
          ...storeEvidence(alert.evidence),
        },
      })),
    )
    for (const { fingerprint, endsAtMs } of changed) this.#savedEnds.set(fingerprint, endsAtMs)
  }

  /**
   * Forgets alerts that ended before `beforeMs`.
   *
   * @param isNeeded whether somebody has yet to be told of the end of one
   * @returns those that are forgotten
   */
  async collect(
    beforeMs: number,
    isNeeded: (fingerprint: string) => boolean,
  ): Promise<readonly KnownAlert[]> {
    return this.#forget(
      ({ endsAtMs, fingerprint }) => endsAtMs < beforeMs && !isNeeded(fingerprint),
    )
  }

  /** Forgets those of rules that another Weir evaluates from now on: it has them, and nobody is told that they end. */
  async forgetOfDuty(): Promise<void> {
    await this.#forget(({ isOfDuty }) => isOfDuty === true)
  }

  async #forget(which: (alert: KnownAlert) => boolean): Promise<readonly KnownAlert[]> {
    const old = this.all().filter(which)
    if (old.length === 0) return old
    await this.#store.write(
      old.map((alert) => ({ key: PREFIX + alert.fingerprint, value: undefined })),
    )
    for (const alert of old) {
      if (this.#alerts.get(alert.fingerprint) !== alert) continue // heard again meanwhile
      this.#alerts.delete(alert.fingerprint)
      this.#savedEnds.delete(alert.fingerprint)
      this.#count(alert, -1)
    }
    return old
  }
}

/** The older one where they are equal. Compared pair by pair: keys would be kept as long as the alert. */
function sameTexts(older: Labels, newer: Labels): Labels {
  const [a, b] = [older.flat, newer.flat]
  return a.length === b.length && a.every((text, i) => text === b[i]) ? older : newer
}

/**
 * Whether an alert has to be written down again. That one fires on for a while longer is not worth
 * it each time: what is on disk may say that it ends sooner, by up to half of the time that it has left.
 */
function needsSaving(
  older: KnownAlert,
  merged: KnownAlert,
  savedEndsAtMs: number | undefined,
  nowMs: number,
): boolean {
  const isSame =
    merged.annotations === older.annotations &&
    merged.startsAtMs === older.startsAtMs &&
    merged.generatorUrl === older.generatorUrl
  if (!isSame || savedEndsAtMs === undefined) return true
  if (merged.endsAtMs === savedEndsAtMs) return false
  const leftMs = merged.endsAtMs - nowMs
  return leftMs <= 0 || savedEndsAtMs > merged.endsAtMs || savedEndsAtMs - nowMs < leftMs / 2
}

function overlap(a: Alert, b: Alert): boolean {
  return (
    (b.startsAtMs > a.startsAtMs && b.startsAtMs < a.endsAtMs) ||
    (b.endsAtMs > a.startsAtMs && b.endsAtMs < a.endsAtMs)
  )
}

/**
 * The earliest start. The newer end, unless the older one is later and either both are over, or the
 * newer one fires and the older end was said by the sender.
 */
function mergeTwo(older: KnownAlert, newer: KnownAlert, nowMs: number): KnownAlert {
  const isResolved = newer.endsAtMs <= nowMs
  const wasResolved = older.endsAtMs <= nowMs
  const isLater = older.endsAtMs > newer.endsAtMs
  const keepsEnd = isLater && (isResolved ? wasResolved : older.isTimeout !== true)
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
  if (alert.labels.has('') || alert.annotations.has('')) {
    return new WeirError(
      'ALERT_INVALID',
      `Cannot take alert ${alert.labels.toString()}: want names for all labels and annotations, got an empty one`,
    )
  }
  if (alert.endsAtMs < alert.startsAtMs) {
    return new WeirError(
      'ALERT_INVALID',
      `Cannot take alert ${alert.labels.toString()}: want an end after its start`,
    )
  }
  return undefined
}
