import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { HandClock } from '../scrape/testing/hand-clock.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import type { DiscoveryConfig } from './config.ts'
import type { Report } from './discoverer.ts'
import { Discovery } from './discovery.ts'
import type { TargetGroup } from './target-group.ts'

const group = (source: string, ...addresses: string[]): TargetGroup => ({
  source,
  targets: addresses.map((address) => ({ __address__: address })),
  labels: {},
})

const file = (name: string): DiscoveryConfig => ({
  kind: 'file',
  config: { files: [name], refresh_interval: 60_000 },
})

const fixed = (...targets: string[]): DiscoveryConfig => ({
  kind: 'static',
  config: [{ targets, labels: {} }],
})

/** A discovery whose places say what the test makes them say. */
async function begin(jobs: Readonly<Record<string, readonly DiscoveryConfig[]>>) {
  const clock = new HandClock(0)
  const changes: string[] = []
  const reports = new Map<string, Report>()
  const running = new Set<string>()
  const registry = new Registry()
  const discovery = new Discovery({
    telemetry: { registry, log: new Log(pino({ level: 'silent' }), clock) },
    clock,
    onChange: (names) => changes.push(`${clock.now()}: ${[...names].join()}`),
    discover: (place) => ({
      run: async (report, signal) => {
        const name = place.kind === 'file' ? place.config.files[0]! : ''
        reports.set(name, report)
        running.add(name)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        running.delete(name)
      },
    }),
  })
  const apply = (next: typeof jobs): Promise<void> => discovery.apply(new Map(Object.entries(next)))
  await apply(jobs)
  const found = (job: string): string[] =>
    discovery
      .groupsOf(job)
      .flatMap(({ targets }) => targets.map((labels) => labels['__address__']!))
  const said = (name: string): Report => reports.get(name)!
  return { discovery, clock, changes, said, apply, found, running, registry }
}

describe('what is found', () => {
  test('is handed over at once the first time, then no more often than every 5 s', async () => {
    const { changes, said, clock, found } = await begin({ a: [file('f')], b: [file('g')] })
    said('f').update([group('1', 'x:1')])
    said('g').update([group('1', 'y:1')])
    expect(changes).toEqual(['0: a', '0: b'])
    await clock.moveTo(1000)
    said('f').update([group('1', 'x:2')])
    said('f').update([group('2', 'x:3')])
    await clock.moveTo(2000)
    said('g').update([group('1', 'y:2')])
    await clock.moveTo(4999)
    expect(changes.length).toBe(2)
    await clock.moveTo(5000)
    expect(changes[2]).toBe('5000: a,b')
    expect(found('a')).toEqual(['x:2', 'x:3'])
    await clock.moveTo(20_000)
    said('f').update([group('1', 'x:9')])
    await clock.moveTo(20_000)
    expect(changes[3]).toBe('20000: a')
  })

  test('is not handed over when it is what was there', async () => {
    const { changes, said, clock } = await begin({ a: [file('f')] })
    said('f').update([group('1', 'x:1')])
    said('f').update([group('1', 'x:1'), group('2')])
    await clock.moveTo(60_000)
    expect(changes).toEqual(['0: a'])
  })

  test('takes the place of what had its source, and an empty group ends it', async () => {
    const { said, found } = await begin({ a: [file('f'), fixed('s:1')] })
    said('f').update([group('1', 'x:1'), group('2', 'y:1')])
    said('f').update([group('1', 'x:2', 'x:3')])
    expect(found('a')).toEqual(['x:2', 'x:3', 'y:1', 's:1'])
    said('f').update([group('1')])
    expect(found('a')).toEqual(['y:1', 's:1'])
  })

  test('stays when a look fails, and the fault is told until one goes well', async () => {
    const { said, found, discovery, registry } = await begin({ a: [file('f')] })
    said('f').update([group('1', 'x:1')])
    said('f').refreshed()
    said('f').failed(new Error('the disk is on fire'))
    expect(found('a')).toEqual(['x:1'])
    expect(discovery.viewsOf('a')).toEqual([
      {
        kind: 'file',
        title: 'f',
        targetCount: 1,
        lastRefreshMs: 0,
        lastError: 'the disk is on fire',
        lastErrorMs: 0,
      },
    ])
    said('f').refreshed()
    expect(discovery.viewsOf('a')[0]?.lastError).toBe('')
    const refreshes = registry
      .collect()
      .find(({ name }) => name === 'weir_discovery_refreshes_total')!
    expect(JSON.stringify(refreshes)).toContain('"failed"')
  })
})

describe('a reload', () => {
  test('keeps what places found that stay, for jobs that are new to them too', async () => {
    const { said, found, apply, running } = await begin({ a: [file('f')], b: [file('g')] })
    said('f').update([group('1', 'x:1')])
    await apply({ a: [fixed('s:1')], c: [file('f')] })
    expect(found('a')).toEqual(['s:1'])
    expect(found('c')).toEqual(['x:1'])
    expect([...running]).toEqual(['f'])
  })

  test('ends places that go; what they say late is not heard', async () => {
    const { said, found, apply, changes, clock } = await begin({ a: [file('f')] })
    const late = said('f')
    await apply({ a: [] })
    late.update([group('1', 'x:1')])
    await clock.moveTo(10_000)
    expect(found('a')).toEqual([])
    expect(changes).toEqual([])
  })
})

test('a place that two jobs name runs once', async () => {
  const { said, found, running, changes } = await begin({ a: [file('f')], b: [file('f')] })
  said('f').update([group('1', 'x:1')])
  expect([found('a'), found('b')]).toEqual([['x:1'], ['x:1']])
  expect(running.size).toBe(1)
  expect(changes).toEqual(['0: a,b'])
})
