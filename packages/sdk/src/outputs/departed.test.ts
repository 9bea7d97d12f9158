import { expect, test } from 'vitest'
import { Registry } from '../metrics/registry.ts'
import { Departures } from './departed.ts'
import { otlpBody } from './otlp-body.ts'
import { remoteWriteBody } from './remote-write-body.ts'

const SERVICE = { name: 'orders', instance: 'one' }

test('a gauge that was sent and is gone is told once, and may come back', () => {
  const registry = new Registry()
  const lag = registry.gauge({ name: 'lag', help: '', labels: ['p'] })
  const departures = new Departures()
  lag.set(1, { p: 'a' })
  lag.set(2, { p: 'b' })
  registry.counter({ name: 'n_total', help: '' }).inc()
  expect(departures.since(registry.collect())).toEqual([])
  lag.remove({ p: 'a' })
  expect(departures.since(registry.collect())).toEqual([{ name: 'lag', labels: [['p', 'a']] }])
  expect(departures.since(registry.collect())).toEqual([])
  lag.set(3, { p: 'a' })
  lag.remove({ p: 'b' })
  expect(departures.since(registry.collect())).toEqual([{ name: 'lag', labels: [['p', 'b']] }])
})

const GONE = [{ name: 'lag', labels: [['p', 'a'] as const] }]

test("remote write ends a series with Prometheus's stale marker", () => {
  const body = Buffer.from(remoteWriteBody([], SERVICE, 1_700_000_000_000, GONE))
  expect(body.toString('latin1')).toContain('__name__')
  // Field 1, 64 bits, little-endian: 0x7ff0000000000002.
  expect(body.toString('hex')).toContain('09020000000000f07f')
})

test('OTLP ends a series with a point that has no value', () => {
  const body = Buffer.from(otlpBody([], SERVICE, { startMs: 0, nowMs: 1, gone: GONE })).toString()
  const [metric] = (
    JSON.parse(body) as { resourceMetrics: { scopeMetrics: { metrics: unknown[] }[] }[] }
  ).resourceMetrics[0]!.scopeMetrics[0]!.metrics
  expect(metric).toMatchObject({ name: 'lag', gauge: { dataPoints: [{ flags: 1 }] } })
})
