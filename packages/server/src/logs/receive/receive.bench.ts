import type { LogReport, LogSink } from '@weir/model'
import { bench, describe } from 'vitest'
import { stand } from '../testing/kept-lines.ts'
import { LogReceiver } from './log-receiver.ts'
import { type LogProtocol, NO_FIELDS } from './log-request.ts'

const LINES = 2000
const LEVELS = ['INFO', 'INFO', 'DEBUG', 'WARNING', 'ERROR']

/** As the SDK writes it: about 470 bytes. */
function lineOf(i: number): string {
  return JSON.stringify({
    timestamp: new Date(1_795_867_100_000 + i).toISOString(),
    level: LEVELS[i % LEVELS.length],
    logger: 'orders.kafka_source.consumer',
    message: `Consumed batch of ${i % 997} records from partition ${i % 12} in ${i % 313} ms`,
    service: `pipeline-${i % 20}`,
    thread: { id: 140, name: 'MainThread' },
    source: { file: 'kafka_source.py', line: 128, function: 'poll_batch' },
    process: { id: 4211, name: 'MainProcess' },
    context: {
      kafka_topic: 'orders',
      kafka_partition: i % 12,
      kafka_offset: 1_000_000 + i,
      user_id: `u${(i * 7919) % 100_000}`,
      component: 'source',
      job_id: 'job-17',
    },
  })
}

const lines = Array.from({ length: LINES }, (_, i) => lineOf(i))
const values = lines.map((line, i) => [`${1_795_867_100_000 + i}000000`, line])
const BODIES: readonly (readonly [LogProtocol, string, string])[] = [
  ['ndjson', '', lines.join('\n')],
  ['elastic', '', lines.map((line) => `{"create":{}}\n${line}\n`).join('')],
  ['loki', 'application/json', JSON.stringify({ streams: [{ stream: { app: 'shop' }, values }] })],
]

/** Forgets what it is given: what is measured is all that goes before. */
const store: LogSink = {
  append: async ({ count }): Promise<LogReport> => ({ appended: count, rejected: {}, example: '' }),
}
const receiver = new LogReceiver({ ...stand().options, store })

describe(`${LINES} lines`, () => {
  for (const [protocol, contentType, text] of BODIES) {
    const body = Uint8Array.from(Buffer.from(text))
    bench(protocol, async () => {
      const request = { protocol, contentType, contentEncoding: '', fields: NO_FIELDS, body }
      const outcome = await receiver.take(request)
      if (outcome.lines !== LINES) throw new Error(`kept ${outcome.lines}`)
    })
  }
})
