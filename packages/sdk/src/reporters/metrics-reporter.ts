import type { Transform } from 'node:stream'
import type { Clock } from '../clock.ts'
import type { Counter, Histogram } from '../metrics/meter.ts'
import { type FlowOptions, type RowStep, iterate, transformOf } from '../pipeline/flow.ts'
import { asked, measured } from '../pipeline/measure.ts'
import { serviceOf } from '../service.ts'
import { LATENCY_MS, type ReporterOptions, settled } from './reporter-options.ts'

export interface MetricsReporterOptions<Row> extends ReporterOptions {
  /** The label `job_name`; the service's name unless told. */
  readonly jobName?: string
  /** Which kind of row it is: becomes the label `data_type`. */
  readonly dataType?: (row: Row) => string | undefined
  /** When the row came to be, ms since 1970: latency is then its age. Else how long the step took. */
  readonly eventTimeMs?: (row: Row) => number | undefined
  /** Whether a row that passes is valid; every one is unless told. */
  readonly isValid?: (row: Row) => boolean
}

/**
 * Rows that a job handles: valid and invalid, their latency, throughput, and how many of each kind.
 *
 * `<prefix>_valid_records_total`, `<prefix>_invalid_records_total`, `<prefix>_throughput_total`,
 * `<prefix>_records_by_type_total{data_type}`, `processing_latency_ms`.
 *
 * Every row is either valid or invalid and is in `throughput` once. `invalid` counts rows that
 * `isValid` says no to and those on which a step fails.
 *
 * @example
 * const reporter = new MetricsReporter('health_data', { dataType: (row) => row.type })
 * await pipeline(source, reporter.transform(), sink)
 */
export class MetricsReporter<Row = unknown> {
  readonly #options: MetricsReporterOptions<Row>
  readonly #job: { readonly job_name: string }
  readonly #clock: Clock
  readonly #valid: Counter<'job_name'>
  readonly #invalid: Counter<'job_name'>
  readonly #throughput: Counter<'job_name'>
  readonly #byType: Counter<'data_type'>
  readonly #latency: Histogram<'job_name'>

  constructor(metricPrefix = 'health_data', options: MetricsReporterOptions<Row> = {}) {
    const { meter, clock } = settled(options)
    this.#options = options
    this.#job = { job_name: options.jobName ?? serviceOf().name }
    this.#clock = clock
    const counter = (name: string, help: string): Counter<'job_name'> => {
      const made = meter.counter({ name: `${metricPrefix}_${name}`, help, labels: ['job_name'] })
      made.inc(0, this.#job) // there before it moves
      return made
    }
    this.#valid = counter('valid_records_total', 'Rows that were handled well')
    this.#invalid = counter('invalid_records_total', 'Rows that were invalid or failed')
    this.#throughput = counter('throughput_total', 'Rows, valid or not')
    this.#byType = meter.counter({
      name: `${metricPrefix}_records_by_type_total`,
      help: 'Rows of each kind',
      labels: ['data_type'],
    })
    this.#latency = meter.histogram({
      name: 'processing_latency_ms',
      help: 'From when a row came to be until it was handled',
      unit: 'ms',
      labels: ['job_name'],
      buckets: LATENCY_MS,
    })
  }

  recordValid(dataType?: string): void {
    this.#valid.inc(1, this.#job)
    this.#count(dataType)
  }

  recordInvalid(dataType?: string): void {
    this.#invalid.inc(1, this.#job)
    this.#count(dataType)
  }

  /** A latency below zero, from a clock that runs ahead, counts as none. */
  observeLatency(ms: number): void {
    this.#latency.observe(Math.max(0, ms), this.#job)
  }

  /** The hook: all of the above for a row, by what the options say about it. */
  report(row: Row): void {
    const { isValid, eventTimeMs } = this.#options
    const dataType = this.#dataTypeOf(row)
    if (isValid === undefined || asked(isValid, row) === true) this.recordValid(dataType)
    else this.recordInvalid(dataType)
    const since = asked(eventTimeMs, row)
    if (since !== undefined) this.observeLatency(this.#clock.now() - since)
  }

  /** A step of one row: valid unless it throws, timed unless the row tells its own time. */
  wrap<R extends Row, Result>(step: (row: R) => Result): (row: R) => Result {
    return measured(step, this.#clock.monotonic, {
      succeeded: ([row], _result, durationMs) => {
        this.report(row)
        if (this.#options.eventTimeMs === undefined) this.observeLatency(durationMs)
      },
      failed: ([row]) => {
        this.recordInvalid(this.#dataTypeOf(row))
      },
    })
  }

  /** For a stream: rows pass, through `step` if there is one. */
  transform<R extends Row = Row, Out = R>(
    step?: RowStep<R, Out>,
    options?: FlowOptions,
  ): Transform {
    return transformOf(this.#stepOf(step), options)
  }

  over<R extends Row = Row, Out = R>(
    rows: Iterable<R> | AsyncIterable<R>,
    step?: RowStep<R, Out>,
  ): AsyncGenerator<Out, void, undefined> {
    return iterate(rows, this.#stepOf(step))
  }

  #stepOf<R extends Row, Out>(step: RowStep<R, Out> | undefined): RowStep<R, Out> {
    if (step !== undefined) return this.wrap(step)
    return (row) => {
      this.report(row)
      return row as unknown as Out
    }
  }

  #dataTypeOf(row: Row): string | undefined {
    return asked(this.#options.dataType, row)
  }

  #count(dataType: string | undefined): void {
    this.#throughput.inc(1, this.#job)
    if (dataType !== undefined) this.#byType.inc(1, { data_type: dataType })
  }
}
