import { MsgpackCut, MsgpackReader } from '../msgpack/reader.ts'

/**
 * Fluentd's forward protocol: what one message says. Its entries are read by {@link ForwardEntries}, after the
 * caller has unpacked them where they are packed.
 *
 *     Message         [tag, time, record, option?]
 *     Forward         [tag, [[time, record], …], option?]
 *     PackedForward   [tag, <bytes: [time, record] after [time, record]>, option?]
 *     heartbeat       nil
 *
 * @see https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1
 */
export type ForwardMessage =
  | { readonly kind: 'heartbeat' }
  /** It is none; the connection may go on. */
  | { readonly kind: 'refused'; readonly why: ForwardRefusal; readonly chunk?: Uint8Array }
  | {
      readonly kind: 'entries'
      readonly tag: string
      /** Bytes that hold the entries; packed as `compressed` says. */
      readonly entries: Uint8Array
      /** How many there are: entries follow one another, so only Forward and Message know. */
      readonly count: number | undefined
      /** Whether the entry is time and record without an array around them. */
      readonly isBare: boolean
      /** `gzip`, `zstd`, … or '' for plain. */
      readonly compressed: string
      /** What the sender wants to have acknowledged, byte for byte. */
      readonly chunk: Uint8Array | undefined
    }

export type ForwardRefusal =
  /** No array of tag and entries. */
  | 'malformed'
  /** Metrics or traces of Fluent Bit. */
  | 'not_logs'

const decoder = new TextDecoder()
const MALFORMED: ForwardMessage = { kind: 'refused', why: 'malformed' }

/** Reads a whole message, as {@link MsgpackFrame} found it. */
export function readForward(bytes: Uint8Array): ForwardMessage {
  try {
    return read(bytes)
  } catch (error) {
    if (error instanceof MsgpackCut) return MALFORMED
    throw error
  }
}

function read(bytes: Uint8Array): ForwardMessage {
  const reader = new MsgpackReader(bytes)
  if (reader.kind() === 'nil') return { kind: 'heartbeat' }
  if (reader.kind() !== 'array') return MALFORMED
  const length = reader.length()
  if (length < 2 || length > 4 || reader.kind() !== 'raw') return MALFORMED
  const tag = decoder.decode(reader.raw())
  const body = readBody(reader, length)
  if (body === undefined) return MALFORMED
  const option = length > body.items ? readOption(reader) : NO_OPTION
  const { chunk } = option
  if (option.signal !== 0) {
    return { kind: 'refused', why: 'not_logs', ...(chunk === undefined ? {} : { chunk }) }
  }
  const { items: _, ...rest } = body
  // Only what is packed can be compressed; what the others call it does not matter.
  const compressed = body.count === undefined ? option.compressed : ''
  return { kind: 'entries', tag, ...rest, compressed, chunk }
}

interface Body {
  readonly entries: Uint8Array
  readonly count: number | undefined
  readonly isBare: boolean
  /** Items of the message up to here. */
  readonly items: number
}

function readBody(reader: MsgpackReader, length: number): Body | undefined {
  const { bytes } = reader
  switch (reader.kind()) {
    case 'array': {
      const count = reader.length()
      const from = reader.at
      for (let i = 0; i < count; i++) reader.skip()
      return { entries: bytes.subarray(from, reader.at), count, isBare: false, items: 2 }
    }
    case 'raw':
      return { entries: reader.raw(), count: undefined, isBare: false, items: 2 }
    case 'integer':
    case 'float':
    case 'ext':
    case 'nil': {
      if (length < 3) return undefined
      const from = reader.at
      reader.skip()
      reader.skip()
      return { entries: bytes.subarray(from, reader.at), count: 1, isBare: true, items: 3 }
    }
    default:
      return undefined
  }
}

interface Option {
  readonly chunk: Uint8Array | undefined
  readonly compressed: string
  /** Fluent Bit's: 0 logs, 1 metrics, 2 traces. */
  readonly signal: number
}

const NO_OPTION: Option = { chunk: undefined, compressed: '', signal: 0 }

/** Some send nil, or something that is no map: that says nothing. */
function readOption(reader: MsgpackReader): Option {
  if (reader.kind() !== 'map') return NO_OPTION
  const option = { ...NO_OPTION }
  const count = reader.length()
  for (let i = 0; i < count; i++) {
    const key = reader.kind() === 'raw' ? decoder.decode(reader.raw()) : undefined
    if (key === undefined) reader.skip()
    const kind = reader.kind()
    if (key === 'chunk' && kind === 'raw') option.chunk = reader.raw()
    else if (key === 'compressed' && kind === 'raw') {
      const compressed = decoder.decode(reader.raw())
      option.compressed = compressed === 'text' ? '' : compressed
    } else if (key === 'fluent_signal' && kind === 'integer')
      option.signal = Number(reader.integer())
    else reader.skip()
  }
  return option
}
