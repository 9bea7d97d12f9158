import type { Clock } from '@weir/model'
import type { Report } from './discoverer.ts'

/** Looks again and again, an interval apart, and reports how it went. What is found the look reports itself. */
export async function refreshEvery(
  look: (signal: AbortSignal) => Promise<void>,
  {
    intervalMs,
    clock,
    report,
  }: { readonly intervalMs: number; readonly clock: Clock; readonly report: Report },
  signal: AbortSignal,
): Promise<void> {
  let dueMs = clock.monotonicMs()
  while (!signal.aborted) {
    try {
      await look(signal)
      report.refreshed()
    } catch (error) {
      if (signal.aborted) return
      report.failed(error)
    }
    dueMs = Math.max(dueMs + intervalMs, clock.monotonicMs())
    await clock.sleep(dueMs - clock.monotonicMs(), signal).catch(() => undefined)
  }
}
