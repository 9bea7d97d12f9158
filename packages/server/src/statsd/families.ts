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
  /** Whether an event came for it since the mapping was loaded; what was there before gives way to others. */
  isConfirmed: boolean
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

  /** How many there are of each kind. */
  countByKind(): Record<Kind, number> {
    const counts = { counter: 0, gauge: 0, histogram: 0, summary: 0, set: 0 }
    for (const { kind } of this.#byName.values()) counts[kind]++
    return counts
  }

  add(family: Family): void {
    this.#byName.set(family.name, family)
  }

  /** Frees the name for another kind. */
  remove(family: Family): void {
    this.#byName.delete(family.name)
  }

  /**
   * The metrics that one of this name and kind would clash with: of the same name with another kind, or
   * `x_count` beside an observer `x`, either way round. The rules are statsd_exporter's.
   */
  rivals(name: string, kind: Kind): Family[] {
    const type = metricType(kind)
    const rivals = this.#others(name, (other) => other.kind !== kind)
    if (type === 'summary' || type === 'histogram') {
      const suffixes = type === 'histogram' ? SUFFIXES : SUFFIXES.slice(0, 2)
      for (const suffix of suffixes) {
        rivals.push(...this.#others(name + suffix, (other) => other.kind !== type))
      }
      return rivals
    }
    for (const suffix of SUFFIXES) {
      if (!name.endsWith(suffix)) continue
      const stem = name.slice(0, -suffix.length)
      rivals.push(...this.#others(stem, (other) => other.kind !== 'counter'))
    }
    return rivals
  }

  #others(name: string, isOther: (family: Family) => boolean): Family[] {
    const family = this.#byName.get(name)
    return family !== undefined && isOther(family) ? [family] : []
  }
}
