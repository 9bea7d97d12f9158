/** Something whose turn comes at a time. */
export interface Waiting {
  /** When its turn comes, on a clock that only goes forward; undefined while it has none. */
  dueMs: number | undefined
}

interface Entry<W extends Waiting> {
  readonly dueMs: number
  readonly waiting: W
}

/**
 * Who is next: a binary heap by time. A new time for somebody leaves the old entry where it is, to be
 * passed over when it comes up: one timer and 40 bytes do for a group what a timer of its own and two abort
 * controllers did.
 */
export class Turns<W extends Waiting> {
  readonly #heap: Entry<W>[] = []

  /** Gives somebody a turn, in place of the one it had. */
  set(waiting: W, dueMs: number): void {
    waiting.dueMs = dueMs
    this.#heap.push({ dueMs, waiting })
    this.#rise(this.#heap.length - 1)
  }

  /** When the first turn comes; Infinity when nobody waits. */
  nextMs(): number {
    for (;;) {
      const first = this.#heap[0]
      if (first === undefined) return Infinity
      if (first.dueMs === first.waiting.dueMs) return first.dueMs
      this.#pop()
    }
  }

  /** The first whose turn has come; it has no turn from now on. */
  take(nowMs: number): W | undefined {
    if (this.nextMs() > nowMs) return undefined
    const { waiting } = this.#heap[0]!
    this.#pop()
    waiting.dueMs = undefined
    return waiting
  }

  #pop(): void {
    const last = this.#heap.pop()!
    if (this.#heap.length === 0) return
    this.#heap[0] = last
    this.#sink()
  }

  #rise(from: number): void {
    const heap = this.#heap
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1
      if (heap[parent]!.dueMs <= heap[at]!.dueMs) return
      ;[heap[parent], heap[at]] = [heap[at]!, heap[parent]!]
      at = parent
    }
  }

  #sink(): void {
    const heap = this.#heap
    for (let at = 0; ;) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && heap[child]!.dueMs < heap[least]!.dueMs) least = child
      }
      if (least === at) return
      ;[heap[least], heap[at]] = [heap[at]!, heap[least]!]
      at = least
    }
  }
}
