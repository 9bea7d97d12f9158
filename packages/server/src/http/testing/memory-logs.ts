import { MessageChannel } from 'node:worker_threads'
import { type LogReader, type LogTable, MemorySource } from '@weir/logs'
import { type Clock, type LogBatch, WeirError } from '@weir/model'
import { executeLogJob } from '../../log-query/execute.ts'
import type { LogQueryLimits } from '../../log-query/job.ts'
import { StoreTail } from '../../log-query/store-tail.ts'
import { TailSessions } from '../../log-query/tail-sessions.ts'
import type { Telemetry } from '../../telemetry/log.ts'
import type { HttpDeps } from '../deps.ts'

export const LOG_LIMITS: LogQueryLimits = { linesMax: 5000, seriesMax: 500, sampleLines: 20_000 }

/** A log store in memory. */
export class MemoryLogs extends MemorySource implements LogReader, LogTable {
  readonly #listeners = new Set<(batch: LogBatch) => void>()

  override append(batch: LogBatch): void {
    super.append(batch)
    for (const listener of this.#listeners) listener(batch)
  }

  onBatch(listener: (batch: LogBatch) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  sql(_text: string, _rowsMax: number): ReturnType<LogTable['sql']> {
    return Promise.reject(new WeirError('LOG_SQL_INVALID', 'lines in memory are no table'))
  }

  exportParquet(): Promise<string> {
    return Promise.reject(new WeirError('LOG_SQL_INVALID', 'lines in memory are no table'))
  }

  get listenerCount(): number {
    return this.#listeners.size
  }

  [Symbol.dispose](): void {
    this.#listeners.clear()
  }
}

/** Questions answered where they are asked, from lines in memory. */
export function memoryLogQueries(
  reader: LogReader & LogTable,
  { clock, telemetry, tailsMax = 10 }: { clock: Clock; telemetry: Telemetry; tailsMax?: number },
): HttpDeps['logQueries'] & Disposable {
  const tails = new TailSessions({
    source: new StoreTail(reader, LOG_LIMITS, clock),
    timeMaxMs: 3_600_000,
    clock,
    telemetry,
  })
  return {
    ask: (job, signal) =>
      executeLogJob(job, reader, {
        signal,
        limits: LOG_LIMITS,
        clock,
        queuedMs: 0,
        deadlineMs: clock.monotonicMs() + 60_000,
      }),
    tail: async (request) => {
      const { port1, port2 } = new MessageChannel()
      try {
        await tails.begin(request, port2)
      } catch (error) {
        port1.close()
        throw error
      }
      return port1
    },
    tailRefused: () =>
      new WeirError('LOGS_TAIL_LIMIT', `Cannot follow one more query: ${tailsMax} are`),
    tailsMax,
    rowsMax: 100,
    [Symbol.dispose]: () => tails[Symbol.dispose](),
  }
}
