import type { Transform } from 'node:stream'
import type { Clock } from '../clock.ts'
import type { Meter } from '../metrics/meter.ts'
import { type FlowOptions, type RowStep, iterate, transformOf } from './flow.ts'
import { asked, measured } from './measure.ts'
import type { StageMetrics } from './stage-metrics.ts'

export interface StageCallOptions<Args extends readonly unknown[], Result> {
  /** Records in one call, for batches: `(args, result) => result.length`. One unless told. */
  readonly records?: (args: Args, result: Result) => number
}

/** Anything that has a queue in front of it; of a source, what it has read and nobody took. */
interface Queue {
  readonly writableLength?: number
  readonly readableLength?: number
  once(event: 'close', listener: () => void): unknown
}

/**
 * One step of a pipeline and its five signals. Use the form that fits the code: `wrap` a function,
 * put a `transform` into a stream, go `over` an iterable, or call the methods where it happens.
 */
export class Stage {
  readonly pipeline: string
  readonly name: string
  readonly #labels: { readonly pipeline: string; readonly stage: string }
  readonly #metrics: StageMetrics
  readonly #clock: Clock
  readonly #queues = new Set<Queue>()
  readonly #meter: Meter
  #isSampling = false

  constructor(
    labels: { readonly pipeline: string; readonly stage: string },
    { metrics, meter, clock }: { metrics: StageMetrics; meter: Meter; clock: Clock },
  ) {
    this.pipeline = labels.pipeline
    this.name = labels.stage
    this.#labels = labels
    this.#metrics = metrics
    this.#meter = meter
    this.#clock = clock
    // There before they move: a share of errors of none is 0, not unknown.
    metrics.records.inc(0, labels)
    metrics.errors.inc(0, labels)
  }

  /** Records that left the stage well. Also says that it succeeded just now. */
  records(count = 1): void {
    this.#metrics.records.inc(count, this.#labels)
    this.succeeded()
  }

  /** Records that the stage could not handle. */
  errors(count = 1): void {
    this.#metrics.errors.inc(count, this.#labels)
  }

  latency(seconds: number): void {
    this.#metrics.latency.observe(seconds, this.#labels)
  }

  /** Records that wait for the stage: consumer lag, queue depth. */
  backlog(count: number): void {
    this.#metrics.backlog.set(count, this.#labels)
  }

  /** For a stage that had nothing to do and did it well; `records` says it by itself. */
  succeeded(): void {
    this.#metrics.lastSuccess.set(this.#clock.now() / 1000, this.#labels)
  }

  /** The function with all signals but the backlog; an error is counted and thrown on. */
  wrap<Args extends readonly unknown[], Result>(
    call: (...args: Args) => Result,
    options: StageCallOptions<Args, Awaited<Result>> = {},
  ): (...args: Args) => Result {
    const { records } = options
    return measured(call, this.#clock.monotonic, {
      succeeded: (args, result, durationMs) => {
        this.records(asked(records && (() => records(args, result)), undefined) ?? 1)
        this.latency(durationMs / 1000)
      },
      failed: (_args, _error, durationMs) => {
        this.errors()
        this.latency(durationMs / 1000)
      },
    })
  }

  /** A Transform that does `step` with each row; rows that wait in front of it are its backlog. */
  transform<In, Out = In>(step?: RowStep<In, Out>, options?: FlowOptions): Transform {
    const stream = transformOf(this.#measuredStep(step), options)
    this.watch(stream)
    return stream
  }

  /** The rows of an iterable, each taken through `step`. */
  over<In, Out = In>(
    rows: Iterable<In> | AsyncIterable<In>,
    step?: RowStep<In, Out>,
  ): AsyncGenerator<Out, void, undefined> {
    return iterate(rows, this.#measuredStep(step))
  }

  /** What waits in a stream is this stage's backlog, until the stream is closed. */
  watch(queue: Queue): void {
    this.#queues.add(queue)
    queue.once('close', () => {
      this.#queues.delete(queue)
    })
    if (this.#isSampling) return
    this.#isSampling = true
    const stop = this.#meter.onCollect(() => {
      let waiting = 0
      for (const { writableLength, readableLength } of this.#queues) {
        waiting += writableLength ?? readableLength ?? 0
      }
      this.backlog(waiting)
      if (this.#queues.size > 0) return
      // The last stream is gone: its zero is told once more, and then this is over.
      this.#isSampling = false
      stop()
    })
  }

  // A row that only passes is counted, not timed: it took no time here.
  #measuredStep<In, Out>(step: RowStep<In, Out> | undefined): RowStep<In, Out> {
    if (step !== undefined) return this.wrap(step)
    return (row) => {
      this.records()
      return row as unknown as Out
    }
  }
}
