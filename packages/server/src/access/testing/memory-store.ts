import type { KeyValueStore } from '@weir/model'

/** A key-value store in memory. */
export function memoryStore(): KeyValueStore & { readonly values: ReadonlyMap<string, unknown> } {
  const values = new Map<string, unknown>()
  return {
    values,
    get: (key) => values.get(key),
    async write(changes) {
      for (const { key, value } of changes) {
        if (value === undefined) values.delete(key)
        else values.set(key, JSON.parse(JSON.stringify(value)))
      }
    },
    entries: (prefix) =>
      [...values]
        .filter(([key]) => key.startsWith(prefix))
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  }
}
