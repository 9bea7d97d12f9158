/** Numbers of eight bytes, the highest first, which Prometheus's log has beside varints. */
import type { ProtoReader } from '../protobuf/reader.ts'

/** Moves over one. */
export function skipBig(input: ProtoReader): void {
  if (input.at + 8 > input.end) input.fail()
  else input.at += 8
}

/** With a sign; exact up to 2^53. */
export function bigInteger(input: ProtoReader): number {
  const { at } = input
  skipBig(input)
  if (input.bad) return 0
  return input.view.getInt32(at) * 2 ** 32 + input.view.getUint32(at + 4)
}

export function bigDouble(input: ProtoReader): number {
  const { at } = input
  skipBig(input)
  return input.bad ? 0 : input.view.getFloat64(at)
}
