import { type LogBatch, levelOf } from '@weir/model'
import { LokiPushWriter, packSnappy } from '@weir/wire'

/** Some lines of a batch, in their order. */
export interface Piece {
  readonly batch: LogBatch
  readonly rows: Uint32Array
  /** Bytes of these lines and of what is said beside them. */
  readonly bytes: number
}

/** What goes in one request. */
export type Parcel = readonly Piece[]

export function pieceOf(batch: LogBatch, rows: Uint32Array): Piece {
  let bytes = 0
  for (const row of rows) bytes += bytesOfRow(batch, row)
  return { batch, rows, bytes }
}

export function bytesOfRow({ ends, metadataEnds }: LogBatch, row: number): number {
  const text = ends[row]! - (row === 0 ? 0 : ends[row - 1]!)
  return text + metadataEnds[row]! - (row === 0 ? 0 : metadataEnds[row - 1]!)
}

export function linesOf(parcel: Parcel): number {
  return parcel.reduce((sum, { rows }) => sum + rows.length, 0)
}

/** The first half of the lines, and the second; of two or more. */
export function halves(parcel: Parcel): readonly [Parcel, Parcel] {
  let left = Math.floor(linesOf(parcel) / 2)
  const [first, second]: [Piece[], Piece[]] = [[], []]
  for (const piece of parcel) {
    const { batch, rows } = piece
    if (left >= rows.length) first.push(piece)
    else if (left <= 0) second.push(piece)
    else {
      first.push(pieceOf(batch, rows.subarray(0, left)))
      second.push(pieceOf(batch, rows.subarray(left)))
    }
    left -= rows.length
  }
  return [first, second]
}

/** Under which name a line's level is said: as Loki's own intake of OTLP does, and no parser makes it of a line. */
export const SENT_LEVEL = 'severity_text'
/** Names under which it may be said already: Loki looks for it there too. */
const LEVEL_NAMES: ReadonlySet<string> = new Set([
  SENT_LEVEL,
  'detected_level',
  'level',
  'severity',
])
const NOTHING: readonly string[] = []

/**
 * The request, packed. Metadata stays beside its line; of a level that Weir found Loki makes
 * `detected_level`, unless the stream or the sender says one.
 */
export function pushBody(parcel: Parcel, hasMetadata: boolean): Uint8Array {
  const push = new LokiPushWriter()
  for (const { batch, rows } of parcel) {
    const { streams, streamOf, timesNs, severities, text, ends } = batch
    const known = new Map<number, ReturnType<LokiPushWriter['stream']>>()
    const saysLevel = streams.map((labels) => labels.has('level') || labels.has('detected_level'))
    for (const row of rows) {
      const place = streamOf[row]!
      let stream = known.get(place)
      if (stream === undefined) known.set(place, (stream = push.stream(streams[place]!.flat)))
      const line = text.subarray(row === 0 ? 0 : ends[row - 1]!, ends[row])
      const severity = saysLevel[place] === true ? 0 : severities[row]!
      push.add(stream, timesNs[row]!, line, hasMetadata ? besides(batch, row, severity) : NOTHING)
    }
  }
  return packSnappy(push.finish())
}

function besides(
  { metadata, metadataEnds }: LogBatch,
  row: number,
  severity: number,
): readonly string[] {
  const from = row === 0 ? 0 : metadataEnds[row - 1]!
  const to = metadataEnds[row]!
  if (from === to) return severity === 0 ? NOTHING : [SENT_LEVEL, levelOf(severity)]
  const json = Buffer.from(metadata.buffer, metadata.byteOffset + from, to - from).toString()
  const pairs = Object.entries(JSON.parse(json) as Readonly<Record<string, string>>)
  const isSaid = pairs.some(([name]) => LEVEL_NAMES.has(name))
  const flat = pairs.flat()
  return severity === 0 || isSaid ? flat : [...flat, SENT_LEVEL, levelOf(severity)]
}
