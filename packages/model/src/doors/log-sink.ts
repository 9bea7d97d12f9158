import type { LogBatch, LogReport } from '../log.ts'

/** The way into the log store. */
export interface LogSink {
  /**
   * Keeps lines. Once this resolves, they survive `kill -9` and power loss. The batch is read before this
   * returns its promise; its columns may be used for other things then.
   *
   * @throws {WeirError} `STORAGE_FULL`, `STORAGE_FAILED`, `STORAGE_BUSY`: nothing of the batch was kept; it may be tried again
   */
  append(batch: LogBatch): Promise<LogReport>
}
