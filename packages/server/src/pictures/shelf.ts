import { randomBytes } from 'node:crypto'

/** What is kept of pictures, so that a message's reader can fetch them. */
export interface ShelfLimits {
  readonly bytesMax: number
  readonly ageMaxMs: number
}

interface Kept {
  readonly png: Uint8Array
  readonly untilMs: number
}

/** Pictures in memory under names that nobody can guess; the oldest go first. */
export class PictureShelf {
  readonly #limits: ShelfLimits
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  constructor(limits: ShelfLimits) {
    this.#limits = limits
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The picture's name. */
  put(png: Uint8Array, nowMs: number): string {
    const id = randomBytes(16).toString('hex')
    this.#kept.set(id, { png, untilMs: nowMs + this.#limits.ageMaxMs })
    this.#bytes += png.byteLength
    for (const [old, { untilMs }] of this.#kept) {
      if (this.#bytes <= this.#limits.bytesMax && untilMs > nowMs) break
      this.#drop(old)
    }
    return id
  }

  get(id: string, nowMs: number): Uint8Array | undefined {
    const kept = this.#kept.get(id)
    if (kept === undefined || kept.untilMs > nowMs) return kept?.png
    this.#drop(id)
    return undefined
  }

  #drop(id: string): void {
    this.#bytes -= this.#kept.get(id)?.png.byteLength ?? 0
    this.#kept.delete(id)
  }
}
