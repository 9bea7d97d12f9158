import { Labels, type LogBatch } from '@weir/model'

/** A batch as it crosses from thread to thread: labels are objects of ours, and do not survive the way. */
export interface PackedBatch extends Omit<LogBatch, 'streams'> {
  /** `name, value, …` of each stream. */
  readonly streams: readonly (readonly string[])[]
}

/** The batch and the buffers that change hands with it: nobody here may use it any more. */
export function packBatch(batch: LogBatch): {
  readonly packed: PackedBatch
  readonly transfer: readonly ArrayBuffer[]
} {
  const columns = [
    batch.streamOf,
    batch.timesNs,
    batch.severities,
    batch.text,
    batch.ends,
    batch.metadata,
    batch.metadataEnds,
  ]
  const transfer = new Set(columns.map(({ buffer }) => buffer as ArrayBuffer))
  const packed = { ...batch, streams: batch.streams.map(({ flat }) => flat) }
  return { packed, transfer: [...transfer] }
}

export function unpackBatch(packed: PackedBatch): LogBatch {
  return { ...packed, streams: packed.streams.map((flat) => Labels.fromFlat(flat)) }
}
