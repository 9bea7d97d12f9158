/** Orders that come to a topic at a steady pace. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'

export interface OrderFeed {
  stop(): Promise<void>
}

const TURN_MS = 100
/** A request has to stay below a megabyte. */
const SENT_AT_ONCE_MAX = 200

/** `order` says what the value of each is, by its number. */
export async function feed(
  kafka: Kafka,
  topic: string,
  options: {
    readonly partitions: number
    readonly perSecond: number
    readonly order: (id: number) => string
  },
): Promise<OrderFeed> {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: options.partitions }] })
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  const state = { isOn: true }
  const start = performance.now()
  const sent = (async () => {
    for (let id = 0; state.isOn;) {
      // As many as are due by now, so that a late turn makes up for itself.
      const due = ((performance.now() - start) / 1000) * options.perSecond
      const messages = []
      while (id < due && messages.length < SENT_AT_ONCE_MAX) {
        messages.push({ key: String(id), value: options.order(id++) })
      }
      if (messages.length > 0) await producer.send({ topic, messages })
      await sleep(TURN_MS)
    }
  })()
  return {
    async stop() {
      state.isOn = false
      await sent
      await producer.disconnect()
    },
  }
}
