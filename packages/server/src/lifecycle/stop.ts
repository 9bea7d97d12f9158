import type { Clock } from '@weir/model'
import type { Log } from '../telemetry/log.ts'
import type { Closers } from './closers.ts'

/** How a stop ended. */
export interface Stopped {
  /** What was not closed in time, in words; empty when all was. */
  readonly left: readonly string[]
}

/**
 * Closes everything, in time or not: whoever asked Weir to stop kills it when it takes long, and what was
 * acknowledged is on the disk already.
 */
export async function stopInTime(
  closers: Closers,
  {
    timeoutMs,
    clock,
    log,
  }: { readonly timeoutMs: number; readonly clock: Clock; readonly log: Log },
): Promise<Stopped> {
  const startedMs = clock.monotonicMs()
  log.info({ timeoutMs }, 'Weir is stopping')
  const done = new AbortController()
  const closing = closers[Symbol.asyncDispose]().then(
    () => true,
    (error: unknown) => {
      log.error({ error: String(error) }, 'Something could not be closed')
      return true
    },
  )
  const late = clock.sleep(timeoutMs, done.signal).then(
    () => false,
    () => true,
  )
  const isInTime = await Promise.race([closing, late])
  done.abort()
  const left = isInTime ? [] : closers.left
  if (isInTime)
    log.info({ tookMs: Math.round(clock.monotonicMs() - startedMs) }, 'Weir has stopped')
  else log.error({ left }, 'Weir ends now: some of it did not close in time')
  return { left }
}
