import {
  type Appender,
  Labels,
  type LogBatch,
  LogBatchBuilder,
  type LogSink,
  SEVERITY_OF,
  STALE_MARKER,
  type SeriesRef,
  WeirError,
  systemClock,
  type Millis,
} from '@weir/model'
import { beforeEach, describe, expect, test } from 'vitest'
import { openLog } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { logsConfig } from '../config.ts'
import { LogMetrics } from './log-metrics.ts'
import { presetRules } from './presets.ts'

let nowMs = 0
const clock = { ...systemClock, now: () => nowMs as Millis }

/** Remembers what is appended: `name{labels} value@seconds`. */
class Notebook implements Partial<Appender> {
  written: string[] = []
  released = 0
  isBroken = false
  readonly #names: string[] = []

  readonly ref = (labels: Labels): SeriesRef =>
    (this.#names.push(labels.toString()) - 1) as SeriesRef
  readonly release = (): void => void this.released++
  readonly describe = (): void => undefined
  readonly close = (): void => undefined
  readonly append = (ref: SeriesRef, timeMs: number, value: number): void => {
    const shown = Object.is(value, STALE_MARKER) || Number.isNaN(value) ? 'stale' : value
    this.written.push(`${this.#names[ref]} ${shown}@${timeMs / 1000}`)
  }
  readonly commit = (): Promise<never> =>
    this.isBroken
      ? Promise.reject(new WeirError('STORAGE_FULL', 'Cannot write: the disk is full'))
      : (Promise.resolve({ appended: 0, rejected: {}, example: '' }) as Promise<never>)

  take(): string[] {
    const all = this.written
    this.written = []
    return all
  }
}

const store: LogSink = {
  append: ({ count }) => Promise.resolve({ appended: count, rejected: {}, example: '' }),
}

let notebook = new Notebook()
let registry = new Registry()
beforeEach(() => {
  nowMs = 100_000
  notebook = new Notebook()
  registry = new Registry()
})

function metricsOf(config: object): LogMetrics {
  const { metrics, metric_presets: presets } = logsConfig.parse(config)
  return new LogMetrics({
    rules: [...presetRules(presets), ...metrics],
    store,
    appender: notebook as unknown as Appender,
    clock,
    telemetry: { registry, log: openLog('silent') },
  })
}

function batch(
  lines: readonly (object | string)[],
  labels: Record<string, string> = { app: 'shop' },
): LogBatch {
  const builder = new LogBatchBuilder()
  const stream = builder.stream(Labels.of(labels))
  for (const line of lines) {
    const text = typeof line === 'string' ? line : JSON.stringify(line)
    const severity = text.includes('"ERROR"') ? SEVERITY_OF.error : SEVERITY_OF.info
    builder.add(stream, 1n, severity, text, '{"trace":"t1"}')
  }
  return builder.finish()
}

function skips(): Record<string, number> {
  const family = registry.collect().find(({ name }) => name === 'weir_log_metrics_skipped_total')!
  return Object.fromEntries(
    family.samples.map(({ labels, value }) => [labels.get('reason'), value]),
  )
}

const ALL = '{app=~".+"}'

describe('rules', () => {
  test.each<[string, object, readonly (object | string)[], string[]]>([
    [
      'a counter counts lines, by stream, by what is beside them and by what they say',
      { name: 'n', match: ALL, labels: { app: 'app', trace: 'trace', kind: 'a_b', none: 'x' } },
      [{ a: { b: 'c' } }, { a: { b: 'c' } }, 'text'],
      ['n{app="shop", kind="c", trace="t1"} 2', 'n{app="shop", trace="t1"} 1'],
    ],
    [
      'a counter adds up a field',
      { name: 'n', match: ALL, field: 'bytes', scale: 0.5 },
      [{ bytes: 3 }, { bytes: '4' }],
      ['n 3.5'],
    ],
    [
      'a gauge has the newest value',
      { name: 'n', type: 'gauge', match: ALL, field: 'v' },
      [{ v: 3 }, { v: -1.5 }],
      ['n -1.5'],
    ],
    [
      'a histogram sorts values',
      { name: 'n', type: 'histogram', match: ALL, field: 'v', buckets: [1, 5] },
      [{ v: 1 }, { v: 3 }, { v: 7 }],
      [
        'n_bucket{le="1"} 1',
        'n_bucket{le="5"} 2',
        'n_bucket{le="+Inf"} 3',
        'n_sum 11',
        'n_count 3',
      ],
    ],
    [
      "what the query's stages make has a name too",
      {
        name: 'n',
        type: 'gauge',
        match: '{app="shop"} |= "took" | regexp "took (?P<ms>[0-9]+)ms"',
        field: 'ms',
      },
      ['a took 12ms', 'b'],
      ['n 12'],
    ],
    ['another stream is not looked at', { name: 'n', match: '{app="other"}' }, ['x'], []],
  ])('%s', async (_, rule, lines, want) => {
    const metrics = metricsOf({ metrics: [rule] })
    await metrics.append(batch(lines))
    await metrics.flush()
    const newest = notebook.take().filter((sample) => sample.endsWith('@100'))
    expect(newest).toEqual(want.map((sample) => `${sample}@100`))
  })

  test('what a series counts first is an increase: it was 0 at the flush before', async () => {
    const metrics = metricsOf({ metrics: [{ name: 'n', match: ALL }] })
    nowMs = 110_000
    await metrics.append(batch(['a', 'b']))
    await metrics.flush()
    nowMs = 120_000
    await metrics.append(batch(['c']))
    await metrics.flush()
    expect(notebook.take()).toEqual(['n 0@100', 'n 2@110', 'n 3@120'])
  })

  test('a series that no line moves goes on for an hour, then ends', async () => {
    const metrics = metricsOf({ metrics: [{ name: 'n', match: ALL }] })
    await metrics.append(batch(['a']))
    await metrics.flush()
    notebook.take()
    nowMs += 3_590_000
    await metrics.flush()
    expect(notebook.take()).toEqual(['n 1@3690'])
    nowMs += 10_000
    await metrics.flush()
    expect(notebook.take()).toEqual(['n stale@3700'])
    expect(notebook.released).toBe(1)
  })

  test('other rules: what stays the same counts on, the series of the rest end', async () => {
    const metrics = metricsOf({
      metrics: [
        { name: 'a', match: ALL },
        { name: 'b', match: ALL },
      ],
    })
    await metrics.append(batch(['x']))
    await metrics.flush()
    notebook.take()
    nowMs = 110_000
    const { metrics: rules } = logsConfig.parse({
      metrics: [
        { name: 'c', match: ALL },
        { name: 'a', match: ALL },
      ],
    })
    metrics.setRules(rules)
    expect(() => metrics.setRules([{ ...rules[0]!, match: '{' }])).toThrow(/parse error/)
    await metrics.append(batch(['y']))
    nowMs = 120_000
    await metrics.flush()
    expect(notebook.take()).toEqual(['b stale@110', 'c 0@100', 'c 1@120', 'a 2@120'])
    expect(notebook.released).toBe(1)
  })

  test('lines that give nothing are counted by why', async () => {
    const metrics = metricsOf({
      metrics: [{ name: 'n', match: ALL, field: 'v', labels: { k: 'k' }, max_series: 1 }],
    })
    await metrics.append(
      batch([
        { v: 1, k: 'a' },
        { k: 'a' },
        { v: 'x' },
        { v: -1 },
        { v: 1, k: 'b' },
        { v: 1, k: 'a' },
      ]),
    )
    await metrics.flush()
    expect(skips()).toEqual({ no_field: 1, no_number: 2, series_limit: 1 })
    expect(notebook.take()).toContain('n{k="a"} 2@100')
  })

  test('what could not be written is in the next samples', async () => {
    const metrics = metricsOf({ metrics: [{ name: 'n', match: ALL }] })
    notebook.isBroken = true
    await metrics.append(batch(['a']))
    await metrics.flush()
    notebook.isBroken = false
    notebook.take()
    nowMs += 10_000
    await metrics.flush()
    expect(notebook.take()).toEqual(['n 1@110'])
  })

  test.each([
    [{ name: 'n', match: 'rate({a="b"}[1m])' }, 'want a query for lines'],
    [{ name: 'n', match: '{a=' }, 'parse error'],
    [{ name: 'n n', match: ALL }, 'want a metric name'],
    [{ name: 'n', match: ALL, type: 'gauge' }, 'want the field'],
    [
      { name: 'n', match: ALL, field: 'v', type: 'histogram', buckets: [2, 1] },
      'want upper bounds',
    ],
    [{ name: 'n', match: ALL, labels: { 'a-b': 'c' } }, 'want a label name'],
  ])('%j is refused', (rule, why) => {
    const { error } = logsConfig.safeParse({ metrics: [rule] })
    expect(JSON.stringify(error?.issues)).toContain(why)
  })
})

test("the ready-made rules count what the SDK's helpers write", async () => {
  const metrics = metricsOf({ metric_presets: ['sdk'] })
  const labels = { service_name: 'health', pipeline: 'health', stage: 'validate' }
  await metrics.append(
    batch(
      [
        { level: 'WARNING', context: { validation_reason: 'range', data_type: 'heartRate' } },
        { level: 'ERROR', context: { kafka_topic: 'raw', kafka_partition: 1 } },
        { level: 'INFO', context: { kafka_topic: 'raw' } },
        { level: 'ERROR', context: { iceberg_table: 't', iceberg_database: 'd' } },
        {
          level: 'INFO',
          context: { checkpoint_event: 'completed', duration_ms: 1500, size_bytes: 2e7 },
        },
        { level: 'INFO', context: { checkpoint_event: 'started' } },
      ],
      labels,
    ),
  )
  await metrics.flush()
  const newest = notebook.take().filter((sample) => sample.endsWith('@100'))
  const of = 'pipeline="health", service="health", stage="validate"'
  expect(newest).toEqual(
    expect.arrayContaining([
      `log_validation_errors_total{data_type="heartRate", ${of}} 1@100`,
      `log_kafka_errors_total{${of}, topic="raw"} 1@100`,
      `log_iceberg_errors_total{database="d", ${of}, table="t"} 1@100`,
      `log_checkpoints_total{event="completed", ${of}} 1@100`,
      `log_checkpoints_total{event="started", ${of}} 1@100`,
      `log_checkpoint_duration_seconds_sum{${of}} 1.5@100`,
      `log_checkpoint_size_bytes_bucket{le="100000000", ${of}} 1@100`,
    ]),
  )
  expect(skips()).toEqual({})
})
