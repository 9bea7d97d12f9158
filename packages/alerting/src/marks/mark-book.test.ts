import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import type { AlertEvent } from '../history/alert-event.ts'
import type { KnownAlert } from '../route/alert-store.ts'
import { StoredSilences } from '../silence/silences.ts'
import { AlertingEvents } from '../telemetry.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore, recordingTelemetry } from '../testing/memory-rooms.ts'
import { MARK_LIMITS } from './alert-marks.ts'
import { MarkBook } from './mark-book.ts'

const START_MS = 1_000_000
const LABELS = Labels.of({ alertname: 'Down', team: 'x' })

function setUp() {
  const clock = new ManualClock(START_MS)
  const store = new MemoryStore()
  const alerts = new Map<string, KnownAlert>()
  const fire = (fingerprint: string, startsAtMs: number): void => {
    const alert = { labels: LABELS, annotations: Labels.EMPTY, startsAtMs, endsAtMs: Infinity }
    alerts.set(fingerprint, { ...alert, generatorUrl: '', fingerprint, updatedMs: startsAtMs })
  }
  const recorded: AlertEvent[] = []
  const silences = new StoredSilences({
    store,
    clock,
    events: new AlertingEvents(recordingTelemetry().telemetry),
    mode: () => 'utf8',
  })
  const open = (): MarkBook =>
    new MarkBook({
      store,
      clock,
      silences,
      alertOf: (print) => alerts.get(print),
      record: (event) => recorded.push(event),
    })
  fire('a', START_MS)
  fire('b', START_MS)
  return { clock, alerts, fire, recorded, silences, open, book: open() }
}

test('an acknowledgement holds while the alert fires on, over a restart, and not when it begins anew', async () => {
  const { clock, fire, recorded, open, book } = setUp()
  await clock.advance(1000)
  await book.ack(['a', 'b'], { by: 'ann', comment: 'on it' })
  expect(book.isAcked('a') && open().isAcked('b')).toBe(true)
  expect(open().get('a')).toMatchObject({
    ack: { by: 'ann', atMs: START_MS + 1000, comment: 'on it' },
  })
  await book.unack(['b'], 'bob')
  expect(book.isAcked('b')).toBe(false)
  fire('a', START_MS + 2000)
  expect(book.isAcked('a')).toBe(false)
  expect(recorded).toEqual([
    { atMs: START_MS + 1000, kind: 'acked', fingerprints: ['a', 'b'], by: 'ann', text: 'on it' },
    { atMs: START_MS + 1000, kind: 'unacked', fingerprints: ['b'], by: 'bob' },
  ])
})

test('notes gather, whose it is changes', async () => {
  const { book } = setUp()
  await book.note(['a'], { by: 'ann', text: 'disk?' })
  await book.note(['a'], { by: 'bob', text: 'no, network' })
  await book.assign(['a'], { by: 'ann', to: 'bob' })
  expect(book.get('a')).toMatchObject({
    notes: [
      { by: 'ann', text: 'disk?' },
      { by: 'bob', text: 'no, network' },
    ],
    assignee: { by: 'ann', to: 'bob' },
  })
  await book.assign(['a'], { by: 'bob', to: '' })
  expect(book.get('a')!.assignee).toBeNull()
})

test('a snooze is a silence on its labels, and ends at its time, by hand, or with the alert', async () => {
  const { clock, silences, book } = setUp()
  const held = (): number => silences.silencedBy(LABELS, clock.now()).length
  await book.snooze(['a'], { by: 'ann', untilMs: START_MS + 60_000, comment: '' })
  expect(silences.list()).toMatchObject([
    {
      createdBy: 'ann',
      comment: 'snoozed',
      annotations: { weir_snooze: 'a' },
      endsAtMs: START_MS + 60_000,
    },
  ])
  expect([held(), book.get('a')!.snooze?.untilMs]).toEqual([1, START_MS + 60_000])
  await clock.advance(60_000)
  expect([held(), book.get('a')!.snooze]).toEqual([0, null])
  await book.snooze(['a'], { by: 'ann', untilMs: null, comment: '' })
  await book.snooze(['a'], { by: 'ann', untilMs: null, comment: 'longer' }) // takes the place of the first
  expect(held()).toBe(1)
  await book.resolved('a')
  expect([held(), book.get('a')!.snooze]).toEqual([0, null])
  await book.snooze(['a'], { by: 'ann', untilMs: clock.now() + 1000, comment: '' })
  await book.resolved('a')
  expect(held()).toBe(1) // it was said until when
  await book.wake(['a'], 'ann')
  expect(held()).toBe(0)
})

test('what cannot be said is refused and changes nothing', async () => {
  const { book, open } = setUp()
  const long = 'x'.repeat(MARK_LIMITS.textLength + 1)
  await expect(book.ack(['a', 'c'], { by: 'ann', comment: '' })).rejects.toMatchObject({
    code: 'ALERT_UNKNOWN',
  })
  await expect(book.ack(['a'], { by: ' ', comment: '' })).rejects.toThrow('want `by`, who says so')
  await expect(book.ack([], { by: 'ann', comment: '' })).rejects.toThrow('want 1 to 1000 alerts')
  await expect(book.note(['a'], { by: 'ann', text: long })).rejects.toThrow(
    'at most 4096 characters',
  )
  await expect(book.note(['a'], { by: 'ann', text: ' ' })).rejects.toThrow('want a text')
  await expect(book.snooze(['a'], { by: 'ann', untilMs: START_MS, comment: '' })).rejects.toThrow(
    'yet to come',
  )
  expect(open().get('a')).toBeUndefined()
  for (let i = 0; i < MARK_LIMITS.notes; i++) await book.note(['a'], { by: 'ann', text: String(i) })
  await expect(book.note(['a'], { by: 'ann', text: 'x' })).rejects.toThrow('want at most 50 notes')
})

test('marks of alerts that nobody knows any more go', async () => {
  const { alerts, open, book } = setUp()
  await book.ack(['a', 'b'], { by: 'ann', comment: '' })
  alerts.delete('a')
  await book.collect()
  expect([open().get('a'), open().isAcked('b')]).toEqual([undefined, true])
})
