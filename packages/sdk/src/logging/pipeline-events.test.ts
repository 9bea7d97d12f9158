import { afterEach, beforeEach, expect, test } from 'vitest'
import { keptLogging } from '../testing/lines.ts'
import { getLogger } from './logger.ts'
import {
  logCheckpointEvent,
  logErrorWithContext,
  logIcebergError,
  logKafkaError,
  logValidationError,
  logWithContext,
} from './pipeline-events.ts'

let logging: ReturnType<typeof keptLogging>
beforeEach(() => {
  logging = keptLogging({ redact: { mask: ['value'], hash: [] }, source: true })
})
afterEach(async () => logging.close())

const logger = getLogger('flink_consumer.validators', { context: { component: 'validators' } })

test('a validation error says why, and of the row who, what kind and which sample', () => {
  const row = {
    sampleId: 's1',
    user_id: 'u1',
    data_type: 'heartRate',
    value: 400,
    other: 'not this',
  }
  logValidationError(logger, 'value out of range', row)
  expect(logging.kept.last).toMatchObject({
    level: 'WARNING',
    message: 'Validation failed: value out of range',
    source: { file: expect.stringContaining('pipeline-events.test.ts') },
  })
  expect(logging.kept.last.context).toEqual({
    component: 'validators',
    validation_reason: 'value out of range',
    sample_id: 's1',
    user_id: 'u1',
    data_type: 'heartRate',
    value: '[redacted]',
  })
})

test('a Kafka error says where, with the error', () => {
  const error = new TypeError('Unexpected token')
  const place = { topic: 'health-data-raw', partition: 0, offset: 12345n, error }
  logKafkaError(logger, 'Cannot read message', place)
  const { level, context, exception } = logging.kept.last
  expect([level, exception!.type, exception!.traceback === error.stack]).toEqual([
    'ERROR',
    'TypeError',
    true,
  ])
  expect(context).toEqual({
    component: 'validators',
    kafka_topic: 'health-data-raw',
    kafka_partition: 0,
    kafka_offset: '12345',
    error_type: 'TypeError',
    error_message: 'Unexpected token',
  })
})

test('an Iceberg error says which table, with or without an error', () => {
  const place = { tableName: 'health_data_raw', database: 'health_db' }
  logIcebergError(logger, 'Commit failed', place, { attempt: 2 })
  expect(logging.kept.last).toMatchObject({ level: 'ERROR', message: 'Commit failed' })
  expect(logging.kept.last.exception).toBeUndefined()
  expect(logging.kept.last.context).toEqual({
    component: 'validators',
    attempt: 2,
    iceberg_table: 'health_data_raw',
    iceberg_database: 'health_db',
  })
})

test.each([
  ['started', 'INFO'],
  ['completed', 'INFO'],
  ['failed', 'ERROR'],
  ['expired', 'WARNING'],
])('a checkpoint that %s is %s', (event, level) => {
  logCheckpointEvent(logger, event, { checkpointId: 42, durationMs: 5000, sizeBytes: 1_024_000 })
  expect(logging.kept.last).toMatchObject({ level, message: `Checkpoint ${event}` })
  expect(logging.kept.last.context).toEqual({
    component: 'validators',
    checkpoint_event: event,
    checkpoint_id: 42,
    duration_ms: 5000,
    size_bytes: 1_024_000,
  })
})

test('whatever was thrown can be logged', () => {
  for (const thrown of ['text', undefined, null, 7, { message: 'an object' }]) {
    logErrorWithContext(logger, 'Sink failed', thrown, { stage: 'sink' })
  }
  expect(logging.kept.records.map(({ context }) => context!['error_message'])).toEqual([
    'text',
    undefined,
    undefined,
    '7',
    'an object',
  ])
  logWithContext(logger, 'critical', 'Giving up', { stage: 'sink' }, new Error('last'))
  expect(logging.kept.last).toMatchObject({ level: 'CRITICAL', exception: { message: 'last' } })
})
