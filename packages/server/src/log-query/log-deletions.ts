import { type DeleteRequest, type TimeRange, deletionOf } from '@weir/logs'
import { type Clock, WeirError } from '@weir/model'
import type { Telemetry } from '../telemetry/log.ts'
import type { Counter } from '../telemetry/registry.ts'

export interface LogDeletionsOptions {
  /** Takes lines out for good; gives how many went. */
  delete(request: DeleteRequest): Promise<number>
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** A deletion, as Loki's API lists it; times are seconds. */
export interface LogDeletionView {
  readonly request_id: string
  readonly start_time: number
  readonly end_time: number
  readonly query: string
  readonly status: 'received' | 'processed' | 'failed'
  readonly created_at: number
}

/** Deletions that are listed; the oldest go first. */
const LISTED_MAX = 100
/** Deletions under way; each reads the parts that it concerns anew. */
const RUNNING_MAX = 4

/** Lines that were told to go: carried out at once, listed until Weir ends. */
export class LogDeletions {
  readonly #options: LogDeletionsOptions
  readonly #lines: Counter
  readonly #listed: LogDeletionView[] = []
  #running = 0
  #nextId = 1

  constructor(options: LogDeletionsOptions) {
    this.#options = options
    this.#lines = options.telemetry.registry.counter(
      'weir_logs_deleted_lines_total',
      'Lines of log that were deleted because somebody said so.',
    )
  }

  /** Newest first. */
  views(): readonly LogDeletionView[] {
    return this.#listed.toReversed()
  }

  /**
   * Deletes lines; resolves when they are gone from answers and from the disk.
   *
   * @throws {WeirError} `LOGQL_PARSE`, `LOGS_DELETE_BUSY`
   */
  async run(query: string, range: TimeRange): Promise<number> {
    const { clock, telemetry } = this.#options
    const request = deletionOf(query, range)
    if (this.#running >= RUNNING_MAX) {
      const why = `Cannot delete more lines at the moment: ${RUNNING_MAX} deletions are under way; try again later`
      throw new WeirError('LOGS_DELETE_BUSY', why)
    }
    this.#running++
    const view: LogDeletionView = {
      request_id: String(this.#nextId++),
      start_time: Number(range.fromNs / 1_000_000_000n),
      end_time: Number(range.toNs / 1_000_000_000n),
      query,
      status: 'received',
      created_at: Math.floor(clock.now() / 1000),
    }
    this.#listed.push(view)
    if (this.#listed.length > LISTED_MAX) this.#listed.shift()
    try {
      const lines = await this.#options.delete(request)
      this.#lines.inc(undefined, lines)
      telemetry.log.info({ query, lines }, 'Lines of log deleted')
      this.#end(view, 'processed')
      return lines
    } catch (error) {
      this.#end(view, 'failed')
      throw error
    } finally {
      this.#running--
    }
  }

  #end(view: LogDeletionView, status: LogDeletionView['status']): void {
    const place = this.#listed.indexOf(view)
    if (place >= 0) this.#listed[place] = { ...view, status }
  }
}
