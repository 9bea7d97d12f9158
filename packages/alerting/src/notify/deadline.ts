import type { Clock } from '@weir/model'

/**
 * Does something that may not take longer than this. When it does, its signal is aborted and `late`
 * is the answer; when the outer signal aborts, so does this.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  late: () => T,
): Promise<T> {
  const done = new AbortController()
  const isLate = new AbortController()
  const timer = clock
    .sleep(ms, AbortSignal.any([signal, done.signal]))
    .then(() => isLate.abort(new Error('late')))
    .catch(() => undefined) // woken because the work was done first
  try {
    return await work(AbortSignal.any([signal, isLate.signal]))
  } catch (cause) {
    signal.throwIfAborted()
    if (isLate.signal.aborted) return late()
    throw cause
  } finally {
    done.abort(new Error('done'))
    await timer
  }
}
