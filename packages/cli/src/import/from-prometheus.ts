/**
 * All that a Prometheus has, window by window, the oldest first, and in it metric by metric: each answer becomes
 * requests of remote write, which go the way of `weir import`. A window is halved while its answer is too much, so
 * memory holds one answer of bounded length, whatever there is.
 *
 *     names(window) ─► for each: samples(window) ─► requests ─► Weir
 *                                    └ too much: two halves
 */
import { type Matcher, WeirError } from '@weir/model'
import { type ImportTarget, matchersOf } from '@weir/server'
import type { PrometheusSource } from './prometheus-source.ts'

export interface Imported {
  readonly samples: number
  readonly metrics: number
  readonly rejected: Readonly<Record<string, number>>
  /** A series of which something was refused. */
  readonly example: string
  /** How much was left out since the other side could not read it, and of the first of it what. */
  readonly damaged: { readonly count: number; readonly told: readonly string[] }
}

/** Smaller than the longest body that Weir takes unless told otherwise. */
const REQUEST_BYTES = 2 ** 20
const WINDOW_MS_MIN = 1000

/** What of it is wanted, and how it is asked for. */
export interface PrometheusSpan {
  readonly startMs: number
  readonly endMs: number
  readonly windowMs: number
  /** A series is wanted when one of them matches. None: all are. */
  readonly selectors: readonly string[]
  /** Whether what the other side cannot read is left out and told. */
  readonly skipsDamage: boolean
}

/** @param onWindow hears how far it has come: from there an import that broke off goes on */
export async function importFromPrometheus(
  source: PrometheusSource,
  target: ImportTarget,
  span: PrometheusSpan,
  onWindow: (doneMs: number, samples: number) => void,
): Promise<Imported> {
  const { startMs, endMs, windowMs, selectors, skipsDamage } = span
  const work = new Work(source, target, skipsDamage)
  const chosen: readonly Chosen[] =
    selectors.length === 0
      ? [{ matchers: [] }]
      : selectors.map((selector) => ({ selector, matchers: matchersOf(selector) }))
  for (let fromMs = startMs; fromMs <= endMs; fromMs += windowMs) {
    // Both ends are included.
    const toMs = Math.min(endMs, fromMs + windowMs - 1)
    for (const { selector, matchers } of chosen) {
      for (const name of await source.names(fromMs, toMs, selector)) {
        await work.copy(name, matchers, fromMs, toMs)
      }
    }
    onWindow(toMs + 1, work.samples)
  }
  const { sum, samples, names, damaged } = work
  return { ...sum, samples, metrics: names.size, damaged }
}

interface Chosen {
  readonly selector?: string
  readonly matchers: readonly Matcher[]
}

/** Of so many it is told what they are; the others are counted. */
const TOLD_MAX = 20

class Work {
  readonly #source: PrometheusSource
  readonly #target: ImportTarget
  readonly names = new Set<string>()
  readonly sum: { rejected: Record<string, number>; example: string } = {
    rejected: {},
    example: '',
  }
  readonly damaged = { count: 0, told: [] as string[] }
  readonly #skipsDamage: boolean
  samples = 0

  constructor(source: PrometheusSource, target: ImportTarget, skipsDamage: boolean) {
    this.#source = source
    this.#target = target
    this.#skipsDamage = skipsDamage
  }

  /** Copies the samples of a metric within [fromMs, toMs]. */
  async copy(
    name: string,
    matchers: readonly Matcher[],
    fromMs: number,
    toMs: number,
  ): Promise<void> {
    const found = await this.#read(name, matchers, fromMs, toMs)
    if (found === 'too much') {
      const middleMs = fromMs + Math.floor((toMs - fromMs) / 2)
      if (toMs - fromMs < WINDOW_MS_MIN) {
        const what = `${JSON.stringify(name)} has more in a second than one answer can be`
        throw new WeirError('SERVER_REFUSED', `Cannot import: ${what}`)
      }
      await this.copy(name, matchers, fromMs, middleMs)
      await this.copy(name, matchers, middleMs + 1, toMs)
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

  async #read(
    name: string,
    matchers: readonly Matcher[],
    fromMs: number,
    toMs: number,
  ): Promise<readonly Uint8Array[] | 'too much'> {
    try {
      return await this.#source.samples(name, matchers, fromMs, toMs, REQUEST_BYTES)
    } catch (error) {
      const isRefused = error instanceof WeirError && error.code === 'SERVER_REFUSED'
      if (!this.#skipsDamage || !isRefused) throw error
      this.damaged.count++
      const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString())
      if (this.damaged.told.length < TOLD_MAX) {
        this.damaged.told.push(`${name} from ${from} to ${to}: ${error.message}`)
      }
      return []
    }
  }
}
