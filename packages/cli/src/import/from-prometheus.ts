/**
 * All that a Prometheus has, window by window, the oldest first, and in it metric by metric: each answer becomes
 * requests of remote write, which go the way of `weir import`. A window is halved while its answer is too much, so
 * memory holds one answer of bounded length, whatever there is.
 *
 *     names(window) ─► for each: samples(window) ─► requests ─► Weir
 *                                    └ too much: two halves
 */
import { WeirError } from '@weir/model'
import type { ImportTarget } from '@weir/server'
import type { PrometheusSource } from './prometheus-source.ts'

export interface Imported {
  readonly samples: number
  readonly metrics: number
  readonly rejected: Readonly<Record<string, number>>
  /** A series of which something was refused. */
  readonly example: string
}

/** Smaller than the longest body that Weir takes unless told otherwise. */
const REQUEST_BYTES = 2 ** 20
const WINDOW_MS_MIN = 1000

/** @param onWindow hears how far it has come: from there an import that broke off goes on */
export async function importFromPrometheus(
  source: PrometheusSource,
  target: ImportTarget,
  span: { readonly startMs: number; readonly endMs: number; readonly windowMs: number },
  onWindow: (doneMs: number, samples: number) => void,
): Promise<Imported> {
  const work = new Work(source, target)
  const { startMs, endMs, windowMs } = span
  for (let fromMs = startMs; fromMs <= endMs; fromMs += windowMs) {
    // Both ends are included.
    const toMs = Math.min(endMs, fromMs + windowMs - 1)
    for (const name of await source.names(fromMs, toMs)) await work.copy(name, fromMs, toMs)
    onWindow(toMs + 1, work.samples)
  }
  return { ...work.sum, samples: work.samples, metrics: work.names.size }
}

class Work {
  readonly #source: PrometheusSource
  readonly #target: ImportTarget
  readonly names = new Set<string>()
  readonly sum: { rejected: Record<string, number>; example: string } = {
    rejected: {},
    example: '',
  }
  samples = 0

  constructor(source: PrometheusSource, target: ImportTarget) {
    this.#source = source
    this.#target = target
  }

  /** Copies the samples of a metric within [fromMs, toMs]. */
  async copy(name: string, fromMs: number, toMs: number): Promise<void> {
    const found = await this.#source.samples(name, fromMs, toMs, REQUEST_BYTES)
    if (found === 'too much') {
      const middleMs = fromMs + Math.floor((toMs - fromMs) / 2)
      if (toMs - fromMs < WINDOW_MS_MIN) {
        const what = `${JSON.stringify(name)} has more in a second than one answer can be`
        throw new WeirError('SERVER_REFUSED', `Cannot import: ${what}`)
      }
      await this.copy(name, fromMs, middleMs)
      await this.copy(name, middleMs + 1, toMs)
      return
    }
    this.names.add(name)
    for (const bytes of found) {
      const { appended, rejected, example } = await this.#target.send(bytes, 'remote_write', 1)
      this.samples += appended
      this.sum.example ||= example
      for (const [reason, count] of Object.entries(rejected)) {
        this.sum.rejected[reason] = (this.sum.rejected[reason] ?? 0) + count
      }
    }
  }
}
