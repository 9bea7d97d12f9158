/**
 * The shared words of Weir and the doors between its rooms.
 *
 * Reading order: `time`, `labels`, `sample`, `histogram`, `histogram-buckets`,
 * `histogram-resolution`, `exemplar`, `matcher`, `metadata`, `log`,
 * `log-batch-builder`, `errors`;
 * then the doors, small interfaces through which rooms meet without knowing each other.
 */
export { type Clock, type Millis, millis, systemClock } from './time.ts'
export { type LabelSource, Labels, METRIC_NAME, isLabelName, isLegacyName } from './labels.ts'
export { SampleColumns, STALE_MARKER, type SteppedStretch, isStale } from './sample.ts'
export {
  CUSTOM_BUCKETS_SCHEMA,
  type NativeHistogram,
  RESET_HINTS,
  type ResetHint,
} from './histogram.ts'
export {
  type BucketRange,
  type BucketRule,
  bucketBound,
  bucketRanges,
  eachBucket,
} from './histogram-buckets.ts'
export { coarserHistogram } from './histogram-resolution.ts'
export { type Exemplar, type SeriesExemplars } from './exemplar.ts'
export { type Matcher, type MatchOperator } from './matcher.ts'
export {
  LEVELS,
  LOG_REJECT_REASONS,
  type Level,
  type LogBatch,
  type LogRejectReason,
  type LogReport,
  SEVERITY_OF,
  type Severity,
  levelOf,
} from './log.ts'
export { LogBatchBuilder, copyBatch } from './log-batch-builder.ts'
export { type MetricMetadata, type MetricType } from './metadata.ts'
export { type FamilySample, type MetricFamily } from './family.ts'
export { type ApiErrorType, CODES, type ErrorCode, WeirError, invariant } from './errors.ts'
export {
  type Appender,
  type CommitResult,
  REJECT_REASONS,
  type RejectReason,
  type SampleRun,
  type SeriesRef,
} from './doors/appender.ts'
export {
  type ChosenSeries,
  type Querier,
  type Queryable,
  type SampleView,
  type SelectRequest,
  type SeriesSet,
} from './doors/queryable.ts'
export { regexSize } from './regex-size.ts'
export { type LogSink } from './doors/log-sink.ts'
export { type KeyValueChange, type KeyValueStore } from './doors/key-value-store.ts'
export {
  type Alert,
  type AlertEvidence,
  type AlertSink,
  type Threshold,
} from './doors/alert-sink.ts'
