import { type Clock, SYSTEM_CLOCK } from '../clock.ts'
import { type MetricFamily, type MetricSource, combineSources } from '../metrics/family.ts'
import { defaultRegistry } from '../metrics/registry.ts'
import { type Service, serviceOf } from '../service.ts'
import type { MetricOutput, OutputStats, RunningOutput } from './output.ts'

export interface ExportOptions {
  readonly outputs: readonly MetricOutput[]
  /** What to send: the default registry unless told. Several: `combineSources(a, b)`. */
  readonly source?: MetricSource
  /** `job` and `instance` at Weir. */
  readonly service?: Partial<Service>
  /** How often to push: 10 s unless told. */
  readonly intervalMs?: number
  /** What went wrong; nothing is printed unless this does. */
  readonly onError?: (error: Error, output: string) => void
  readonly clock?: Clock
}

export interface MetricsExport extends AsyncDisposable {
  /** Resolves when every output works, or has told `onError` why it does not. */
  readonly ready: Promise<void>
  /** Sends what there is now. At the end of a batch job, or before a long wait. */
  flush(): Promise<void>
  /** Flushes and lets go of everything; for shutdown. Twice is once. */
  close(): Promise<void>
  /** By the output's name. */
  stats(): Readonly<Record<string, OutputStats>>
}

/**
 * Sends metrics out, by several ways at once.
 *
 * @example
 * const metrics = exportMetrics({
 *   outputs: [prometheusPage({ port: 9249 }), remoteWrite({ url: 'http://127.0.0.1:9347' })],
 * })
 * process.once('SIGTERM', () => metrics.close())
 */
export function exportMetrics({
  outputs,
  source = defaultRegistry(),
  service,
  intervalMs = 10_000,
  onError = () => {},
  clock = SYSTEM_CLOCK,
}: ExportOptions): MetricsExport {
  const running = new Map<string, RunningOutput>()
  const everything = combineSources(source, { collect: () => ownFamilies(running) })
  for (const output of outputs) {
    const name = freeName(output.name, running)
    const context = {
      source: everything,
      service: serviceOf(service),
      clock,
      intervalMs,
      onError: (error: Error) => {
        tell(onError, error, name)
      },
    }
    running.set(name, output.start(context))
  }
  const all = [...running.values()]
  const each = async (act: (output: RunningOutput) => Promise<void>): Promise<void> => {
    await Promise.all(all.map(act))
  }
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= each((output) => output.close()))
  return {
    ready: each((output) => output.ready),
    flush: () => each((output) => output.flush()),
    close,
    stats: () =>
      Object.fromEntries(Array.from(running, ([name, output]) => [name, output.stats()])),
    [Symbol.asyncDispose]: close,
  }
}

/** Two of one kind are `otlp` and `otlp_2`. */
function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  let free = name
  for (let n = 2; taken.has(free); n++) free = `${name}_${n}`
  return free
}

/** The caller's own handler may throw; that must not reach the timers here. */
function tell(onError: (error: Error, output: string) => void, error: Error, name: string): void {
  try {
    onError(error, name)
  } catch {
    // It was told; there is nobody else to tell.
  }
}

function ownFamilies(running: ReadonlyMap<string, RunningOutput>): MetricFamily[] {
  const family = (
    name: string,
    type: 'counter' | 'gauge',
    help: string,
    valueOf: (stats: OutputStats) => number,
  ): MetricFamily => ({
    name,
    type,
    help,
    unit: '',
    series: Array.from(running, ([name, output]) => ({
      labels: [['output', name]],
      value: valueOf(output.stats()),
    })),
  })
  return [
    family(
      'weir_sdk_output_sent_total',
      'counter',
      'Bodies, packets or pages that went out',
      ({ sent }) => sent,
    ),
    family(
      'weir_sdk_output_dropped_total',
      'counter',
      'Bodies or packets that were given up',
      ({ dropped }) => dropped,
    ),
    family(
      'weir_sdk_output_queued_bytes',
      'gauge',
      'Bytes that wait for the receiver',
      ({ queuedBytes }) => queuedBytes,
    ),
  ]
}
