/**
 * A delete that was acknowledged and is not carried out in the windows yet. Layout:
 * docs/formats/data-dir.md.
 */
import { ByteReader, ByteWriter } from '../codec/bytes.ts'
import { INT_MAX } from '../codec/int-column.ts'
import { decodeSeries, encodeSeries } from './series-list.ts'

export interface Tombstone {
  readonly id: number
  /** Samples of these times are deleted, both included. */
  readonly minMs: number
  readonly maxMs: number
  /** It is about windows up to this number: what is sealed later came later, or was cut already. */
  readonly windowMax: number
  /** The arenas that held such samples; they are closed, so what comes later is in others. */
  readonly arenas: readonly number[]
  /** Series numbers, ascending. */
  readonly series: Float64Array
}

export function encodeTombstone(tombstone: Tombstone): Uint8Array {
  const out = new ByteWriter(64)
  out.zigzag(Math.max(-INT_MAX, tombstone.minMs))
  out.zigzag(Math.min(INT_MAX, tombstone.maxMs))
  out.varint(tombstone.windowMax)
  out.varint(tombstone.arenas.length)
  for (const arena of tombstone.arenas) out.varint(arena)
  out.raw(encodeSeries(tombstone.series))
  return out.copy()
}

export function decodeTombstone(id: number, record: Uint8Array): Tombstone {
  const input = new ByteReader(record)
  const minMs = input.zigzag()
  const maxMs = input.zigzag()
  const windowMax = input.varint()
  const arenas: number[] = []
  for (let left = input.varint(); left > 0; left--) arenas.push(input.varint())
  const series = decodeSeries(record.subarray(input.at))
  return { id, minMs, maxMs, windowMax, arenas, series }
}
