import type { MetricType } from '@weir/model'
import type { ObserverOptions } from './mapping.ts'

/** What a series is; a set shows as a gauge. */
export type Kind = 'counter' | 'gauge' | 'histogram' | 'summary' | 'set'

/** A metric name and what all its series share. The first event that brings a name decides. */
export interface Family {
  readonly name: string
  readonly kind: Kind
  readonly help: string
  readonly observer: ObserverOptions
  /** How many series it may have; undefined: as many as any. */
  readonly maxSeries: number | undefined
  seriesCount: number
}

/** The metric type that an exposition page shows. */
export function metricType(kind: Kind): MetricType {
  return kind === 'set' ? 'gauge' : kind
}

/** Suffixes that an observer's samples carry, and which other metrics therefore cannot end in. */
const SUFFIXES = ['_sum', '_count', '_bucket'] as const

/** Metric names in use and their kinds, so that no name means two things. */
export class Families {
  readonly #byName = new Map<string, Family>()

  get(name: string): Family | undefined {
    return this.#byName.get(name)
  }

  all(): IterableIterator<Family> {
    return this.#byName.values()
  }

  add(family: Family): void {
    this.#byName.set(family.name, family)
  }

  /** Frees the name for another kind. */
  remove(family: Family): void {
    this.#byName.delete(family.name)
  }

  /**
   * Whether a metric of this name and kind would clash with one that is there: the same name with
   * another kind, or `x_count` beside an observer `x`, either way round. The rules are statsd_exporter's.
   */
  conflicts(name: string, kind: Kind): boolean {
    const type = metricType(kind)
    if (this.#isOther(name, type)) return true
    if (type === 'summary' || type === 'histogram') {
      const suffixes = type === 'histogram' ? SUFFIXES : SUFFIXES.slice(0, 2)
      return suffixes.some((suffix) => this.#isOther(name + suffix, type))
    }
    return SUFFIXES.some(
      (suffix) => name.endsWith(suffix) && this.#isOther(name.slice(0, -suffix.length), 'counter'),
    )
  }

  #isOther(name: string, type: MetricType): boolean {
    const family = this.#byName.get(name)
    return family !== undefined && metricType(family.kind) !== type
  }
}
