import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Registry } from './registry.ts'

/** Figures of the whole process, under the names that Prometheus's client libraries use. */
export class ProcessMetrics {
  readonly #refresh: (() => void)[] = []
  readonly #loop = monitorEventLoopDelay({ resolution: 20 })

  constructor(registry: Registry, startedMs: number) {
    const cpu = registry.counter(
      'process_cpu_seconds_total',
      'CPU time used, user and system, all threads.',
    )
    const resident = registry.gauge(
      'process_resident_memory_bytes',
      'Memory held in RAM, all threads.',
    )
    const heap = registry.gauge(
      'nodejs_heap_size_used_bytes',
      'JavaScript heap of the main thread.',
    )
    const shared = registry.gauge(
      'nodejs_external_memory_bytes',
      'Memory of buffers outside the main heap.',
    )
    const files = registry.gauge('process_open_fds', 'Open file descriptors.')
    const start = registry.gauge(
      'process_start_time_seconds',
      'When the process began, seconds since 1970.',
    )
    const lag = registry.gauge(
      'nodejs_eventloop_lag_p99_seconds',
      'Delay of the main thread, 99th percentile since the last look.',
    )
    this.#loop.enable()
    this.#refresh.push(() => {
      const usage = process.cpuUsage()
      cpu.set((usage.user + usage.system) / 1e6)
      const memory = process.memoryUsage()
      resident.set(memory.rss)
      heap.set(memory.heapUsed)
      shared.set(memory.external)
      files.set(openFiles())
      start.set(startedMs / 1000)
      lag.set(this.#loop.percentile(99) / 1e9)
      this.#loop.reset()
    })
  }

  /** Brings the figures up to date; call before collecting. */
  refresh(): void {
    for (const refresh of this.#refresh) refresh()
  }

  [Symbol.dispose](): void {
    this.#loop.disable()
  }
}

/** How many file descriptors are open; NaN where the system has no /proc. */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return Number.NaN
  }
}
