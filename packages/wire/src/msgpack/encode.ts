/** What can be written as MessagePack. Text becomes `str`, bytes become `bin`, whole numbers integers. */
export type MsgpackValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly MsgpackValue[]
  | { readonly [key: string]: MsgpackValue }

const encoder = new TextEncoder()

/** Writes a value as MessagePack. For answers to senders, and for what came as JSON: short things. */
export function encodeMsgpack(value: MsgpackValue): Uint8Array {
  const parts: Uint8Array[] = []
  write(value, parts)
  return Buffer.concat(parts)
}

function write(value: MsgpackValue, into: Uint8Array[]): void {
  if (value === null) into.push(Uint8Array.of(0xc0))
  else if (typeof value === 'boolean') into.push(Uint8Array.of(value ? 0xc3 : 0xc2))
  else if (typeof value === 'number') into.push(number(value))
  else if (typeof value === 'string') writeRaw(encoder.encode(value), STR, into)
  else if (value instanceof Uint8Array) writeRaw(value, BIN, into)
  else if (isList(value)) {
    into.push(head(value.length, ARRAY))
    for (const item of value) write(item, into)
  } else {
    const entries = Object.entries(value)
    into.push(head(entries.length, MAP))
    for (const [key, inner] of entries) {
      write(key, into)
      write(inner, into)
    }
  }
}

function isList(value: MsgpackValue): value is readonly MsgpackValue[] {
  return Array.isArray(value)
}

/** First bytes of a type by how its length is told: in the byte, in one more, in two, in four. */
interface Heads {
  readonly fix: number
  readonly fixMax: number
  readonly one: number | undefined
  readonly two: number
  readonly four: number
}

const STR: Heads = { fix: 0xa0, fixMax: 31, one: 0xd9, two: 0xda, four: 0xdb }
const BIN: Heads = { fix: 0, fixMax: -1, one: 0xc4, two: 0xc5, four: 0xc6 }
const ARRAY: Heads = { fix: 0x90, fixMax: 15, one: undefined, two: 0xdc, four: 0xdd }
const MAP: Heads = { fix: 0x80, fixMax: 15, one: undefined, two: 0xde, four: 0xdf }

function writeRaw(bytes: Uint8Array, heads: Heads, into: Uint8Array[]): void {
  into.push(head(bytes.length, heads), bytes)
}

function head(length: number, { fix, fixMax, one, two, four }: Heads): Uint8Array {
  if (length <= fixMax) return Uint8Array.of(fix | length)
  if (one !== undefined && length < 0x100) return Uint8Array.of(one, length)
  if (length < 0x1_0000) return Uint8Array.of(two, length >> 8, length & 0xff)
  return withNumber(four, 4, (view) => view.setUint32(1, length))
}

function number(value: number): Uint8Array {
  if (Number.isSafeInteger(value)) {
    if (value >= 0 && value < 0x80) return Uint8Array.of(value)
    return withNumber(0xd3, 8, (view) => view.setBigInt64(1, BigInt(value)))
  }
  return withNumber(0xcb, 8, (view) => view.setFloat64(1, value))
}

function withNumber(first: number, count: number, set: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(1 + count)
  bytes[0] = first
  set(new DataView(bytes.buffer))
  return bytes
}
