/**
 * Metrics, logs and run-time log levels for TypeScript pipelines.
 *
 * Reading order for metrics: `pipeline/` (five signals a stage), `reporters/` (named metrics of
 * sources, validation and sinks), `metrics/` (what they count in), `outputs/` (the ways out).
 */
export const SDK_VERSION = '0.1.0'

export type { Clock } from './clock.ts'
export type { Service } from './service.ts'

export { type Pipeline, type PipelineOptions, pipeline } from './pipeline/pipeline.ts'
export type { Stage, StageCallOptions } from './pipeline/stage.ts'
export { type FlowOptions, type RowStep, SKIP } from './pipeline/flow.ts'

export { MetricsReporter, type MetricsReporterOptions } from './reporters/metrics-reporter.ts'
export {
  ValidationMetricsReporter,
  type ValidationReporterOptions,
  type Verdict,
} from './reporters/validation-metrics-reporter.ts'
export {
  type KafkaRow,
  KafkaSourceMetrics,
  type KafkaSourceOptions,
  type LibrdkafkaConfig,
} from './reporters/kafka-source-metrics.ts'
export { IcebergSinkMetrics, type IcebergSinkOptions } from './reporters/iceberg-sink-metrics.ts'
export type { IcebergCommitReport } from './reporters/iceberg-reports.ts'
export { CheckpointMetrics, type CheckpointOptions } from './reporters/checkpoint-metrics.ts'
export type { ReporterOptions } from './reporters/reporter-options.ts'

export type { KafkaJsAdmin, KafkaJsConsumer } from './hooks/kafkajs.ts'
export type { StatisticsEvent } from './hooks/librdkafka.ts'
export { instrumentStream } from './hooks/instrument-stream.ts'
export {
  type StreamPipelineOptions,
  type StreamStep,
  pipelineWithMetrics,
} from './hooks/pipeline-with-metrics.ts'
export { processMetrics } from './hooks/process-metrics.ts'

export {
  type HistogramSeries,
  type HistogramValue,
  type LabelPairs,
  type MetricFamily,
  type MetricSource,
  type NumberSeries,
  type ObservationListener,
  type Series,
  combineSources,
} from './metrics/family.ts'
export type {
  Counter,
  Gauge,
  Histogram,
  HistogramOptions,
  Labels,
  Meter,
  MetricOptions,
} from './metrics/meter.ts'
export { Registry, type RegistryOptions, defaultRegistry } from './metrics/registry.ts'
export {
  type PromClientModule,
  type PromClientRegistry,
  promClientMeter,
  promClientSource,
} from './metrics/prom-client.ts'
export { type OpenTelemetryMeter, openTelemetryMeter } from './metrics/opentelemetry.ts'

export { type ExportOptions, type MetricsExport, exportMetrics } from './outputs/export.ts'
export type { MetricOutput, OutputContext, OutputStats, RunningOutput } from './outputs/output.ts'
export {
  type PrometheusPageOptions,
  fastifyMetrics,
  metricsHandler,
  metricsPage,
  metricsRoute,
  prometheusPage,
} from './outputs/prometheus.ts'
export { type PushOptions, otlp, remoteWrite } from './outputs/push.ts'
export { type StatsdOptions, dogStatsd, statsd } from './outputs/statsd.ts'

export { setupLogging, type Logging, type LoggingOptions } from './logging/setup.ts'
export {
  getLogger,
  type LoggedStage,
  type Logger,
  type LoggerOptions,
  type LogExtra,
} from './logging/logger.ts'
export { currentLogContext, type LogContext, withLogContext } from './logging/log-context.ts'
export type { LevelName, LevelWord, ThresholdName } from './logging/level.ts'
export type { DestinationStats, LogDestination } from './logging/destination.ts'
export type { RedactionOptions } from './logging/redaction.ts'
export type { WeirLogOptions } from './logging/weir-destination.ts'
export type { AccessOptions, Token } from './http/access.ts'
export {
  type CheckpointEvent,
  type IcebergErrorPlace,
  type KafkaErrorPlace,
  logCheckpointEvent,
  logErrorWithContext,
  logIcebergError,
  logKafkaError,
  logValidationError,
  logWithContext,
  type ValidatedRow,
} from './logging/pipeline-events.ts'

export { connectLevels, type LevelsConnection, type LevelsOptions } from './levels/connection.ts'
export {
  actuatorHandler,
  type ActuatorOptions,
  type ActuatorRequest,
  type ActuatorServer,
  type ActuatorServerOptions,
  serveActuator,
} from './levels/actuator.ts'
export {
  type AlertingRulesOptions,
  type Thresholds,
  generateAlertingRules,
} from './generate/alerting-rules.ts'
export {
  type FlinkReporterOptions,
  generateFlinkReporterConfig,
} from './generate/flink-reporter.ts'
export {
  type DashboardOptions,
  type GrafanaDashboard,
  type GrafanaPanel,
  getGrafanaDashboardJson,
} from './generate/grafana-dashboard.ts'
export {
  type ScrapeConfigOptions,
  generatePrometheusScrapeConfig,
} from './generate/scrape-config.ts'
