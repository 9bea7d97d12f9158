import type { Clock } from '@weir/model'

/** Does work that must not take longer; past that its signal aborts, and the work fails with `late`. */
export async function within<T>(
  ms: number,
  { clock, late }: { readonly clock: Clock; readonly late: () => Error },
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController()
  const done = new AbortController()
  clock.sleep(ms, AbortSignal.any([done.signal, signal])).then(
    () => limit.abort(late()),
    () => undefined,
  )
  try {
    return await work(AbortSignal.any([limit.signal, signal]))
  } finally {
    done.abort()
  }
}
