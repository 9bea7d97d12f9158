import type { Counter, Gauge, Histogram, Meter } from '../metrics/meter.ts'
import { LATENCY_MS } from '../reporters/reporter-options.ts'
import { LagBoard } from './lag-board.ts'

/** What a Kafka client says about itself, whichever client it is. */
export interface KafkaClientMetrics {
  readonly lag: LagBoard
  readonly connected: Gauge
  readonly disconnects: Counter
  readonly rebalances: Counter<'group'>
  readonly rebalanceDuration: Histogram<'group'>
  readonly isRebalancing: Gauge<'group'>
  readonly assigned: Gauge<'group'>
  readonly heartbeat: Gauge<'group'>
  readonly commits: Counter<'group'>
  readonly commitFailures: Counter<'group'>
  readonly committedOffset: Gauge<'kafka_topic' | 'kafka_partition' | 'group'>
  readonly crashes: Counter<'group' | 'restart'>
  readonly unsubscribed: Counter<'group'>
  readonly fetchLatency: Histogram
  readonly fetchBatches: Counter
  readonly batchDuration: Histogram<'kafka_topic'>
  readonly requestLatency: Histogram<'api'>
  readonly requestTimeouts: Counter<'api'>
  readonly requestQueue: Gauge<'broker'>
}

export function kafkaClientMetrics(
  meter: Meter,
  options: { readonly lagExpiryMs: number; readonly now: () => number },
): KafkaClientMetrics {
  const group = ['group'] as const
  const ms = (
    name: string,
    help: string,
  ): { name: string; help: string; unit: string; buckets: readonly number[] } => ({
    name,
    help,
    unit: 'ms',
    buckets: LATENCY_MS,
  })
  return {
    lag: new LagBoard(meter, { expiryMs: options.lagExpiryMs, now: options.now }),
    connected: meter.gauge({
      name: 'kafka_client_connected',
      help: 'Whether the client is connected',
    }),
    disconnects: meter.counter({
      name: 'kafka_client_disconnects_total',
      help: 'Connections that ended',
    }),
    rebalances: meter.counter({
      name: 'kafka_consumer_rebalances_total',
      help: 'Times that the group dealt out its partitions anew',
      labels: group,
    }),
    rebalanceDuration: meter.histogram({
      ...ms('kafka_consumer_rebalance_duration_ms', 'How long joining the group took'),
      labels: group,
    }),
    isRebalancing: meter.gauge({
      name: 'kafka_consumer_rebalancing',
      help: '1 from the begin of a rebalance until the consumer has joined',
      labels: group,
    }),
    assigned: meter.gauge({
      name: 'kafka_consumer_assigned_partitions',
      help: 'Partitions that this process reads',
      labels: group,
    }),
    heartbeat: meter.gauge({
      name: 'kafka_consumer_last_heartbeat_timestamp_seconds',
      help: 'When the last heartbeat was sent, seconds since 1970',
      unit: 's',
      labels: group,
    }),
    commits: meter.counter({
      name: 'kafka_consumer_commits_total',
      help: 'Commits of offsets',
      labels: group,
    }),
    commitFailures: meter.counter({
      name: 'kafka_consumer_commit_failures_total',
      help: 'Commits of offsets that failed',
      labels: group,
    }),
    committedOffset: meter.gauge({
      name: 'kafka_consumer_committed_offset',
      help: 'The newest committed offset',
      labels: ['kafka_topic', 'kafka_partition', 'group'],
    }),
    crashes: meter.counter({
      name: 'kafka_consumer_crashes_total',
      help: 'Times that the consumer crashed',
      labels: ['group', 'restart'],
    }),
    unsubscribed: meter.counter({
      name: 'kafka_consumer_unsubscribed_topics_total',
      help: 'Topics that were assigned although nobody subscribed to them',
      labels: group,
    }),
    fetchLatency: meter.histogram(ms('kafka_consumer_fetch_latency_ms', 'How long a fetch took')),
    fetchBatches: meter.counter({
      name: 'kafka_consumer_fetch_batches_total',
      help: 'Batches that fetches brought',
    }),
    batchDuration: meter.histogram({
      ...ms('kafka_consumer_batch_duration_ms', 'How long a batch took in the pipeline'),
      labels: ['kafka_topic'],
    }),
    requestLatency: meter.histogram({
      ...ms('kafka_client_request_latency_ms', 'How long requests to brokers took'),
      labels: ['api'],
    }),
    requestTimeouts: meter.counter({
      name: 'kafka_client_request_timeouts_total',
      help: 'Requests that got no answer in time',
      labels: ['api'],
    }),
    requestQueue: meter.gauge({
      name: 'kafka_client_request_queue',
      help: 'Requests that wait for a broker',
      labels: ['broker'],
    }),
  }
}
