/**
 * Sending on by remote write: processor time of the whole server for each sample that it takes and
 * sends on, less that for each sample that it only takes; Weir and Prometheus, by 1.0 and by 2.0. The
 * receiver is this process: it counts samples and answers at once.
 *
 * Prometheus sends only what is younger than its start, so samples lie in the minutes to come.
 *
 * | variable | is |
 * | --- | --- |
 * | `BENCH_SERIES` | how many series; 10,000 unless told |
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { KEY_SLACK, WriteBatch, WriteReaderV1, WriteReaderV2 } from '@weir/wire'
import { uncompressSync } from 'snappy'

import { pipelineSeries } from './pipeline-series.ts'
import { cpuMs } from './process.ts'
import { RemoteWriteBodies, sendBody } from './remote-write.ts'
import { type SideName, startSide } from './sides.ts'

const STEP_MS = 1_000
const BATCH = 5000
const STEPS = 100
const ROUNDS = 3
const SERIES = Number(process.env['BENCH_SERIES'] ?? 10_000)
const WAIT_MS_MAX = 120_000

const MESSAGES = {
  none: undefined,
  '1.0': 'prometheus.WriteRequest',
  '2.0': 'io.prometheus.write.v2.Request',
} as const
type Message = keyof typeof MESSAGES

const series = pipelineSeries(SERIES)
const bodies = new RemoteWriteBodies(series)
const samples = SERIES * STEPS
console.log(`${SERIES} series × ${STEPS} = ${samples / 1e6} M samples, ${BATCH} a body`)

const found = new Map<string, number[]>()
for (let round = 0; round < ROUNDS; round++) {
  for (const message of Object.keys(MESSAGES) as Message[]) {
    for (const name of ['Weir', 'Prometheus'] as const) {
      const micros = await measure(name, message)
      if (micros === undefined) continue
      const key = `${name} ${message}`
      found.set(key, [...(found.get(key) ?? []), micros])
    }
  }
}
const median = (key: string): number =>
  found.get(key)?.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN
for (const message of ['1.0', '2.0'] as const) {
  const [weir, prometheus] = ['Weir', 'Prometheus'].map(
    (name) => median(`${name} ${message}`) - median(`${name} none`),
  )
  console.log(
    `${message}: sending costs Weir ${weir!.toFixed(2)} µs a sample, Prometheus ${prometheus!.toFixed(2)} µs: ${(prometheus! / weir!).toFixed(2)}x`,
  )
}

/** µs of processor time a sample, until the receiver has all of them. */
async function measure(name: SideName, message: Message): Promise<number | undefined> {
  const sink = await startSink()
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-outward-'))
  const kind = MESSAGES[message]
  const config =
    kind === undefined
      ? ''
      : `remote_write:\n  - url: ${sink.url}\n    protobuf_message: ${kind}\n    metadata_config: { send: false }\n`
  const side = await startSide(name, folder, { config })
  try {
    if (side === undefined) return undefined
    const startMs = Date.now() + 5_000
    const timeOf = (k: number): number => startMs + k * STEP_MS
    const send = async (k: number): Promise<void> => {
      for (let first = 0; first < SERIES; first += BATCH) {
        const last = Math.min(SERIES, first + BATCH)
        await sendBody(
          side.url,
          Uint8Array.from(bodies.encode({ first, last, from: k, to: k + 1 }, timeOf)),
        )
      }
    }
    await send(0)
    const before = cpuMs(side.pid)
    for (let k = 1; k < STEPS; k++) await send(k)
    // Both gather samples for 5 s before the last of them leave.
    const end = performance.now() + WAIT_MS_MAX
    const wanted = kind === undefined ? 0 : samples
    while (sink.samples() < wanted) {
      if (performance.now() > end) throw new Error(`${name} sent ${sink.samples()} of ${wanted}`)
      await pause(100)
    }
    const micros = ((cpuMs(side.pid) - before) * 1000) / (samples - SERIES)
    const sent = kind === undefined ? '' : `, ${(sink.bytes() / samples).toFixed(1)} bytes sent`
    console.log(`${name}, ${message}: ${micros.toFixed(3)} µs a sample${sent}`)
    return micros
  } finally {
    await side?.stop()
    await sink.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Counts what comes in the series of the bench. */
async function startSink(): Promise<{
  readonly url: string
  samples(): number
  bytes(): number
  stop(): Promise<void>
}> {
  let taken = 0
  let takenBytes = 0
  const readers = [new WriteReaderV1(1), new WriteReaderV2(1)]
  const batch = new WriteBatch(1_000_000)
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const text = uncompressSync(body, { asBuffer: true }) as Buffer
      const room = new Uint8Array(text.length + KEY_SLACK)
      room.set(text)
      const isV2 = request.headers['content-type']?.includes('v2') === true
      const reader = readers[isV2 ? 1 : 0]!
      reader.read(room, text.length, batch)
      let counted = 0
      for (let i = 0; i < batch.length; i++) {
        const pairs = reader.pairs(batch.series[i]!)
        if (pairs.includes('pipelines')) counted++ // not what a server says about itself
      }
      taken += counted
      takenBytes += body.length
      response.writeHead(204, {
        'x-prometheus-remote-write-samples-written': String(batch.length),
        'x-prometheus-remote-write-histograms-written': '0',
        'x-prometheus-remote-write-exemplars-written': '0',
      })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/write`,
    samples: () => taken,
    bytes: () => takenBytes,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
