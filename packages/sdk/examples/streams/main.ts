/**
 * Orders through four steps of Node streams, watched: they are read, parsed, validated and written in
 * batches, at about two hundred a second, and now and then something goes wrong, as in life.
 *
 *     weir serve &
 *     npx tsx packages/sdk/examples/streams/main.ts            until Ctrl-C
 *     npx tsx packages/sdk/examples/streams/main.ts 60         for a minute
 *
 * Then look at the overview: http://127.0.0.1:9347. `WEIR_URL` names another Weir.
 */
import { Readable, Transform, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  IcebergSinkMetrics,
  MetricsReporter,
  ValidationMetricsReporter,
  exportMetrics,
  pipeline,
  pipelineWithMetrics,
  processMetrics,
  prometheusPage,
  remoteWrite,
} from '@weir/sdk'

interface Order {
  readonly id: number
  readonly kind: 'book' | 'record' | 'ticket'
  readonly euros: number
  readonly placedMs: number
}

const KINDS = ['book', 'record', 'ticket'] as const
const BATCH = 50

const seconds = Number(process.argv[2] ?? Infinity)
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
if (Number.isFinite(seconds)) setTimeout(() => stop.abort(), seconds * 1000)

const metrics = exportMetrics({
  service: { name: 'orders-example' },
  intervalMs: 5000,
  outputs: [
    remoteWrite({ url: process.env['WEIR_URL'] ?? 'http://127.0.0.1:9347' }),
    prometheusPage({ port: Number(process.env['PORT'] ?? 0) }),
  ],
  onError: (error, output) => process.stderr.write(`${output}: ${error.message}\n`),
})
await metrics.ready
process.stdout.write(`metrics are at ${metrics.stats()['prometheus']!.url!}\n`)
processMetrics()

const rows = new MetricsReporter<Order>('orders', {
  jobName: 'orders',
  dataType: ({ kind }) => kind,
  eventTimeMs: ({ placedMs }) => placedMs,
})
/** For what the streams cannot know: rows that were given up while the stream went on. */
const orders = pipeline('orders')
const validation = new ValidationMetricsReporter<Order>({
  reasons: ['negative_amount'],
  dataType: ({ kind }) => kind,
})
const table = new IcebergSinkMetrics({ database: 'shop', table: 'orders' })

/** Lines as they would come from a queue: one in a hundred is no JSON. */
async function* arrivals(): AsyncGenerator<string> {
  for (let id = 0; !stop.signal.aborted; id++) {
    const order = {
      id,
      kind: KINDS[id % KINDS.length],
      euros: Math.round(Math.random() * 10_000 - 200) / 100,
      placedMs: Date.now(),
    }
    yield Math.random() < 0.01 ? '{' : JSON.stringify(order)
    if (id % 20 === 19) await sleep(100)
  }
}

const parse = new Transform({
  objectMode: true,
  transform(line: string, _encoding, done) {
    try {
      done(null, JSON.parse(line))
    } catch {
      orders.stage('parse').errors()
      done() // the stream goes on without this line
    }
  },
})

/** A sink that takes a while, and fails once in thirty batches. */
const write = table.wrap(async (batch: readonly Order[]) => {
  await sleep(20 + Math.random() * 60)
  if (Math.random() < 1 / 30) throw new Error(`the table did not take ${batch.length} orders`)
})

let batch: Order[] = []
const sink = new Writable({
  objectMode: true,
  highWaterMark: 200,
  write(order: Order, _encoding, done) {
    rows.report(order)
    batch.push(order)
    if (batch.length < BATCH) return done()
    const full = batch
    batch = []
    write(full)
      .catch((error: Error) => {
        orders.stage('sink').errors(full.length)
        process.stderr.write(`${error.message}\n`)
      })
      .finally(() => done())
  },
})

await pipelineWithMetrics('orders', {
  source: Readable.from(arrivals()),
  parse,
  validate: validation.transform((order: Order) => order.euros >= 0 || 'negative_amount'),
  sink,
})
await metrics.close()
