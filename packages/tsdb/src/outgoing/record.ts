/**
 * A record of the table `outgoing`: what one commit brought, kept for those that send it on. Layout:
 * docs/formats/data-dir.md.
 */
import { ByteReader, ByteWriter } from '../codec/bytes.ts'

/** What is known of a record without reading its samples. */
export interface OutgoingHead {
  /** When it was written, by the store's clock. */
  readonly writtenMs: number
  /** Samples, and bytes, of all records before it, those that are gone included. */
  readonly samplesBefore: number
  readonly bytesBefore: number
  /** Samples in it, of all batches. */
  readonly samples: number
}

export interface OutgoingRecord extends OutgoingHead {
  /** Records of `batches`, oldest window first. */
  readonly batches: readonly Uint8Array[]
  /** Records of `exemplars`. */
  readonly pages: readonly Uint8Array[]
}

const out = new ByteWriter(64 * 1024)

export function encodeOutgoing(record: OutgoingRecord): Uint8Array {
  out.clear()
  out.varint(record.writtenMs)
  out.varint(record.samplesBefore)
  out.varint(record.bytesBefore)
  out.varint(record.samples)
  for (const list of [record.batches, record.pages]) {
    out.varint(list.length)
    for (const bytes of list) out.sized(bytes)
  }
  return out.copy()
}

export function decodeOutgoing(bytes: Uint8Array): OutgoingRecord {
  const input = new ByteReader(bytes)
  const head = {
    writtenMs: input.varint(),
    samplesBefore: input.varint(),
    bytesBefore: input.varint(),
    samples: input.varint(),
  }
  const list = (): Uint8Array[] => Array.from({ length: input.varint() }, () => input.sized())
  return { ...head, batches: list(), pages: list() }
}
