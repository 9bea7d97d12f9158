import { Labels, type Matcher } from '@weir/model'
import { beforeEach, expect, test } from 'vitest'
import type { MatcherMode } from '../route/matcher-mode.ts'
import { parseMatchers } from '../route/matcher-mode.ts'
import { AlertingEvents } from '../telemetry.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore, recordingTelemetry } from '../testing/memory-rooms.ts'
import type { SilenceDraft } from './silence.ts'
import { type SilenceLimits, StoredSilences } from './silences.ts'

const START_MS = Date.UTC(2026, 0, 1)
const HOUR_MS = 3_600_000

let clock: ManualClock
let store: MemoryStore
let counts: Map<string, number>

beforeEach(() => {
  clock = new ManualClock(START_MS)
  store = new MemoryStore()
})

function open(limits: Partial<SilenceLimits> = {}, mode: MatcherMode = 'fallback'): StoredSilences {
  const recording = recordingTelemetry()
  counts = recording.counts
  const events = new AlertingEvents(recording.telemetry)
  return new StoredSilences({ store, clock, events, limits, mode: () => mode })
}

/** `matchers`, from and to in seconds from the start. */
function draft(matchers: string, fromS: number, toS: number, id?: string): SilenceDraft {
  const plain: Matcher[] = parseMatchers(matchers).map(({ name, operator, value }) => ({
    name,
    operator,
    value,
  }))
  return {
    matchers: plain,
    startsAtMs: START_MS + fromS * 1000,
    endsAtMs: START_MS + toS * 1000,
    createdBy: 'ann',
    comment: 'why',
    annotations: {},
    ...(id === undefined ? {} : { id }),
  }
}

const A = Labels.of({ alertname: 'A', team: 'x' })

test('a silence is at work from its start until its end, and is looked at until it is forgotten', async () => {
  const silences = open()
  const id = await silences.set(draft('team=x', 10, 100))
  const states: string[] = []
  for (const waitS of [0, 10, 89, 1, 431_999, 1]) {
    await clock.advance(waitS * 1000)
    await silences.collect()
    const silenced = silences.silencedBy(A, clock.now()).length
    states.push(`${silences.get(id)?.state} ${silenced}`)
  }
  expect(states).toEqual([
    'pending 0',
    'active 1',
    'active 1',
    'expired 0',
    'expired 0',
    'undefined 0',
  ])
  expect(store.snapshot().size).toBe(0)
})

test('a start in the past becomes now', async () => {
  const silences = open()
  const id = await silences.set(draft('team=x', -100, 100))
  expect(silences.get(id)).toMatchObject({ startsAtMs: START_MS, updatedMs: START_MS })
})

/** When a change comes, what it is, and whether the id stays. A: at work from 0 to 100 s. P: from 50 to 100 s. */
const CHANGES: readonly (readonly [string, number, number, string, number, number, boolean])[] = [
  ['at work: another end', 0, 10, 'team=x', 0, 200, true],
  ['at work: the same start to the second', 0, 10, 'team=x', 0.4, 200, true],
  ['at work: another start', 0, 10, 'team=x', 5, 200, false],
  ['at work: other matchers', 0, 10, 'team=y', 0, 200, false],
  ['at work: matchers in another order', 0, 10, 'alertname=A,team=x', 0, 100, false],
  ['at work: an end now', 0, 10, 'team=x', 0, 10, true],
  ['to come: another start and end', 50, 10, 'team=x', 20, 30, true],
  ['to come: a start in the past', 50, 10, 'team=x', 5, 30, false],
  ['ended: anything', 0, 150, 'team=x', 0, 200, false],
]

test.each(CHANGES)('%s', async (_, beginS, atS, matchers, fromS, toS, keepsId) => {
  const silences = open()
  const id = await silences.set(draft('team=x', beginS, 100))
  await clock.advance(atS * 1000)
  const changed = await silences.set(draft(matchers, fromS, toS, id))
  expect(changed === id).toBe(keepsId)
  expect(silences.list()).toHaveLength(keepsId ? 1 : 2)
  if (!keepsId) {
    const old = silences.get(id)!
    expect(old.state).toBe('expired')
    expect(old.endsAtMs).toBe(START_MS + Math.min(atS, 100) * 1000)
    expect(silences.get(changed)!.startsAtMs).toBe(START_MS + Math.max(fromS, atS) * 1000)
  }
  const reopened = open()
  expect(reopened.list()).toEqual(silences.list())
})

test('ended now: one that has not begun never was; again changes nothing', async () => {
  const silences = open()
  const [active, pending] = [
    await silences.set(draft('team=x', 0, 100)),
    await silences.set(draft('team=x', 50, 100)),
  ]
  await clock.advance(10_000)
  for (const id of [active, pending, active]) {
    await silences.expire(id)
    await clock.advance(1000)
  }
  expect(silences.get(active)).toMatchObject({ startsAtMs: START_MS, endsAtMs: START_MS + 10_000 })
  expect(silences.get(pending)).toMatchObject({
    startsAtMs: START_MS + 11_000,
    endsAtMs: START_MS + 11_000,
    state: 'expired',
  })
  await expect(silences.expire('nope')).rejects.toMatchObject({ code: 'SILENCE_UNKNOWN' })
})

test.each([
  ['', 0, 10, 'want at least one matcher'],
  ['a=""', 0, 10, 'does not match the empty string'],
  ['a=~".*",b=""', 0, 10, 'does not match the empty string'],
  ['a=b', 10, 10, 'start time must be before end time'],
  ['a=b', -20, -10, "end time can't be in the past"],
])('%j from %d to %d is refused: %s', async (matchers, fromS, toS, why) => {
  const silences = open()
  const refused = silences.set(draft(matchers, fromS, toS))
  await expect(refused).rejects.toMatchObject({ code: 'SILENCE_INVALID' })
  await expect(refused).rejects.toThrow(why)
})

test.each([
  [{ name: 'a', operator: '=~', value: 'a)(b' }, 'fallback', 'regular expression'],
  [{ name: '', operator: '=', value: 'b' }, 'fallback', 'label name'],
  [{ name: 'a.b', operator: '=', value: 'b' }, 'classic', 'label name'],
] as const)('matcher %j is refused in mode %s: %s', async (matcher, mode, why) => {
  const silences = open({}, mode)
  await expect(silences.set({ ...draft('a=b', 0, 10), matchers: [matcher] })).rejects.toThrow(why)
})

test.each([
  [['[a-c]+'], true],
  [['a.{50}', 'b.{40}'], true],
  [['a.{50}', 'b.{50}'], false],
  [['a.{50}', 'a.{50}'], true],
  [['(a?){1000}'], false],
  [['x.'.repeat(51)], false],
  [[Array.from({ length: 500 }, (_, i) => `host-${i}`).join('|')], true],
])('expressions %j within 100 characters: %s', async (values, isKept) => {
  const silences = open({ matcherBytesMax: 100 })
  const matchers = values.map((value, i) => ({ name: `l${i}`, operator: '=~' as const, value }))
  const set = silences.set({ ...draft('a=b', 0, 10), matchers })
  if (isKept) await set
  else await expect(set).rejects.toMatchObject({ code: 'MATCHER_LIMIT' })
  expect(silences.list().length).toBe(isKept ? 1 : 0)
})

test('an unknown id, too many and too long ones are refused; the limits count', async () => {
  const silences = open({ countMax: 2, bytesMax: 500 })
  await expect(silences.set(draft('a=b', 0, 10, 'nope'))).rejects.toMatchObject({
    code: 'SILENCE_UNKNOWN',
  })
  const id = await silences.set(draft('a=b', 0, 10))
  await silences.set(draft('a=b', 0, 10))
  const limit = { code: 'SILENCE_LIMIT' }
  await expect(silences.set(draft('a=b', 0, 10))).rejects.toMatchObject(limit)
  await silences.set(draft('a=b', 0, 20, id)) // a change needs no room
  const long = { ...draft('a=b', 0, 10, id), comment: 'x'.repeat(500) }
  await expect(silences.set(long)).rejects.toMatchObject(limit)
  const name = 'weir_alerting_silences_refused_total'
  expect(counts.get(`${name}{reason="count"}`)).toBe(1)
  expect(counts.get(`${name}{reason="size"}`)).toBe(1)
})

test('what the disk does not take is told and not done', async () => {
  const silences = open()
  const id = await silences.set(draft('team=x', 0, 100))
  store.failure = new Error('disk full')
  await expect(silences.expire(id)).rejects.toThrow('disk full')
  await expect(silences.set(draft('team=y', 0, 100, id))).rejects.toThrow('disk full')
  expect(silences.list()).toMatchObject([{ id, state: 'active' }])
  expect(silences.silencedBy(A, clock.now())).toEqual([id])
})

test('two changes of one silence at a time come one after the other', async () => {
  const silences = open()
  const id = await silences.set(draft('team=x', 0, 100))
  const ids = await Promise.all([
    silences.set(draft('team=y', 0, 100, id)),
    silences.set(draft('team=z', 0, 100, id)),
  ])
  expect(new Set(ids).size).toBe(2)
  expect(silences.list().filter(({ state }) => state === 'active')).toHaveLength(2)
  expect(silences.get(id)?.state).toBe('expired')
})

test('listed: active ones by end, then pending ones by start, then ended ones, the last leading', async () => {
  const silences = open()
  const times = [
    [0, 500],
    [0, 300],
    [900, 950],
    [700, 950],
    [0, 100],
    [0, 200],
  ]
  for (const [fromS, toS] of times) await silences.set(draft('a=b', fromS!, toS!))
  await clock.advance(250_000)
  const shown = silences
    .list()
    .map(
      (one) =>
        `${one.state} ${(one.startsAtMs - START_MS) / 1000} ${(one.endsAtMs - START_MS) / 1000}`,
    )
  expect(shown).toEqual([
    'active 0 300',
    'active 0 500',
    'pending 700 950',
    'pending 900 950',
    'expired 0 200',
    'expired 0 100',
  ])
})

test('an alert knows of silences that come after it was looked at, and of their end', async () => {
  const silences = open()
  expect(silences.silencedBy(A, clock.now())).toEqual([])
  const first = await silences.set(draft('team=x', 0, 100))
  expect(silences.silencedBy(A, clock.now())).toEqual([first])
  const second = await silences.set(draft('alertname=~"A.*"', 0, 1000))
  expect(silences.silencedBy(A, clock.now())).toEqual([first, second])
  await silences.expire(first)
  expect(silences.silencedBy(A, clock.now())).toEqual([second])
  await clock.advance(HOUR_MS)
  expect(silences.silencedBy(A, clock.now())).toEqual([])
})
