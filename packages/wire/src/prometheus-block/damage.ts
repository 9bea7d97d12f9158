import { WeirError } from '@weir/model'

/** What is said of bytes that are not what Prometheus wrote; whoever knows the file puts its name before it. */
export function damaged(what: string): WeirError {
  return new WeirError('IMPORT_DAMAGED', what)
}

/**
 * Reads `length` bytes of a file from `at` on, fewer where it ends; what comes back holds until the next call.
 */
export type ReadAt = (at: number, length: number) => Uint8Array

/** Exactly so many bytes. @throws {WeirError} `IMPORT_DAMAGED` */
export function bytesAt(read: ReadAt, at: number, length: number): Uint8Array {
  const bytes = read(at, length)
  if (bytes.length < length) throw damaged(`the file ends ${length - bytes.length} bytes early`)
  return bytes
}

/** A number of four bytes, the highest first. */
export function uint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  )
}
