/**
 * An output is one way out for metrics: a page that is asked, packets, a push. `exportMetrics` runs
 * several at once. None of them ever makes the pipeline wait, and none throws into it: what goes
 * wrong is told to `onError` and counted.
 */
import type { MetricSource } from '../metrics/family.ts'
import type { Clock } from '../clock.ts'
import type { Service } from '../service.ts'

export interface MetricOutput {
  /** Names the output in errors and in `weir_sdk_output_…`. */
  readonly name: string
  start(context: OutputContext): RunningOutput
}

export interface OutputContext {
  readonly source: MetricSource
  readonly service: Service
  readonly clock: Clock
  readonly intervalMs: number
  /** Something was lost or late; the pipeline goes on. */
  readonly onError: (error: Error) => void
}

export interface RunningOutput {
  /** Resolves when the output works: a page listens. Never rejects. */
  readonly ready: Promise<void>
  /** Sends what there is now; resolves when it is out or given up. Never rejects. */
  flush(): Promise<void>
  /** Flushes, then lets go of sockets and timers. Never rejects. */
  close(): Promise<void>
  stats(): OutputStats
}

export interface OutputStats {
  /** Bodies, packets or pages that went out. */
  readonly sent: number
  /** Those that were given up: refused, or no room while the receiver was away. */
  readonly dropped: number
  /** Bytes that wait. */
  readonly queuedBytes: number
  /** Where a page is served. */
  readonly url?: string
}
