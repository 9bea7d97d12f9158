import { JsonShapes } from './json-shape.ts'
import type { PartShape, PartTime } from './part-index.ts'
import type { SortedRows } from './sorted-rows.ts'
import { ARRAY } from './value-kinds.ts'

const SHAPES_MAX = 1000

/** What of a value's column is known once all lines were seen. */
export interface ColumnUse {
  readonly path: string
  /** '' for arrays, which are no fields. */
  readonly name: string
  readonly isMetadata: boolean
  isInteger: boolean
  hasEscapes: boolean
  lines: number
}

/** One of the two texts that each row has: the line, or what was said beside it. */
export class ShapedSide {
  readonly isMetadata: boolean
  readonly shapes = new JsonShapes(SHAPES_MAX)
  /** Where values lie in the text of their batch: from, to, … */
  spans = new Int32Array(1 << 14)
  #spansUsed = 0
  readonly #shapeOf: Uint16Array
  readonly #spanAt: Uint32Array
  /** For each value of each shape: whether all are integers, whether some have escapes. */
  readonly #integers: Uint8Array[] = []
  readonly #escapes: Uint8Array[] = []
  /** For each shape the number of its value by column, -1 for none; undefined: its lines keep their text. */
  #places: (Int16Array | undefined)[] = []
  #columns: Int16Array[] = []

  constructor(rows: number, isMetadata: boolean) {
    this.isMetadata = isMetadata
    this.#shapeOf = new Uint16Array(rows)
    this.#spanAt = new Uint32Array(rows)
  }

  scan(row: number, text: Uint8Array, from: number, to: number, rows: SortedRows): void {
    if (from === to) return
    const { streamOf, days, inDay } = rows
    const shape = this.shapes.find(text, from, to, streamOf[row]!, days[row]!, inDay[row]!)
    if (shape === undefined) return
    const count = shape.kinds.length
    const index = shape.id - 1
    this.#shapeOf[row] = shape.id
    this.#spanAt[row] = this.#spansUsed
    if (this.#spansUsed + count * 2 > this.spans.length) this.#grow()
    const { spans, escapes: hasEscapes } = this.shapes
    this.#integers[index] ??= new Uint8Array(count).fill(1)
    this.#escapes[index] ??= new Uint8Array(count)
    const integers = this.#integers[index]
    const escapes = this.#escapes[index]
    for (let k = 0; k < count; k++) {
      const begin = spans[2 * k]!
      const end = spans[2 * k + 1]!
      this.spans[this.#spansUsed++] = begin
      this.spans[this.#spansUsed++] = end
      if (integers[k] === 1 && Number.isNaN(integerAt(text, begin, end))) integers[k] = 0
      if (hasEscapes[k] === 1) escapes[k] = 1
    }
  }

  /** 0: the row's text has no shape, or one that no columns were found for. */
  shapeOf(row: number): number {
    const shape = this.#shapeOf[row]!
    return shape === 0 || this.#places[shape - 1] === undefined ? 0 : shape
  }

  /** Adds what its shapes need to the uses of columns. */
  count(uses: Map<string, ColumnUse>): void {
    for (const { id, paths, names, kinds, lines } of this.shapes.shapes) {
      kinds.forEach((kind, k) => {
        if (kind > ARRAY) return
        const use = this.#use(kind, paths[k]!, names[k]!)
        const isInteger = this.#integers[id - 1]![k] === 1
        const hasEscapes = this.#escapes[id - 1]![k] === 1
        const known = uses.get(keyOf(use))
        if (known === undefined) uses.set(keyOf(use), { ...use, isInteger, hasEscapes, lines })
        else {
          known.lines += lines
          known.isInteger &&= isInteger
          known.hasEscapes ||= hasEscapes
        }
      })
    }
  }

  /** Which columns there are. */
  assign(columns: readonly ColumnUse[]): void {
    const numbers = new Map(columns.map((use, number) => [keyOf(use), number]))
    for (const { paths, names, kinds } of this.shapes.shapes) {
      const places = new Int16Array(columns.length).fill(-1)
      const own = new Int16Array(kinds.length).fill(-1)
      let isWhole = true
      kinds.forEach((kind, k) => {
        if (kind > ARRAY) return
        const use = this.#use(kind, paths[k]!, names[k]!)
        const number = numbers.get(keyOf(use))
        if (number === undefined) isWhole = false
        else {
          places[number] = k
          own[k] = number
        }
      })
      this.#places.push(isWhole ? places : undefined)
      this.#columns.push(own)
    }
  }

  /** The number of the value in a column, -1 for none. */
  placesOf(shape: number): Int16Array | undefined {
    return shape === 0 ? undefined : this.#places[shape - 1]
  }

  /** Where in `spans` those of a row begin. */
  spanAt(row: number): number {
    return this.#spanAt[row]!
  }

  partShapes(): PartShape[] {
    return this.shapes.shapes.map(({ literals, kinds, names }, index) => {
      const texts = literals.map((literal) => Buffer.from(literal).toString())
      const times = names.flatMap((name, k): PartTime[] =>
        kinds[k]! > ARRAY ? [{ name, kind: kinds[k]!, zone: texts[k + 1]!.split('"')[0]! }] : [],
      )
      return { literals: texts, kinds: [...kinds], columns: [...this.#columns[index]!], times }
    })
  }

  /** Names beside a line are what the sender made them. */
  #use(kind: number, path: string, name: string): Pick<ColumnUse, 'path' | 'name' | 'isMetadata'> {
    const { isMetadata } = this
    return { path, name: kind === ARRAY ? '' : isMetadata ? path : name, isMetadata }
  }

  #grow(): void {
    const spans = new Int32Array(this.spans.length * 2)
    spans.set(this.spans)
    this.spans = spans
  }
}

/** What tells columns apart. */
function keyOf({
  path,
  name,
  isMetadata,
}: Pick<ColumnUse, 'path' | 'name' | 'isMetadata'>): string {
  return `${isMetadata ? 'm' : 'f'}${name === '' ? '[]' : ''}${path}`
}

/** The number that is written there in its shortest form, of at most 15 digits; else NaN. */
export function integerAt(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  const isNegative = bytes[at] === 0x2d
  if (isNegative) at++
  const digits = to - at
  if (digits < 1 || digits > 15) return Number.NaN
  if (bytes[at] === 0x30 && (digits > 1 || isNegative)) return Number.NaN
  let value = 0
  for (; at < to; at++) {
    const digit = bytes[at]! - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return isNegative ? -value : value
}
