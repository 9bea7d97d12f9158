import type { LogMetricConfig } from './config.ts'

type Preset = Pick<LogMetricConfig, 'name' | 'help' | 'match'> & Partial<LogMetricConfig>

/** Streams of pipelines; a word of the line is looked for first, since that is cheap. */
const SDK = '{service_name=~".+"}'
const PLACE = { service: 'service_name', pipeline: 'pipeline', stage: 'stage' }
/** A megabyte to a terabyte. */
const SIZES = [1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12]
const DURATIONS = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600]

/** What the SDK's log helpers write, as metrics. */
const PRESETS: Readonly<Record<'sdk', readonly Preset[]>> = {
  sdk: [
    {
      name: 'log_validation_errors_total',
      help: 'Rows that were refused, as logValidationError tells them.',
      match: `${SDK} |= "\\"validation_reason\\""`,
      labels: { ...PLACE, data_type: 'context_data_type' },
    },
    {
      name: 'log_kafka_errors_total',
      help: 'Errors with messages of Kafka, as logKafkaError tells them.',
      match: `${SDK} |= "\\"kafka_topic\\"" | detected_level=~"error|critical|fatal"`,
      labels: { ...PLACE, topic: 'context_kafka_topic' },
    },
    {
      name: 'log_iceberg_errors_total',
      help: 'Errors with tables of Iceberg, as logIcebergError tells them.',
      match: `${SDK} |= "\\"iceberg_table\\"" | detected_level=~"error|critical|fatal"`,
      labels: { ...PLACE, table: 'context_iceberg_table', database: 'context_iceberg_database' },
    },
    {
      name: 'log_checkpoints_total',
      help: 'Checkpoints by what became of them, as logCheckpointEvent tells them.',
      match: `${SDK} |= "\\"checkpoint_event\\""`,
      labels: { ...PLACE, event: 'context_checkpoint_event' },
    },
    {
      name: 'log_checkpoint_duration_seconds',
      help: 'How long completed checkpoints took.',
      type: 'histogram',
      match: `${SDK} |= "\\"checkpoint_event\\":\\"completed\\""`,
      field: 'context_duration_ms',
      scale: 0.001,
      buckets: DURATIONS,
      labels: PLACE,
    },
    {
      name: 'log_checkpoint_size_bytes',
      help: 'How large completed checkpoints were.',
      type: 'histogram',
      match: `${SDK} |= "\\"checkpoint_event\\":\\"completed\\""`,
      field: 'context_size_bytes',
      buckets: SIZES,
      labels: PLACE,
    },
  ],
}

const DEFAULTS = { type: 'counter', scale: 1, labels: {}, buckets: [], max_series: 1000 } as const

/** The rules of `logs.metric_presets`. */
export function presetRules(names: readonly (keyof typeof PRESETS)[]): LogMetricConfig[] {
  return [...new Set(names)].flatMap((name) =>
    PRESETS[name].map(
      (preset) => ({ ...DEFAULTS, ...preset, labels: { ...preset.labels } }) as LogMetricConfig,
    ),
  )
}
