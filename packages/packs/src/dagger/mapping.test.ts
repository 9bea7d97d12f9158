import { expect, test } from 'vitest'
import { MAPPING as OF_FLINK } from '../flink/mapping.ts'
import { mapLine } from '../testing/map-line.ts'
import { MAPPING } from './mapping.ts'

const BOTH = { mappings: [...MAPPING.mappings, ...OF_FLINK.mappings] }
const DEFAULT = 'tm7.taskmanager.tm7-41f2.orders.post processor.3'
const NAMED = 'h.taskmanager.tm7-41f2.orders.operator.post processor.3'

test.each([
  [
    'source_metricId.HTTP.0.total_failures.rate',
    'source_metricId_total_failures',
    { source_metricId: 'HTTP.0' },
  ],
  [
    'source_metricId.HTTP.0.success_response_time.p95',
    'source_metricId_success_response_time',
    { source_metricId: 'HTTP.0', quantile: '0.95' },
  ],
  [
    'source_metricId.GRPC.a-b.success_response_time.p50',
    'source_metricId_success_response_time',
    { source_metricId: 'GRPC.a-b', quantile: '0.5' },
  ],
  [
    'fatal.exception.java.io.IOException.value',
    'fatal_exception_value',
    { fatal_exception: 'java.io.IOException' },
  ],
  [
    'non.fatal.exception.java.io.IOException.value',
    'non_fatal_exception_value',
    { non_fatal_exception: 'java.io.IOException' },
  ],
  ['udf.DartGet.value', 'udf_value', { udf: 'DartGet' }],
  ['udf.DartGet.dart_cache_fetch_failure.rate', 'udf_dart_cache_fetch_failure', { udf: 'DartGet' }],
  ['sink_type.kafka.value', 'sink_type_value', { sink_type: 'kafka' }],
  ['output_topic.eu.orders-v1.value', 'output_topic_value', { output_topic: 'eu.orders-v1' }],
  ['longbow.reader.success_on_read_document.rate', 'longbow_reader_success_on_read_document', {}],
  ['KafkaConsumer.records-lag-max', 'KafkaConsumer_records_lag_max', {}],
  ['influx_late_records_dropped.value', 'influx_late_records_dropped_value', {}],
])('%s becomes %s', (identifier, name, labels) => {
  for (const scope of [DEFAULT, NAMED]) {
    const mapped = mapLine(BOTH, `${scope}.${identifier}:1|g`)
    expect(mapped?.name, scope).toBe(`flink_taskmanager_job_task_operator_${name}`)
    const { host: _, ...others } = mapped?.labels ?? {}
    expect(others, scope).toEqual({
      tm_id: 'tm7-41f2',
      job_name: 'orders',
      operator_name: 'post processor',
      subtask_index: '3',
      ...labels,
    })
  }
})

test.each([
  ['source_metricId.HTTP.0.success_response_time.max', 'source_metricId_success_response_time_max'],
  ['state_name.window-contents.mapStateGetLatency.mean', 'state_name_mapStateGetLatency_mean'],
])('%s becomes %s, and its template is one that Go reads so', (identifier, name) => {
  expect(mapLine(BOTH, `${DEFAULT}.${identifier}:1|g`)?.name).toBe(
    `flink_taskmanager_job_task_operator_${name}`,
  )
  const templates = BOTH.mappings.flatMap((rule) => [
    rule.name,
    ...Object.values(rule.labels ?? {}),
  ])
  expect(templates.filter((template) => /\$\d+\w/.test(template))).toEqual([])
})

test('how often a meter was marked is dropped', () => {
  expect(mapLine(BOTH, `${DEFAULT}.numRecordsInPerSecond.count:5|g`)).toBeUndefined()
})
