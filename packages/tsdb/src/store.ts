import type { MessagePort } from 'node:worker_threads'

import type { Appender, Clock, KeyValueStore, Matcher, RejectReason } from '@weir/model'

import type { ExemplarReason } from './exemplars/ring.ts'
import type { OutgoingOptions, OutgoingPlace } from './outgoing/outgoing.ts'
import type { ReaderSeat } from './seat.ts'
import type { RetentionRule } from './steps/policy.ts'

/** How a store is opened. Every limit has the default that its comment names. */
export interface StoreOptions {
  /** The data directory; made when it is not there. */
  readonly path: string
  /** Default: the machine's clock. */
  readonly clock?: Clock
  /** How much older than the store's newest sample a sample may be. Default 1 h. */
  readonly outOfOrderWindowMs?: number
  /** How far ahead of the clock a sample may be. Default 10 min. */
  readonly futureMs?: number
  /** Series at one time. Default 2,000,000. */
  readonly seriesMax?: number
  /** Series of one metric name at one time. Default 500,000; 0: as many as there may be in all. */
  readonly metricSeriesMax?: number
  /** Samples of one commit. Default 5,000,000. */
  readonly samplesPerCommitMax?: number
  /** Labels of one series, the metric name counted. Default 64. */
  readonly labelsPerSeriesMax?: number
  /** UTF-8 bytes of a label's name. Default 1,024. */
  readonly labelNameBytesMax?: number
  /** UTF-8 bytes of a label's value. Default 4,096. */
  readonly labelValueBytesMax?: number
  /** Exemplars of all series together; beyond it the oldest go. Default 100,000; 0 keeps none. */
  readonly exemplarsMax?: number
  /** Samples and exemplars older than this go. Default 15 d; 0 keeps them for ever. */
  readonly retentionMs?: number
  /** When all files take more than this, the oldest windows go. Default 0: no limit by size. */
  readonly retentionBytes?: number
  /** Series that are kept for another time, or at a step. Default: none. */
  readonly retentionRules?: readonly RetentionRule[]
  /** Space that must stay free on the disk; below it nothing is appended. Default 64 MiB. */
  readonly diskReserveBytes?: number
  /** Length of a head window: what stays in memory before it is sealed. Default 5 min. */
  readonly headWindowMs?: number
  /** Who sends samples on from the first commit on. Default: nobody. */
  readonly outgoing?: OutgoingOptions
}

/** What a sender may do that others may not. */
export interface SenderOptions {
  /** Whether its samples may be of any age: imports, and rules evaluated for the past. */
  readonly takesHistory?: boolean
}

/** How many series carry a name, for the status page. */
export interface NameCount {
  readonly name: string
  readonly count: number
}

/** What a store knows about itself. Counters count since it was opened. */
export interface StoreStats {
  readonly series: number
  /** Samples in memory, not sealed yet. */
  readonly headSamples: number
  /** Deletes that are not carried out in the windows yet. */
  readonly tombstones: number
  /** Windows that stay as they are, since maintenance could not read one of those that should be merged. */
  readonly windowsDamaged: number
  /** Sealed windows, and the samples and bytes in them. */
  readonly windows: number
  readonly chunks: number
  readonly sealedSamples: number
  readonly sealedBytes: number
  /** Windows that rules of retention rewrote: thinned out to a step, or without series whose time was over. */
  readonly windowsThinned: number
  /** Size of the whole data directory. */
  readonly diskBytes: number
  readonly minTimeMs: number | null
  readonly maxTimeMs: number | null
  readonly samplesAppended: number
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>
  /** Exemplars that are kept now, and what became of those that were handed in. */
  readonly exemplars: number
  readonly exemplarsAppended: number
  readonly exemplarsRejected: Readonly<Record<ExemplarReason, number>>
  readonly commits: number
  readonly commitsFailed: number
  /** Commits that were refused whole, too large or too much waiting, and the samples lost with them. */
  readonly commitsRefused: number
  readonly samplesRefused: number
  /** Descriptions of metrics that were not kept: the name is empty or too long, or there are too many. */
  readonly metadataRefused: number
  readonly lastCommitMs: number
  /** What waits to be sent on: bytes, and when the oldest of it was written; absent when nothing waits. */
  readonly outgoing?: { readonly bytes: number; readonly sinceMs: number }
  /** Distinct symbols (label names and values) and label pairs. */
  readonly symbols: number
  readonly labelPairs: number
  /** The thousand metric names with the most series, most first. */
  readonly seriesByMetricName: readonly NameCount[]
  /** The thousand label names with the most values, most first. */
  readonly valuesByLabelName: readonly NameCount[]
  /** The thousand `name=value` pairs with the most series, most first. */
  readonly seriesByLabelPair: readonly NameCount[]
}

/** How long what is kept. */
export type RetentionOptions = Pick<
  StoreOptions,
  'retentionMs' | 'retentionBytes' | 'retentionRules'
>

/** The embedded metric store, as the one thread that writes it sees it. */
export interface Store extends AsyncDisposable {
  /** An appender for this thread. */
  appender(options?: SenderOptions): Appender
  /** Serves the other end of a `connectAppender` until the port closes. */
  listen(port: MessagePort, options?: SenderOptions): void
  /** A place for one reader: post it to a worker (with `[seat.port]` as transfer list), there call `openReader`. */
  seat(): ReaderSeat
  /** Small durable state in the same files. */
  keyValue(): KeyValueStore
  /**
   * Changes how long samples are kept, how much they may take, and which are kept for another time or at a step,
   * from the next `maintain` on.
   *
   * @throws {WeirError} `MATCHER_BAD_REGEX`; then all stays as it was
   */
  setRetention(retention: RetentionOptions): void
  /** Says who sends samples on, and how much may wait; see {@link OutgoingOptions}. Durable when it returns. */
  setOutgoing(options: OutgoingOptions): void
  /** Where each queue is, by name. */
  outgoingPlaces(): ReadonlyMap<string, OutgoingPlace>
  /** A queue has sent everything up to a place. Durable with the next `maintain`, or when the store is closed. */
  outgoingPassed(queue: string, place: OutgoingPlace): void
  /**
   * Seals, compacts and drops what is due by the clock, in slices between which appends go on.
   * Call it every few seconds; a call while one is running joins that one.
   */
  maintain(): Promise<void>
  /**
   * Makes a consistent copy in `snapshots/<name>` of the data directory, while everything goes on. To
   * restore it, open a store with that directory.
   *
   * @param skipHead leaves out samples that are not sealed yet
   * @throws {WeirError} `STORAGE_FULL`, `STORAGE_FAILED`
   */
  snapshot(skipHead?: boolean): Promise<{ readonly name: string }>
  /**
   * Makes the same copy for somebody who takes it away and then removes it; the next start removes it in
   * any case.
   *
   * @returns its folder
   * @throws {WeirError} `STORAGE_FULL`, `STORAGE_FAILED`
   */
  stage(): Promise<string>
  /**
   * Deletes the samples within [minMs, maxMs] of every series for which all matchers hold. Queries
   * that begin afterwards do not see them; their room is freed by `cleanTombstones`, or when their
   * windows are compacted or expire. Samples that come for these times later are seen.
   *
   * @throws {WeirError} `MATCHER_BAD_REGEX`, `STORAGE_BUSY` when too many deletes wait to be cleaned
   */
  deleteSeries(matchers: readonly Matcher[], minMs: number, maxMs: number): Promise<void>
  /** Carries out on disk what was deleted, and forgets series that have nothing left. */
  cleanTombstones(): Promise<void>
  stats(): StoreStats
}
