/**
 * The log store, and LogQL over it.
 *
 * LogQL's face: `parseLogQL` reads a query, `formatLogQL` writes it down neatly, `runLogQuery` answers one
 * from any {@link LogSource} (a query that was read may be given instead of its text), `groupEntries` puts
 * lines into the streams of Loki's API with or without categories, `tailFilter` makes a filter of batches.
 *
 * Reading order: `source` (what a query reads from, and what a line is known by), `json-fields`;
 * `store/log-store` (the thread that writes), `store/log-reader` (threads that ask);
 * `store/sql/` (the processes that answer SQL);
 * `outgoing/log-queue` (lines on their way to somewhere else);
 * `logql/ast`, `logql/parse/`, `logql/pipeline/` (a line on its way), `logql/run`.
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
export { jsonFields } from './json-fields.ts'
export { MemorySource } from './memory-source.ts'
export { allTests, lineValue } from './line-test.ts'
export {
  type LogStore,
  type LogStoreOptions,
  type LogStoreStats,
  openLogStore,
} from './store/log-store.ts'
export {
  LogQueue,
  type LogQueueOptions,
  type LogQueueStats,
  type QueuedBatch,
} from './outgoing/log-queue.ts'
export { type LogsReport, checkLogs, repairLogs } from './store/check-logs.ts'
export {
  type LogReader,
  type LogReaderOptions,
  type LogTable,
  openLogReader,
} from './store/log-reader.ts'
export type { DeleteRequest } from './store/keeper.ts'
export type { SqlAnswer } from './store/sql/ask-sql.ts'
export type { SqlEnd } from './store/sql/sql-process.ts'
export { type LogExpr, type LogQLExpr, type MetricExpr, rangesOf } from './logql/ast.ts'
export { formatLogQL } from './logql/format/format.ts'
export { type SelectedStreams, selectedStreams } from './logql/selection.ts'
export { parseLogQL, parseLogSelector } from './logql/parse/parse.ts'
export {
  DEFAULT_LOG_LIMITS,
  type InstantQuery,
  type LogQueryLimits,
  type LogQueryRequest,
  type RangeQuery,
} from './logql/request.ts'
export {
  type EntryGroup,
  type LogEntry,
  type LogQueryResult,
  type LogQueryStats,
  type LogQueryValue,
  type LogSample,
  type LogSeries,
  allLabels,
  groupEntries,
} from './logql/result.ts'
export { runLogQuery } from './logql/run.ts'
export { tailFilter } from './logql/tail.ts'
export {
  type ContextLine,
  type ContextRequest,
  type LogContext,
  contextOf,
} from './explore/context.ts'
export { type DetectedField, detectedFields, detectedValues } from './explore/detected-fields.ts'
export { type Facet, type FacetKind, type FacetLimits, facetsOf } from './explore/facets.ts'
export { type FieldType } from './explore/field-type.ts'
export { type MinedPattern, PatternMiner } from './explore/pattern-miner.ts'
export { levelOfLine } from './explore/line-level.ts'
export { type StreamCount, type StreamCountRequest, countStreams } from './explore/stream-counts.ts'
export { type Volume, type VolumeRequest, volumesOf } from './explore/volumes.ts'
export { deletionOf } from './explore/deletion.ts'
