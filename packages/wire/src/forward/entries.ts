import { MsgpackCut, MsgpackReader } from '../msgpack/reader.ts'

/** EventTime, an extension: seconds and nanoseconds, four bytes each. */
const EVENT_TIME = 0
const NS_PER_S = 1_000_000_000n

/**
 * Walks over entries of fluentd's forward protocol: `[time, record]`, or Fluent Bit's `[[time, metadata],
 * record]`. What is neither is passed over and counted, as fluentd does; where the bytes end within an entry, or hold
 * what is no MessagePack, the walk ends.
 */
export class ForwardEntries {
  /** Entries that were none. */
  skipped = 0
  /** Nanoseconds since 1970; undefined: the sender leaves it to us. */
  timeNs: bigint | undefined = undefined
  /** Stands at the record, a map; for the caller, who need not go behind it. */
  readonly record: MsgpackReader
  readonly #reader: MsgpackReader
  readonly #isBare: boolean
  /** Where the metadata is that Fluent Bit sends beside the record, -1: there is none. */
  #metadataAt = -1

  constructor(bytes: Uint8Array, isBare: boolean) {
    this.#reader = new MsgpackReader(bytes)
    this.record = new MsgpackReader(bytes)
    this.#isBare = isBare
  }

  /** Goes to the next entry; false when there is none. */
  next(): boolean {
    const reader = this.#reader
    while (!reader.isAtEnd) {
      const from = reader.at
      let end: number
      try {
        reader.skip()
        if (this.#isBare) reader.skip()
        end = reader.at
        reader.at = from
        const isEntry = this.#enter(reader)
        reader.at = end
        if (isEntry) return true
      } catch (error) {
        if (!(error instanceof MsgpackCut)) throw error
        reader.at = reader.to
      }
      this.skipped++
    }
    return false
  }

  /** A reader at the metadata beside the record, if there is some. */
  metadata(): MsgpackReader | undefined {
    if (this.#metadataAt < 0) return undefined
    return new MsgpackReader(this.#reader.bytes, this.#metadataAt, this.#reader.to)
  }

  #enter(reader: MsgpackReader): boolean {
    if (!this.#isBare && (reader.kind() !== 'array' || reader.length() < 2)) return false
    this.#metadataAt = -1
    let isTime: boolean
    if (reader.kind() === 'array') {
      const count = reader.length()
      isTime = count > 0 && this.#readTime(reader)
      if (count > 1 && reader.kind() === 'map') this.#metadataAt = reader.at
      for (let i = 1; i < count; i++) reader.skip()
    } else {
      isTime = this.#readTime(reader)
    }
    if (!isTime || reader.kind() !== 'map') return false
    this.record.at = reader.at
    return true
  }

  #readTime(reader: MsgpackReader): boolean {
    switch (reader.kind()) {
      case 'nil':
        reader.at++
        this.timeNs = undefined
        return true
      case 'integer':
        this.timeNs = known(BigInt(reader.integer()) * NS_PER_S)
        return true
      case 'float': {
        const seconds = reader.float()
        if (!Number.isFinite(seconds)) return false
        // In whole microseconds: a double of seconds holds no more of today.
        this.timeNs = known(BigInt(Math.round(seconds * 1e6)) * 1000n)
        return true
      }
      case 'ext':
        return this.#readEventTime(reader)
      default:
        return false
    }
  }

  #readEventTime(reader: MsgpackReader): boolean {
    const { type, bytes } = reader.ext()
    if (type !== EVENT_TIME || bytes.length !== 8) return false
    const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
    this.timeNs = known(BigInt(view.getUint32(0)) * NS_PER_S + BigInt(view.getUint32(4)))
    return true
  }
}

/** What 64 bits hold. */
const TIME_NS_MAX = 2n ** 63n - 1n

/** Zero means now, by the protocol; a time that cannot be is taken for none too. */
function known(timeNs: bigint): bigint | undefined {
  return timeNs > 0n && timeNs <= TIME_NS_MAX ? timeNs : undefined
}
