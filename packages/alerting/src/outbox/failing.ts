import type { Addressee, StoredItem } from './item.ts'

/** An integration that did not take the last thing it was to be told. */
export interface FailingIntegrationView {
  readonly receiver: string
  /** `webhook`, `pagerduty`, … */
  readonly integration: string
  readonly index: number
  /** When the first attempt failed after the last that was taken. */
  readonly sinceMs: number
  readonly lastError: string
}

/** Which integrations fail, and for how long: from one that fails until one is delivered. */
export class FailingIntegrations {
  readonly #failing = new Map<string, FailingIntegrationView>()

  /** Takes up what an earlier life could not deliver. It failed some time after it was made. */
  restore({ to, createdMs, lastError }: StoredItem): void {
    if (lastError === '') return
    const known = this.#failing.get(keyOf(to))
    if (known === undefined || createdMs < known.sinceMs) {
      this.#failing.set(keyOf(to), viewOf(to, createdMs, lastError))
    }
  }

  failed(to: Addressee, lastError: string, nowMs: number): void {
    const sinceMs = this.#failing.get(keyOf(to))?.sinceMs ?? nowMs
    this.#failing.set(keyOf(to), viewOf(to, sinceMs, lastError))
  }

  delivered(to: Addressee): void {
    this.#failing.delete(keyOf(to))
  }

  /** The longest first, of those that are still there; the others are forgotten. */
  list(isThere: (to: Addressee) => boolean): FailingIntegrationView[] {
    for (const [key, { receiver, integration, index }] of this.#failing) {
      if (!isThere({ receiver, kind: integration, index })) this.#failing.delete(key)
    }
    return [...this.#failing.values()].toSorted((a, b) => a.sinceMs - b.sinceMs)
  }
}

function keyOf({ receiver, kind, index }: Addressee): string {
  return JSON.stringify([receiver, kind, index])
}

function viewOf(to: Addressee, sinceMs: number, lastError: string): FailingIntegrationView {
  return { receiver: to.receiver, integration: to.kind, index: to.index, sinceMs, lastError }
}
