/**
 * Which readers are reading, and since when: so that the writer knows when memory is free again, and
 * what a reader may see.
 *
 * ```
 * word 0          the current epoch       words 1 … 255    by seat: the epoch in which that reader began
 * word 256        the newest commit       words 257 … 511  by seat: the newest commit when it began
 *                                         words 513 … 767  by seat: the same for the youngest of its queries
 * ```
 *
 * A seat's words are 0 when it does not read. A reader first writes its epoch and then hears the
 * news. So either it is seen in an epoch before the writer's step, and the writer waits, or the news
 * of that step was there for it to hear.
 *
 * Commits are numbered within 32 bits, around and around, without 0; of two the newer is told by
 * their difference.
 */

/** Readers at one time. */
export const SEATS_MAX = 255
const NEWEST_COMMIT = SEATS_MAX + 1
const YOUNGEST = 2 * (SEATS_MAX + 1)

export function newEpochs(): Int32Array {
  const epochs = new Int32Array(new SharedArrayBuffer((SEATS_MAX + 1) * 3 * 4))
  epochs[0] = 1
  epochs[NEWEST_COMMIT] = 1
  return epochs
}

/** Reader: begins to read. */
export function enterEpoch(epochs: Int32Array, seat: number): void {
  Atomics.store(epochs, seat, Atomics.load(epochs, 0))
}

/** Reader: has finished. Writer: that reader is gone. */
export function leaveEpoch(epochs: Int32Array, seat: number): void {
  Atomics.store(epochs, seat, 0)
  Atomics.store(epochs, NEWEST_COMMIT + seat, 0)
  Atomics.store(epochs, YOUNGEST + seat, 0)
}

/** Writer: begins a new epoch, after the news of its step is out; returns the one that ended. */
export function stepEpoch(epochs: Int32Array): number {
  return Atomics.add(epochs, 0, 1)
}

/** Writer: the oldest epoch that somebody reads in; the current one when nobody reads. */
export function oldestEpoch(epochs: Int32Array): number {
  let oldest = Atomics.load(epochs, 0)
  for (let seat = 1; seat <= SEATS_MAX; seat++) {
    const epoch = Atomics.load(epochs, seat)
    if (epoch !== 0 && epoch < oldest) oldest = epoch
  }
  return oldest
}

/** The newest commit whose samples are all in the head. */
export function newestCommit(epochs: Int32Array): number {
  return Atomics.load(epochs, NEWEST_COMMIT)
}

/**
 * Reader: which commit is the newest that a query sees. Until the reader leaves, the writer keeps what
 * that needs.
 *
 * @param isFirst whether the reader has no other query open
 */
export function enterCommit(epochs: Int32Array, seat: number, isFirst: boolean): number {
  for (;;) {
    const commit = newestCommit(epochs)
    Atomics.store(epochs, YOUNGEST + seat, commit)
    if (isFirst) Atomics.store(epochs, NEWEST_COMMIT + seat, commit)
    // If it is still the newest, the writer will see this seat before it begins the one after the next.
    if (newestCommit(epochs) === commit) return commit
  }
}

/** Writer: the number of the commit after the newest. */
export function nextCommit(epochs: Int32Array): number {
  return (newestCommit(epochs) + 1) | 0 || 1
}

/** Writer: all samples of a commit are in the head. */
export function publishCommit(epochs: Int32Array, commit: number): void {
  Atomics.store(epochs, NEWEST_COMMIT, commit)
}

/** Commits between which the open queries of a reader began, both included. */
export interface ReaderSpan {
  readonly oldest: number
  readonly youngest: number
}

/** Writer: what readers that are at work began at. */
export function commitsRead(epochs: Int32Array): ReaderSpan[] {
  const spans: ReaderSpan[] = []
  for (let seat = 1; seat <= SEATS_MAX; seat++) {
    const oldest = Atomics.load(epochs, NEWEST_COMMIT + seat)
    if (oldest !== 0) spans.push({ oldest, youngest: Atomics.load(epochs, YOUNGEST + seat) })
  }
  return spans
}

/** Whether commit `a` came after commit `b`. */
export function isNewer(a: number, b: number): boolean {
  return ((a - b) | 0) > 0
}
