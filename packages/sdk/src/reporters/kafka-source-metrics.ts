import type { Transform } from 'node:stream'
import type { Clock } from '../clock.ts'
import { type KafkaClientMetrics, kafkaClientMetrics } from '../hooks/kafka-client-metrics.ts'
import {
  type KafkaJsAdmin,
  type KafkaJsConsumer,
  attachKafkaJs,
  readGroupLag,
} from '../hooks/kafkajs.ts'
import { LibrdkafkaStatistics, type StatisticsEvent } from '../hooks/librdkafka.ts'
import type { Counter, Histogram, Meter } from '../metrics/meter.ts'
import { type FlowOptions, type RowStep, iterate, transformOf } from '../pipeline/flow.ts'
import { measured, safely } from '../pipeline/measure.ts'
import { LATENCY_MS, type ReporterOptions, settled } from './reporter-options.ts'

export interface KafkaSourceOptions extends ReporterOptions {
  /** How long a partition's lag is told after the client last spoke of it: 15 min unless told. */
  readonly lagExpiryMs?: number
}

/** A message in KafkaJS's wrapping, or flat as librdkafka's clients give it. */
export interface KafkaRow {
  readonly topic?: string
  readonly timestamp?: string | number | undefined
  readonly message?: { readonly timestamp?: string | number | undefined }
}

/** What to spread into the configuration of a `@confluentinc/kafka-javascript` client. */
export interface LibrdkafkaConfig {
  readonly 'statistics.interval.ms': number
  readonly stats_cb: (event: StatisticsEvent) => void
  readonly offset_commit_cb: (error: unknown) => void
}

/**
 * What a Kafka consumer takes: `kafka_records_consumed_total`, `kafka_deserialization_errors_total`,
 * `kafka_consumption_latency_ms`, `kafka_consumer_lag`; and once it is attached to a client,
 * rebalances, commits, fetches and crashes.
 *
 * Latency is the age of a message by its own Kafka timestamp, when the pipeline gets it.
 *
 * @example
 * const kafka = new KafkaSourceMetrics()
 * kafka.attach(consumer) // KafkaJS: before consumer.connect()
 * await consumer.run({ eachMessage: kafka.wrap(handle) })
 */
export class KafkaSourceMetrics {
  readonly #meter: Meter
  readonly #clock: Clock
  readonly #client: KafkaClientMetrics
  readonly #consumed: Counter<'kafka_topic'>
  readonly #deserializationErrors: Counter<'kafka_topic'>
  readonly #latency: Histogram<'kafka_topic'>
  // Where handlers are wrapped, they count: a batch that a rebalance cuts off has no event at its end.
  #isWrapped = false

  constructor(options: KafkaSourceOptions = {}) {
    const { meter, clock } = settled(options)
    this.#meter = meter
    this.#clock = clock
    const lagExpiryMs = options.lagExpiryMs ?? 15 * 60_000
    this.#client = kafkaClientMetrics(meter, { lagExpiryMs, now: clock.monotonic })
    const labels = ['kafka_topic'] as const
    this.#consumed = meter.counter({
      name: 'kafka_records_consumed_total',
      help: 'Messages that the pipeline took',
      labels,
    })
    this.#deserializationErrors = meter.counter({
      name: 'kafka_deserialization_errors_total',
      help: 'Messages that could not be read',
      labels,
    })
    this.#latency = meter.histogram({
      name: 'kafka_consumption_latency_ms',
      help: 'The age of messages when the pipeline got them',
      unit: 'ms',
      labels,
      buckets: LATENCY_MS,
    })
  }

  /** @param timestampMs the message's own, ms since 1970 */
  recordConsumed(topic: string, timestampMs?: number): void {
    this.#consumed.inc(1, { kafka_topic: topic })
    if (timestampMs !== undefined) this.#observeAge(topic, timestampMs)
  }

  recordDeserializationError(topic: string): void {
    this.#deserializationErrors.inc(1, { kafka_topic: topic })
  }

  /** @param lag records between the newest of the partition and the last one read */
  recordLag(place: { topic: string; partition: number; group: string }, lag: number): void {
    this.#client.lag.set(place, lag)
  }

  /** Listens to a KafkaJS consumer, until what it returns is called. Attach before `connect`. */
  attach(consumer: KafkaJsConsumer): () => void {
    return attachKafkaJs(consumer, this.#client, (topic, records) => {
      if (!this.#isWrapped) this.#consumed.inc(records, { kafka_topic: topic })
    })
  }

  /**
   * Asks the brokers for a group's lag, by a KafkaJS admin client, until what it returns is called:
   * events say nothing about a partition that brings no batches. Failures are waited out.
   */
  watchGroup(
    admin: KafkaJsAdmin,
    {
      intervalMs = 30_000,
      ...of
    }: {
      readonly group: string
      readonly topics: readonly string[]
      readonly intervalMs?: number
    },
  ): () => void {
    let isAsking = false
    const ask = async (): Promise<void> => {
      if (isAsking) return
      isAsking = true
      try {
        await readGroupLag(admin, of, this.#client.lag)
      } catch {
        // The next turn asks again; lag that nobody could confirm expires by itself.
      }
      isAsking = false
    }
    void ask()
    const timer = setInterval(() => void ask(), intervalMs)
    timer.unref()
    return () => {
      clearInterval(timer)
    }
  }

  /**
   * Configuration for a `@confluentinc/kafka-javascript` client: `{ ...config, ...kafka.librdkafka() }`.
   * Lag, rebalances, commits and brokers come from its statistics.
   */
  librdkafka({
    group = '',
    intervalMs = 15_000,
  }: { readonly group?: string; readonly intervalMs?: number } = {}): LibrdkafkaConfig {
    const statistics = new LibrdkafkaStatistics(this.#meter, this.#client, group)
    return {
      'statistics.interval.ms': intervalMs,
      stats_cb: (event) => {
        statistics.take(event)
      },
      offset_commit_cb: (error) => {
        const failed = error !== null && error !== undefined && error !== 0
        const counter = failed ? this.#client.commitFailures : this.#client.commits
        counter.inc(1, { group })
      },
    }
  }

  /** The hook: counts a message and its age. */
  report(row: KafkaRow): void {
    this.#isWrapped = true
    safely(() => {
      const topic = row.topic ?? 'unknown'
      this.#consumed.inc(1, { kafka_topic: topic })
      const timestamp = Number(row.message?.timestamp ?? row.timestamp ?? Number.NaN)
      if (timestamp > 0) this.#observeAge(topic, timestamp)
    })
  }

  /** A handler of one message: KafkaJS's `eachMessage`, or any other. */
  wrap<Row extends KafkaRow, Result>(handle: (row: Row) => Result): (row: Row) => Result {
    this.#isWrapped = true
    return (row) => {
      this.report(row)
      return handle(row)
    }
  }

  /** A deserialiser: one that throws, or rejects, is an error of its topic; the error goes on. */
  deserializer<Args extends readonly unknown[], Result>(
    topic: string,
    deserialize: (...args: Args) => Result,
  ): (...args: Args) => Result {
    return measured(deserialize, this.#clock.monotonic, {
      succeeded: () => {},
      failed: () => {
        this.recordDeserializationError(topic)
      },
    })
  }

  /** For a stream of messages. */
  transform<Row extends KafkaRow, Out = Row>(
    step?: RowStep<Row, Out>,
    options?: FlowOptions,
  ): Transform {
    return transformOf(this.#stepOf(step), options)
  }

  over<Row extends KafkaRow, Out = Row>(
    rows: Iterable<Row> | AsyncIterable<Row>,
    step?: RowStep<Row, Out>,
  ): AsyncGenerator<Out, void, undefined> {
    return iterate(rows, this.#stepOf(step))
  }

  #stepOf<Row extends KafkaRow, Out>(step: RowStep<Row, Out> | undefined): RowStep<Row, Out> {
    return this.wrap(step ?? ((row: Row) => row as unknown as Out))
  }

  #observeAge(topic: string, timestampMs: number): void {
    this.#latency.observe(Math.max(0, this.#clock.now() - timestampMs), { kafka_topic: topic })
  }
}
