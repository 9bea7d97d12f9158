/**
 * KafkaJS tells what it does by instrumentation events; this turns each into its metric. KafkaJS
 * itself is not imported. Its listeners swallow errors, and nothing here can throw beyond `safely`.
 *
 * @see tulios/kafkajs:docs/InstrumentationEvents.md
 */
import { safely } from '../pipeline/measure.ts'
import type { KafkaClientMetrics } from './kafka-client-metrics.ts'

/** As much of a KafkaJS consumer as is used. */
export interface KafkaJsConsumer {
  readonly events: { readonly [name: string]: string }
  on(name: string, listener: (event: KafkaJsEvent) => void): () => void
}

interface KafkaJsEvent {
  readonly timestamp: number
  readonly payload: unknown
}

interface BatchProcess {
  readonly topic: string
  readonly partition: number
  readonly offsetLag: string
  readonly offsetLagLow: string
  readonly batchSize: number
  readonly duration: number
}

interface Group {
  readonly groupId: string
}

interface GroupJoin extends Group {
  readonly duration: number
  readonly memberAssignment: { readonly [topic: string]: readonly number[] }
}

interface CommitOffsets extends Group {
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[]
  }[]
}

interface NetworkRequest {
  readonly broker: string
  readonly apiName: string
  readonly duration: number
  readonly queueSize: number
}

/** @param consumed told of each batch that the pipeline has done */
export function attachKafkaJs(
  consumer: KafkaJsConsumer,
  metrics: KafkaClientMetrics,
  consumed: (topic: string, records: number) => void,
): () => void {
  // Batches do not say their group; it is known from joining on.
  let group = ''
  const handlers: Readonly<Record<string, (payload: never, timestampMs: number) => void>> = {
    CONNECT: () => metrics.connected.set(1),
    DISCONNECT: () => {
      metrics.connected.set(0)
      metrics.disconnects.inc()
      metrics.lag.keepOnly(group, () => false)
    },
    STOP: () => metrics.lag.keepOnly(group, () => false),
    GROUP_JOIN: (join: GroupJoin) => {
      group = join.groupId
      metrics.rebalances.inc(1, { group })
      metrics.rebalanceDuration.observe(join.duration, { group })
      metrics.isRebalancing.set(0, { group })
      const ours = join.memberAssignment
      const count = Object.values(ours).reduce((sum, partitions) => sum + partitions.length, 0)
      metrics.assigned.set(count, { group })
      metrics.lag.keepOnly(group, (topic, partition) => ours[topic]?.includes(partition) === true)
    },
    REBALANCING: ({ groupId }: Group) => metrics.isRebalancing.set(1, { group: groupId }),
    HEARTBEAT: ({ groupId }: Group, timestampMs) => {
      metrics.heartbeat.set(timestampMs / 1000, { group: groupId })
    },
    FETCH: ({ duration, numberOfBatches }: { duration: number; numberOfBatches: number }) => {
      metrics.fetchLatency.observe(duration)
      metrics.fetchBatches.inc(numberOfBatches)
    },
    // At the start the whole batch is still to do; at its end what came after it.
    START_BATCH_PROCESS: ({ topic, partition, offsetLagLow }: BatchProcess) => {
      metrics.lag.set({ topic, partition, group }, Number(offsetLagLow))
    },
    END_BATCH_PROCESS: ({ topic, partition, offsetLag, batchSize, duration }: BatchProcess) => {
      metrics.lag.set({ topic, partition, group }, Number(offsetLag))
      metrics.batchDuration.observe(duration, { kafka_topic: topic })
      consumed(topic, batchSize)
    },
    COMMIT_OFFSETS: ({ groupId, topics }: CommitOffsets) => {
      metrics.commits.inc(1, { group: groupId })
      for (const { topic, partitions } of topics) {
        for (const { partition, offset } of partitions) {
          metrics.committedOffset.set(Number(offset), {
            kafka_topic: topic,
            kafka_partition: partition,
            group: groupId,
          })
        }
      }
    },
    CRASH: ({ groupId, restart }: Group & { restart: boolean }) => {
      metrics.crashes.inc(1, { group: groupId, restart: String(restart) })
    },
    RECEIVED_UNSUBSCRIBED_TOPICS: (payload: Group & { topicsNotSubscribed: readonly string[] }) => {
      metrics.unsubscribed.inc(payload.topicsNotSubscribed.length, { group: payload.groupId })
    },
    REQUEST: ({ apiName, duration }: NetworkRequest) => {
      metrics.requestLatency.observe(duration, { api: apiName })
    },
    REQUEST_TIMEOUT: ({ apiName }: NetworkRequest) => {
      metrics.requestTimeouts.inc(1, { api: apiName })
    },
    REQUEST_QUEUE_SIZE: ({ broker, queueSize }: NetworkRequest) => {
      metrics.requestQueue.set(queueSize, { broker })
    },
  }
  const stops = Object.entries(handlers).flatMap(([name, handle]) => {
    const event = consumer.events[name]
    if (event === undefined) return []
    const listener = ({ payload, timestamp }: KafkaJsEvent): void => {
      safely(() => handle(payload as never, timestamp))
    }
    return [consumer.on(event, listener)]
  })
  return () => {
    for (const stop of stops) stop()
  }
}

/** As much of a KafkaJS admin client as is used. */
export interface KafkaJsAdmin {
  fetchOffsets(options: { groupId: string; topics: string[] }): Promise<
    {
      readonly topic: string
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[]
    }[]
  >
  fetchTopicOffsets(
    topic: string,
  ): Promise<{ readonly partition: number; readonly offset: string; readonly low: string }[]>
}

/**
 * Asks the brokers for a group's lag, committed against newest: for partitions that send no batch any
 * more. Of partitions that another process reads, that process tells. A partition without a commit has all that is kept to do.
 */
export async function readGroupLag(
  admin: KafkaJsAdmin,
  { group, topics }: { readonly group: string; readonly topics: readonly string[] },
  lag: KafkaClientMetrics['lag'],
): Promise<void> {
  const committed = await admin.fetchOffsets({ groupId: group, topics: [...topics] })
  for (const { topic, partitions } of committed) {
    const offsets = new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)]))
    for (const { partition, offset, low } of await admin.fetchTopicOffsets(topic)) {
      const place = { topic, partition, group }
      if (!lag.isOurs(place)) continue
      const done = offsets.get(partition) ?? -1
      const from = done < 0 ? Number(low) : done
      lag.set(place, Math.max(0, Number(offset) - from))
    }
  }
}
