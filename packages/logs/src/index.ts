/**
 * The log store, and LogQL over it.
 *
 * Reading order: `source` (what a query reads from, and what a line is known by), `json-fields`;
 * `store/log-store` (the thread that writes), `store/log-reader` (threads that ask).
 */
export type {
  CountRequest,
  LineCondition,
  LineRequest,
  LogCounts,
  LogLines,
  LogSource,
  LogStream,
  TimeRange,
} from './source.ts'
export { MemorySource } from './memory-source.ts'
export { allTests, lineValue } from './line-test.ts'
export {
  type LogStore,
  type LogStoreOptions,
  type LogStoreStats,
  openLogStore,
} from './store/log-store.ts'
export { type LogReader, openLogReader } from './store/log-reader.ts'
