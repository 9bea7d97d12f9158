/**
 * Reading remote write alone: `node bench/dist/remote-write.bench.js`. Bodies of 5,000 series with
 * eight labels and a sample each, four of them in turn, every series known; processor time a body.
 */
import {
  SNAPPY_SLACK,
  type SentSeries,
  WriteBatch,
  WriteReaderV1,
  WriteReaderV2,
  encodeWriteRequestV1,
  encodeWriteRequestV2,
  packSnappy,
  snappyHead,
  unpackSnappy,
} from '@weir/wire'
import { uncompressSync } from 'snappy'

const SERIES = 5000
const BODIES = 4
const ROUNDS = 1000

const NAMES = [
  'kafka_consumer_group_lag',
  'http_request_duration_seconds_bucket',
  'airflow_task_duration_seconds_count',
  'flink_taskmanager_job_task_numRecordsIn',
]

/** Fifty series a target, as exporters of pipelines have them. */
function seriesOf(i: number): SentSeries {
  const target = Math.floor(i / 50)
  const labels = {
    __name__: NAMES[i % NAMES.length]!,
    cluster: 'prod-eu-west-1',
    instance: `10.2.${target >> 8}.${target % 256}:9102`,
    job: 'pipelines',
    namespace: 'data-platform',
    partition: String(i % 50),
    pod: `worker-7d9c5b6f8-${Math.imul(target, 0x9e3779b1) >>> 0}`,
    topic: `orders-${i % 200}`,
  }
  return {
    labels: Object.entries(labels).flat(),
    samples: [[1_795_000_000_000 + i, i % 3 ? i * 17 : i * 0.37]],
  }
}

function microsOf(run: (i: number) => void): string {
  for (let i = 0; i < ROUNDS / 4; i++) run(i)
  const before = process.cpuUsage()
  for (let i = 0; i < ROUNDS; i++) run(i)
  const { user, system } = process.cpuUsage(before)
  return `${((user + system) / ROUNDS).toFixed(0)} µs`
}

for (const [version, encode, reader] of [
  ['1.0', encodeWriteRequestV1, new WriteReaderV1(1)],
  ['2.0', encodeWriteRequestV2, new WriteReaderV2(1)],
] as const) {
  const bodies = Array.from({ length: BODIES }, (_, body) =>
    packSnappy(encode(Array.from({ length: SERIES }, (__, i) => seriesOf(body * SERIES + i)))),
  )
  const heads = bodies.map((body) => snappyHead(body)!)
  const texts = heads.map(({ textBytes }) => new Uint8Array(textBytes + SNAPPY_SLACK))
  const batch = new WriteBatch(SERIES)
  const unpack = (i: number): void => {
    const body = i % BODIES
    unpackSnappy(bodies[body]!, heads[body]!, texts[body]!)
  }
  const read = (i: number): void => {
    const body = i % BODIES
    reader.read(texts[body]!, heads[body]!.textBytes, batch)
  }
  for (let i = 0; i < BODIES; i++) {
    unpack(i)
    read(i)
  }
  const sizes = `${bodies[0]!.length} bytes, unpacked ${heads[0]!.textBytes}`
  const native = microsOf((i) => void uncompressSync(bodies[i % BODIES]!, { asBuffer: true }))
  console.log(
    `${version}: ${sizes}: unpack ${microsOf(unpack)} (native library ${native}), read ${microsOf(read)}`,
  )
}
