import type { Gauge, Meter } from '../metrics/meter.ts'

type LagLabel = 'kafka_topic' | 'kafka_partition' | 'group'

export interface PartitionPlace {
  readonly topic: string
  readonly partition: number
  readonly group: string
}

interface Entry extends PartitionPlace {
  updatedMs: number
}

/** Partitions whose lag is told; those of more are left out and counted by the gauge's own limit. */
const PARTITIONS_MAX = 10_000

/**
 * `kafka_consumer_lag` of the partitions that this process reads now.
 *
 * A client says a partition's lag when it has read from it, and says nothing when the partition goes
 * to another consumer or the topic falls silent. What is not ours any more is taken away at once
 * (`keepOnly`); what nobody has spoken of for `expiryMs` is taken away at the next look, so that an
 * old lag does not stay for ever. The time is longer than the alert on lag waits: a consumer that is
 * stuck keeps its last lag until somebody has heard of it.
 */
export class LagBoard {
  readonly #gauge: Gauge<LagLabel>
  readonly #entries = new Map<string, Entry>()
  readonly #ours = new Map<string, (topic: string, partition: number) => boolean>()
  readonly #expiryMs: number
  readonly #now: () => number

  constructor(meter: Meter, options: { readonly expiryMs: number; readonly now: () => number }) {
    this.#expiryMs = options.expiryMs
    this.#now = options.now
    this.#gauge = meter.gauge({
      name: 'kafka_consumer_lag',
      help: 'Records between the newest of a partition and the last one read',
      unit: 'records',
      labels: ['kafka_topic', 'kafka_partition', 'group'],
      seriesMax: PARTITIONS_MAX,
    })
    meter.onCollect(() => {
      this.#expire()
    })
  }

  /** @param lag below zero means that the client does not know it */
  set(place: PartitionPlace, lag: number): void {
    if (!(lag >= 0)) return this.remove(place)
    const key = keyOf(place)
    const known = this.#entries.get(key)
    if (known !== undefined) known.updatedMs = this.#now()
    else if (this.#entries.size < PARTITIONS_MAX) {
      this.#entries.set(key, { ...place, updatedMs: this.#now() })
    }
    this.#gauge.set(lag, labelsOf(place))
  }

  remove(place: PartitionPlace): void {
    if (this.#entries.delete(keyOf(place))) this.#gauge.remove(labelsOf(place))
  }

  /** Of a group, these partitions are ours; all others are not any more. */
  keepOnly(group: string, isOurs: (topic: string, partition: number) => boolean): void {
    this.#ours.set(group, isOurs)
    for (const entry of this.#entries.values()) {
      if (entry.group === group && !isOurs(entry.topic, entry.partition)) this.remove(entry)
    }
  }

  /** Whether the lag is ours to tell: of a group that nobody joined here, all of it is. */
  isOurs({ group, topic, partition }: PartitionPlace): boolean {
    return this.#ours.get(group)?.(topic, partition) ?? true
  }

  #expire(): void {
    const oldest = this.#now() - this.#expiryMs
    for (const entry of this.#entries.values()) if (entry.updatedMs < oldest) this.remove(entry)
  }
}

function keyOf({ topic, partition, group }: PartitionPlace): string {
  return `${partition} ${topic} ${group}`
}

function labelsOf({ topic, partition, group }: PartitionPlace): Record<LagLabel, string | number> {
  return { kafka_topic: topic, kafka_partition: partition, group }
}
