import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { describe, expect, test } from 'vitest'
import * as promClient from 'prom-client'
import { writePage } from '../outputs/exposition.ts'
import type { Meter } from './meter.ts'
import { openTelemetryMeter } from './opentelemetry.ts'
import { promClientMeter, promClientSource } from './prom-client.ts'
import { Registry } from './registry.ts'

/** The same calls on every kind of meter. */
function measure(meter: Meter): void {
  const counter = meter.counter({ name: 'a_total', help: 'A', labels: ['topic'] })
  counter.inc(2, { topic: 'orders' })
  meter.counter({ name: 'a_total', help: 'A', labels: ['topic'] }).inc(1, { topic: 'orders' })
  const gauge = meter.gauge({ name: 'g', help: 'G', labels: ['p'] })
  gauge.set(5, { p: 'x' })
  gauge.add(-1, { p: 'x' })
  gauge.set(9, { p: 'gone' })
  gauge.remove({ p: 'gone' })
  const histogram = meter.histogram({ name: 'h_ms', help: 'H', buckets: [1, 10] })
  for (const value of [0.5, 5, 5, 50]) histogram.observe(value)
  const sampled = meter.gauge({ name: 'sampled', help: 'S' })
  meter.onCollect(() => sampled.add(1))
}

const PAGE = `# HELP a_total A
# TYPE a_total counter
a_total{topic="orders"} 3
# HELP g G
# TYPE g gauge
g{p="x"} 4
# HELP h_ms H
# TYPE h_ms histogram
h_ms_bucket{le="1.0"} 1
h_ms_bucket{le="10.0"} 3
h_ms_bucket{le="+Inf"} 4
h_ms_sum 60.5
h_ms_count 4
# HELP sampled S
# TYPE sampled gauge
sampled 1
`

test('the registry of this package', () => {
  const registry = new Registry()
  measure(registry)
  expect(writePage(registry.collect(), 'text')).toBe(PAGE)
})

describe('prom-client', () => {
  test('holds what is measured, and what it holds is a source', async () => {
    const register = new promClient.Registry()
    measure(promClientMeter(promClient, register))
    expect(writePage(await promClientSource(register).collect(), 'text')).toBe(PAGE)
    expect(await register.metrics()).toContain('h_ms_bucket{le="10"} 3')
  })

  test('its own page says the same as ours of it, default metrics and summaries too', async () => {
    const register = new promClient.Registry()
    new promClient.Summary({
      name: 's',
      help: 'S',
      registers: [register],
      percentiles: [0.5],
    }).observe(3)
    new promClient.Gauge({
      name: 'up_to',
      help: 'G',
      labelNames: ['n'],
      registers: [register],
    }).set({ n: 7 }, 1)
    const page = writePage(await promClientSource(register).collect(), 'text')
    const samplesOf = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .sort()
    expect(samplesOf(page)).toEqual(samplesOf(await register.metrics()))
  })

  test('a thousand label values past the limit stay out of its registry', async () => {
    const register = new promClient.Registry()
    const counter = promClientMeter(promClient, register).counter({
      name: 'a_total',
      help: 'A',
      labels: ['user'],
      seriesMax: 10,
    })
    for (let user = 0; user < 1000; user++) counter.inc(1, { user })
    const [metric] = await register.getMetricsAsJSON()
    expect(metric!.values).toHaveLength(10)
  })
})

class ManualReader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve()
  }
}

test('an OpenTelemetry meter', async () => {
  const reader = new ManualReader()
  const provider = new MeterProvider({ readers: [reader] })
  measure(openTelemetryMeter(provider.getMeter('test')))
  const { resourceMetrics } = await reader.collect()
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
  const told = Object.fromEntries(
    metrics.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ attributes, value }) => ({ attributes, value })),
    ]),
  )
  expect(told).toMatchObject({
    a_total: [{ attributes: { topic: 'orders' }, value: 3 }],
    g: [{ attributes: { p: 'x' }, value: 4 }],
    h_ms: [{ value: { count: 4, sum: 60.5, buckets: { boundaries: [1, 10], counts: [1, 2, 1] } } }],
    sampled: [{ value: 1 }],
  })
  expect(told['g']).toHaveLength(1)
  await provider.shutdown()
})
