import { joinTime } from './day-time.ts'
import type { PartBlock } from './part-index.ts'

/** A block while its rows are written. */
export class BlockDraft {
  rows = 0
  #minDay = Infinity
  #minInDay = 0
  #maxDay = -Infinity
  #maxInDay = 0
  #severities = 0
  #firstStream = 0
  #lastStream = 0
  readonly #minima: Float64Array
  readonly #maxima: Float64Array
  /** Where the last value of each column lies. */
  readonly #lastBytes: (Uint8Array | undefined)[]
  readonly #lastFrom: Int32Array
  readonly #lastTo: Int32Array
  readonly #shapes = new Set<number>()

  constructor(columns: number) {
    this.#minima = new Float64Array(columns).fill(Infinity)
    this.#maxima = new Float64Array(columns).fill(-Infinity)
    this.#lastBytes = new Array<Uint8Array | undefined>(columns)
    this.#lastFrom = new Int32Array(columns)
    this.#lastTo = new Int32Array(columns)
  }

  row(stream: number, day: number, inDay: number, severity: number): void {
    if (this.rows++ === 0) this.#firstStream = stream
    this.#lastStream = stream
    this.#severities |= 1 << severity
    if (day < this.#minDay || (day === this.#minDay && inDay < this.#minInDay)) {
      this.#minDay = day
      this.#minInDay = inDay
    }
    if (day > this.#maxDay || (day === this.#maxDay && inDay > this.#maxInDay)) {
      this.#maxDay = day
      this.#maxInDay = inDay
    }
  }

  integer(column: number, value: number): void {
    if (value < this.#minima[column]!) this.#minima[column] = value
    if (value > this.#maxima[column]!) this.#maxima[column] = value
  }

  /** Whether the column had the same value in its row before: neighbours often have. */
  isRepeated(column: number, bytes: Uint8Array, from: number, to: number): boolean {
    const last = this.#lastBytes[column]
    const lastFrom = this.#lastFrom[column]!
    const length = to - from
    let isSame = last !== undefined && this.#lastTo[column]! - lastFrom === length
    for (let i = 0; isSame && i < length; i++) isSame = last![lastFrom + i] === bytes[from + i]
    this.#lastBytes[column] = bytes
    this.#lastFrom[column] = from
    this.#lastTo[column] = to
    return isSame
  }

  /** Whether a shape is met the first time. */
  isNewShape(shape: number): boolean {
    if (this.#shapes.has(shape)) return false
    this.#shapes.add(shape)
    return true
  }

  finish(filterBytes: number): PartBlock {
    const integers: [number, number, number][] = []
    this.#minima.forEach((min, column) => {
      if (min !== Infinity) integers.push([column, min, this.#maxima[column]!])
    })
    return {
      rows: this.rows,
      minNs: String(joinTime(this.#minDay, this.#minInDay)),
      maxNs: String(joinTime(this.#maxDay, this.#maxInDay)),
      severities: this.#severities,
      firstStream: this.#firstStream,
      lastStream: this.#lastStream,
      integers,
      filterBytes,
    }
  }
}
