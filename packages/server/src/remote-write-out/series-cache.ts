import type { MetricMetadata } from '@weir/model'
import type { Tail } from '@weir/tsdb'
import { type SentAbout, SentLabels, SentSymbol, typeNumber } from '@weir/wire'
import { type Relabel, compileRelabel } from '../relabel/relabel.ts'
import type { RelabelRule } from '../relabel/rule.ts'

/** A series that nobody sent for so long is forgotten, and made anew when it comes again. */
const GENERATION_MS = 600_000

/** Why nothing of a series is sent. */
export type SeriesDrop = 'relabelled' | 'forgotten'

interface Known {
  readonly sent: SentLabels | SeriesDrop
  readonly metricName: string
  /** `Tail.metadataVersion` when `sent.about` was looked up. */
  aboutVersion: number
}

export interface SeriesRules {
  /** Added where a series does not have them. */
  readonly externalLabels: Readonly<Record<string, string>>
  readonly rules: readonly RelabelRule[]
  readonly version: '1.0' | '2.0'
}

/**
 * What becomes of the store's series on their way out: relabelled once, and ready to be written into
 * requests. Two generations: the younger takes what is asked for, the older goes when its time is over.
 */
export class SeriesCache {
  readonly #tail: Tail
  readonly #external: readonly (readonly [name: string, value: string])[]
  readonly #relabel: Relabel
  readonly #symbolOf: ((text: string) => SentSymbol) | undefined
  #young = new Map<number, Known>()
  #old = new Map<number, Known>()
  #symbols = new Map<string, SentSymbol>()
  #oldSymbols = this.#symbols
  #abouts = new Map<string, SentAbout | undefined>()
  #aboutsVersion = 0
  #sinceMs = Number.NaN

  constructor(tail: Tail, { externalLabels, rules, version }: SeriesRules) {
    this.#tail = tail
    this.#external = Object.entries(externalLabels)
    this.#relabel = compileRelabel(rules)
    this.#symbolOf = version === '1.0' ? undefined : (text) => this.#symbol(text)
  }

  /** Forgets what was not asked for lately. */
  age(nowMs: number): void {
    if (Number.isNaN(this.#sinceMs)) this.#sinceMs = nowMs
    if (nowMs - this.#sinceMs < GENERATION_MS) return
    this.#sinceMs = nowMs
    this.#old = this.#young
    this.#young = new Map()
    this.#oldSymbols = this.#symbols
    this.#symbols = new Map()
    this.#abouts = new Map()
  }

  /** What is sent of a series, by the store's number; or why nothing is. */
  get(series: number): SentLabels | SeriesDrop {
    let known = this.#young.get(series)
    if (known === undefined) {
      known = this.#old.get(series) ?? this.#make(series)
      this.#young.set(series, known)
    }
    const { sent } = known
    const isNewToMe = known.aboutVersion !== this.#tail.metadataVersion
    if (isNewToMe && typeof sent !== 'string' && this.#symbolOf !== undefined) {
      sent.about = this.#about(known.metricName, this.#symbolOf)
      known.aboutVersion = this.#tail.metadataVersion
    }
    return sent
  }

  #make(series: number): Known {
    const labels = this.#tail.labels(series)
    const metricName = labels?.metricName ?? ''
    const aboutVersion = -1
    if (labels === undefined) return { sent: 'forgotten', metricName, aboutVersion }
    const map = new Map(labels)
    for (const [name, value] of this.#external) if (!map.has(name)) map.set(name, value)
    if (!this.#relabel(map)) return { sent: 'relabelled', metricName, aboutVersion }
    const names = [...map.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    if (names.length === 0) return { sent: 'relabelled', metricName, aboutVersion }
    const pairs = names.flatMap((name) => [name, map.get(name)!])
    return { sent: new SentLabels(pairs, this.#symbolOf), metricName, aboutVersion }
  }

  #symbol(text: string): SentSymbol {
    let symbol = this.#symbols.get(text)
    if (symbol === undefined) {
      symbol = this.#oldSymbols.get(text) ?? new SentSymbol(text)
      this.#symbols.set(text, symbol)
    }
    return symbol
  }

  #about(name: string, symbolOf: (text: string) => SentSymbol): SentAbout | undefined {
    if (this.#aboutsVersion !== this.#tail.metadataVersion) {
      this.#aboutsVersion = this.#tail.metadataVersion
      this.#abouts.clear()
    }
    if (!this.#abouts.has(name)) {
      const found = metadataOf(this.#tail.metadata(), name)
      const about = found && {
        type: typeNumber(found.type),
        help: symbolOf(found.help),
        unit: symbolOf(found.unit),
      }
      this.#abouts.set(name, about)
    }
    return this.#abouts.get(name)
  }
}

/** What is known of a series' metric: under its name, or under that of the family that it is a part of. */
function metadataOf(
  metadata: ReadonlyMap<string, MetricMetadata>,
  name: string,
): MetricMetadata | undefined {
  return metadata.get(name) ?? metadata.get(name.replace(/_(?:bucket|sum|count|total)$/, ''))
}
