import {
  type Clock,
  type Labels,
  type LogBatch,
  LogBatchBuilder,
  type LogRejectReason,
  type Severity,
} from '@weir/model'
import type { ActiveKeys } from '../../push/active-keys.ts'
import type { TokenGate } from '../../push/token-quotas.ts'
import { type LineLimits, areFitLabels } from './line-limits.ts'

/** A stream, and its place in the batch that is being filled. */
export interface KnownStream {
  readonly labels: Labels
  /** Why lines of it are not taken. */
  readonly refused: Extract<LogRejectReason, 'bad_labels' | 'stream_limit'> | undefined
  /** Negative: one of {@link NO_PLACE}. */
  place: number
  batch: number
}

/** Places of streams that have none, with why. */
const NO_PLACE = { [-1]: 'token_stream_limit', [-2]: 'stream_limit' } as const satisfies Readonly<
  Record<number, LogRejectReason>
>

/** So much of a refused line is shown. */
const SHOWN_BYTES = 200
const NS = 1_000_000n

/** What one request has so far. */
export class LineBatch {
  readonly #builder = new LogBatchBuilder()
  readonly #limits: LineLimits
  readonly #streams: ActiveKeys<string>
  readonly #clock: Clock
  #number = 0
  #nowNs = 0n
  #oldestNs = 0n
  #newestNs = 0n
  #rejected = new Map<string, number>()
  #example = ''
  #gate: TokenGate<string> | undefined

  constructor(limits: LineLimits, streams: ActiveKeys<string>, clock: Clock) {
    this.#limits = limits
    this.#streams = streams
    this.#clock = clock
  }

  /** Begins anew; what was not finished is forgotten. */
  begin(gate?: TokenGate<string>): void {
    this.#gate = gate
    const { ageMaxMs, aheadMaxMs } = this.#limits
    this.#nowNs = BigInt(this.#clock.now()) * NS
    this.#oldestNs = ageMaxMs === 0 ? -(2n ** 63n) : this.#nowNs - BigInt(ageMaxMs) * NS
    this.#newestNs = this.#nowNs + BigInt(aheadMaxMs) * NS
    if (this.#builder.count > 0) this.#builder.lend()
    this.#number++
    this.#rejected = new Map()
    this.#example = ''
  }

  /** When the request came. */
  get nowNs(): bigint {
    return this.#nowNs
  }

  /** A stream of these labels: good for every batch of this thread for as long as it is active. */
  stream(labels: Labels): KnownStream {
    const isFit = areFitLabels(labels.flat, this.#limits)
    // Of a token with a limit it is looked at with the first line: it may have no room itself.
    const isFull = isFit && this.#gate === undefined && !this.#streams.admit(labels.key())
    const refused = !isFit ? 'bad_labels' : isFull ? 'stream_limit' : undefined
    return { labels, refused, place: -1, batch: 0 }
  }

  /** Whether a line of this time would be taken. */
  isTimely(timeNs: bigint): boolean {
    return timeNs !== 0n && timeNs >= this.#oldestNs && timeNs <= this.#newestNs
  }

  /** Whether such a line fits. */
  fits(lineBytes: number): boolean {
    return lineBytes <= this.#limits.lineBytesMax
  }

  /** Adds a line, or says why it is refused. */
  add(
    stream: KnownStream,
    timeNs: bigint,
    severity: Severity,
    line: Uint8Array,
    metadata: Uint8Array | string,
  ): LogRejectReason | undefined {
    if (stream.refused !== undefined) return this.refuse(stream.refused, line)
    if (line.length > this.#limits.lineBytesMax) return this.refuse('line_too_long', line)
    if (metadata.length > this.#limits.metadataBytesMax)
      return this.refuse('metadata_too_long', line)
    if (timeNs < this.#oldestNs) return this.refuse('too_old', line)
    if (timeNs > this.#newestNs) return this.refuse('too_far_in_future', line)
    if (stream.batch !== this.#number) {
      stream.batch = this.#number
      stream.place = this.#placeOf(stream.labels)
    }
    if (stream.place < 0) return this.refuse(NO_PLACE[stream.place as -1 | -2], line)
    this.#builder.add(stream.place, timeNs, severity, line, metadata)
    return undefined
  }

  /** Where lines of a stream go in this batch. */
  #placeOf(labels: Labels): number {
    const key = labels.key()
    if (this.#gate?.admits(key) === false) {
      this.#example ||= this.#gate.why
      return -1
    }
    return this.#streams.admit(key) ? this.#builder.stream(labels) : -2
  }

  /** Counts a line that is not taken. */
  refuse<Reason extends string>(reason: Reason, line: Uint8Array): Reason {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1)
    if (this.#example === '') {
      const shown = Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, SHOWN_BYTES))
      this.#example = `${reason}: ${shown.toString()}${line.length > SHOWN_BYTES ? '…' : ''}`
    }
    return reason
  }

  /** What was added; the columns are good until the next batch has its first line. */
  finish(): {
    readonly batch: LogBatch
    readonly rejected: ReadonlyMap<string, number>
    readonly example: string
  } {
    this.#gate?.refused(this.#rejected.get('token_stream_limit') ?? 0)
    return { batch: this.#builder.lend(), rejected: this.#rejected, example: this.#example }
  }
}
