import type { KeyValueChange, KeyValueStore, Millis } from '@weir/model'
import { systemClock } from '@weir/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openLog } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { eventsConfig } from './config.ts'
import { type EventFilter, pageOf } from './event-filter.ts'
import { EventSender } from './event-sender.ts'
import { EventStore } from './event-store.ts'
import type { Told } from './told.ts'

/** A store that outlives its readers. */
class Disk implements KeyValueStore {
  readonly table = new Map<string, string>()

  get(key: string): unknown {
    return JSON.parse(this.table.get(key) ?? 'null') as unknown
  }

  write(changes: readonly KeyValueChange[]): Promise<void> {
    for (const { key, value } of changes) {
      if (value === undefined) this.table.delete(key)
      else this.table.set(key, JSON.stringify(value))
    }
    return Promise.resolve()
  }

  *entries(prefix: string): Generator<[string, unknown]> {
    for (const key of [...this.table.keys()].toSorted()) {
      if (key.startsWith(prefix)) yield [key, this.get(key)]
    }
  }
}

let nowMs = 1_700_000_000_000
const clock = { ...systemClock, now: () => nowMs as Millis }

function open(disk: Disk, limits: object = {}): EventStore {
  const telemetry = { registry: new Registry(), log: openLog('silent') }
  return EventStore.open({ store: disk, limits: eventsConfig.parse(limits), clock, telemetry })
}

function event(title: string, more: Partial<Told> = {}): Told {
  return {
    kind: 'event',
    atMs: nowMs,
    title,
    text: '',
    type: 'info',
    priority: 'normal',
    host: '',
    source: '',
    aggregationKey: '',
    tags: [],
    ...more,
  }
}

const titles = (store: EventStore, kind: 'event' | 'check' = 'event'): string[] =>
  store.list(kind).map(({ title }) => title)

describe('the store', () => {
  test('what was kept is there after a restart, in its order', async () => {
    const disk = new Disk()
    const store = open(disk)
    await store.keep([event('a'), event('b')])
    await store.keep([event('c'), event('up', { kind: 'check' })])
    nowMs++
    const again = open(disk)
    await again.keep([event('d')])
    expect(titles(again)).toEqual(['a', 'b', 'c', 'd'])
    expect(titles(open(disk))).toEqual(['a', 'b', 'c', 'd'])
    expect(titles(open(disk), 'check')).toEqual(['up'])
  })

  test('the oldest go when there are too many, on the disk too; each kind has its own room', async () => {
    const disk = new Disk()
    const store = open(disk, { max_events: 2 })
    await store.keep([event('up', { kind: 'check' })])
    for (const title of ['a', 'b', 'c', 'd']) await store.keep([event(title)])
    expect(titles(store)).toEqual(['c', 'd'])
    expect(titles(open(disk), 'check')).toEqual(['up'])
    expect(disk.table.size).toBe(3)
  })

  test('the oldest go when their texts are too long together', async () => {
    const store = open(new Disk(), { max_bytes: '64KiB' })
    const long = { text: 'x'.repeat(30_000) }
    await store.keep([event('a', long), event('b', long), event('c', long)])
    expect(titles(store)).toEqual(['b', 'c'])
  })

  test('those that are too old go, and are not shown before they have gone', async () => {
    const disk = new Disk()
    const store = open(disk, { retention_time: '1h' })
    await store.keep([event('a')])
    nowMs += 3_600_001
    expect(titles(store)).toEqual([])
    await store.keep([event('b')])
    expect([titles(store), disk.table.size]).toEqual([['b'], 1])
  })
})

const ALL: EventFilter = {
  fromMs: 0,
  toMs: Infinity,
  text: '',
  tags: [],
  types: [],
  limit: 100,
  before: '',
}

describe('a page', () => {
  const events = [
    event('deploy api', { atMs: 1, tags: ['env:prod', 'canary'], type: 'success' }),
    event('deploy web', { atMs: 3, host: 'Web-1' }),
    event('rollback', { atMs: 2, text: 'api was slow', type: 'error', tags: ['env:stage'] }),
  ].map((told, i) => ({ ...told, id: `event/${i}` }))

  test.each<[Partial<EventFilter>, string[]]>([
    [{}, ['deploy web', 'rollback', 'deploy api']],
    [{ fromMs: 2 }, ['deploy web', 'rollback']],
    [{ toMs: 2 }, ['rollback', 'deploy api']],
    [{ text: 'API' }, ['rollback', 'deploy api']],
    [{ text: 'api deploy' }, ['deploy api']],
    [{ text: 'web-1' }, ['deploy web']],
    [{ text: 'prod' }, ['deploy api']],
    [{ tags: ['env'] }, ['rollback', 'deploy api']],
    [{ tags: ['env:prod', 'canary'] }, ['deploy api']],
    [{ tags: ['en'] }, []],
    [{ types: ['error', 'success'] }, ['rollback', 'deploy api']],
  ])('%j', (filter, want) => {
    const page = pageOf(events, { ...ALL, ...filter })
    expect(page.events.map(({ title }) => title)).toEqual(want)
    expect([page.total, page.next]).toEqual([want.length, null])
  })

  test('pages that follow each other hold everything once, whatever goes meanwhile', () => {
    const times = fc.array(fc.nat(5), { maxLength: 30 })
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 7 }), (atMs, limit) => {
        const all = atMs.map((at, i) => ({ ...event(String(i), { atMs: at }), id: `event/${i}` }))
        const seen: string[] = []
        let before = ''
        for (;;) {
          const page = pageOf(all, { ...ALL, limit, before })
          seen.push(...page.events.map(({ id }) => id))
          if (page.next === null) break
          before = page.next
        }
        const want = pageOf(all, ALL).events.map(({ id }) => id)
        expect(seen).toEqual(want)
      }),
    )
  })
})

test('the sender writes in batches, refuses what it has no room for, and tells what was lost', async () => {
  const batches: string[][] = []
  const lost: number[] = []
  let release: (() => void) | undefined
  const sender = new EventSender({
    queuedMax: 2,
    onLost: (count) => lost.push(count),
    keep: async (batch) => {
      batches.push(batch.map(({ title }) => title))
      if (batches.length === 1) await new Promise<void>((resolve) => (release = resolve))
      if (batches.length === 2) throw new Error('disk full')
    },
  })
  expect([sender.push(event('a')), sender.push(event('b')), sender.push(event('c'))]).toEqual([
    true,
    true,
    false,
  ])
  await Promise.resolve()
  await Promise.resolve()
  expect(sender.push(event('d'))).toBe(true)
  release!()
  await sender[Symbol.asyncDispose]()
  expect(sender.push(event('e'))).toBe(true)
  await sender[Symbol.asyncDispose]()
  expect([batches, lost]).toEqual([[['a', 'b'], ['d'], ['e']], [1]])
})
