/** Lines of a log as a frame. */
import type { Frame } from '../frame.ts'
import type { LogStream } from './answer.ts'
import { timeField } from './series.ts'

const NANOSECONDS_PER_MS = 1_000_000n

/** Time, line, labels and the exact nanosecond of each line, in the order in which they came. */
export function linesFrame(refId: string, streams: readonly LogStream[]): Frame {
  const rows = streams.flatMap(({ stream, values }) =>
    values.map(([nanoseconds, line]) => ({ stream, nanoseconds, line })),
  )
  const times = Float64Array.from(rows, ({ nanoseconds }) => milliseconds(nanoseconds))
  const text = (name: string, values: readonly string[]) =>
    ({ name, type: 'string', values, config: {} }) as const
  return {
    refId,
    length: rows.length,
    fields: [
      timeField(times, undefined),
      text(
        'Line',
        rows.map(({ line }) => line),
      ),
      { name: 'labels', type: 'other', values: rows.map(({ stream }) => stream), config: {} },
      text(
        'tsNs',
        rows.map(({ nanoseconds }) => nanoseconds),
      ),
    ],
  }
}

function milliseconds(nanoseconds: string): number {
  return /^-?[0-9]+$/.test(nanoseconds) ? Number(BigInt(nanoseconds) / NANOSECONDS_PER_MS) : NaN
}
