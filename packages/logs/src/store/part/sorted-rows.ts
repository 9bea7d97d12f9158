import type { Labels, LogBatch } from '@weir/model'
import { type DayTimes, splitTime } from './day-time.ts'

/** Lines of many batches in the order of a part: by stream, and in a stream by time. */
export interface SortedRows extends DayTimes {
  readonly count: number
  /** Label sets of the part, sorted; `streamOf` is a place in it. */
  readonly streams: readonly Labels[]
  readonly batches: readonly LogBatch[]
  /** Of each row in order: its batch, and the line's place in it. */
  readonly batchOf: Uint32Array
  readonly placeIn: Uint32Array
  readonly streamOf: Uint32Array
}

export function sortRows(batches: readonly LogBatch[]): SortedRows {
  const { streams, places } = mergedStreams(batches)
  const count = batches.reduce((sum, batch) => sum + batch.count, 0)
  const batchOf = new Uint32Array(count)
  const placeIn = new Uint32Array(count)
  const streamOf = new Uint32Array(count)
  const times = { days: new Int32Array(count), inDay: new Float64Array(count) }
  const starts = streamStarts(batches, places, streams.length)
  const next = starts.slice()
  batches.forEach((batch, number) => {
    const own = places[number]!
    const { buffer, byteOffset } = batch.timesNs
    const halves = new Int32Array(buffer, byteOffset, batch.count * 2)
    for (let i = 0; i < batch.count; i++) {
      const stream = own[batch.streamOf[i]!]!
      const row = next[stream]!++
      batchOf[row] = number
      placeIn[row] = i
      streamOf[row] = stream
      splitTime(halves, i, times, row)
    }
  })
  const rows = {
    count,
    streams,
    batches,
    batchOf,
    placeIn,
    streamOf,
    ...times,
  }
  for (let stream = 0; stream < streams.length; stream++) {
    sortByTime(rows, starts[stream]!, starts[stream + 1]!)
  }
  return rows
}

/** All label sets, sorted, and for each batch where its own are among them. */
function mergedStreams(batches: readonly LogBatch[]): {
  readonly streams: Labels[]
  readonly places: readonly Uint32Array[]
} {
  const byKey = new Map<string, Labels>()
  for (const { streams } of batches) {
    for (const labels of streams) byKey.set(labels.key(), labels)
  }
  const keys = [...byKey.keys()].toSorted()
  const placeOf = new Map(keys.map((key, place) => [key, place]))
  return {
    streams: keys.map((key) => byKey.get(key)!),
    places: batches.map(({ streams }) =>
      Uint32Array.from(streams, (labels) => placeOf.get(labels.key())!),
    ),
  }
}

/** Where each stream's rows begin, and behind the last one the number of rows. */
function streamStarts(
  batches: readonly LogBatch[],
  places: readonly Uint32Array[],
  streams: number,
): Uint32Array {
  const starts = new Uint32Array(streams + 1)
  batches.forEach((batch, number) => {
    const own = places[number]!
    for (let i = 0; i < batch.count; i++) starts[own[batch.streamOf[i]!]! + 1]!++
  })
  for (let stream = 0; stream < streams; stream++) starts[stream + 1]! += starts[stream]!
  return starts
}

/** Lines mostly come in order; those of one moment stay as they came. */
function sortByTime(rows: SortedRows, from: number, to: number): void {
  const { days, inDay } = rows
  const compare = (a: number, b: number): number =>
    days[a]! - days[b]! || inDay[a]! - inDay[b]! || a - b
  let isSorted = true
  for (let row = from + 1; row < to && isSorted; row++) isSorted = compare(row - 1, row) < 0
  if (isSorted) return
  const order = Uint32Array.from({ length: to - from }, (_, i) => from + i).sort(compare)
  for (const column of [rows.batchOf, rows.placeIn, days, inDay]) {
    const before = column.slice(from, to)
    order.forEach((row, i) => {
      column[from + i] = before[row - from]!
    })
  }
}
