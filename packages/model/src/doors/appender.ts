import type { Exemplar } from '../exemplar.ts'
import type { NativeHistogram } from '../histogram.ts'
import type { Labels } from '../labels.ts'
import type { MetricMetadata } from '../metadata.ts'

declare const series: unique symbol

/** The number under which one appender knows a series. Means nothing to another appender. */
export type SeriesRef = number & { readonly [series]: 'ref' }

/** Why a sample was not taken; the samples beside it were. */
export const REJECT_REASONS = [
  'out_of_order', // older than the out-of-order window allows
  'duplicate_timestamp', // same time, another value; the first one stays
  'too_far_in_future',
  'series_limit', // no room for one more series
  'metric_series_limit', // the metric has as many series as one may have
  'label_limit', // too many labels, or one too long
  'bad_labels', // no metric name, or a name that is not UTF-8
  'bad_histogram', // its buckets, spans, bounds and count do not fit each other
  'token_series_limit', // the token it came with has as many series as it may
] as const
export type RejectReason = (typeof REJECT_REASONS)[number]

/** Samples in columns: `values[i]` of series `refs[i]` at `times[i]` ms. */
export interface SampleRun {
  readonly refs: Uint32Array
  readonly times: Float64Array
  readonly values: Float64Array
}

/** What became of a batch. */
export interface CommitResult {
  /** Samples that are in the store now, those that were there before with the same value counted. */
  readonly appended: number
  /** How many of those are native histograms; absent when none is. */
  readonly histograms?: number
  /** Exemplars that are in the store now; absent when none was handed in. */
  readonly exemplars?: number
  /** How many samples were refused, by reason; reasons that did not occur are absent. */
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>
  /** One refused series to show to a human, '' when none was. */
  readonly example: string
}

/**
 * The way into the store. One per sender (an intake, a scrape loop, the rules): batches of one
 * appender are taken in order. Queue samples with `append`, make them durable with `commit`.
 */
export interface Appender {
  /** The series with these labels (`__name__` included). Same labels, same number, until it is released. */
  ref(labels: Labels): SeriesRef
  /**
   * Gives a number back: one call for each call of `ref`, when the series has ended. What is queued
   * under it is still taken; later another series may get the number. A sender whose series come and
   * go for ever grows for ever without it.
   */
  release(ref: SeriesRef): void
  /** Queues a sample in memory. Never fails; what is wrong with it is told by `commit`. */
  append(ref: SeriesRef, timeMs: number, value: number): void
  /** The same for the first `count` samples of columns, which are copied; bits of NaN stay as they are. */
  appendColumns(columns: SampleRun, count: number): void
  /** The same as `append` for a native histogram. Its stale marker is appended as a number. */
  appendHistogram(ref: SeriesRef, timeMs: number, histogram: NativeHistogram): void
  /** Queues an exemplar of a series. One that cannot be taken is counted, and spoils nothing. */
  appendExemplar(ref: SeriesRef, exemplar: Exemplar): void
  /** Remembers what a metric name means, for the metadata API. */
  describe(metricName: string, metadata: MetricMetadata): void
  /**
   * Writes what was queued. Once this resolves, it survives `kill -9` and power loss.
   *
   * @throws {WeirError} `STORAGE_FULL`, `STORAGE_FAILED`: nothing of the batch was kept; it may be tried again
   */
  commit(): Promise<CommitResult>
  /** Forgets the series numbers and queued samples. */
  close(): void
}
