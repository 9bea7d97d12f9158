/**
 * Which readers are reading, and since when: so that the writer knows when memory is free again.
 *
 * Word 0 is the current epoch; word `seat` is the epoch in which that reader began to read, 0 when
 * it does not read. A reader first writes its word and then hears the news. So either it is seen in
 * an epoch before the writer's step, and the writer waits, or the news of that step was there for
 * it to hear.
 */

/** Readers at one time. */
export const SEATS_MAX = 255

export function newEpochs(): Int32Array {
  const epochs = new Int32Array(new SharedArrayBuffer((SEATS_MAX + 1) * 4))
  epochs[0] = 1
  return epochs
}

/** Reader: begins to read. */
export function enterEpoch(epochs: Int32Array, seat: number): void {
  Atomics.store(epochs, seat, Atomics.load(epochs, 0))
}

/** Reader: has finished. Writer: that reader is gone. */
export function leaveEpoch(epochs: Int32Array, seat: number): void {
  Atomics.store(epochs, seat, 0)
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
