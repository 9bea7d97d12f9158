import { type LogSink, levelOf } from '@weir/model'
import { expect, test } from 'vitest'
import { openLog } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { eventLines } from './event-lines.ts'
import { loggedEvents } from './event-log.ts'
import type { Told } from './told.ts'

const PLAIN: Told = {
  kind: 'event',
  atMs: 1_700_000_000_123,
  title: 'deploy api',
  text: '',
  type: 'info',
  priority: 'normal',
  host: '',
  source: '',
  aggregationKey: '',
  tags: [],
}

test.each<[Partial<Told>, object]>([
  [
    {},
    {
      labels: '{kind="event", service_name="statsd", source="statsd"}',
      level: 'info',
      line: 'deploy api',
      beside: { type: 'info', priority: 'normal' },
    },
  ],
  [
    {
      text: 'v 1.2',
      type: 'error',
      priority: 'low',
      host: 'web-1',
      source: 'jenkins',
      aggregationKey: 'k',
      tags: ['env:prod', 'service:api', 'canary', 'type:mine', 'a.b:c:d'],
    },
    {
      labels: '{host="web-1", kind="event", service_name="api", source="statsd"}',
      level: 'error',
      line: 'deploy api: v 1.2',
      beside: {
        type: 'error',
        priority: 'low',
        source_type: 'jenkins',
        aggregation_key: 'k',
        env: 'prod',
        service: 'api',
        canary: 'true',
        a_b: 'c:d',
      },
    },
  ],
  [
    { kind: 'check', title: 'db.up', type: 'warning', text: 'slow' },
    {
      labels: '{kind="check", service_name="statsd", source="statsd"}',
      level: 'warn',
      line: 'db.up warning: slow',
      beside: { type: 'warning', priority: 'normal' },
    },
  ],
])('%j', (more, want) => {
  const batch = eventLines([{ ...PLAIN, ...more }])
  expect({
    labels: batch.streams[0]!.toString(),
    level: levelOf(batch.severities[0]!),
    line: Buffer.from(batch.text).toString(),
    beside: JSON.parse(Buffer.from(batch.metadata).toString()) as object,
  }).toEqual(want)
  expect(batch.timesNs[0]).toBe(1_700_000_000_123_000_000n)
})

test('events are kept even when the log store takes none of them', async () => {
  const registry = new Registry()
  const kept: number[] = []
  const broken: LogSink = { append: () => Promise.reject(new Error('disk full')) }
  const keep = loggedEvents({
    keep: (batch) => Promise.resolve(void kept.push(batch.length)),
    logs: broken,
    telemetry: { registry, log: openLog('silent') },
  })
  await keep([PLAIN, PLAIN])
  expect(kept).toEqual([2])
  const family = registry.collect().find(({ name }) => name === 'weir_events_unlogged_total')!
  expect(family.samples[0]!.value).toBe(2)
})
