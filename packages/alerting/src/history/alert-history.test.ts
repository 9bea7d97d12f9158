import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { AlertingEvents } from '../telemetry.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore, recordingTelemetry } from '../testing/memory-rooms.ts'
import type { HistoryQuestion } from './alert-event.ts'
import { AlertHistory, type HistoryOptions } from './alert-history.ts'
import { AlertWatch } from './alert-watch.ts'

const START_MS = 1_000_000

class CountingStore extends MemoryStore {
  writes = 0

  override async write(...args: Parameters<MemoryStore['write']>): Promise<void> {
    this.writes++
    await super.write(...args)
  }
}

function setUp(limits: HistoryOptions['limits'] = {}) {
  const clock = new ManualClock(START_MS)
  const store = new CountingStore()
  const events = new AlertingEvents(recordingTelemetry().telemetry)
  const open = (): AlertHistory => new AlertHistory({ store, clock, events, limits })
  return { clock, store, open }
}

const print = (i: number): string => (i * 0x9e3779b1).toString(16).padStart(16, '0').slice(-16)

const alertOf = (i: number, endsAtMs: number, startsAtMs = START_MS) => ({
  fingerprint: print(i),
  labels: Labels.of({ alertname: `A${i}` }),
  startsAtMs,
  endsAtMs,
})

const ALL: HistoryQuestion = { startMs: 0, endMs: Infinity, limit: 1000 }

const told = (history: AlertHistory, question: Partial<HistoryQuestion> = {}): string[] =>
  history.ask({ ...ALL, ...question }).events.map(({ atMs, kind, fingerprints }) => {
    return `${(atMs - START_MS) / 1000} ${kind} ${fingerprints.map((one) => parseInt(one, 16)).join()}`
  })

test('an alert begins, ends when it is said or when nothing more is heard, and begins anew', async () => {
  const { clock, open } = setUp()
  await using history = open()
  const ended: string[] = []
  const watch = new AlertWatch(history, [], (one) => ended.push(one))
  watch.heard([alertOf(0, START_MS + 60_000), alertOf(0, START_MS + 90_000)], START_MS)
  await clock.advance(30_000)
  watch.heard([alertOf(0, START_MS + 30_000)], clock.now())
  watch.heard([alertOf(0, START_MS + 30_000)], clock.now()) // said twice
  await clock.advance(30_000)
  watch.heard([alertOf(0, START_MS + 70_000, START_MS + 60_000)], clock.now())
  watch.sweep(clock.now())
  await clock.advance(30_000)
  watch.sweep(clock.now())
  expect(told(history)).toEqual(['70 resolved 0', '60 firing 0', '30 resolved 0', '0 firing 0'])
  expect(ended).toEqual([print(0), print(0)])
})

test('what holds an alert back is written when it changes', async () => {
  const { open } = setUp()
  await using history = open()
  const watch = new AlertWatch(history, [])
  const at = { nowMs: START_MS, receiver: 'team' }
  watch.heard([alertOf(0, Infinity)], START_MS)
  watch.held(print(0), 'silence s1', { nowMs: START_MS })
  watch.held(print(0), 'silence s1', { nowMs: START_MS })
  watch.held(print(0), 'silence s1, s2', { nowMs: START_MS })
  watch.passed(print(0), at)
  watch.passed(print(0), at)
  watch.held(print(0), 'mute_time_interval nights', at)
  watch.passed(print(0), { nowMs: START_MS, receiver: 'others' })
  expect(
    history
      .ask(ALL)
      .events.map(({ kind, why = '', receiver = '' }) => `${kind} ${why} ${receiver}`),
  ).toEqual([
    'held mute_time_interval nights team',
    'released  ',
    'held silence s1, s2 ',
    'held silence s1 ',
    'firing  ',
  ])
})

test('50,000 alerts at once are a few writes, and the life of one is read from its pages', async () => {
  const { clock, store, open } = setUp()
  const history = open()
  const watch = new AlertWatch(history, [])
  const alerts = Array.from({ length: 50_000 }, (_, i) => alertOf(i, Infinity))
  for (let from = 0; from < alerts.length; from += 1000) {
    watch.heard(alerts.slice(from, from + 1000), START_MS)
  }
  await clock.advance(1000)
  expect(store.writes).toBe(1)
  await history[Symbol.asyncDispose]()
  await using later = open() // from disk
  const { events, labels } = later.ask({ ...ALL, fingerprint: print(41_234) })
  expect(events).toMatchObject([{ kind: 'firing', alertCount: 1 }])
  expect(labels.get(print(41_234))).toEqual(['alertname', 'A41234'])
})

test('pages of quiet times grow, and survive a kill but for the last second', async () => {
  const { clock, store, open } = setUp()
  const history = open()
  for (let i = 0; i < 450; i++) {
    history.record({ atMs: clock.now(), kind: 'noted', fingerprints: [print(i)] })
    await clock.advance(1000)
  }
  history.record({ atMs: clock.now(), kind: 'noted', fingerprints: [print(999)] })
  const disk = store.snapshot()
  expect([...store.entries('alerting/history/page/')]).toHaveLength(3)
  const killed = new AlertHistory({
    store: new MemoryStore(disk),
    clock,
    events: new AlertingEvents(recordingTelemetry().telemetry),
  })
  expect(killed.ask(ALL).events).toHaveLength(450)
  expect(history.ask(ALL).events).toHaveLength(451)
})

test('asking: by kind, by time, newest first, page by page', async () => {
  const { clock, open } = setUp()
  await using history = open()
  for (let i = 0; i < 10; i++) {
    history.record({ atMs: clock.now(), kind: i % 2 ? 'acked' : 'noted', fingerprints: [print(i)] })
    await clock.advance(60_000)
  }
  expect(told(history, { kinds: ['acked'], startMs: START_MS + 200_000 })).toEqual(
    ['540 acked 9', '420 acked 7', '300 acked 5'].map((line) =>
      line.replace(/\d+$/, (i) => String(parseInt(print(Number(i)), 16))),
    ),
  )
  const seen: number[] = []
  let endMs: number | null = Infinity
  while (endMs !== null) {
    const answer = history.ask({ ...ALL, endMs, limit: 3 })
    seen.push(...answer.events.map(({ atMs }) => (atMs - START_MS) / 60_000))
    endMs = answer.beforeMs
  }
  expect(seen).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
})

test('a message to many shows the first of them, and to one of them only that', async () => {
  const { open } = setUp()
  await using history = open()
  const fingerprints = Array.from({ length: 100 }, (_, i) => print(i))
  history.record({ atMs: START_MS, kind: 'notified', fingerprints, receiver: 'team' })
  expect(history.ask(ALL).events[0]).toMatchObject({
    alertCount: 100,
    fingerprints: fingerprints.slice(0, 20),
  })
  const [own] = history.ask({ ...ALL, fingerprint: print(77) }).events
  expect(own).toMatchObject({ alertCount: 100, fingerprints: [print(77)] })
})

test('what is too old or too many is forgotten, a page at a time', async () => {
  const { clock, store, open } = setUp({ retentionMs: 3_600_000, events: 300 })
  const history = open()
  for (let i = 0; i < 900; i++) {
    history.record({ atMs: clock.now(), kind: 'noted', fingerprints: [print(i)] })
    if (i % 100 === 99) await clock.advance(2000)
  }
  await history.collect()
  expect(history.ask(ALL).events.length).toBeLessThanOrEqual(300)
  await clock.advance(2 * 3_600_000)
  await history.collect()
  expect([...store.entries('alerting/history/')]).toEqual([])
})

test('a disk that does not take it for a while loses nothing', async () => {
  const { clock, store, open } = setUp()
  await using history = open()
  store.failure = new Error('full')
  history.record({ atMs: START_MS, kind: 'firing', fingerprints: [print(1)] })
  await clock.advance(5000)
  history.record({ atMs: clock.now(), kind: 'noted', fingerprints: [print(1)] })
  store.failure = undefined
  await clock.advance(2000)
  await using later = open()
  expect(later.ask(ALL).events.map(({ kind }) => kind)).toEqual(['noted', 'firing'])
})
