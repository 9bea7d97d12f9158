/** The stages of a way from source to destination and of the platform, and the signals of each. */
import type { PackStage, SignalDefinition } from '../pack.ts'
import { asPipeline, deliveryQuantile, ofPipelines } from './records.ts'
import { places } from './who-is-who.ts'

/** The pipeline that stands for RudderStack itself. */
export const PLATFORM = '(rudderstack)'

function perPipeline(expr: string): string {
  return `sum by (pipeline) (${asPipeline(expr)})`
}

/** A figure of a source, told of every pipeline that begins there. */
function ofSources(expr: string): string {
  return `sum by (pipeline) (rudderstack:pipelines * on (source) group_left () ${expr})`
}

/** Errors among all, where anything happened. */
function ratio(failed: string, well: string): string {
  return `${failed} / (${failed} + (${well} or 0 * ${failed}) > 0)`
}

function latency(quantile: (q: string) => string): SignalDefinition {
  return { unit: 's', p50: quantile('0.5'), expr: quantile('0.95'), p99: quantile('0.99') }
}

function quantiles(buckets: string): SignalDefinition {
  return latency(
    (q) => `histogram_quantile(${q}, sum by (pipeline, le) (${asPipeline(buckets)})) >= 0`,
  )
}

/** Of one histogram of the platform. */
function platformQuantiles(metric: string): SignalDefinition {
  return latency((q) => `histogram_quantile(${q}, sum by (le) (rate(${metric}_bucket[5m]))) >= 0`)
}

/** The quantile; where the server's buckets hide it, the mean. */
function delivery(q: string): string {
  const pipeline = 'max by (pipeline)'
  return `${pipeline} (${asPipeline(deliveryQuantile(q, places()))}) or ${pipeline} (${asPipeline('rudderstack:delivery_seconds:mean5m')})`
}

const ROUTED = 'rudderstack:delivered:rate5m{module!="warehouse"}'
const FAILED = 'rudderstack:failed:rate5m'
const ZERO_DELIVERED = `0 * ${perPipeline(ROUTED)}`
const UPLOADED = 'rudderstack:uploads:increase1h{result="success"}'
const NOT_UPLOADED = 'rudderstack:uploads:increase1h{result!="success"}'

function transformation(kind: string, title: string, order: number, help: string): PackStage {
  const of = `{transformationType="${kind}"}`
  const into = perPipeline(`rudderstack:transform_in:rate5m${of}`)
  const failed = `(${perPipeline(`rudderstack:transform_failed:rate5m${of}`)} or 0 * ${into})`
  return {
    stage: kind === 'USER_TRANSFORMATION' ? 'user-transformation' : 'processor',
    order,
    title,
    help,
    signals: {
      throughput: { unit: 'events/s', expr: into },
      errors: { unit: 'events/s', expr: failed, ratio: `${failed} / (${into} > 0)` },
      latency: quantiles(`rudderstack:transform_seconds_bucket:rate5m${of}`),
    },
  }
}

const REFUSED = ofSources('rudderstack:refused:rate5m')
const REQUESTS = ofSources('rudderstack:requests:rate5m')

const WAY: readonly PackStage[] = [
  {
    stage: 'gateway',
    order: 10,
    title: 'Gateway',
    help: 'Takes the requests of the source, for all its destinations at once.',
    signals: {
      throughput: { unit: 'events/s', expr: ofSources('rudderstack:received:rate5m') },
      errors: {
        unit: 'requests/s',
        expr: `${REFUSED} or 0 * ${REQUESTS}`,
        ratio: `(${REFUSED} or 0 * ${REQUESTS}) / (${REQUESTS} > 0)`,
      },
    },
  },
  transformation(
    'USER_TRANSFORMATION',
    'User transformation',
    20,
    "Runs the user's own functions over events for this destination.",
  ),
  transformation(
    'DEST_TRANSFORMATION',
    'Processor',
    30,
    'Turns events into what the destination understands, and writes them to its queue.',
  ),
  {
    stage: 'router',
    order: 40,
    title: 'Router',
    help: 'Delivers: each event by itself, or in batches to files and bulk interfaces.',
    signals: {
      throughput: { unit: 'events/s', expr: perPipeline(ROUTED) },
      errors: {
        unit: 'events/s',
        expr: `${perPipeline(FAILED)} or ${ZERO_DELIVERED}`,
        ratio: `${ratio(perPipeline(FAILED), perPipeline(ROUTED))} or ${ZERO_DELIVERED}`,
      },
      latency: latency(delivery),
      backlog: {
        unit: 'events',
        expr: `sum by (pipeline) (${ofPipelines('sum by (destination) (rudderstack:pending_events)')})`,
      },
      freshness: { unit: 's', expr: 'time() - rudderstack:last_delivered_time_seconds' },
    },
  },
  {
    stage: 'warehouse',
    order: 50,
    title: 'Warehouse',
    help: 'Loads the files into tables, every half hour or as the destination says.',
    signals: {
      throughput: {
        unit: 'rows/s',
        expr: `${perPipeline('rudderstack:rows_synced:increase1h')} / 3600`,
      },
      errors: {
        unit: 'uploads/s',
        expr: `(${perPipeline(NOT_UPLOADED)} or 0 * ${perPipeline(UPLOADED)}) / 3600`,
        ratio: ratio(perPipeline(NOT_UPLOADED), perPipeline(UPLOADED)),
      },
      latency: quantiles('rudderstack:upload_seconds_bucket:increase1h'),
      freshness: { unit: 's', expr: 'time() - rudderstack:last_synced_time_seconds' },
    },
  },
]

const TIMEOUTS = ['store', 'update', 'query']
  .map((what) => `(sum(rate(jobsdb_${what}_timeout[5m])) or 0 * sum(rate(jobsdb_stored_jobs[5m])))`)
  .join(' + ')

const PLATFORM_STAGES: readonly PackStage[] = [
  {
    stage: 'requests',
    order: 10,
    title: 'Requests',
    help: 'Everything that reaches the gateway.',
    signals: {
      throughput: { unit: 'requests/s', expr: 'sum(rudderstack:requests:rate5m)' },
      errors: {
        unit: 'requests/s',
        expr: 'sum(rudderstack:refused:rate5m) or 0 * sum(rudderstack:requests:rate5m)',
        ratio:
          '(sum(rudderstack:refused:rate5m) or 0 * sum(rudderstack:requests:rate5m)) / (sum(rudderstack:requests:rate5m) > 0)',
      },
      latency: platformQuantiles('gateway_response_time'),
    },
  },
  {
    stage: 'processing',
    order: 20,
    title: 'Processing',
    help: 'Takes jobs from the queue of the gateway and fans events out to destinations.',
    signals: {
      throughput: { unit: 'events/s', expr: 'rudderstack:processed:rate5m' },
      errors: {
        unit: 'events/s',
        expr: 'sum(rate(proc_error_counts[5m])) or 0 * rudderstack:processed:rate5m',
        ratio:
          '(sum(rate(proc_error_counts[5m])) or 0 * rudderstack:processed:rate5m) / (rudderstack:processed:rate5m > 0)',
      },
      latency: platformQuantiles('processor_event_pickup_lag_seconds'),
      freshness: { unit: 's', expr: 'max(pipeline_delay_max_seconds{module="processor"})' },
    },
  },
  {
    stage: 'transformer',
    order: 30,
    title: 'Transformer',
    help: 'The service that runs transformations, as the server sees it.',
    signals: {
      throughput: { unit: 'events/s', expr: 'sum(rate(processor_transformer_sent[5m]))' },
      errors: {
        unit: 'retries/s',
        expr: 'sum(rate(transformer_client_perpetual_retry_count[5m])) or 0 * sum(rate(processor_transformer_sent[5m]))',
      },
      latency: platformQuantiles('processor_transformer_request_time'),
    },
  },
  {
    stage: 'jobsdb',
    order: 40,
    title: 'Queues',
    help: 'Jobs in PostgreSQL, between gateway, processor and routers.',
    signals: {
      throughput: { unit: 'jobs/s', expr: 'sum(rate(jobsdb_stored_jobs[5m]))' },
      errors: { unit: 'timeouts/s', expr: TIMEOUTS },
      latency: platformQuantiles('jobsdb_get_jobs_time'),
      backlog: { unit: 'events', expr: 'sum(rudderstack:pending_events)' },
    },
  },
  {
    stage: 'uploads',
    order: 50,
    title: 'Uploads',
    help: 'The warehouse service, over all destinations.',
    signals: {
      throughput: { unit: 'uploads/s', expr: `sum(${UPLOADED}) / 3600` },
      errors: {
        unit: 'uploads/s',
        expr: `(sum(${NOT_UPLOADED}) or 0 * sum(${UPLOADED})) / 3600`,
        ratio: ratio(`sum(${NOT_UPLOADED})`, `sum(${UPLOADED})`),
      },
      latency: platformQuantiles('wh_processing_pickup_lag'),
      backlog: { unit: 'uploads', expr: 'sum(wh_processing_pending_jobs)' },
    },
  },
  {
    stage: 'runtime',
    order: 60,
    title: 'Runtime',
    help: 'The processes of the server.',
    signals: {
      latency: { unit: 's', expr: 'max(cpu_scheduler_lag_ms) / 1000' },
      backlog: { unit: 'goroutines', expr: 'sum(runtime_cpu_goroutines)' },
    },
  },
]

export const STAGES: readonly PackStage[] = [
  ...WAY,
  ...PLATFORM_STAGES.map((stage) => ({ ...stage, pipeline: PLATFORM })),
]
