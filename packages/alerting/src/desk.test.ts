import { type Alert, Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { alertingInMemory } from './testing/alerting-in-memory.ts'
import { ManualClock } from './testing/manual-clock.ts'
import { MemoryStore } from './testing/memory-rooms.ts'

const CONFIG = `
route: {receiver: team, group_by: [team], group_wait: 1s, group_interval: 10s, repeat_interval: 1m}
receivers: [{name: team, webhook_configs: [{url: 'http://r/hook'}]}]
`
const START_MS = Date.UTC(2026, 0, 5, 12)

async function setUp(
  config = CONFIG,
  store = new MemoryStore(),
  clock = new ManualClock(START_MS),
) {
  const heard: string[] = []
  const alerting = await alertingInMemory({
    config: { fileName: 'am.yml', text: config },
    store,
    clock,
    fetch: async (_, { body }) => {
      const { alerts } = JSON.parse(String(body)) as {
        readonly alerts: readonly {
          readonly status: string
          readonly labels: { alertname: string }
        }[]
      }
      const names = alerts.map(
        ({ status, labels }) => labels.alertname + (status === 'firing' ? '' : '!'),
      )
      heard.push(`${(clock.now() - START_MS) / 1000} ${names.join('+')}`)
      return { status: 200, headers: new Headers(), text: async () => '' }
    },
  })
  const push = async (name: string, endsAtMs = START_MS + 86_400_000 * 30): Promise<string> => {
    const labels = Labels.of({ alertname: name, team: 'x' })
    const startsAtMs = Math.min(clock.now(), endsAtMs)
    const alert: Alert = {
      labels,
      annotations: Labels.EMPTY,
      startsAtMs,
      endsAtMs,
      generatorUrl: '',
    }
    await alerting.receive([alert])
    return alerting.routing.alerts((one) => one.labels.equals(labels))[0]?.fingerprint ?? ''
  }
  const take = (): string[] => heard.splice(0)
  return { alerting, store, clock, push, take }
}

test('what is acknowledged is not repeated; what is new in its group is told, and so is the end', async () => {
  const { alerting, clock, push, take } = await setUp()
  await using _ = alerting
  const a = await push('a')
  await clock.advance(65_000)
  expect(take()).toEqual(['1 a', '61 a'])
  await alerting.marks.ack([a], { by: 'ann', comment: '' })
  await clock.advance(3_600_000) // much longer than what was said is remembered by itself
  expect(take()).toEqual([])
  await push('b')
  await clock.advance(10_000)
  expect(take()).toEqual(['3671 a+b'])
  await clock.advance(60_000)
  expect(take()).toEqual(['3731 a+b']) // nobody has acknowledged b
  await push('a', clock.now())
  await clock.advance(10_000)
  expect(take()).toEqual(['3741 a!+b'])
  await push('a') // it fires again: the acknowledgement was about the last time
  await clock.advance(120_000)
  expect(take()).toEqual(['3751 a+b', '3811 a+b'])
})

test('an acknowledgement taken back: the repetition is due at the next turn', async () => {
  const { alerting, clock, push, take } = await setUp()
  await using _ = alerting
  const a = await push('a')
  await clock.advance(5000)
  await alerting.marks.ack([a], { by: 'ann', comment: '' })
  await clock.advance(600_000)
  await alerting.marks.unack([a], 'ann')
  await clock.advance(10_000)
  expect(take()).toEqual(['1 a', '611 a'])
})

test('acknowledged over a restart', async () => {
  const first = await setUp()
  const a = await first.push('a')
  await first.clock.advance(5000)
  await first.alerting.marks.ack([a], { by: 'ann', comment: '' })
  const disk = first.store.snapshot()
  await first.alerting[Symbol.asyncDispose]()
  const { alerting, clock, take } = await setUp(CONFIG, new MemoryStore(disk), first.clock)
  await using _ = alerting
  await clock.advance(3_600_000)
  expect(take()).toEqual([])
})

const MAINTENANCE = {
  name: 'Patch',
  comment: '',
  createdBy: 'ann',
  matchers: [{ name: 'team', operator: '=' as const, value: 'x' }],
  start: '2026-01-05T12:01',
  durationMs: 3_600_000,
  timeZone: 'UTC',
  rrule: '',
}

test('under maintenance nobody is told, and it shows; what ended meanwhile is told afterwards', async () => {
  const { alerting, clock, push, take } = await setUp()
  await using _ = alerting
  await push('a')
  await alerting.maintenance.set(MAINTENANCE)
  await clock.advance(61_000)
  expect(take()).toEqual(['1 a'])
  await push('b')
  await clock.advance(60_000)
  expect(alerting.routing.alerts()[0]!.status).toMatchObject({
    state: 'suppressed',
    mutedBy: ['Patch'],
  })
  await push('a', clock.now())
  await clock.advance(3_480_000)
  expect(take()).toEqual([])
  await clock.advance(120_000)
  expect(take()[0]).toMatch(/^36\d1 (a!\+b|b)$/)
  expect(alerting.routing.alerts()[0]!.status.state).toBe('active')
})

test('the life of an alert', async () => {
  const { alerting, clock, push } = await setUp()
  await using _ = alerting
  const a = await push('a')
  await clock.advance(5000)
  await alerting.marks.ack([a], { by: 'ann', comment: 'on it' })
  await alerting.marks.snooze([a], { by: 'ann', untilMs: null, comment: '' })
  await clock.advance(60_000)
  await push('a', clock.now())
  await clock.advance(60_000)
  const question = { fingerprint: a, startMs: 0, endMs: Infinity, limit: 100 }
  const { events, labels } = alerting.history.ask(question)
  expect(
    events.map(({ atMs, kind, why = '' }) => {
      return `${(atMs - START_MS) / 1000} ${kind} ${why.replace(/ [\da-f-]{36}$/, ' ID')}`.trim()
    }),
  ).toEqual([
    '71 notified all alerts resolved',
    '65 resolved',
    '11 held silence ID',
    '5 snoozed',
    '5 acked',
    '1 notified first notification',
    '0 firing',
  ])
  expect(labels.get(a)).toEqual(['alertname', 'a', 'team', 'x'])
  expect(alerting.silences.list()).toMatchObject([
    { state: 'expired', endsAtMs: START_MS + 65_000 },
  ])
})
