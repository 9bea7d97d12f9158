import type { LabelPairs } from './family.ts'
import type { Labels } from './meter.ts'

/** No label value is longer than this, in UTF-16 units: it is an identity, not a text. */
const VALUE_LENGTH_MAX = 256

/**
 * The series of one metric, found by their label values.
 *
 * A label that carries user ids or free text would make series without end, so there is room for
 * `max`; those that come after are refused and `onRefused` is told, while the known ones go on.
 */
export class SeriesTable<Value> {
  readonly #labelNames: readonly string[]
  readonly #max: number
  readonly #create: () => Value
  readonly #onRefused: () => void
  readonly #rows = new Map<string, { readonly labels: LabelPairs; readonly value: Value }>()

  constructor(options: {
    readonly labelNames: readonly string[]
    readonly max: number
    readonly create: () => Value
    readonly onRefused: () => void
  }) {
    this.#labelNames = options.labelNames
    this.#max = options.max
    this.#create = options.create
    this.#onRefused = options.onRefused
  }

  /** The series with these labels, made if it is new; nothing when there is no room. */
  at(
    labels: Labels<string> | undefined,
  ): { readonly labels: LabelPairs; readonly value: Value } | undefined {
    const key = this.#keyOf(labels)
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    if (this.#rows.size >= this.#max) {
      this.#onRefused()
      return undefined
    }
    const row = { labels: this.#pairsOf(labels), value: this.#create() }
    this.#rows.set(key, row)
    return row
  }

  remove(labels: Labels<string> | undefined): void {
    this.#rows.delete(this.#keyOf(labels))
  }

  values(): Iterable<{ readonly labels: LabelPairs; readonly value: Value }> {
    return this.#rows.values()
  }

  // Lengths, so that no value can imitate the border between two.
  #keyOf(labels: Labels<string> | undefined): string {
    const names = this.#labelNames
    if (names.length === 0 || labels === undefined) return ''
    if (names.length === 1) return textOf(labels[names[0]!])
    let key = ''
    for (const name of names) {
      const value = textOf(labels[name])
      key += `${value.length}:${value}`
    }
    return key
  }

  #pairsOf(labels: Labels<string> | undefined): LabelPairs {
    const pairs: (readonly [string, string])[] = []
    for (const name of this.#labelNames) {
      const value = textOf(labels?.[name])
      if (value !== '') pairs.push([name, value])
    }
    return pairs
  }
}

function textOf(value: string | number | undefined): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : String(value)
  return text.length <= VALUE_LENGTH_MAX ? text : text.slice(0, VALUE_LENGTH_MAX)
}
