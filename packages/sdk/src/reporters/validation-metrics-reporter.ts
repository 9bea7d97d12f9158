import type { Transform } from 'node:stream'
import type { Counter } from '../metrics/meter.ts'
import { type FlowOptions, SKIP, iterate, transformOf } from '../pipeline/flow.ts'
import { asked } from '../pipeline/measure.ts'
import { type ReporterOptions, settled } from './reporter-options.ts'

/** `true` or nothing: fine. A text says why not; `false` is a no without a reason. */
export type Verdict = boolean | string | undefined | null

export interface ValidationReporterOptions<Row> extends ReporterOptions {
  /** The reasons there are; any other text counts as `other`. The first 50 that come, unless told. */
  readonly reasons?: readonly string[]
  readonly dataType?: (row: Row) => string | undefined
  /** What is done with an invalid row of a stream or an iterable; it does not go on there. */
  readonly onInvalid?: (row: Row, reason: string) => void
}

/** So many different reasons become labels when nobody says which there are. */
const REASONS_MAX = 50

/**
 * Whether rows are valid, and why not: `validation_success_total`,
 * `validation_failures_total{reason,data_type}`.
 *
 * Reasons are labels, so they have to be few: a reason with a value in it ("300 is too high") would
 * be a new series each time. Name the kind (`out_of_range`) and put the value into the log.
 */
export class ValidationMetricsReporter<Row = unknown> {
  readonly #options: ValidationReporterOptions<Row>
  readonly #success: Counter
  readonly #failures: Counter<'reason' | 'data_type'>
  readonly #reasons: Set<string>

  constructor(options: ValidationReporterOptions<Row> = {}) {
    const { meter } = settled(options)
    this.#options = options
    this.#reasons = new Set(options.reasons)
    this.#success = meter.counter({
      name: 'validation_success_total',
      help: 'Rows that passed validation',
    })
    this.#failures = meter.counter({
      name: 'validation_failures_total',
      help: 'Rows that did not pass validation',
      labels: ['reason', 'data_type'],
    })
  }

  reportSuccess(): void {
    this.#success.inc()
  }

  reportFailure(reason: string, dataType = 'unknown'): void {
    this.#failures.inc(1, { reason: this.#known(reason), data_type: dataType })
  }

  /** The hook: counts the verdict about a row, and says whether the row is valid. */
  report(row: Row, verdict: Verdict): boolean {
    const reason = reasonOf(verdict)
    if (reason === undefined) {
      this.reportSuccess()
      return true
    }
    this.reportFailure(reason, asked(this.#options.dataType, row))
    return false
  }

  /** A validating function: its verdict is counted and given on; one that throws says no by its error's name. */
  wrap<R extends Row, V extends Verdict | PromiseLike<Verdict>>(
    validate: (row: R) => V,
  ): (row: R) => V {
    return (row) => {
      let verdict: V
      try {
        verdict = validate(row)
      } catch (thrown) {
        this.report(row, nameOf(thrown))
        throw thrown
      }
      if (isVerdict(verdict)) {
        this.report(row, verdict)
      } else {
        // A branch of its own: the caller gets the promise as it is.
        void verdict.then(
          (settled: Verdict) => this.report(row, settled),
          (thrown: unknown) => this.report(row, nameOf(thrown)),
        )
      }
      return verdict
    }
  }

  /** For a stream: valid rows go on; the others go to `onInvalid`. */
  transform(validate: (row: Row) => Verdict | Promise<Verdict>, options?: FlowOptions): Transform {
    return transformOf(this.#step(validate), options)
  }

  /** The valid rows of an iterable. */
  over<R extends Row>(
    rows: Iterable<R> | AsyncIterable<R>,
    validate: (row: R) => Verdict | Promise<Verdict>,
  ): AsyncGenerator<R, void, undefined> {
    return iterate(rows, this.#step(validate))
  }

  // A validator that throws has judged the row, not ended the stream.
  #step<R extends Row>(
    validate: (row: R) => Verdict | Promise<Verdict>,
  ): (row: R) => R | typeof SKIP | Promise<R | typeof SKIP> {
    const judge = (row: R, verdict: Verdict): R | typeof SKIP => {
      if (this.report(row, verdict)) return row
      this.#options.onInvalid?.(row, reasonOf(verdict)!)
      return SKIP
    }
    return (row) => {
      let verdict: Verdict | Promise<Verdict>
      try {
        verdict = validate(row)
      } catch (thrown) {
        return judge(row, nameOf(thrown))
      }
      return isVerdict(verdict) ? judge(row, verdict) : this.#settle(row, verdict, judge)
    }
  }

  async #settle<R>(
    row: R,
    pending: Promise<Verdict>,
    judge: (row: R, verdict: Verdict) => R | typeof SKIP,
  ): Promise<R | typeof SKIP> {
    let verdict: Verdict
    try {
      verdict = await pending
    } catch (thrown) {
      verdict = nameOf(thrown)
    }
    return judge(row, verdict)
  }

  #known(reason: string): string {
    if (this.#reasons.has(reason)) return reason
    if (this.#options.reasons !== undefined || this.#reasons.size >= REASONS_MAX) return 'other'
    this.#reasons.add(reason)
    return reason
  }
}

function isVerdict(value: unknown): value is Verdict {
  return value === undefined || value === null || typeof value !== 'object'
}

function reasonOf(verdict: Verdict): string | undefined {
  if (typeof verdict === 'string') return verdict === '' ? 'invalid' : verdict
  return verdict === false ? 'invalid' : undefined
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : 'error'
}
