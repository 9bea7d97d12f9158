import { type Clock, SYSTEM_CLOCK } from '../clock.ts'
import type { Meter } from '../metrics/meter.ts'
import { defaultRegistry } from '../metrics/registry.ts'

/** What every reporter can be told. */
export interface ReporterOptions {
  /** Where to count: the default registry, a `Registry`, `promClientMeter(…)`, `openTelemetryMeter(…)`. */
  readonly meter?: Meter
  readonly clock?: Clock
}

export function settled(options: ReporterOptions): {
  readonly meter: Meter
  readonly clock: Clock
} {
  return { meter: options.meter ?? defaultRegistry(), clock: options.clock ?? SYSTEM_CLOCK }
}

/** Milliseconds, up to five minutes. 10,000 is a bound because the latency alert sits there. */
export const LATENCY_MS: readonly number[] = [
  5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000,
]
