import { performance } from 'node:perf_hooks'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How often a thread looks at its heap. The first time is after a start, which leaves the most behind. */
const EVERY_MS = 10_000
/** A heap that has grown by less is not worth a pause. */
const GROWN_BYTES = 4 * 2 ** 20
/** Past this a collection takes long, and what it gives back is little beside what stays. */
const HEAP_BYTES_MAX = 128 * 2 ** 20
/** A thread that ran for a larger part of the time since the last look is busy: V8 collects there by itself. */
const CALM = 0.1

/**
 * Gives back what a thread's heap holds and nobody uses. V8 collects when room runs out, so a thread
 * that has started, or answered, and then has little to do keeps its garbage, and the room for young
 * objects that the start made it grow, for as long as the process lives: 57 of 197 MiB in an idle Weir.
 *
 * A collection takes 10 to 50 ms of the thread; it happens in calm times only and when there is
 * something to get.
 */
export function keepHeapSmall(): Disposable {
  let after = 0
  let before = performance.eventLoopUtilization()
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    const bytes = getHeapStatistics().total_physical_size
    if (!isWorthIt({ utilization, bytes, after })) return
    collectGarbage()
    after = getHeapStatistics().total_physical_size
  }, EVERY_MS).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** @param state how busy the thread was, what its heap takes, and what it took after the last collection */
export function isWorthIt(state: {
  readonly utilization: number
  readonly bytes: number
  readonly after: number
}): boolean {
  const { utilization, bytes, after } = state
  return utilization <= CALM && bytes >= after + GROWN_BYTES && bytes <= HEAP_BYTES_MAX
}

/** Collects all garbage of this thread, now. */
export function collectGarbage(): void {
  collector()()
}

/**
 * Collects what was made since the last time and is garbage already: a millisecond, where V8 would go
 * through the whole heap later. For those who have let go of megabytes of buffers: V8 counts them as
 * growth of the heap until it has looked.
 */
export function collectYoung(): void {
  young ??= collector()
  young({ type: 'minor' })
}

type Collect = (options?: { readonly type: 'minor' }) => void

let young: Collect | undefined

/** So often at most is it tried while other threads get in between. */
const TRIES = 20

/**
 * V8 lets scripts collect only in contexts made while this flag is set. It is taken back at once:
 * V8 refuses cached code that was compiled under other flags, which would make the next thread's start dear.
 *
 * The flag is the whole process's: another thread may take it back before the context is made. What
 * finds no moment for itself collects nothing this time.
 */
function collector(): Collect {
  for (let left = TRIES; left > 0; left--) {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('globalThis.gc') as Collect | undefined
    setFlagsFromString('--no-expose-gc')
    if (gc !== undefined) return gc
  }
  return () => undefined
}
