/**
 * The log store, and LogQL over it.
 *
 * Reading order: `source` (what a query reads from, and what a line is known by), `json-fields`.
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
