import type { MetricType } from '@weir/model'
import type { Group } from './group.ts'
import type { PushedPage } from './pushed-page.ts'

/** Families of these types bring series with suffixes along. */
const SUFFIXES: Readonly<Partial<Record<MetricType, readonly string[]>>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['_sum', '_count'],
}

const WORDS: Readonly<Partial<Record<MetricType, string>>> = {
  unknown: 'UNTYPED',
  gaugehistogram: 'GAUGE_HISTOGRAM',
}

/** A type as the push gateway spells it. */
export function typeWord(type: MetricType): string {
  return WORDS[type] ?? type.toUpperCase()
}

/** What is held, as far as a push may contradict it. */
export interface Held {
  /** Types under which a family is held by other groups than this one, and by this one where it stays. */
  typesOf(name: string): Iterable<MetricType>
  /** The group that has a series already. */
  ownerOf(labelsKey: string): Group | undefined
}

/**
 * Why a push cannot stand beside what is there: a time of its own, a series that comes twice or that
 * another group has, a name under another type, a name that a histogram or summary has taken.
 */
export function inconsistency(page: PushedPage, group: Group | undefined, held: Held): string {
  const seen = new Set<string>()
  for (const family of page.families.values()) {
    for (const type of held.typesOf(family.name)) {
      if (type !== family.type) {
        const shown = family.series[0]!.labels.toString()
        return `collected metric ${JSON.stringify(family.name)} ${shown} is not a ${typeWord(type)}`
      }
    }
    for (const { labels } of family.series) {
      const key = labels.key()
      const owner = held.ownerOf(key)
      if (seen.has(key) || (owner !== undefined && owner !== group)) {
        return `collected metric ${JSON.stringify(family.name)} ${labels.toString()} was collected before with the same name and label values`
      }
      seen.add(key)
    }
  }
  for (const { name, type } of page.families.values()) {
    for (const [kind, suffixes] of Object.entries(SUFFIXES)) {
      for (const suffix of suffixes) {
        if (kind === type && hasFamily(page, held, name + suffix)) {
          return `collected ${type} named ${JSON.stringify(name)} collides with previously collected metric named ${JSON.stringify(name + suffix)}`
        }
        if (!name.endsWith(suffix)) continue
        const base = name.slice(0, -suffix.length)
        const bases = [page.families.get(base)?.type, ...held.typesOf(base)]
        if (bases.includes(kind as MetricType)) {
          return `collected metric named ${JSON.stringify(name)} collides with previously collected ${kind} named ${JSON.stringify(base)}`
        }
      }
    }
  }
  return ''
}

function hasFamily(page: PushedPage, held: Held, name: string): boolean {
  return page.families.has(name) || [...held.typesOf(name)].length > 0
}
