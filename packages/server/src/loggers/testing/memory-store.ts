import type { KeyValueChange, KeyValueStore } from '@weir/model'

/** A store that outlives its readers, and can be told to fail. */
export class MemoryStore implements KeyValueStore {
  readonly #table = new Map<string, string>()
  /** What the disk says to the next writes. */
  failure: Error | undefined

  get(key: string): unknown {
    const text = this.#table.get(key)
    return text === undefined ? undefined : (JSON.parse(text) as unknown)
  }

  async write(changes: readonly KeyValueChange[]): Promise<void> {
    if (this.failure !== undefined) throw this.failure
    for (const { key, value } of changes) {
      if (value === undefined) this.#table.delete(key)
      else this.#table.set(key, JSON.stringify(value))
    }
  }

  *entries(prefix: string): Generator<[string, unknown]> {
    for (const key of [...this.#table.keys()].toSorted()) {
      if (key.startsWith(prefix)) yield [key, this.get(key)]
    }
  }
}
