/** What a sample costs an intake before an engine: processor time from the socket until the engine has it. */
import { createSocket } from 'node:dgram'
import { loadavg } from 'node:os'
import { encodeOtlp, encodeWriteRequestV1, packSnappy } from '@weir/wire'
import { say } from '../stand/verdicts.ts'
import type { Engine, Intake } from './intake.ts'

const SERIES = 10_000
const BATCH = 5_000
/** Of its own metrics something may always wait. */
const BYTES_LEFT_MAX = 2_000

export async function figures(intake: Intake, engine: Engine): Promise<void> {
  say(
    `${intake.name}: ${intake.residentMiB().toFixed(0)} MiB resident, load ${loadavg()[0].toFixed(1)}`,
  )
  // Once without counting: each series is made ready, and code is compiled.
  await writes(intake, 8)
  await measured(intake, engine, 'remote write, a sample', () => writes(intake, 100))
  await points(intake, 8)
  await measured(intake, engine, 'OTLP, a point', () => points(intake, 100))
  await lines(intake, 2)
  await measured(intake, engine, 'StatsD, a line', () => lines(intake, 20))
  say(`${intake.name}: ${intake.residentMiB().toFixed(0)} MiB resident`)
}

/** Until its queue is empty; less what it takes to do nothing for as long. */
async function measured(
  intake: Intake,
  engine: Engine,
  what: string,
  send: () => Promise<number>,
): Promise<void> {
  await drained(intake)
  const idleFrom = intake.cpuSeconds()
  await new Promise((resolve) => setTimeout(resolve, 5000))
  const idle = (intake.cpuSeconds() - idleFrom) / 5
  const sentFrom = await intake.own('weir_remote_write_out_sent_total')
  const from = intake.cpuSeconds()
  const startMs = performance.now()
  const count = await send()
  await drained(intake)
  const seconds = (performance.now() - startMs) / 1000
  const cpu = intake.cpuSeconds() - from
  const sent = (await intake.own('weir_remote_write_out_sent_total')) - sentFrom
  const us = (value: number): string => ((value / count) * 1e6).toFixed(2)
  say(
    `${what}: ${us(cpu)} µs of processor (${us(cpu - idle * seconds)} without what an idle one takes), ${count} in ${seconds.toFixed(1)} s, ${sent} samples to ${engine.url}, load ${loadavg()[0].toFixed(1)}`,
  )
}

async function drained(intake: Intake): Promise<void> {
  for (let i = 0; i < 600; i++) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    if ((await intake.own('weir_store_outgoing_bytes')) < BYTES_LEFT_MAX) return
  }
  throw new Error('The queue is not empty after 5 min')
}

async function post(
  intake: Intake,
  path: string,
  body: Uint8Array,
  packing: string,
): Promise<void> {
  const answer = await fetch(intake.web + path, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: {
      'content-type': 'application/x-protobuf',
      ...(packing === '' ? {} : { 'content-encoding': packing }),
    },
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
}

function seriesOf(batch: number, index: number): string {
  return String(((batch % 2) * BATCH + index) % SERIES)
}

/** Batches of 5,000 samples, 10,000 series in turn. */
async function writes(intake: Intake, batches: number): Promise<number> {
  for (let i = 0; i < batches; i++) {
    const timeMs = Date.now()
    const series = Array.from({ length: BATCH }, (_, k) => ({
      labels: ['__name__', 'cost_written', 'job', 'cost', 'series', seriesOf(i, k)],
      samples: [[timeMs, i + k] as const],
    }))
    await post(intake, '/api/v1/write', packSnappy(encodeWriteRequestV1(series)), 'snappy')
  }
  return batches * BATCH
}

async function points(intake: Intake, batches: number): Promise<number> {
  for (let i = 0; i < batches; i++) {
    const timeUnixNano = `${Date.now()}000000`
    const dataPoints = Array.from({ length: BATCH }, (_, k) => ({
      timeUnixNano,
      asDouble: i + k,
      attributes: [{ key: 'series', value: { stringValue: seriesOf(i, k) } }],
    }))
    const metrics = [{ name: 'cost_told', gauge: { dataPoints } }]
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'cost' } }] }
    const request = { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }
    await post(intake, '/api/v1/otlp/v1/metrics', encodeOtlp(request), '')
  }
  return batches * BATCH
}

/** Packets of 30 lines, 1,000 keys, at 30,000 lines a second. */
async function lines(intake: Intake, seconds: number): Promise<number> {
  const socket = createSocket('udp4')
  const packets = Array.from({ length: 40 }, (_, p) =>
    Array.from({ length: 30 }, (__, k) => `cost.lines.k${(p * 30 + k) % 1000}:1|c`).join('\n'),
  )
  const before = await intake.own('weir_statsd_lines_total')
  const turns = seconds * 50
  for (let i = 0; i < turns; i++) {
    for (let k = 0; k < 20; k++) {
      socket.send(packets[(i * 20 + k) % packets.length], intake.statsdPort, '127.0.0.1')
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await new Promise((resolve) => setTimeout(resolve, 3000))
  socket.close()
  return (await intake.own('weir_statsd_lines_total')) - before
}
