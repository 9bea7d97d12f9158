import { PAGE, type PeerRecord } from './message.ts'
import type { SharedPart } from './shared-part.ts'

interface Change {
  readonly part: SharedPart
  readonly key: string
  readonly at: number
  /** Made here; others hear of it at once. What came from a peer is only given to who asks. */
  readonly isOwn: boolean
}

export interface ChangePage {
  readonly records: PeerRecord[]
  /** Where to go on. */
  readonly next: number
  readonly isMore: boolean
}

/**
 * What changed, in the order in which it did, each thing once, with its last change: so much can wait for
 * a peer that is away as there are things, and no more. It begins with all that is there.
 */
export class Changes {
  readonly #changes = new Map<string, Change>()
  #last = 0

  get last(): number {
    return this.#last
  }

  add(part: SharedPart, key: string, isOwn: boolean): void {
    const name = `${part.name}\n${key}`
    this.#changes.delete(name)
    this.#changes.set(name, { part, key, isOwn, at: ++this.#last })
  }

  /** The next few behind a position. */
  page(after: number, isWanted: 'all' | 'own'): ChangePage {
    const records: PeerRecord[] = []
    let bytes = 0
    let next = after
    for (const [name, { part, key, at, isOwn }] of this.#changes) {
      if (at <= after) continue
      const value = isOwn || isWanted === 'all' ? part.get(key) : undefined
      if (value !== undefined) {
        const length = key.length + JSON.stringify(value).length
        const isFull = records.length >= PAGE.records || bytes + length > PAGE.bytes
        if (records.length > 0 && isFull) return { records, next, isMore: true }
        bytes += length
        records.push({ part: part.name, key, value })
      } else if (isOwn || isWanted === 'all') this.#changes.delete(name) // when it is for others again, it has changed
      next = at
    }
    return { records, next: this.#last, isMore: false }
  }
}
