import type { MetricFamily, MetricSource, ObservationListener } from './family.ts'
import {
  type InstrumentSettings,
  type Refusal,
  RegistryCounter,
  RegistryGauge,
  RegistryHistogram,
} from './instruments.ts'
import type { Counter, Gauge, Histogram, HistogramOptions, Meter, MetricOptions } from './meter.ts'
import { SamplerSet } from './samplers.ts'
import { checkBuckets, checkNames, sameShape } from './shape.ts'

export interface RegistryOptions {
  /** Series under one name; more are refused and counted in `weir_sdk_refused_total`. */
  readonly seriesMax?: number
}

type Instrument = RegistryCounter | RegistryGauge | RegistryHistogram

/**
 * The metrics of a process, by name. Asking twice for one name gives the same instrument, so that
 * two reporters of one kind count together.
 *
 * Set-up may throw (a name that Prometheus does not take, one name with two shapes); counting never
 * does. Memory is bounded by `seriesMax` series a name.
 */
export class Registry implements Meter, MetricSource {
  readonly #seriesMax: number
  readonly #instruments = new Map<string, Instrument>()
  readonly #listeners = new Set<ObservationListener>()
  readonly #samplers = new SamplerSet()
  readonly #refusals = new Map<
    string,
    { readonly metric: string; readonly reason: Refusal; n: number }
  >()

  constructor({ seriesMax = 2000 }: RegistryOptions = {}) {
    this.#seriesMax = seriesMax
  }

  counter<L extends string = never>(options: MetricOptions<L>): Counter<L> {
    return this.#instrument('counter', options, (settings) => new RegistryCounter(settings))
  }

  gauge<L extends string = never>(options: MetricOptions<L>): Gauge<L> {
    return this.#instrument('gauge', options, (settings) => new RegistryGauge(settings))
  }

  histogram<L extends string = never>(options: HistogramOptions<L>): Histogram<L> {
    checkBuckets(options.name, options.buckets)
    const make = (settings: InstrumentSettings): RegistryHistogram =>
      new RegistryHistogram(settings, [...options.buckets], this.#listeners)
    return this.#instrument('histogram', options, make)
  }

  onCollect(sampler: () => void): () => void {
    return this.#samplers.add(sampler)
  }

  collect(): MetricFamily[] {
    this.#samplers.run()
    const families: MetricFamily[] = []
    for (const instrument of this.#instruments.values()) {
      const { name, help, unit } = instrument.settings
      const { type } = instrument
      const isWatched = type === 'histogram'
      families.push({ name, help, unit, type, isWatched, series: instrument.series() })
    }
    if (this.#refusals.size > 0) families.push(this.#refusedFamily())
    return families
  }

  watch(listener: ObservationListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #instrument<I extends Instrument>(
    type: I['type'],
    options: MetricOptions<string>,
    make: (settings: InstrumentSettings) => I,
  ): I {
    const settings: InstrumentSettings = {
      name: options.name,
      help: options.help,
      unit: options.unit ?? '',
      labelNames: [...(options.labels ?? [])],
      seriesMax: options.seriesMax ?? this.#seriesMax,
      refused: (reason) => this.#refused(options.name, reason),
    }
    const known = this.#instruments.get(settings.name)
    if (known !== undefined) {
      if (known.type !== type || !sameShape(known.settings, settings)) {
        throw new TypeError(
          `Cannot make the ${type} "${settings.name}" with labels [${settings.labelNames.join(', ')}]: it exists as a ${known.type} with labels [${known.settings.labelNames.join(', ')}]`,
        )
      }
      return known as I
    }
    checkNames(settings)
    const made = make(settings)
    this.#instruments.set(settings.name, made)
    return made
  }

  #refused(metric: string, reason: Refusal): void {
    const key = `${reason} ${metric}`
    const known = this.#refusals.get(key)
    if (known === undefined) this.#refusals.set(key, { metric, reason, n: 1 })
    else known.n++
  }

  #refusedFamily(): MetricFamily {
    return {
      name: 'weir_sdk_refused_total',
      help: 'What could not be counted: no room for another series, or not a number',
      type: 'counter',
      unit: '',
      series: Array.from(this.#refusals.values(), ({ metric, reason, n }) => ({
        labels: [
          ['metric', metric],
          ['reason', reason],
        ],
        value: n,
      })),
    }
  }
}

const DEFAULT = Symbol.for('weir.sdk.registry')

/**
 * The registry that everything uses which was given none. Kept on `globalThis`: an application may
 * load this package twice, as ESM and as CommonJS, and should still have one page of metrics.
 */
export function defaultRegistry(): Registry {
  const home = globalThis as { [DEFAULT]?: Registry }
  home[DEFAULT] ??= new Registry()
  return home[DEFAULT]
}
