/** A key that is looked for, and where what it holds goes. */
export interface WantedKey {
  /** Dots lead into objects: `log.level` is `{"log":{"level":…}}`, and also `{"log.level":…}`. */
  readonly path: string
  /** A number from 0; of several keys with one slot the one that stands first in the list counts. */
  readonly slot: number
}

/** What a key of an object leads to. */
export interface KeyEntry {
  readonly bytes: Uint8Array
  /** −1: nothing itself. */
  slot: number
  rank: number
  inner: KeyNode | undefined
  /** The next one with the same hash. */
  readonly next: KeyEntry | undefined
}

const BUCKETS = 64

/**
 * The keys that are wanted of an object, found by their bytes: a number from length and two characters
 * leads to the few that may be meant.
 */
export class KeyNode {
  readonly #buckets: (KeyEntry | undefined)[] = Array.from({ length: BUCKETS })

  /** The entry whose key is `bytes[from, to)`. */
  find(bytes: Uint8Array, from: number, to: number): KeyEntry | undefined {
    let entry = this.#buckets[bucketOf(bytes, from, to)]
    while (entry !== undefined && !isSame(entry.bytes, bytes, from, to)) entry = entry.next
    return entry
  }

  /** The entry of a key, made when it is not there. */
  entry(key: string): KeyEntry {
    const bytes = new TextEncoder().encode(key)
    const found = this.find(bytes, 0, bytes.length)
    if (found !== undefined) return found
    const bucket = bucketOf(bytes, 0, bytes.length)
    const next = this.#buckets[bucket]
    const entry: KeyEntry = { bytes, slot: -1, rank: 0, inner: undefined, next }
    this.#buckets[bucket] = entry
    return entry
  }
}

function bucketOf(bytes: Uint8Array, from: number, to: number): number {
  if (from === to) return 0
  return (to - from + bytes[from]! * 5 + bytes[to - 1]! * 3) & (BUCKETS - 1)
}

function isSame(key: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (key.length !== to - from) return false
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[from + i]) return false
  return true
}

/** A list of keys as a tree of objects. */
export function keyTree(wanted: readonly WantedKey[]): KeyNode {
  const root = new KeyNode()
  for (const [rank, { path, slot }] of wanted.entries()) {
    insert(root, path.split('.'), { slot, rank })
  }
  return root
}

/** Each way to cut the path into keys leads there. */
function insert(
  node: KeyNode,
  parts: readonly string[],
  leaf: { readonly slot: number; readonly rank: number },
): void {
  for (let taken = 1; taken <= parts.length; taken++) {
    const entry = node.entry(parts.slice(0, taken).join('.'))
    if (taken < parts.length) {
      entry.inner ??= new KeyNode()
      insert(entry.inner, parts.slice(taken), leaf)
    } else if (entry.slot < 0) {
      Object.assign(entry, leaf)
    }
  }
}
