import { bench, describe } from 'vitest'
import { JsonLineScanner } from './scan.ts'

const line = Buffer.from(
  JSON.stringify({
    timestamp: '2026-11-28T12:00:00.123Z',
    level: 'INFO',
    logger: 'orders.kafka_source.consumer',
    message: 'Consumed batch of 500 records from partition 7 in 31 ms',
    service: 'orders',
    thread: { id: 140, name: 'MainThread' },
    source: { file: 'kafka_source.py', line: 128, function: 'poll_batch' },
    process: { id: 4211, name: 'MainProcess' },
    context: {
      kafka_topic: 'orders',
      kafka_partition: 7,
      kafka_offset: 1_000_128,
      user_id: 'u79190',
      data_type: 'order',
      component: 'source',
      job_id: 'job-17',
    },
  }),
)
const wanted = ['timestamp', 'level', 'service', 'pipeline', 'context.pipeline']
const scanner = new JsonLineScanner(wanted.map((path, slot) => ({ path, slot })))
const text = line.toString()

describe(`a line of ${line.length} bytes`, () => {
  bench('scanned', () => {
    if (scanner.scan(line, 0, line.length) < 0) throw new Error('not read')
  })
  bench('parsed by JSON.parse, from text', () => {
    JSON.parse(text)
  })
  bench('parsed by JSON.parse, from bytes', () => {
    JSON.parse(line.toString())
  })
})
