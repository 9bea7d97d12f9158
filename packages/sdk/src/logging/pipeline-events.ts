/**
 * The four things that a Kafka → Iceberg pipeline logs most, with the same field names in each program,
 * so that searches, rules and dashboards can count on them; and the two plain ones beneath.
 */
import { typeOf } from './exception.ts'
import { LEVEL, type LevelWord, parseLevel } from './level.ts'
import type { LogContext } from './log-context.ts'
import type { Logger } from './logger.ts'
import { messageOf } from './value-text.ts'

/** Logs with a level that is only known at run time, context, and an error if there is one. */
export function logWithContext(
  logger: Logger,
  level: LevelWord,
  message: string,
  context: LogContext = {},
  error?: unknown,
): void {
  logger.record(parseLevel(level) ?? LEVEL.INFO, message, context, error)
}

/** Logs an ERROR with `error_type` and `error_message` in the context and the error as `exception`. */
export function logErrorWithContext(
  logger: Logger,
  message: string,
  error: unknown,
  context: LogContext = {},
): void {
  logger.record(LEVEL.ERROR, message, { ...context, ...errorFields(error) }, error)
}

/** A row that was looked at: its fields may be called in either manner. */
export interface ValidatedRow {
  readonly sample_id?: unknown
  readonly sampleId?: unknown
  readonly user_id?: unknown
  readonly userId?: unknown
  readonly data_type?: unknown
  readonly dataType?: unknown
  readonly value?: unknown
}

/** WARNING: a row that was refused, and why. Of the row only who, what kind and which sample. */
export function logValidationError(
  logger: Logger,
  reason: string,
  row: ValidatedRow = {},
  context: LogContext = {},
): void {
  logger.record(LEVEL.WARNING, `Validation failed: ${reason}`, {
    ...context,
    validation_reason: reason,
    sample_id: row.sample_id ?? row.sampleId,
    user_id: row.user_id ?? row.userId,
    data_type: row.data_type ?? row.dataType,
    value: row.value,
  })
}

export interface KafkaErrorPlace {
  readonly topic?: string
  readonly partition?: number
  /** KafkaJS gives it as text, since it has 64 bits. */
  readonly offset?: number | string | bigint
  readonly error?: unknown
}

/** ERROR: something went wrong with a message of Kafka. */
export function logKafkaError(
  logger: Logger,
  message: string,
  { topic, partition, offset, error }: KafkaErrorPlace,
  context: LogContext = {},
): void {
  const fields = { kafka_topic: topic, kafka_partition: partition, kafka_offset: offset }
  logger.record(LEVEL.ERROR, message, { ...context, ...fields, ...errorFields(error) }, error)
}

export interface IcebergErrorPlace {
  readonly tableName?: string
  readonly database?: string
  readonly error?: unknown
}

/** ERROR: something went wrong with a table of Iceberg. */
export function logIcebergError(
  logger: Logger,
  message: string,
  { tableName, database, error }: IcebergErrorPlace,
  context: LogContext = {},
): void {
  const fields = { iceberg_table: tableName, iceberg_database: database }
  logger.record(LEVEL.ERROR, message, { ...context, ...fields, ...errorFields(error) }, error)
}

export interface CheckpointEvent {
  readonly checkpointId?: number | string
  readonly durationMs?: number
  readonly sizeBytes?: number
  readonly error?: unknown
}

/** A checkpoint that started or completed (INFO), failed (ERROR), or did anything else (WARNING). */
export function logCheckpointEvent(
  logger: Logger,
  event: 'started' | 'completed' | 'failed' | (string & {}),
  { checkpointId, durationMs, sizeBytes, error }: CheckpointEvent = {},
  context: LogContext = {},
): void {
  const fields = {
    checkpoint_event: event,
    checkpoint_id: checkpointId,
    duration_ms: durationMs,
    size_bytes: sizeBytes,
  }
  const level = CHECKPOINT_LEVELS[event] ?? LEVEL.WARNING
  const all = { ...context, ...fields, ...errorFields(error) }
  logger.record(level, `Checkpoint ${event}`, all, error)
}

const CHECKPOINT_LEVELS: Readonly<Record<string, number>> = {
  started: LEVEL.INFO,
  completed: LEVEL.INFO,
  failed: LEVEL.ERROR,
}

function errorFields(error: unknown): LogContext {
  if (error === undefined || error === null) return {}
  return { error_type: typeOf(error), error_message: messageOf(error) }
}
