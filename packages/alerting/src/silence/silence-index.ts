import type { Labels } from '@weir/model'
import { type RouteMatcher, requiredValues } from '../route/matcher.ts'

/** A silence that has not ended, its matchers compiled. */
export interface LiveSilence {
  readonly id: string
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly matchers: readonly RouteMatcher[]
}

/** What is known of one alert: the silences it meets, of the first `seenCount` that were added. */
interface Known {
  readonly generation: number
  readonly seenCount: number
  readonly met: readonly LiveSilence[]
}

/**
 * Which silences an alert meets, for many alerts and many silences.
 *
 * An alert that is asked about for the first time looks its labels up: most silences want one label
 * to have one of a few values (`team="x"`, `host=~"a|b"`) and are found under these; the others are
 * tried one by one. What was found is remembered with the labels, and forgotten with them; later only
 * silences that were added since are tried.
 *
 * 50,000 alerts under 1,000 silences (silence-index.bench.ts): 0.25 s of CPU for the first round, 0.02 s
 * for each later one, and 0.1 s for the one after ten silences more.
 */
export class SilenceIndex {
  /** In order of their coming; `undefined` where one has gone. */
  #added: (LiveSilence | undefined)[] = []
  #places = new Map<string, number>()
  /** label name → value → silences that want it. */
  #byValue = new Map<string, Map<string, Set<LiveSilence>>>()
  readonly #others = new Set<LiveSilence>()
  /** Changes when places are given anew: what is known of alerts is void then. */
  #generation = 0
  readonly #known = new WeakMap<Labels, Known>()

  /** Adds a silence, in place of the one with its id. */
  set(silence: LiveSilence): void {
    this.remove(silence.id)
    this.#places.set(silence.id, this.#added.push(silence) - 1)
    const sets = this.#setsOf(silence)
    for (const one of sets) one.add(silence)
  }

  remove(id: string): void {
    const place = this.#places.get(id)
    if (place === undefined) return
    const silence = this.#added[place]!
    this.#added[place] = undefined
    this.#places.delete(id)
    for (const one of this.#setsOf(silence)) one.delete(silence)
    if (this.#added.length > 64 && this.#places.size < this.#added.length / 2) this.#close()
  }

  /** Silences whose matchers the labels satisfy, whatever the time. */
  met(labels: Labels): readonly LiveSilence[] {
    const known = this.#known.get(labels)
    const isKnown = known?.generation === this.#generation
    const seenCount = this.#added.length
    if (isKnown && known.seenCount === seenCount && known.met.every((one) => this.#isThere(one))) {
      return known.met
    }
    const met = isKnown ? this.#metSince(known, labels) : this.#metOf(labels)
    this.#known.set(labels, { generation: this.#generation, seenCount, met })
    return met
  }

  #metSince({ met, seenCount }: Known, labels: Labels): readonly LiveSilence[] {
    const left = met.filter((silence) => this.#isThere(silence))
    const isNew = (one: LiveSilence | undefined): one is LiveSilence =>
      one !== undefined && meets(labels, one)
    return [...left, ...this.#added.slice(seenCount).filter(isNew)]
  }

  #metOf(labels: Labels): readonly LiveSilence[] {
    const found: LiveSilence[] = []
    for (const silence of this.#others) if (meets(labels, silence)) found.push(silence)
    const { flat } = labels
    for (let i = 0; i < flat.length; i += 2) {
      const wanting = this.#byValue.get(flat[i]!)?.get(flat[i + 1]!)
      if (wanting === undefined) continue
      for (const silence of wanting) if (meets(labels, silence)) found.push(silence)
    }
    return found.length === 0 ? NONE : found
  }

  #isThere(silence: LiveSilence): boolean {
    return this.#added[this.#places.get(silence.id) ?? -1] === silence
  }

  /** Where a silence is found: under each value that its choosiest matcher takes, or among the others. */
  #setsOf(silence: LiveSilence): Set<LiveSilence>[] {
    const choosy = choosiest(silence.matchers)
    if (choosy === undefined) return [this.#others]
    const values = this.#byValue.get(choosy.name) ?? new Map<string, Set<LiveSilence>>()
    this.#byValue.set(choosy.name, values)
    return choosy.values.map((value) => {
      const silences = values.get(value) ?? new Set()
      values.set(value, silences)
      return silences
    })
  }

  /** Gives places anew, with no gaps. */
  #close(): void {
    const left = this.#added.filter((silence) => silence !== undefined)
    this.#added = []
    this.#places = new Map()
    this.#byValue = new Map()
    this.#others.clear()
    this.#generation++
    for (const silence of left) this.set(silence)
  }
}

const NONE: readonly LiveSilence[] = []

function meets(labels: Labels, { matchers }: LiveSilence): boolean {
  return matchers.every((matcher) => matcher.matches(labels))
}

/** The matcher that takes the fewest values; of those, one that is not about the alert's name, which many alerts share. */
function choosiest(
  matchers: readonly RouteMatcher[],
): { readonly name: string; readonly values: readonly string[] } | undefined {
  const choosy = matchers.flatMap((matcher) => {
    const values = requiredValues(matcher)
    return values === undefined ? [] : [{ name: matcher.name, values }]
  })
  const rank = (one: (typeof choosy)[number]): number =>
    one.values.length * 2 + (one.name === 'alertname' ? 1 : 0)
  return choosy.toSorted((a, b) => rank(a) - rank(b))[0]
}
