import type { Clock } from '@weir/model'
import type { OtlpOutcome, OtlpRequest } from '../otlp/receiver.ts'
import { type TableName, otlpOfTotals } from './otlp-of-totals.ts'
import type { IcebergReport } from './report.ts'
import { type TableTotals, newTotals, withReport } from './table-totals.ts'

/**
 * Adds up what reports say of each table and sends the totals on; a report tells one commit, a counter
 * wants all of them. One report at a time, so that totals reach the store in the order in which they
 * grew, and a total that could not be stored is as if its report had never come.
 */
export class IcebergReceiver {
  readonly #take: (request: Omit<OtlpRequest, 'translation'>) => Promise<OtlpOutcome>
  readonly #tablesMax: number
  readonly #clock: Clock
  // In the order in which they were last heard of.
  readonly #tables = new Map<string, TableTotals>()
  #turn: Promise<unknown> = Promise.resolve()
  #lastMs = 0
  #forgotten = 0

  constructor(options: {
    readonly take: (request: Omit<OtlpRequest, 'translation'>) => Promise<OtlpOutcome>
    readonly tablesMax: number
    readonly clock: Clock
  }) {
    this.#take = options.take
    this.#tablesMax = options.tablesMax
    this.#clock = options.clock
  }

  get tables(): number {
    return this.#tables.size
  }

  /** Tables that gave way to others; their counts begin anew when they are heard of again. */
  get forgotten(): number {
    return this.#forgotten
  }

  /** Resolves when the totals are durable. */
  report(name: TableName, report: IcebergReport): Promise<OtlpOutcome> {
    const turn = this.#turn.then(() => this.#store(name, report))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #store(name: TableName, report: IcebergReport): Promise<OtlpOutcome> {
    // Two reports of one millisecond are two samples all the same.
    const nowMs = Math.max(this.#clock.now(), this.#lastMs + 1)
    const key = JSON.stringify([name.catalog, name.table])
    const before = this.#tables.get(key) ?? newTotals(nowMs - 1)
    const totals = withReport(before, report, nowMs)
    const body = otlpOfTotals(name, totals, nowMs)
    const outcome = await this.#take({ body, encoding: 'json', contentEncoding: '' })
    this.#lastMs = nowMs
    this.#tables.delete(key)
    this.#tables.set(key, totals)
    for (const oldest of this.#tables.keys()) {
      if (this.#tables.size <= this.#tablesMax) break
      this.#tables.delete(oldest)
      this.#forgotten++
    }
    return outcome
  }
}
