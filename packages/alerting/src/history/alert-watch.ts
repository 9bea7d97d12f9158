import type { KnownAlert } from '../route/alert-store.ts'
import type { AlertHistory } from './alert-history.ts'

/** What of an alert's life is of interest here. */
type Heard = Pick<KnownAlert, 'fingerprint' | 'labels' | 'startsAtMs' | 'endsAtMs'>

/** Sees from what the routing hears of alerts when they begin and end, and writes it into the history. */
export class AlertWatch {
  readonly #history: AlertHistory
  readonly #ended: (fingerprint: string) => void
  /** Alerts that fire, and until when unless more is heard. */
  readonly #firing = new Map<string, { endsAtMs: number; readonly labels: Heard['labels'] }>()
  /** Alerts that are not told, and why; by fingerprint, with the receiver where only that is concerned. */
  readonly #held = new Map<string, string>()

  /**
   * @param known alerts of an earlier life: what it wrote down of them is not written again
   * @param ended hears of each alert that is over
   */
  constructor(
    history: AlertHistory,
    known: readonly Heard[],
    ended: (fingerprint: string) => void = () => undefined,
  ) {
    this.#history = history
    this.#ended = ended
    const { lastMs } = history
    if (lastMs === undefined) return
    for (const { fingerprint, labels, startsAtMs, endsAtMs } of known) {
      if (endsAtMs > lastMs && startsAtMs <= lastMs)
        this.#firing.set(fingerprint, { endsAtMs, labels })
    }
  }

  /** Alerts as they are known once they were heard. */
  heard(alerts: readonly Heard[], nowMs: number): void {
    for (const { fingerprint, labels, startsAtMs, endsAtMs } of alerts) {
      const before = this.#firing.get(fingerprint)
      if (endsAtMs <= nowMs) {
        if (before !== undefined) this.#end(fingerprint, labels, endsAtMs)
      } else if (before === undefined) {
        this.#firing.set(fingerprint, { endsAtMs, labels })
        const atMs = Math.min(startsAtMs, nowMs)
        this.#write('firing', fingerprint, labels, atMs)
      } else before.endsAtMs = endsAtMs
    }
  }

  /** Notes those that end because nothing more was heard of them. */
  sweep(nowMs: number): void {
    for (const [fingerprint, { endsAtMs, labels }] of this.#firing) {
      if (endsAtMs <= nowMs) this.#end(fingerprint, labels, endsAtMs)
    }
  }

  #end(fingerprint: string, labels: Heard['labels'], endsAtMs: number): void {
    this.#firing.delete(fingerprint)
    this.#held.delete(fingerprint)
    this.#write('resolved', fingerprint, labels, endsAtMs)
    this.#ended(fingerprint)
  }

  #write(
    kind: 'firing' | 'resolved',
    fingerprint: string,
    labels: Heard['labels'],
    atMs: number,
  ): void {
    this.#history.record(
      { atMs, kind, fingerprints: [fingerprint] },
      { [fingerprint]: labels.flat },
    )
  }

  /** An alert is not told, because of `why` (only to that receiver, where one is given). */
  held(
    fingerprint: string,
    why: string,
    at: { readonly nowMs: number; readonly receiver?: string },
  ): void {
    const { nowMs, receiver } = at
    const key = heldKey(fingerprint, receiver)
    if (this.#held.get(key) === why) return
    this.#held.set(key, why)
    const to = receiver === undefined ? {} : { receiver }
    this.#history.record({ atMs: nowMs, kind: 'held', fingerprints: [fingerprint], why, ...to })
  }

  /** An alert may be told to a receiver. */
  passed(
    fingerprint: string,
    { nowMs, receiver }: { readonly nowMs: number; readonly receiver: string },
  ): void {
    if (this.#held.size === 0) return
    const keys = [heldKey(fingerprint, undefined), heldKey(fingerprint, receiver)]
    const wasHeld = keys.filter((key) => this.#held.delete(key)).length > 0
    if (wasHeld)
      this.#history.record({ atMs: nowMs, kind: 'released', fingerprints: [fingerprint] })
  }
}

function heldKey(fingerprint: string, receiver: string | undefined): string {
  return receiver === undefined ? fingerprint : `${fingerprint} ${receiver}`
}
