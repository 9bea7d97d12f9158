import { ProtoWriter } from '../protobuf/writer.ts'

const NS = 1_000_000_000n

/**
 * Builds a push to Loki in protobuf (read-push.ts draws it); the sender packs it by snappy. Lines of one
 * stream lie behind each other, in the order in which they were added.
 */
export class LokiPushWriter {
  /** Entries of each stream, by its labels. */
  readonly #streams = new Map<string, ProtoWriter>()
  readonly #entry = new ProtoWriter()
  readonly #inner = new ProtoWriter()

  /** The stream with these labels (`name, value, …`), to be given to {@link add}. */
  stream(pairs: readonly string[]): ProtoWriter {
    const labels = lokiLabels(pairs)
    let entries = this.#streams.get(labels)
    if (entries === undefined) this.#streams.set(labels, (entries = new ProtoWriter()))
    return entries
  }

  /**
   * @param line UTF-8
   * @param metadata `name, value, …`
   */
  add(stream: ProtoWriter, timeNs: bigint, line: Uint8Array, metadata: readonly string[]): void {
    const [entry, inner] = [this.#entry.clear(), this.#inner]
    const nanos = ((timeNs % NS) + NS) % NS
    inner.clear().int(1, Number((timeNs - nanos) / NS))
    if (nanos !== 0n) inner.int(2, Number(nanos))
    entry.raw(1, inner.bytes).raw(2, line)
    for (let i = 0; i < metadata.length; i += 2) {
      inner
        .clear()
        .text(1, metadata[i]!)
        .text(2, metadata[i + 1]!)
      entry.raw(3, inner.bytes)
    }
    stream.raw(2, entry.bytes)
  }

  /** The whole request; a view that nobody writes to any more. */
  finish(): Uint8Array<ArrayBuffer> {
    const push = new ProtoWriter()
    const stream = new ProtoWriter()
    for (const [labels, entries] of this.#streams) {
      stream.clear().text(1, labels).append(entries.bytes)
      push.raw(1, stream.bytes)
    }
    return push.bytes
  }
}

/** Labels as Loki reads them, sorted as they come: JSON's escapes are Go's too. */
export function lokiLabels(pairs: readonly string[]): string {
  const told: string[] = []
  for (let i = 0; i < pairs.length; i += 2) told.push(`${pairs[i]}=${JSON.stringify(pairs[i + 1])}`)
  return `{${told.join(', ')}}`
}
