import { WeirError } from './errors.ts'

declare const unit: unique symbol

/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z. */
export type Millis = number & { readonly [unit]: 'ms' }

/**
 * Checks a number and calls it a timestamp.
 *
 * @param n milliseconds, whole; negative means before 1970
 * @throws {WeirError} `TIME_NOT_WHOLE` for a fraction, NaN, an infinity, or anything past ±2^53
 */
export function millis(n: number): Millis {
  if (Number.isSafeInteger(n)) return n as Millis
  throw new WeirError('TIME_NOT_WHOLE', `Cannot use ${n} as a timestamp: want whole milliseconds`)
}

/**
 * What tells the time and wakes people up. Everything that reads or waits for time takes one, so
 * that a test can move it by hand.
 */
export interface Clock {
  /** Now, by the wall clock. */
  now(): Millis
  /** Milliseconds that only ever grow; for measuring, not for dating. */
  monotonicMs(): number
  /** Resolves after `ms`, or rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** The machine's own clock: the one place where `Date.now()` is called. */
export const systemClock: Clock = {
  now: () => Date.now() as Millis,
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error)
        return
      }
      const onAbort = (): void => {
        clearTimeout(timer)
        reject(signal?.reason as Error)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, ms)
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
}
