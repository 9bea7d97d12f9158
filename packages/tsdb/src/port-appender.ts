import type { MessagePort } from 'node:worker_threads'

import {
  type Appender,
  type CommitResult,
  type ErrorCode,
  type Exemplar,
  type Labels,
  type MetricMetadata,
  type NativeHistogram,
  type SampleRun,
  type SeriesRef,
  WeirError,
} from '@weir/model'

import type { Committer } from './commit.ts'
import type { Core } from './core.ts'
import {
  type QueuedColumns,
  type QueuedSamples,
  SampleQueue,
  type TakenBatch,
} from './sample-queue.ts'
import { SenderSeries } from './sender-series.ts'
import type { SenderOptions } from './store.ts'

interface BatchMessage extends QueuedSamples {
  readonly id: number
}

/** Samples that the sender's queue refused. */
interface RefusedMessage {
  readonly refused: number
}

/** Gives the columns of the batch back, too. */
type Answer = { readonly id: number; readonly columns: QueuedColumns } & (
  | { readonly result: CommitResult }
  | { readonly code: ErrorCode; readonly message: string }
)

interface Waiting {
  readonly taken: TakenBatch
  readonly resolve: (result: CommitResult) => void
  readonly reject: (error: WeirError) => void
}

/**
 * An appender on any thread; the other end of the port is given to `Store.listen`. Closing the
 * appender closes the port.
 */
export function connectAppender(port: MessagePort): Appender {
  return new PortAppender(port)
}

class PortAppender implements Appender {
  readonly #queue = new SampleQueue((refused) => {
    this.#port.postMessage({ refused } satisfies RefusedMessage)
  })
  readonly #waiting = new Map<number, Waiting>()
  readonly #port: MessagePort
  #lastId = 0
  #closed = false

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (answer: Answer) => this.#take(answer))
    port.on('close', () => this.#abandon())
    port.unref() // only a commit under way keeps the thread alive
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

  commit(): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw closedError()
      const queued = this.#queue.take()
      const id = ++this.#lastId
      const { bytes, released } = queued
      this.#waiting.set(id, { taken: { bytes, released }, resolve, reject })
      this.#port.ref()
      const { refs, times, values, histograms } = queued
      const { at, ends, records } = histograms
      const columns = [refs, times, values, at, ends, records]
      const transfer = columns.map(({ buffer }) => buffer)
      this.#port.postMessage({ id, ...queued } satisfies BatchMessage, transfer)
    })
  }

  close(): void {
    this.#closed = true
    this.#queue.close()
    this.#port.close()
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    if (waiting === undefined) return
    this.#waiting.delete(answer.id)
    this.#queue.done(waiting.taken, answer.columns)
    if (this.#waiting.size === 0) this.#port.unref()
    if ('result' in answer) waiting.resolve(answer.result)
    else waiting.reject(new WeirError(answer.code, answer.message))
  }

  #abandon(): void {
    this.#closed = true
    for (const waiting of this.#waiting.values()) waiting.reject(closedError())
    this.#waiting.clear()
  }
}

function closedError(): WeirError {
  return new WeirError(
    'STORAGE_FAILED',
    'Cannot commit samples: the store or the appender is closed',
  )
}

/** The writer's end: takes batches in order and answers each. */
export function serveAppender(
  port: MessagePort,
  core: Core,
  committer: Committer,
  options: SenderOptions,
): void {
  const series = new SenderSeries(core, options)
  port.on('close', () => series.close())
  port.on('message', (message: BatchMessage | RefusedMessage) => {
    if ('refused' in message) {
      core.countRefused(message.refused)
      return
    }
    const { id, ...queued } = message
    const { refs, times, values } = queued
    const columns = { refs, times, values }
    const answer = (what: Answer): void => {
      port.postMessage(what, [refs.buffer, times.buffer, values.buffer])
    }
    series.add(queued.labels)
    committer.submit(queued, series).then(
      (result) => answer({ id, columns, result }),
      ({ code, message: why }: WeirError) => answer({ id, columns, code, message: why }),
    )
  })
}
