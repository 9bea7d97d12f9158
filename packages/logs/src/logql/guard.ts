import { WeirError, systemClock } from '@weir/model'
import { DEFAULT_LOG_LIMITS, type LogQueryLimits, type LogQueryRequest } from './request.ts'

/** So many lines are read between two looks at the clock. */
const LOOK_EVERY = 512

/** What a query has used so far, and when it is enough: limits, time, the asker's patience. */
export class Guard {
  readonly limits: LogQueryLimits
  readonly signal: AbortSignal | undefined
  readonly #deadline: LogQueryRequest['deadline']
  readonly #startedMs: number
  linesRead = 0
  bytesRead = 0
  linesCounted = 0
  streams = 0
  #samples = 0
  #answerChars = 0

  constructor({ limits, signal, deadline }: LogQueryRequest) {
    this.limits = { ...DEFAULT_LOG_LIMITS, ...limits }
    this.signal = signal
    this.#deadline = deadline
    this.#startedMs = this.#nowMs()
  }

  #nowMs(): number {
    return (this.#deadline?.clock ?? systemClock).monotonicMs()
  }

  get elapsedMs(): number {
    return this.#nowMs() - this.#startedMs
  }

  /**
   * Counts a line.
   *
   * @throws {WeirError} `LOGQL_TOO_MANY_LINES`, `LOGQL_CANCELED`, `LOGQL_TIMEOUT`
   */
  read(): void {
    this.linesRead++
    if (this.linesRead > this.limits.linesMax) {
      throw new WeirError(
        'LOGQL_TOO_MANY_LINES',
        `Cannot read more than ${this.limits.linesMax} lines for one query: want a shorter time range, more matchers or filters before the first parser`,
      )
    }
    if (this.linesRead % LOOK_EVERY === 0) this.look()
  }

  look(): void {
    if (this.signal?.aborted === true) {
      throw new WeirError('LOGQL_CANCELED', 'Cannot finish query: it was cancelled')
    }
    if (this.#deadline !== undefined && this.#nowMs() > this.#deadline.atMonotonicMs) {
      throw new WeirError(
        'LOGQL_TIMEOUT',
        `Cannot finish query: its time is over after ${Math.round(this.elapsedMs)} ms`,
      )
    }
  }

  /**
   * Counts characters of the answer.
   *
   * @throws {WeirError} `LOGQL_TOO_MANY_ENTRIES`
   */
  answer(chars: number): void {
    this.#answerChars += chars
    const { answerCharsMax } = this.limits
    if (this.#answerChars <= answerCharsMax) return
    const why = `Cannot answer with more than ${answerCharsMax} characters: want a smaller limit, or shorter lines (line_format)`
    throw new WeirError('LOGQL_TOO_MANY_ENTRIES', why)
  }

  /**
   * Counts values held in memory.
   *
   * @throws {WeirError} `LOGQL_TOO_MANY_SAMPLES`
   */
  hold(samples: number): void {
    this.#samples += samples
    if (this.#samples > this.limits.samplesMax) {
      throw new WeirError(
        'LOGQL_TOO_MANY_SAMPLES',
        `Cannot hold more than ${this.limits.samplesMax} values for one query: want fewer series (sum by (…)), a longer step or a shorter time range`,
      )
    }
  }

  get stats(): {
    linesRead: number
    bytesRead: number
    linesCounted: number
    streams: number
    elapsedMs: number
  } {
    const { linesRead, bytesRead, linesCounted, streams, elapsedMs } = this
    return { linesRead, bytesRead, linesCounted, streams, elapsedMs }
  }
}
