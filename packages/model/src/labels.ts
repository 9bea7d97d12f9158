/** The label that holds a series' metric name. */
export const METRIC_NAME = '__name__'

const LEGACY_METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LEGACY_LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/** Whether a metric name needs no quotes in PromQL or an exposition page. */
export function isLegacyName(name: string): boolean {
  return LEGACY_METRIC_NAME.test(name)
}

/** Whether a label name needs no quotes in PromQL or an exposition page. */
export function isLabelName(name: string): boolean {
  return LEGACY_LABEL_NAME.test(name)
}

/**
 * Where labels lie that nobody has asked for yet: most series of a query are added into a group by
 * one label or by none, and go. `at` is the place's own number for them.
 */
export interface LabelSource {
  /** `name, value, …` as {@link Labels.flat} has it. */
  flatAt(at: number): readonly string[]
  /** The value of one label, '' when absent. */
  valueAt(at: number, name: string): string
}

/**
 * The labels that identify a series: name→value pairs, sorted by name, names unique, no empty
 * values (in Prometheus's data model an empty value means that the label is absent).
 *
 * Immutable. Held as one flat array (`name, value, name, value, …`): half the objects of pairs, and
 * what the store and the wire want anyway. Order is that of JavaScript's `<` on strings.
 */
export class Labels {
  // `this`, since tsc 7.0.2 compiles a class name in a static initializer to a variable that is set too late.
  static readonly EMPTY: Labels = new this([])

  #flat: readonly string[] | undefined
  #key: string | undefined
  #source: LabelSource | undefined
  #at = 0
  /** Names that are left out of what the source has. */
  #without: ReadonlySet<string> | undefined

  private constructor(flat: readonly string[] | undefined) {
    this.#flat = flat
  }

  /**
   * Labels that are read when they are asked for. They must be there as long as somebody may ask:
   * {@link Labels.flat} makes them independent of the source.
   */
  static later(source: LabelSource, at: number): Labels {
    const labels = new Labels(undefined)
    labels.#source = source
    labels.#at = at
    return labels
  }

  /** From a plain object; empty values are left out. */
  static of(record: Readonly<Record<string, string>>): Labels {
    const flat: string[] = [] // by a loop: `entries().flat()` takes three times as long
    for (const name of Object.keys(record)) flat.push(name, record[name]!)
    return Labels.fromFlat(flat)
  }

  /** From `name, value, …` in any order. Of a name given twice the last one stays; empty values are left out. */
  static fromFlat(flat: readonly string[]): Labels {
    let sorted = true
    for (let i = 0; i < flat.length; i += 2) {
      if (flat[i + 1] === '' || (i > 0 && flat[i - 2]! >= flat[i]!)) {
        sorted = false
        break
      }
    }
    if (sorted) return new Labels(flat)
    const pairs = new Map<string, string>()
    for (let i = 0; i < flat.length; i += 2) pairs.set(flat[i]!, flat[i + 1]!)
    const names = [...pairs.keys()].filter((name) => pairs.get(name) !== '').sort()
    return new Labels(names.flatMap((name) => [name, pairs.get(name)!]))
  }

  /** How many labels there are, the metric name counted. */
  get size(): number {
    return this.flat.length >> 1
  }

  /** `name, value, …` sorted by name. Do not write to it. */
  get flat(): readonly string[] {
    return this.#flat ?? this.#read()
  }

  #read(): readonly string[] {
    const all = this.#source!.flatAt(this.#at)
    this.#flat = this.#without === undefined ? all : pairsWithout(all, this.#without)
    this.#source = undefined
    return this.#flat
  }

  /** The metric name, or '' when there is none. */
  get metricName(): string {
    return this.get(METRIC_NAME)
  }

  /** The value of a label, '' when absent. */
  get(name: string): string {
    const flat = this.#flat
    if (flat === undefined) {
      return this.#without?.has(name) ? '' : this.#source!.valueAt(this.#at, name)
    }
    for (let i = 0; i < flat.length; i += 2) if (flat[i] === name) return flat[i + 1]!
    return ''
  }

  has(name: string): boolean {
    return this.get(name) !== ''
  }

  /** A string that is equal for equal labels and only for those: a key for a `Map`. */
  key(): string {
    this.#key ??= keyOf(this.flat)
    return this.#key
  }

  equals(other: Labels): boolean {
    return this === other || this.key() === other.key()
  }

  /** With one label set; an empty value removes it. */
  with(name: string, value: string): Labels {
    const { flat } = this
    let at = 0
    while (at < flat.length && flat[at]! < name) at += 2
    const isThere = flat[at] === name
    if (value === '') return isThere ? new Labels(flat.toSpliced(at, 2)) : this
    return new Labels(flat.toSpliced(at, isThere ? 2 : 0, name, value))
  }

  /** Without the named labels. */
  without(names: ReadonlySet<string>): Labels {
    if (this.#flat === undefined && this.#without === undefined) {
      const labels = Labels.later(this.#source!, this.#at)
      labels.#without = names
      return labels
    }
    const flat = pairsWithout(this.flat, names)
    return flat.length === this.flat.length ? this : new Labels(flat)
  }

  /** Only the named labels. */
  keep(names: ReadonlySet<string>): Labels {
    const all = this.flat
    const flat: string[] = []
    for (let i = 0; i < all.length; i += 2) {
      if (names.has(all[i]!)) flat.push(all[i]!, all[i + 1]!)
    }
    return flat.length === all.length ? this : new Labels(flat)
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    const flat = this.flat
    for (let i = 0; i < flat.length; i += 2) yield [flat[i]!, flat[i + 1]!]
  }

  /** Negative, zero or positive, as `Array.prototype.sort` wants it: by names and values in turn. */
  compare(other: Labels): number {
    const a = this.flat
    const b = other.flat
    const shared = Math.min(a.length, b.length)
    for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1
    return a.length - b.length
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this)
  }

  /** As PromQL writes it: `up{job="x"}`, `{a="b"}`, `{"a.b","c d"="e"}`. */
  toString(): string {
    const name = this.metricName
    const bare = name !== '' && isLegacyName(name)
    const inside = name !== '' && !bare ? [JSON.stringify(name)] : []
    for (const [label, value] of this) {
      if (label === METRIC_NAME) continue
      inside.push(`${isLabelName(label) ? label : JSON.stringify(label)}=${JSON.stringify(value)}`)
    }
    if (bare) return inside.length === 0 ? name : `${name}{${inside.join(', ')}}`
    return `{${inside.join(', ')}}`
  }
}

function pairsWithout(flat: readonly string[], names: ReadonlySet<string>): string[] {
  const rest: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    if (!names.has(flat[i]!)) rest.push(flat[i]!, flat[i + 1]!)
  }
  return rest
}

/** Joined by NUL, which no sane label holds; where one does, spelled so that it cannot be mistaken for another. */
function keyOf(flat: readonly string[]): string {
  for (let i = 0; i < flat.length; i++) {
    if (flat[i]!.includes('\0')) return `\0${JSON.stringify(flat)}`
  }
  return flat.join('\0')
}
