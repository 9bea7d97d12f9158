import { PassThrough, Readable, Transform, Writable } from 'node:stream'
import { pipeline as runStreams } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { Registry } from '../metrics/registry.ts'
import { samplesOf } from '../testing/samples.ts'
import { instrumentStream } from './instrument-stream.ts'
import { pipelineWithMetrics } from './pipeline-with-metrics.ts'
import { processMetrics } from './process-metrics.ts'

const end = (): Writable => new Writable({ objectMode: true, write: (_c, _e, done) => done() })

describe('an instrumented stream', () => {
  test('counts what passes, and is the same stream', async () => {
    const meter = new Registry()
    const through = new PassThrough()
    expect(instrumentStream(through, 'copy', { meter })).toBe(through)
    await runStreams(Readable.from(['abc', Buffer.from('de')]), through, end())
    expect(await samplesOf(meter)).toMatchObject({
      'stream_chunks_total{stream="copy",side="writable"}': 2,
      'stream_bytes_total{stream="copy",side="writable"}': 5,
      'stream_bytes_total{stream="copy",side="readable"}': 5,
      'stream_ended_total{stream="copy",state="finished"}': 1,
      'stream_open{stream="copy"}': 0,
      'stream_errors_total{stream="copy"}': 0,
    })
    expect(Object.keys(await samplesOf(meter)).join()).not.toContain('fill_ratio')
  })

  test('is not set flowing, and its unhandled error stays unhandled', async () => {
    const meter = new Registry()
    const source = instrumentStream(Readable.from(['a']), 'source', { meter })
    await new Promise((resolve) => setImmediate(resolve))
    expect(source.readableFlowing).toBe(null)
    const broken = instrumentStream(new PassThrough(), 'broken', { meter })
    expect(broken.listenerCount('error')).toBe(0)
    broken.on('error', () => {})
    broken.destroy(new Error('no'))
    await new Promise((resolve) => broken.once('close', resolve))
    expect(await samplesOf(meter)).toMatchObject({
      'stream_errors_total{stream="broken"}': 1,
      'stream_ended_total{stream="broken",state="errored"}': 1,
    })
    source.destroy()
    await new Promise((resolve) => source.once('close', resolve))
    const aborted = 'stream_ended_total{stream="source",state="aborted"}'
    expect((await samplesOf(meter))[aborted]).toBe(1)
  })

  test('says how full it is and how long it held its writer up', async () => {
    const meter = new Registry()
    let ms = 0
    const clock = { now: () => 0, monotonic: () => ms }
    let release = (): void => {}
    const slow = new Writable({
      objectMode: true,
      highWaterMark: 4,
      write: (_chunk, _encoding, done) => (release = done),
    })
    instrumentStream(slow, 'slow', { meter, clock })
    for (let i = 0; i < 4; i++) slow.write(i)
    const fill = 'stream_buffer_fill_ratio{stream="slow",side="writable"}'
    expect((await samplesOf(meter))[fill]).toBe(1)
    ms = 2500
    const drained = new Promise((resolve) => slow.once('drain', resolve))
    for (let i = 0; i < 4; i++) {
      release()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await drained
    const held = 'stream_held_seconds_total{stream="slow",side="writable"}'
    expect((await samplesOf(meter))[held]).toBe(2.5)
    slow.destroy()
  })
})

describe('pipelineWithMetrics', () => {
  const double = (): Transform =>
    new Transform({
      objectMode: true,
      transform(row: number, _encoding, done) {
        if (row === 13) done(new Error('thirteen'))
        else done(null, row * 2)
      },
    })
  const recordsOf = (samples: Record<string, number>, stage: string): number | undefined =>
    samples[`pipeline_stage_records_total{pipeline="p",stage="${stage}"}`]

  test('of streams and functions gives each step its signals', async () => {
    const meter = new Registry()
    const got: number[] = []
    await pipelineWithMetrics(
      'p',
      {
        source: Readable.from([1, 2, 3, 4]),
        double: double(),
        async *filter(rows: AsyncIterable<number>) {
          for await (const row of rows) if (row > 2) yield row
        },
        async sink(rows: AsyncIterable<number>) {
          for await (const row of rows) got.push(row)
        },
      },
      { meter },
    )
    expect(got).toEqual([4, 6, 8])
    const samples = await samplesOf(meter)
    expect(
      ['source', 'double', 'filter', 'sink'].map((stage) => recordsOf(samples, stage)),
    ).toEqual([4, 4, 3, 3])
    expect(samples['pipeline_stage_latency_seconds_count{pipeline="p",stage="double"}']).toBe(4)
    expect(samples['pipeline_stage_backlog{pipeline="p",stage="double"}']).toBe(0)
    expect(samples['stream_chunks_total{stream="p.double",side="readable"}']).toBe(4)
  })

  test('ends with the error of its step, counted where it happened', async () => {
    const meter = new Registry()
    const running = pipelineWithMetrics(
      'p',
      { source: Readable.from([1, 13]), double: double(), sink: end() },
      { meter },
    )
    await expect(running).rejects.toThrow('thirteen')
    const samples = await samplesOf(meter)
    expect(samples['pipeline_stage_errors_total{pipeline="p",stage="double"}']).toBe(1)
    expect(recordsOf(samples, 'sink')).toBe(1)
  })

  test('ends when it is told to', async () => {
    const abort = new AbortController()
    const source = new Readable({ objectMode: true, read() {} })
    const running = pipelineWithMetrics(
      'p',
      { source, sink: end() },
      { meter: new Registry(), signal: abort.signal },
    )
    abort.abort()
    await expect(running).rejects.toThrow(/abort/i)
  })
})

test('the process tells CPU, memory, its event loop and garbage collection', async () => {
  const meter = new Registry()
  const stop = processMetrics({ meter })
  const samples = await samplesOf(meter)
  expect(samples['process_cpu_seconds_total']).toBeGreaterThan(0)
  expect(samples['process_resident_memory_bytes']).toBeGreaterThan(1e7)
  const ratio = samples['nodejs_heap_size_used_bytes']! / samples['nodejs_heap_size_limit_bytes']!
  expect(ratio).toBeGreaterThan(0)
  expect(ratio).toBeLessThan(1)
  expect(samples['nodejs_eventloop_utilization_ratio']).toBeLessThanOrEqual(1)
  const before = samples['process_cpu_seconds_total']!
  expect((await samplesOf(meter))['process_cpu_seconds_total']).toBeGreaterThanOrEqual(before)
  stop()
})
