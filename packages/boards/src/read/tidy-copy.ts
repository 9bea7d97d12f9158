/**
 * A copy of what somebody handed in, safe to walk: plain objects, lists, texts, numbers, booleans and
 * null; no `__proto__`, no cycle (YAML can make one), nothing deeper or larger than a board needs.
 */
import type { NoteBook } from '../note-book.ts'

/** How deep a board may nest. Grafana's own stay below 20. */
const DEPTH_MAX = 64
/** Values in all. The largest public board found has 120,000. */
const VALUES_MAX = 3_000_000
/** Longer texts are cut: a text panel with a picture in it is allowed. */
const TEXT_MAX = 2_000_000

export function tidyCopy(value: unknown, notes: NoteBook): unknown {
  return new Copier(notes).copy(value, 0)
}

class Copier {
  readonly #notes: NoteBook
  #left = VALUES_MAX

  constructor(notes: NoteBook) {
    this.#notes = notes
  }

  copy(value: unknown, depth: number): unknown {
    this.#left--
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'number':
        return Number.isFinite(value) ? value : null
      case 'boolean':
        return value
      case 'bigint':
        return Number(value)
      case 'object':
        return value === null ? null : this.#composite(value, depth)
      default:
        return null
    }
  }

  #isFull(): boolean {
    if (this.#left > 0) return false
    this.#notes.broken('', `More than ${VALUES_MAX} values; what comes after is left out`)
    return true
  }

  #text(value: string): string {
    if (value.length <= TEXT_MAX) return value
    this.#notes.broken('', `A text of ${value.length} characters is cut after ${TEXT_MAX}`)
    return value.slice(0, TEXT_MAX)
  }

  #composite(value: object, depth: number): unknown {
    if (depth >= DEPTH_MAX) {
      this.#notes.broken('', `Nested deeper than ${DEPTH_MAX} levels; what lies below is left out`)
      return null
    }
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
    if (Array.isArray(value)) return this.#list(value, depth)
    const copy: Record<string, unknown> = {}
    for (const key of Object.keys(value)) {
      if (this.#isFull()) break
      if (key === '__proto__') {
        this.#notes.ignored('', 'A key "__proto__" is left out')
        continue
      }
      const inner = (value as Record<string, unknown>)[key]
      if (inner !== undefined) copy[key] = this.copy(inner, depth + 1)
    }
    return copy
  }

  #list(value: readonly unknown[], depth: number): unknown[] {
    const copy: unknown[] = []
    for (const item of value) {
      if (this.#isFull()) break
      copy.push(this.copy(item, depth + 1))
    }
    return copy
  }
}
