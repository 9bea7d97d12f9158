import { type Appender, Labels, type RejectReason, type SeriesRef } from '@weir/model'
import { LineReader } from '@weir/wire'
import type { Generation } from '../push/generations.ts'
import { type LabelLimits, areTooLong } from '../push/label-limits.ts'
import { BEYOND_TOKEN, refusalsOf } from '../push/token-appender.ts'
import type { InfluxNaming } from './naming.ts'

const NEW = -1
const BAD_LABELS = -2
const LABEL_LIMIT = -3

/** What the reader of a database takes before it has read anything, so that many databases count too. */
const READER_BYTES = 64 * 1024

/** What is needed to make series of fields. */
export interface FieldParts {
  readonly appender: Appender
  readonly naming: InfluxNaming
  readonly limits: LabelLimits
  readonly seed: number
  readonly numbersInStrings: boolean
  readonly tellSingle: boolean
}

/** The fields that came for one database, and the appender's numbers for them. */
export class KnownFields {
  readonly reader: LineReader
  readonly #db: string
  readonly #parts: FieldParts
  #refs = new Int32Array(256).fill(NEW)
  #labelBytes = 0
  /** Fields beyond their token. */
  #beyond: number[] = []
  #refusals: object | undefined

  constructor(db: string, parts: FieldParts) {
    this.#db = db
    this.#parts = parts
    this.reader = new LineReader(parts)
  }

  get heldBytes(): number {
    return READER_BYTES + this.reader.heldBytes + this.#labelBytes
  }

  /** Numbers of the appender by the reader's, for all that the last batch names; negative: see {@link find}. */
  column(): Int32Array {
    const refusals = refusalsOf(this.#parts.appender)
    if (refusals === undefined || refusals !== this.#refusals) {
      for (const field of this.#beyond) this.#refs[field] = NEW
      this.#beyond = []
      this.#refusals = refusals
    }
    const { fieldCount } = this.reader
    if (fieldCount > this.#refs.length) {
      const refs = new Int32Array(fieldCount * 2).fill(NEW)
      refs.set(this.#refs)
      this.#refs = refs
    }
    return this.#refs
  }

  /** The appender's number of a field; negative when its labels cannot be kept. */
  find(field: number): number {
    const known = this.#refs[field]!
    if (known !== NEW) return known
    const { appender } = this.#parts
    const pairs = this.pairs(field)
    let ref = BAD_LABELS
    if (pairs !== undefined) {
      ref = areTooLong(pairs, this.#parts.limits)
        ? LABEL_LIMIT
        : appender.ref(Labels.fromFlat(pairs))
    }
    if (ref === BEYOND_TOKEN) this.#beyond.push(field)
    else if (ref >= 0) this.#labelBytes += this.reader.textBytes(field) // the appender keeps them too
    this.#refs[field] = ref
    return ref
  }

  /** Why {@link find} gives no number. */
  reasonOf(field: number): RejectReason {
    return this.#refs[field] === BAD_LABELS ? 'bad_labels' : 'label_limit'
  }

  /** `name, value, …` of a field's series; undefined when its names are no UTF-8, or one is empty. */
  pairs(field: number): string[] | undefined {
    const named = this.reader.nameOf(field)
    if (named === undefined) return undefined
    const pairs = this.#parts.naming.pairs(named, this.#db)
    return pairs[1] === '' ? undefined : pairs
  }

  release(): void {
    for (let field = 0; field < this.reader.fieldCount && field < this.#refs.length; field++) {
      const ref = this.#refs[field]!
      if (ref >= 0) this.#parts.appender.release(ref as SeriesRef)
    }
  }
}

/** The fields of all databases: one generation. */
export class AllFields implements Generation {
  readonly #byDb = new Map<string, KnownFields>()
  readonly #parts: FieldParts

  constructor(parts: FieldParts) {
    this.#parts = parts
  }

  of(db: string): KnownFields {
    const known = this.#byDb.get(db) ?? new KnownFields(db, this.#parts)
    this.#byDb.set(db, known)
    return known
  }

  get seriesCount(): number {
    let count = 0
    for (const { reader } of this.#byDb.values()) count += reader.fieldCount
    return count
  }

  get heldBytes(): number {
    let bytes = 0
    for (const known of this.#byDb.values()) bytes += known.heldBytes
    return bytes
  }

  release(): void {
    for (const known of this.#byDb.values()) known.release()
  }
}
