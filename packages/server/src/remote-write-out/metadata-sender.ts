import type { Clock, MetricMetadata } from '@weir/model'
import { RequestWriter, packSnappy } from '@weir/wire'
import type { Delivery } from './delivery.ts'
import type { RemoteWriteOutEvents } from './events.ts'

interface MetadataOptions {
  readonly queue: string
  readonly everyMs: number
  readonly perRequest: number
  readonly metadata: () => ReadonlyMap<string, MetricMetadata>
  readonly delivery: Delivery
  readonly clock: Clock
  readonly events: RemoteWriteOutEvents
}

const NO_SAMPLES = { sample: 0, histogram: 0, exemplar: 0 }

/** Tells a receiver of 1.0 now and then what all metrics are; 2.0 tells it with each series. */
export class MetadataSender {
  readonly #options: MetadataOptions
  readonly #writer = new RequestWriter('1.0')

  constructor(options: MetadataOptions) {
    this.#options = options
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, everyMs, perRequest } = this.#options
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal).catch(() => undefined)
      const all = [...this.#options.metadata()].map(([name, about]) => ({ name, ...about }))
      for (let from = 0; from < all.length && !signal.aborted; from += perRequest) {
        await this.#send(all.slice(from, from + perRequest), signal)
      }
    }
  }

  async #send(
    metadata: readonly ({ readonly name: string } & MetricMetadata)[],
    signal: AbortSignal,
  ): Promise<void> {
    const { delivery, events, queue } = this.#options
    const body = packSnappy(this.#writer.writeMetadata(metadata))
    try {
      const outcome = await delivery.deliver(
        () => ({ body, counts: NO_SAMPLES }),
        () => events.metadata(queue, 'retried', metadata.length),
        signal,
      )
      events.metadata(queue, outcome.kind === 'done' ? 'sent' : 'failed', metadata.length)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}
