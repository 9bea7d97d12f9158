import type { Clock, Labels, LogBatch, LogRejectReason, LogReport } from '@weir/model'

export interface AdmissionLimits {
  /** Lines older than this are refused; 0: none are. */
  readonly ageMaxMs: number
  /** How far ahead of the clock a line's time may be. */
  readonly futureMaxMs: number
  readonly streamsMax: number
}

const MS = 1_000_000n

/** Decides which lines of a batch may come in. */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #clock: Clock
  /** Streams that were seen, so that a limit on them can be kept. */
  readonly #streams = new Set<string>()

  constructor(limits: AdmissionLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  get streams(): number {
    return this.#streams.size
  }

  /** Streams that are in the store already. */
  know(streams: readonly Labels[]): void {
    for (const labels of streams) this.#streams.add(labels.key())
  }

  admit(batch: LogBatch): { readonly admitted: LogBatch; readonly report: LogReport } {
    const { ageMaxMs, futureMaxMs } = this.#limits
    const now = this.#clock.now()
    const oldest = ageMaxMs === 0 ? -(2n ** 63n) : BigInt(now - ageMaxMs) * MS
    const newest = BigInt(now + futureMaxMs) * MS
    const isKnown = batch.streams.map((labels) => this.#takesStream(labels))
    const rejected: Partial<Record<LogRejectReason, number>> = {}
    let example = ''
    let isWhole = true
    const refuse = (reason: LogRejectReason, why: () => string): void => {
      rejected[reason] = (rejected[reason] ?? 0) + 1
      if (example === '') example = why()
      isWhole = false
    }
    const kept = new Uint8Array(batch.count)
    // Nearly all times differ from the limits in their upper halves already, which are plain numbers.
    const { buffer, byteOffset } = batch.timesNs
    const halves = new Int32Array(buffer, byteOffset, batch.count * 2)
    const oldestHigh = Number(oldest >> 32n)
    const newestHigh = Number(newest >> 32n)
    for (let i = 0; i < batch.count; i++) {
      const high = halves[2 * i + 1]!
      if (high > oldestHigh && high < newestHigh && isKnown[batch.streamOf[i]!] === true) {
        kept[i] = 1
        continue
      }
      const time = batch.timesNs[i]!
      const labels = batch.streams[batch.streamOf[i]!]!
      if (time < oldest) {
        refuse('too_old', () => `${textOf(labels)} at ${isoOf(time)} is older than what is kept`)
      } else if (time > newest) {
        refuse(
          'too_far_in_future',
          () => `${textOf(labels)} at ${isoOf(time)} is too far in the future`,
        )
      } else if (!isKnown[batch.streamOf[i]!]!) {
        refuse(
          'stream_limit',
          () => `${textOf(labels)} would be one more than ${this.#limits.streamsMax} streams`,
        )
      } else {
        kept[i] = 1
      }
    }
    const admitted = isWhole ? batch : linesWhere(batch, kept)
    return { admitted, report: { appended: admitted.count, rejected, example } }
  }

  #takesStream(labels: Labels): boolean {
    const key = labels.key()
    if (this.#streams.has(key)) return true
    if (this.#streams.size >= this.#limits.streamsMax) return false
    this.#streams.add(key)
    return true
  }
}

/** The lines of a batch that are marked with 1. */
export function linesWhere(batch: LogBatch, marks: Uint8Array): LogBatch {
  const rows: number[] = []
  for (let i = 0; i < batch.count; i++) if (marks[i] === 1) rows.push(i)
  const text = gathered(batch.text, batch.ends, rows)
  const metadata = gathered(batch.metadata, batch.metadataEnds, rows)
  return {
    count: rows.length,
    streams: batch.streams,
    streamOf: Uint32Array.from(rows, (row) => batch.streamOf[row]!),
    timesNs: BigInt64Array.from(rows, (row) => batch.timesNs[row]!),
    severities: Uint8Array.from(rows, (row) => batch.severities[row]!),
    text: text.bytes,
    ends: text.ends,
    metadata: metadata.bytes,
    metadataEnds: metadata.ends,
  }
}

function gathered(
  bytes: Uint8Array,
  ends: Uint32Array,
  rows: readonly number[],
): { readonly bytes: Uint8Array; readonly ends: Uint32Array } {
  const pieces = rows.map((row) => bytes.subarray(row === 0 ? 0 : ends[row - 1], ends[row]))
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  const newEnds = new Uint32Array(rows.length)
  let at = 0
  pieces.forEach((piece, i) => {
    all.set(piece, at)
    at += piece.length
    newEnds[i] = at
  })
  return { bytes: all, ends: newEnds }
}

function textOf(labels: Labels): string {
  const pairs: string[] = []
  for (let i = 0; i < labels.flat.length; i += 2) {
    pairs.push(`${labels.flat[i]}=${JSON.stringify(labels.flat[i + 1])}`)
  }
  return `{${pairs.join(', ')}}`
}

/** For people: the year may be any. */
function isoOf(timeNs: bigint): string {
  const ms = Number(timeNs / MS)
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${timeNs} ns`
}
