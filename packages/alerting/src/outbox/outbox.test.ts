import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { type Integration, type Outcome, SENT, refused, retryLater } from '../notify/outcome.ts'
import type { AlertingLimits } from '../options.ts'
import { OUTBOX_LIMITS, Outbox } from './outbox.ts'
import { AlertingEvents } from '../telemetry.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore, recordingTelemetry } from '../testing/memory-rooms.ts'
import type { AlertFacts, NotificationFacts } from '../template/notification-data.ts'

const TO = { receiver: 'r', kind: 'webhook', index: 0 } as const

function alert(name: string, status: AlertFacts['status']): AlertFacts {
  return {
    status,
    labels: Labels.of({ alertname: name }),
    annotations: Labels.EMPTY,
    startsAtMs: 0,
    endsAtMs: status === 'firing' ? null : 1,
    generatorUrl: '',
    fingerprint: name,
  }
}

function facts(groupKey: string, ...alerts: AlertFacts[]): NotificationFacts {
  return {
    receiver: 'r',
    groupKey,
    groupLabels: Labels.EMPTY,
    routeLabels: Labels.EMPTY,
    reason: 'first notification',
    externalUrl: '',
    alerts,
  }
}

function setUp(answer: (facts: NotificationFacts, attempt: number) => Outcome | Promise<Outcome>) {
  const clock = new ManualClock(1_000_000)
  const sent: string[] = []
  const ends = new Map<string, number>()
  let attempt = 0
  const integration: Integration = {
    kind: 'webhook',
    index: 0,
    sendsResolved: true,
    send: async (what) => {
      sent.push(
        `${(clock.now() - 1_000_000) / 1000} ${what.groupKey} ${what.alerts.map((one) => one.fingerprint + (one.status === 'firing' ? '' : '!')).join('+')}`,
      )
      return answer(what, attempt++)
    },
  }
  const { telemetry, counts } = recordingTelemetry()
  const open = (store: MemoryStore, has = true, limits: AlertingLimits = {}): Outbox => {
    const outbox = new Outbox({
      store,
      clock,
      events: new AlertingEvents(telemetry),
      endOf: (print) => ends.get(print),
      integrationOf: () => (has ? integration : undefined),
      giveUpAfterMs: OUTBOX_LIMITS.giveUpAfterMs,
      limits,
      random: () => 0.5, // no jitter
    })
    outbox.start()
    return outbox
  }
  const put = (outbox: Outbox, what: NotificationFacts): Promise<void> =>
    outbox.put(TO, what, {
      firing: what.alerts.filter(isFiring).map(({ fingerprint }) => fingerprint),
      resolved: what.alerts.filter((one) => !isFiring(one)).map(({ fingerprint }) => fingerprint),
      nowMs: clock.now(),
      repeatIntervalMs: 3_600_000,
      sendsResolved: true,
    })
  return { clock, sent, ends, counts, open, put, store: new MemoryStore() }
}

const isFiring = ({ status }: AlertFacts): boolean => status === 'firing'

test('attempts double their distance up to five minutes, and go on for three days', async () => {
  const { clock, sent, open, put, store } = setUp(() => retryLater('away'))
  await using outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(20 * 60_000)
  const times = sent.map((line) => Number(line.split(' ')[0]))
  expect(times.slice(0, 10)).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511])
  expect(times[11]! - times[10]!).toBe(300)
  expect(outbox.views()).toMatchObject([{ state: 'pending', lastError: 'away', attempts: 12 }])
  await clock.advance(3 * 86_400_000)
  expect(outbox.views()).toMatchObject([{ state: 'failed', lastError: 'away' }])
  expect(outbox.logEntry(TO, 'g')).toBeUndefined() // still firing: the group says it again
})

test('Retry-After is honoured when it is longer than the back-off', async () => {
  const { clock, sent, open, put, store } = setUp((_, i) =>
    i === 0 ? retryLater('slow down', 45_000) : SENT,
  )
  await using outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(60_000)
  expect(sent).toEqual(['0 g a', '45 g a'])
  expect(outbox.views()).toMatchObject([{ state: 'sent', attempts: 2, sentMs: 1_045_000 }])
})

test('a refusal is final, visible, and leaves the group free to say it again', async () => {
  const { clock, sent, counts, open, put, store } = setUp(() => refused('400: no such key'))
  await using outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(600_000)
  expect(sent).toHaveLength(1)
  expect(outbox.views()).toMatchObject([
    { state: 'failed', lastError: '400: no such key', alertNames: ['a'], nextAttemptMs: null },
  ])
  expect(outbox.logEntry(TO, 'g')).toBeUndefined()
  expect(
    counts.get('weir_alerting_notifications_failed_total{integration="webhook", reason="refused"}'),
  ).toBe(1)
})

test('an integration fails from the first attempt that fails until one is taken, over a restart too', async () => {
  let answer: Outcome = SENT
  const { clock, open, put, store } = setUp(() => answer)
  const first = open(store)
  await put(first, facts('g', alert('a', 'firing')))
  await clock.advance(1000)
  expect([first.failing(), first.pendingCount]).toEqual([[], 0])
  answer = retryLater('away')
  await put(first, facts('g', alert('b', 'firing')))
  await clock.advance(600_000)
  answer = retryLater('still away')
  await put(first, facts('g', alert('c', 'firing'))) // takes the place of the other
  await clock.advance(600_000)
  const failing = { receiver: 'r', integration: 'webhook', index: 0, lastError: 'still away' }
  expect(first.failing()).toEqual([{ ...failing, sinceMs: 1_001_000 }])
  expect(first.pendingCount).toBe(1)
  await first[Symbol.asyncDispose]()
  const second = open(store)
  expect(second.failing()).toEqual([{ ...failing, sinceMs: 1_601_000 }]) // since what waits was made
  answer = SENT
  await clock.advance(600_000)
  expect([second.failing(), second.pendingCount]).toEqual([[], 0])
  answer = refused('400: no')
  await put(second, facts('h', alert('d', 'firing')))
  await clock.advance(0)
  expect(second.failing()).toMatchObject([{ lastError: '400: no' }])
  await second[Symbol.asyncDispose]()
  await using third = open(store, false)
  expect(third.failing()).toEqual([])
})

test('a newer notification takes the place of unsent ones of its group only', async () => {
  const { clock, sent, counts, open, put, store } = setUp((_, i) =>
    i < 2 ? retryLater('away') : SENT,
  )
  await using outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await put(outbox, facts('h', alert('b', 'firing')))
  await clock.advance(500)
  await put(outbox, facts('g', alert('a', 'firing'), alert('c', 'firing')))
  await clock.advance(10_000)
  expect(sent).toEqual(['0 g a', '0 h b', '1 g a+c', '1 h b'])
  expect(counts.get('weir_alerting_notifications_superseded_total{integration="webhook"}')).toBe(1)
})

test('resolved waits behind unsent firing, and gives way to firing again', async () => {
  const { clock, sent, open, put, store } = setUp((_, i) => (i < 1 ? retryLater('away') : SENT))
  await using outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(100)
  await put(outbox, facts('g', alert('a', 'resolved')))
  await clock.advance(10_000)
  expect(sent).toEqual(['0 g a', '1 g a', '1 g a!'])
})

test('what was in flight when a newer one came is not repeated once it failed', async () => {
  const answers: ((outcome: Outcome) => void)[] = []
  const { clock, sent, open, put, store } = setUp(
    () => new Promise<Outcome>((resolve) => answers.push(resolve)),
  )
  await using outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(10)
  await put(outbox, facts('g', alert('b', 'firing')))
  answers[0]!(retryLater('too slow'))
  await clock.advance(5000)
  answers[1]!(SENT)
  await clock.advance(5000)
  expect(sent).toEqual(['0 g a', '1.01 g b'])
})

test('at most so many requests run at a time', async () => {
  const answers: ((outcome: Outcome) => void)[] = []
  const { clock, sent, open, put, store } = setUp(
    () => new Promise<Outcome>((resolve) => answers.push(resolve)),
  )
  await using outbox = open(store)
  for (let i = 0; i < 20; i++) await put(outbox, facts(`g${i}`, alert('a', 'firing')))
  await clock.advance(1)
  expect(sent).toHaveLength(OUTBOX_LIMITS.concurrency)
  while (sent.length < 20) {
    answers.splice(0).forEach((answer) => answer(SENT))
    await clock.advance(1)
  }
  answers.splice(0).forEach((answer) => answer(SENT))
  await clock.advance(1)
  expect(outbox.views().every((view) => view.state === 'sent')).toBe(true)
})

test('killed between the write and the sending: the next life sends it', async () => {
  const { clock, sent, open, put, store } = setUp((_, i) => (i === 0 ? retryLater('away') : SENT))
  const first = open(store)
  await put(first, facts('g', alert('a', 'firing')))
  const disk = store.snapshot()
  await first[Symbol.asyncDispose]()
  sent.length = 0
  await using second = open(new MemoryStore(disk))
  await clock.advance(10_000)
  expect(sent).toEqual(['0 g a', '1 g a'].slice(0, sent.length))
  expect(second.views()).toMatchObject([{ state: 'sent', groupKey: 'g' }])
})

test('a receiver that the config lost: failed, and said so', async () => {
  const { clock, sent, open, put, store } = setUp(() => SENT)
  await using outbox = open(store, false)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(1000)
  expect(sent).toEqual([])
  expect(outbox.views()[0]).toMatchObject({
    state: 'failed',
    lastError: 'Cannot notify "r": the config has no such webhook any more',
  })
})

test('a full disk does not keep it from being sent, and it is known to have been said', async () => {
  const { clock, sent, counts, open, put, store } = setUp(() => SENT)
  await using outbox = open(store)
  store.failure = new Error('disk full')
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(1000)
  expect(sent).toEqual(['0 g a'])
  expect(outbox.logEntry(TO, 'g')).toMatchObject({ firing: ['a'] })
  expect(counts.get('weir_alerting_store_failures_total{part="outbox"}')).toBe(2)
  store.failure = undefined
  await put(outbox, facts('g', alert('b', 'firing')))
  expect(store.get('alerting/log/["r","webhook",0]g')).toMatchObject({ firing: ['b'] })
})

test('a notifier that throws is our mistake, and its notification is not lost by it', async () => {
  const { clock, sent, open, put, store } = setUp((_, i) => {
    if (i === 0) throw new Error('oops')
    return SENT
  })
  await using outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(5000)
  expect(sent).toEqual(['0 g a', '1 g a'])
})

test('a full outbox and the history go by the limits that were given', async () => {
  const { clock, open, put, store } = setUp((_facts, count) =>
    count === 0 ? retryLater('x') : SENT,
  )
  await using outbox = open(store, true, { pending: 1, history: 2 })
  await put(outbox, facts('g', alert('a', 'firing')))
  await expect(put(outbox, facts('h', alert('a', 'firing')))).rejects.toThrow(
    'want less than 1 unsent ones (notifications.max_pending)',
  )
  await clock.advance(5000)
  for (const group of ['h', 'i', 'j']) {
    await put(outbox, facts(group, alert('a', 'firing')))
    await clock.advance(1)
  }
  expect(outbox.views()).toHaveLength(2)
})

test('the history is bounded', async () => {
  const { clock, open, put, store } = setUp(() => SENT)
  await using outbox = open(store)
  for (let i = 0; i < OUTBOX_LIMITS.history + 20; i++) {
    await put(outbox, facts(`g${i}`, alert('a', 'firing')))
    await clock.advance(1)
  }
  expect(outbox.views()).toHaveLength(OUTBOX_LIMITS.history)
  expect(outbox.views()[0]!.groupKey).toBe(`g${OUTBOX_LIMITS.history + 19}`)
  expect([...store.entries('alerting/outbox/')]).toHaveLength(OUTBOX_LIMITS.history)
})

test.each([
  [{ expr: 'x > 1', value: 2, threshold: { operator: '>', value: 1 }, unit: 'bytes' }],
  [{ expr: 'x < Inf', value: Number.NaN, threshold: { operator: '<', value: Infinity } }],
  [{ expr: 'x', value: -Infinity }],
  [undefined],
] as const)('what an alert shows as evidence outlives a restart: %j', async (evidence) => {
  const heard: unknown[] = []
  const { open, put, store, clock } = setUp(({ alerts: [first] }) => {
    heard.push(first?.evidence)
    return retryLater('away')
  })
  const first = open(store)
  await put(first, facts('g', { ...alert('a', 'firing'), ...(evidence && { evidence }) }))
  await clock.advance(0)
  const disk = new MemoryStore(store.snapshot())
  await first[Symbol.asyncDispose]()
  await using _ = open(disk)
  await clock.advance(1000)
  expect(heard).toEqual([evidence, evidence])
})

test('a failed one can be tried again: as a new one, once', async () => {
  const { clock, sent, open, put, store } = setUp((_, i) => (i === 0 ? refused('no') : SENT))
  await using outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(10)
  const [dead] = outbox.views()
  expect(dead).toMatchObject({ state: 'failed', failure: 'refused', isRetryable: true })
  await using later = open(new MemoryStore(store.snapshot())) // over a restart too
  expect(await later.retry(dead!.id)).toMatchObject({ state: 'pending', attempts: 0 })
  await clock.advance(10)
  expect(sent).toEqual(['0 g a', '0.01 g a!']) // nobody knows the alert any more: it has ended
  expect(later.views()).toMatchObject([{ state: 'sent', status: 'resolved' }])
  await expect(later.retry(dead!.id)).rejects.toMatchObject({ code: 'NOTIFICATION_UNKNOWN' })
  await expect(later.retry(later.views()[0]!.id)).rejects.toMatchObject({
    code: 'NOTIFICATION_STATE',
  })
})

test('what is tried again counts as said, for as long as it would have', async () => {
  const { clock, ends, open, put, store } = setUp((_, i) => (i === 0 ? refused('no') : SENT))
  ends.set('a', Infinity)
  await using outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(10)
  expect(outbox.logEntry(TO, 'g')).toBeUndefined()
  await outbox.retry(outbox.views()[0]!.id)
  expect(outbox.logEntry(TO, 'g')).toMatchObject({
    firing: ['a'],
    atMs: 1_000_010,
    expiresMs: 1_000_010 + 2 * 3_600_000,
  })
})

test('of a group only the last that failed can be tried again, and none once a newer one was sent', async () => {
  const { clock, open, put, store } = setUp((_, i) => (i < 2 ? refused('no') : SENT))
  await using outbox = open(store)
  for (let i = 0; i < 2; i++) {
    await put(outbox, facts('g', alert('a', 'firing')))
    await clock.advance(10)
  }
  const retryable = (): boolean[] => outbox.views().map(({ isRetryable }) => isRetryable)
  expect(retryable()).toEqual([true, false])
  await put(outbox, facts('g', alert('a', 'firing'), alert('b', 'firing')))
  await clock.advance(10)
  expect(retryable()).toEqual([false, false, false])
  await using later = open(new MemoryStore(store.snapshot()))
  expect(later.views()).toEqual(outbox.views())
})

test('a waiting one can be hurried, and taken back', async () => {
  const { clock, sent, open, put, store } = setUp(() => retryLater('away'))
  await using outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(100_000)
  sent.length = 0
  await outbox.retry(outbox.views()[0]!.id)
  await clock.advance(1)
  expect(sent).toEqual(['100 g a'])
  await outbox.discard(outbox.views()[0]!.id)
  await clock.advance(3_600_000)
  expect(sent).toHaveLength(1)
  expect([outbox.views(), [...store.entries('alerting/outbox/')]]).toEqual([[], []])
  await expect(outbox.discard('x')).rejects.toThrow('Cannot find notification "x"')
})

test('what is being sent is not taken back', async () => {
  const { clock, open, put, store } = setUp(() => new Promise<Outcome>(() => undefined))
  const outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(1)
  const { id } = outbox.views()[0]!
  await expect(outbox.discard(id)).rejects.toMatchObject({ code: 'NOTIFICATION_STATE' })
  expect(await outbox.retry(id)).toMatchObject({ id, state: 'pending' })
})

test('what failed ones were to say is bounded in bytes', async () => {
  const { clock, open, put, store } = setUp(() => refused('no'))
  const one = JSON.stringify(facts('g0', alert('a', 'firing'))).length
  await using outbox = open(store, true, { failedBytes: 3 * one })
  for (let i = 0; i < 5; i++) {
    await put(outbox, facts(`g${i}`, alert('a', 'firing')))
    await clock.advance(10)
  }
  const kept = outbox.views().filter(({ isRetryable }) => isRetryable)
  expect(kept.length).toBeGreaterThan(0)
  expect(kept.length).toBeLessThan(5)
  expect(outbox.views().slice(0, kept.length)).toEqual(kept) // the newest
  const bytes = JSON.stringify([...store.entries('alerting/outbox/')].map(([, v]) => v)).length
  expect(bytes).toBeLessThan(5 * one + 5 * 400)
})

test('a group with a key longer than the store takes is kept like others', async () => {
  const { clock, open, put, store } = setUp(() => SENT)
  await using outbox = open(store)
  const key = 'ä'.repeat(2000)
  await put(outbox, facts(key, alert('a', 'firing')))
  await clock.advance(1)
  const keys = [...store.entries('alerting/')].map(([name]) => Buffer.byteLength(name))
  expect(Math.max(...keys)).toBeLessThan(1900)
  expect(outbox.logEntry(TO, key)).toMatchObject({ firing: ['a'] })
})

test('a receiver that asks for quiet is given it, by all groups', async () => {
  const { clock, sent, open, put, store } = setUp((_, attempt) =>
    attempt === 0 ? retryLater('slow down', 60_000) : SENT,
  )
  await using outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(1000)
  await put(outbox, facts('h', alert('b', 'firing')))
  await clock.advance(58_000)
  expect(sent).toEqual(['0 g a'])
  await clock.advance(2000)
  expect(sent.toSorted()).toEqual(['0 g a', '60 g a', '60 h b'])
})

test('those that wait for their turn at a receiver see that it asks for quiet', async () => {
  const { clock, sent, open, put, store } = setUp(async (_, attempt) => {
    await clock.sleep(5000)
    return attempt === 0 ? retryLater('slow down', 60_000) : SENT
  })
  await using outbox = open(store, true, { concurrency: 1 })
  for (const group of ['g', 'h', 'i']) await put(outbox, facts(group, alert('a', 'firing')))
  await clock.advance(60_000)
  expect(sent).toEqual(['0 g a'])
  await clock.advance(30_000)
  expect(sent).toHaveLength(4)
})

test('whoever says by hand that it is to be tried now is heard', async () => {
  const { clock, sent, open, put, store } = setUp((_, attempt) =>
    attempt === 0 ? retryLater('slow down', 60_000) : SENT,
  )
  await using outbox = open(store)
  await put(outbox, facts('g', alert('a', 'firing')))
  await clock.advance(1000)
  await outbox.retry(outbox.views()[0]!.id)
  await clock.advance(0)
  expect(sent).toEqual(['0 g a', '1 g a'])
})
