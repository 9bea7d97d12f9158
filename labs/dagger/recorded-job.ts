/** A recorded job that lives again: its lines, with time passing in them and faults as they are planted. */

/** Records a second that each operator of each subtask passes. */
export const SUBTASK_PACE = 100

/** How long Dagger waits after it has counted a fatal exception, for a reporter to tell. */
const TELL_MS = 10_000
/** What a restart takes. */
const DOWN_MS = 3000

export interface Faults {
  /** Exceptions a second that the job survives, on each subtask. */
  warnings: number
  /** Which share of the calls of services fails. */
  failing: number
}

/** What a line says, without the reporter's way of writing it. */
export interface Reading {
  /** `jobmanager_job_uptime`, without `flink_`. */
  readonly metric: string
  readonly recorded: number
}

/** The clock of a job: attempts, and what its counters have come to. */
export class RecordedJob {
  readonly faults: Faults = { warnings: 0, failing: 0 }
  #attempt = 0
  #attemptStartMs: number
  #fatalAtMs: number | undefined
  #warnings = 0
  #lookedMs: number
  readonly #startMs: number

  constructor(nowMs: number) {
    this.#startMs = nowMs
    this.#attemptStartMs = nowMs
    this.#lookedMs = nowMs
  }

  /** Counts a fatal exception; ten seconds later the tasks are gone, and soon another attempt runs. */
  fail(nowMs: number): void {
    this.#fatalAtMs = nowMs
  }

  /** Lets time pass; to be called before lines are read. */
  pass(nowMs: number): void {
    this.#warnings += ((nowMs - this.#lookedMs) / 1000) * this.faults.warnings
    this.#lookedMs = nowMs
    if (this.#fatalAtMs === undefined || nowMs < this.#fatalAtMs + TELL_MS + DOWN_MS) return
    this.#fatalAtMs = undefined
    this.#attempt++
    this.#attemptStartMs = nowMs
    this.#warnings = 0
  }

  get attempt(): number {
    return this.#attempt
  }

  /** The value of a line now; undefined when it is not sent. */
  valueOf({ metric, recorded }: Reading, nowMs: number): number | undefined {
    const isDown = this.#fatalAtMs !== undefined && nowMs > this.#fatalAtMs + TELL_MS
    return metric.startsWith('jobmanager_job_')
      ? this.#ofJob(metric.slice('jobmanager_job_'.length), recorded, nowMs, isDown)
      : isDown
        ? undefined
        : this.#ofTask(metric, recorded, nowMs)
  }

  #ofJob(metric: string, recorded: number, nowMs: number, isDown: boolean): number {
    const completed = Math.floor((nowMs - this.#startMs) / 2000)
    const told: Readonly<Record<string, number>> = {
      runningTime: isDown ? 0 : nowMs - this.#attemptStartMs + 1,
      uptime: isDown ? 0 : nowMs - this.#attemptStartMs + 1,
      numRestarts: this.#attempt,
      fullRestarts: this.#attempt,
      numberOfCompletedCheckpoints: completed,
      totalNumberOfCheckpoints: completed + 1,
      numberOfFailedCheckpoints: 0,
      lastCheckpointCompletedTimestamp: nowMs - 1000,
    }
    return told[metric] ?? recorded
  }

  #ofTask(metric: string, recorded: number, nowMs: number): number | undefined {
    const name = metric.replace(/^taskmanager_job_task_(operator_)?/, '')
    if (/^numRecords(In|Out|Send)$/.test(name)) {
      return Math.floor(((nowMs - this.#attemptStartMs) / 1000) * SUBTASK_PACE)
    }
    if (name === 'fatal_exception_value') return this.#fatalAtMs === undefined ? undefined : 1
    if (name === 'non_fatal_exception_value') {
      return this.#warnings < 1 ? undefined : Math.floor(this.#warnings)
    }
    const calls: Readonly<Record<string, number>> = {
      source_metricId_total_external_calls: SUBTASK_PACE,
      source_metricId_success_response: SUBTASK_PACE * (1 - this.faults.failing),
      source_metricId_total_failures: SUBTASK_PACE * this.faults.failing,
      source_metricId_failures_code404: 0,
      pendingRecords: 0,
    }
    return calls[name] ?? recorded
  }
}
