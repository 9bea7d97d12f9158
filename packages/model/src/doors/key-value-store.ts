/** One change of a {@link KeyValueStore.write}; `value: undefined` deletes. */
export interface KeyValueChange {
  readonly key: string
  /** Anything that JSON can hold. */
  readonly value: unknown
}

/** Small state that must survive: alert state, the outbox, saved dashboards. Keys sort as strings. */
export interface KeyValueStore {
  get(key: string): unknown
  /** Applies all changes or none; once it resolves they survive `kill -9`. */
  write(changes: readonly KeyValueChange[]): Promise<void>
  /** Entries whose key starts with `prefix`, in order of key. */
  entries(prefix: string): Iterable<readonly [key: string, value: unknown]>
}
