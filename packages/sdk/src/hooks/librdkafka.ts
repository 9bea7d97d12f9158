/**
 * `@confluentinc/kafka-javascript` has no events; librdkafka, which it is made of, tells statistics
 * every so often as one JSON text. Offsets in it are read as doubles: exact up to 2^53.
 *
 * @see confluentinc/librdkafka:STATISTICS.md
 */
import type { Counter, Gauge, Meter } from '../metrics/meter.ts'
import { safely } from '../pipeline/measure.ts'
import type { KafkaClientMetrics } from './kafka-client-metrics.ts'

/** What a `stats_cb` is called with: the text, or an event that holds it. */
export type StatisticsEvent = string | { readonly message: string }

interface Statistics {
  readonly name?: string
  readonly rxmsgs?: number
  readonly replyq?: number
  readonly msg_cnt?: number
  readonly brokers?: { readonly [name: string]: Broker }
  readonly topics?: { readonly [name: string]: Topic }
  readonly cgrp?: { readonly rebalance_cnt?: number; readonly assignment_size?: number }
}

interface Broker {
  readonly nodeid?: number
  readonly state?: string
  readonly rtt?: { readonly [quantile: string]: number }
  readonly txerrs?: number
  readonly rxerrs?: number
  readonly req_timeouts?: number
  readonly disconnects?: number
}

interface Topic {
  readonly partitions?: { readonly [partition: string]: Partition }
}

interface Partition {
  readonly fetch_state?: string
  readonly consumer_lag?: number
  readonly consumer_lag_stored?: number
  readonly committed_offset?: number
}

const QUANTILES = { p50: '0.5', p95: '0.95', p99: '0.99' } as const

/** The internal "no partition yet". */
const UNASSIGNED = '-1'

export class LibrdkafkaStatistics {
  readonly #metrics: KafkaClientMetrics
  readonly #group: string
  readonly #received: Counter
  readonly #brokerUp: Gauge<'broker'>
  readonly #rtt: Gauge<'broker' | 'quantile'>
  readonly #brokerErrors: Counter<'broker' | 'kind'>
  readonly #replyQueue: Gauge
  readonly #producerQueue: Gauge
  // librdkafka counts from the start of the client; what a counter here needs is what was added.
  readonly #totals = new Map<string, number>()

  constructor(meter: Meter, metrics: KafkaClientMetrics, group: string) {
    this.#metrics = metrics
    this.#group = group
    this.#received = meter.counter({
      name: 'kafka_client_received_messages_total',
      help: 'Messages that the client fetched, whether or not the pipeline has them yet',
    })
    this.#brokerUp = meter.gauge({
      name: 'kafka_broker_up',
      help: 'Whether the connection to a broker stands',
      labels: ['broker'],
    })
    this.#rtt = meter.gauge({
      name: 'kafka_broker_rtt_ms',
      help: 'How long requests to a broker took in the last interval',
      unit: 'ms',
      labels: ['broker', 'quantile'],
    })
    this.#brokerErrors = meter.counter({
      name: 'kafka_broker_errors_total',
      help: 'Errors of sending, receiving and waiting, and connections that ended',
      labels: ['broker', 'kind'],
    })
    this.#replyQueue = meter.gauge({
      name: 'kafka_client_reply_queue',
      help: 'Events that wait for the application to poll',
    })
    this.#producerQueue = meter.gauge({
      name: 'kafka_producer_queue_messages',
      help: 'Messages that wait to be sent',
    })
  }

  take(event: StatisticsEvent): void {
    safely(() => {
      const text = typeof event === 'string' ? event : event.message
      const statistics = JSON.parse(text) as Statistics
      const { replyq, msg_cnt: queued, rxmsgs, brokers = {}, topics = {}, cgrp } = statistics
      if (replyq !== undefined) this.#replyQueue.set(replyq)
      if (queued !== undefined) this.#producerQueue.set(queued)
      this.#received.inc(this.#added('rxmsgs', rxmsgs))
      for (const [name, broker] of Object.entries(brokers)) this.#broker(name, broker)
      this.#metrics.connected.set(
        Object.values(brokers).some(({ state }) => state === 'UP') ? 1 : 0,
      )
      this.#partitions(topics)
      if (cgrp !== undefined) this.#groupState(cgrp)
    })
  }

  #groupState({
    rebalance_cnt: rebalances,
    assignment_size: assigned,
  }: NonNullable<Statistics['cgrp']>): void {
    const labels = { group: this.#group }
    this.#metrics.rebalances.inc(this.#added('rebalances', rebalances), labels)
    if (assigned !== undefined) this.#metrics.assigned.set(assigned, labels)
  }

  #broker(name: string, broker: Broker): void {
    // Bootstrap addresses and the group's coordinator are listed beside the brokers themselves.
    if (broker.nodeid === undefined || broker.nodeid < 0) return
    this.#brokerUp.set(broker.state === 'UP' ? 1 : 0, { broker: name })
    for (const [key, quantile] of Object.entries(QUANTILES)) {
      const microseconds = broker.rtt?.[key]
      if (microseconds !== undefined) {
        this.#rtt.set(microseconds / 1000, { broker: name, quantile })
      }
    }
    for (const kind of ['txerrs', 'rxerrs', 'req_timeouts', 'disconnects'] as const) {
      const added = this.#added(`${kind} ${name}`, broker[kind])
      this.#brokerErrors.inc(added, { broker: name, kind })
    }
    this.#metrics.disconnects.inc(this.#added(`gone ${name}`, broker.disconnects))
  }

  // A partition that a rebalance took away stays in the statistics: only active ones count.
  #partitions(topics: NonNullable<Statistics['topics']>): void {
    const group = this.#group
    for (const [topic, { partitions = {} }] of Object.entries(topics)) {
      for (const [key, partition] of Object.entries(partitions)) {
        if (key === UNASSIGNED) continue
        const place = { topic, partition: Number(key), group }
        if (partition.fetch_state !== 'active') {
          this.#metrics.lag.remove(place)
          continue
        }
        const stored = partition.consumer_lag_stored ?? -1
        this.#metrics.lag.set(place, stored >= 0 ? stored : (partition.consumer_lag ?? -1))
        const offset = partition.committed_offset ?? -1
        if (offset < 0) continue
        this.#metrics.committedOffset.set(offset, {
          kafka_topic: topic,
          kafka_partition: place.partition,
          group,
        })
      }
    }
  }

  #added(key: string, total = 0): number {
    const before = this.#totals.get(key) ?? 0
    this.#totals.set(key, total)
    return total >= before ? total - before : total
  }
}
