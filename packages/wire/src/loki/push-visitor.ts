/** Hears what a push to Loki holds, in its order. */
export interface PushVisitor {
  /** A stream begins, by its labels (`name, value, …`); undefined when they cannot be read. */
  stream(pairs: readonly string[] | undefined): void
  /** A line of it: nanoseconds since 1970, UTF-8 as it came, what is said beside it (`name, value, …`). */
  entry(timeNs: bigint, line: Uint8Array, metadata: readonly string[]): void
}
