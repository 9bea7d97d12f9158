import {
  type PerformanceEntry,
  PerformanceObserver,
  constants,
  monitorEventLoopDelay,
  performance,
} from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Meter } from '../metrics/meter.ts'
import { type ReporterOptions, settled } from '../reporters/reporter-options.ts'

const GC_SECONDS = [0.001, 0.01, 0.1, 1, 2, 5]

const GC_KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

type GarbageCollection = PerformanceEntry & { readonly detail?: { readonly kind?: number } }

/**
 * How the process itself is: CPU, memory, heap against its limit, the event loop's delay and how busy
 * it is, garbage collection. Names are prom-client's where it has the figure too; with its own
 * default metrics in the same registry, leave this out.
 *
 * `nodejs_heap_size_used_bytes / nodejs_heap_size_limit_bytes` near 1 comes before "heap out of memory".
 *
 * @returns what ends it
 */
export function processMetrics(options: ReporterOptions = {}): () => void {
  const { meter, clock } = settled(options)
  const stops = [
    sampleProcess(meter, clock.now()),
    sampleEventLoop(meter),
    observeGarbageCollection(meter),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function sampleProcess(meter: Meter, nowMs: number): () => void {
  const gauge = (name: string, help: string, unit: string): { set(value: number): void } =>
    meter.gauge({ name, help, unit })
  const cpu = meter.counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time, user and system',
    unit: 's',
  })
  const start = gauge('process_start_time_seconds', 'When the process began', 's')
  const resident = gauge('process_resident_memory_bytes', 'Memory that is in RAM', 'bytes')
  const used = gauge('nodejs_heap_size_used_bytes', 'Heap in use', 'bytes')
  const total = gauge('nodejs_heap_size_total_bytes', 'Heap that V8 has taken', 'bytes')
  const limit = gauge('nodejs_heap_size_limit_bytes', 'Heap that V8 may take', 'bytes')
  const external = gauge('nodejs_external_memory_bytes', 'Buffers outside the heap', 'bytes')
  const startSeconds = nowMs / 1000 - process.uptime()
  let cpuBefore = 0
  return meter.onCollect(() => {
    const { user, system } = process.cpuUsage()
    const cpuNow = (user + system) / 1e6
    cpu.inc(Math.max(0, cpuNow - cpuBefore))
    cpuBefore = cpuNow
    const memory = process.memoryUsage()
    start.set(startSeconds)
    resident.set(memory.rss)
    used.set(memory.heapUsed)
    total.set(memory.heapTotal)
    external.set(memory.external)
    limit.set(getHeapStatistics().heap_size_limit)
  })
}

function sampleEventLoop(meter: Meter): () => void {
  const delay = meter.gauge({
    name: 'nodejs_eventloop_delay_seconds',
    help: 'How late timers were since the last look',
    unit: 's',
    labels: ['quantile'],
  })
  const utilization = meter.gauge({
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'Share of time in which the event loop was busy since the last look',
  })
  const histogram = monitorEventLoopDelay({ resolution: 20 })
  histogram.enable()
  let before = performance.eventLoopUtilization()
  const stop = meter.onCollect(() => {
    // Nothing was measured yet, or not since the last look: the figure stays.
    if (histogram.count > 0) {
      for (const quantile of [0.5, 0.99, 1]) {
        delay.set(histogram.percentile(quantile * 100) / 1e9, { quantile })
      }
      histogram.reset()
    }
    const now = performance.eventLoopUtilization()
    utilization.set(performance.eventLoopUtilization(now, before).utilization)
    before = now
  })
  return () => {
    stop()
    histogram.disable()
  }
}

function observeGarbageCollection(meter: Meter): () => void {
  const pauses = meter.histogram({
    name: 'nodejs_gc_duration_seconds',
    help: 'Pauses of garbage collection',
    unit: 's',
    labels: ['kind'],
    buckets: GC_SECONDS,
  })
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as GarbageCollection[]) {
      const kind = GC_KINDS[entry.detail?.kind ?? -1] ?? 'other'
      pauses.observe(entry.duration / 1000, { kind })
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => {
    observer.disconnect()
  }
}
