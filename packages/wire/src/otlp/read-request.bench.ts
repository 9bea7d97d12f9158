import { bench, describe } from 'vitest'
import { KEY_SLACK } from '../keys/byte-keys.ts'
import { type OtlpAttribute, encodeOtlp } from './encode-request.ts'
import { OtlpBatch } from './otlp-batch.ts'
import { OtlpReader } from './read-request.ts'

/** 5,000 points of 500 metrics, four attributes each, of series that are known. */
const attributesOf = (i: number): OtlpAttribute[] =>
  ['http.request.method', 'http.route', 'http.response.status_code', 'server.address'].map(
    (key) => ({ key, value: { stringValue: `${key} ${i}` } }),
  )
const message = encodeOtlp({
  resourceMetrics: [
    {
      resource: { attributes: attributesOf(0) },
      scopeMetrics: [
        {
          scope: { name: 'io.example' },
          metrics: Array.from({ length: 500 }, (_, m) => ({
            name: `shop.metric.${m}`,
            description: 'A metric of the shop',
            unit: 's',
            sum: {
              aggregationTemporality: 2,
              isMonotonic: true,
              dataPoints: Array.from({ length: 10 }, (__, i) => ({
                attributes: attributesOf(m * 10 + i),
                startTimeUnixNano: '1700000000000000000',
                timeUnixNano: '1700000001000000000',
                asDouble: i,
              })),
            },
          })),
        },
      ],
    },
  ],
})
const bytes = new Uint8Array(message.length + KEY_SLACK)
bytes.set(message)
const reader = new OtlpReader(1, 32)
const batch = new OtlpBatch(100_000)

describe('a request of 5,000 points', () => {
  bench('of known series', () => {
    if (reader.read(bytes, message.length, batch) !== undefined) throw new Error('not read')
  })
})
