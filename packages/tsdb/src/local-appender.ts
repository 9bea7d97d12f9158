import type {
  Appender,
  CommitResult,
  Exemplar,
  Labels,
  MetricMetadata,
  NativeHistogram,
  SampleRun,
  SeriesRef,
} from '@weir/model'

import type { Committer } from './commit.ts'
import type { Core } from './core.ts'
import { SampleQueue } from './sample-queue.ts'
import { SenderSeries } from './sender-series.ts'
import type { SenderOptions } from './store.ts'

/** An appender on the writer's own thread. */
export class LocalAppender implements Appender {
  readonly #queue: SampleQueue
  readonly #series: SenderSeries
  readonly #committer: Committer

  constructor(core: Core, committer: Committer, options: SenderOptions) {
    this.#queue = new SampleQueue((samples) => core.countRefused(samples))
    this.#series = new SenderSeries(core, options)
    this.#committer = committer
  }

  ref(labels: Labels): SeriesRef {
    return this.#queue.ref(labels)
  }

  release(ref: SeriesRef): void {
    this.#queue.release(ref)
  }

  append(ref: SeriesRef, timeMs: number, value: number): void {
    this.#queue.append(ref, timeMs, value)
  }

  appendColumns(columns: SampleRun, count: number): void {
    this.#queue.appendColumns(columns, count)
  }

  appendHistogram(ref: SeriesRef, timeMs: number, histogram: NativeHistogram): void {
    this.#queue.appendHistogram(ref, timeMs, histogram)
  }

  appendExemplar(ref: SeriesRef, exemplar: Exemplar): void {
    this.#queue.appendExemplar(ref, exemplar)
  }

  describe(metricName: string, metadata: MetricMetadata): void {
    this.#queue.describe(metricName, metadata)
  }

  async commit(): Promise<CommitResult> {
    const queued = this.#queue.take()
    this.#series.add(queued.labels)
    try {
      return await this.#committer.submit(queued, this.#series)
    } finally {
      this.#queue.done(queued, queued)
    }
  }

  close(): void {
    this.#queue.close()
    this.#series.close()
  }
}
