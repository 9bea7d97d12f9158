import { type Alert, Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { MemoryStore } from '../testing/memory-rooms.ts'
import { AlertStore, type KnownAlert, alertProblem } from './alert-store.ts'

const alert = (startsAtMs: number, endsAtMs: number, more: Partial<Alert> = {}): Alert => ({
  labels: Labels.of({ alertname: 'A' }),
  annotations: Labels.EMPTY,
  startsAtMs,
  endsAtMs,
  generatorUrl: '',
  ...more,
})

/** All are heard at 5000, in this order; what is known then, as start and end. */
function merged(...alerts: Alert[]): [number, number] {
  const store = new AlertStore(new MemoryStore())
  for (const one of alerts) store.merge(one, 5000)
  const [known] = store.all()
  return [known!.startsAtMs, known!.endsAtMs]
}

const timeout = { isTimeout: true }

test.each<[string, Alert[], [number, number]]>([
  ['fires on', [alert(1000, 9000), alert(1000, 9500)], [1000, 9500]],
  ['the earliest start stays', [alert(1000, 9000), alert(4000, 9500)], [1000, 9500]],
  [
    'the earliest start stays while they overlap',
    [alert(1000, 9000), alert(4000, 8000)],
    [1000, 9000],
  ],
  [
    'an end that was said rules while it is later',
    [alert(1000, 9000), alert(2000, 7000)],
    [1000, 9000],
  ],
  [
    'an end for want of news does not',
    [alert(1000, 9000, timeout), alert(2000, 7000)],
    [1000, 7000],
  ],
  ['a resolution takes its end', [alert(1000, 9000), alert(1000, 4000)], [1000, 4000]],
  ['of two resolutions the later one', [alert(1000, 4500), alert(1000, 4000)], [1000, 4500]],
  ['a new beginning after an end is its own', [alert(1000, 2000), alert(4000, 9000)], [4000, 9000]],
  [
    'an end before the known beginning counts for itself',
    [alert(4000, 9000), alert(1000, 2000)],
    [1000, 2000],
  ],
])('%s', (_, alerts, want) => {
  expect(merged(...alerts)).toEqual(want)
})

test('the newest evidence and annotations are kept, over a restart too', async () => {
  const disk = new MemoryStore()
  const store = new AlertStore(disk)
  store.merge(alert(1000, 9000, { evidence: { expr: 'x > 1', value: 2 } }), 1000)
  const newest = { expr: 'x > 1', value: Infinity, threshold: { operator: '>', value: 1 } } as const
  const annotations = Labels.of({ summary: 'new' })
  const known = store.merge(
    alert(1000, 9000, { evidence: newest, annotations }),
    2000,
  ) as KnownAlert
  await store.save([known])
  expect(new AlertStore(disk).all()).toEqual([known])
  expect(known.evidence).toEqual(newest)
})

/** Counts writes of alerts that last four minutes and are sent again each minute. */
async function writes(ends: readonly [atMs: number, endsAtMs: number][]): Promise<number> {
  const disk = new MemoryStore()
  let count = 0
  const store = new AlertStore({
    get: (key) => disk.get(key),
    entries: (prefix) => disk.entries(prefix),
    write: async (changes) => {
      count++
      await disk.write(changes)
    },
  })
  for (const [atMs, endsAtMs] of ends) {
    await store.save([store.merge(alert(0, endsAtMs), atMs) as KnownAlert])
  }
  const known = store.all()[0]!
  const onDisk = new AlertStore(disk).all()[0]!
  const nowMs = ends.at(-1)![0]
  expect(onDisk.endsAtMs - nowMs).toBeGreaterThanOrEqual((known.endsAtMs - nowMs) / 2)
  return count
}

test('that an alert fires on is written when what is on disk says less than half of the time left', async () => {
  const minute = 60_000
  const sent = (count: number): [number, number][] =>
    Array.from({ length: count }, (_, i) => [i * minute, (i + 4) * minute])
  expect(await writes(sent(3))).toBe(1)
  expect(await writes(sent(4))).toBe(2)
  expect(await writes(sent(10))).toBe(4)
  expect(await writes([...sent(2), [2 * minute, 2 * minute]])).toBe(2) // its end at once
})

test('what did not reach the disk is written when it is heard again', async () => {
  const disk = new MemoryStore()
  const store = new AlertStore(disk)
  disk.failure = new Error('full')
  const save = (): Promise<void> => store.save([store.merge(alert(0, 9000), 1000) as KnownAlert])
  await expect(save()).rejects.toThrow('full')
  disk.failure = undefined
  await save()
  expect(new AlertStore(disk).all()).toHaveLength(1)
})

test('there is room for so many, and for so many of one name', async () => {
  const store = new AlertStore(new MemoryStore(), { alerts: 3, alertsPerName: 2 })
  const named = (alertname: string, host: string, endsAtMs = 9000): Alert =>
    alert(0, endsAtMs, { labels: Labels.of({ alertname, host }) })
  const said = (one: Alert): string => {
    const known = store.merge(one, 1000)
    return typeof known === 'string' ? known : 'taken'
  }
  expect(said(named('A', 'a', 10))).toBe('taken')
  expect(said(named('A', 'b'))).toBe('taken')
  expect(said(named('A', 'c'))).toBe('name_limit')
  expect(said(named('A', 'a', 10))).toBe('taken') // known already
  expect(said(named('B', 'a'))).toBe('taken')
  expect(said(named('C', 'a'))).toBe('alert_limit')
  await store.collect(1000, () => true)
  expect(said(named('A', 'c'))).toBe('alert_limit') // somebody has yet to hear that the first is over
  await store.collect(1000, () => false)
  expect(said(named('A', 'c'))).toBe('taken')
})

test.each([
  [alert(2, 1), 'Cannot take alert {alertname="A"}: want an end after its start'],
  [alert(1, 2, { labels: Labels.EMPTY }), 'want at least one label'],
  [alert(1, 2, { labels: Labels.of({ '': 'x' }) }), 'want names for all labels'],
  [alert(1, 2, { annotations: Labels.of({ '': 'x' }) }), 'want names for all labels'],
])('%j is refused', (bad, want) => {
  expect(alertProblem(bad)?.message).toContain(want)
})
