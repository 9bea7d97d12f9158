import { type Alert, Labels, WeirError } from '@weir/model'
import { expect, test } from 'vitest'
import { type LogEntry, logEntry } from '../notify/stages.ts'
import { AlertingEvents } from '../telemetry.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore, recordingTelemetry } from '../testing/memory-rooms.ts'
import { AlertStore } from './alert-store.ts'
import { type Routing, parseRouting } from './config.ts'
import { Dispatcher } from './dispatcher.ts'
import type { NotificationDoor } from './door.ts'

const CONFIG = `
route:
  receiver: hook
  group_by: [team]
  group_wait: 0s
  group_interval: 1m
  labels: {who: '{{ .GroupLabels.team | toUpper }} of {{ len .Alerts }}', plain: x, bad: '{{ index .Alerts 9 }}'}
  routes:
  - matchers: [severity=page]
    continue: true
    labels: {plain: y, level: page}
  - matchers: [severity=page]
    receiver: nobody
receivers:
- {name: hook, webhook_configs: [{url: 'http://r/'}]}
- {name: nobody}
`

const clock = (): ManualClock => new ManualClock(Date.UTC(2026, 0, 1))

function routingOf(text: string): Routing {
  const fetch = (): never => {
    throw new Error('nothing is sent here')
  }
  return parseRouting({ fileName: 'am.yml', text }, { clock: clock(), fetch })
}

/** Keeps what is put, and may take its time or refuse. */
class StandInDoor implements NotificationDoor {
  readonly told: string[] = []
  readonly #log = new Map<string, LogEntry>()
  /** What a put waits for. */
  wait: Promise<void> = Promise.resolve()
  isFull = false

  logEntry(_: object, groupKey: string): LogEntry | undefined {
    return this.#log.get(groupKey)
  }

  async note(_: object, groupKey: string, entry: LogEntry): Promise<void> {
    this.#log.set(groupKey, entry)
  }

  async put(...given: Parameters<NotificationDoor['put']>): Promise<void> {
    const [, facts, telling] = given
    if (this.isFull) throw new WeirError('NOTIFY_FAILED', 'full')
    await this.wait
    const names = facts.alerts.map(({ labels }) => labels.get('alertname')).join(' ')
    this.told.push(`${facts.reason}: ${names} ${facts.routeLabels.toString()}`)
    this.#log.set(facts.groupKey, logEntry(telling, ''))
  }
}

function opened(
  options: {
    readonly text?: string
    readonly groupsMax?: number
    readonly store?: MemoryStore
  } = {},
) {
  const { text = CONFIG, groupsMax, store = new MemoryStore() } = options
  const time = clock()
  const door = new StandInDoor()
  const { telemetry, counts, lines } = recordingTelemetry()
  const routing = routingOf(text)
  const dispatcher = new Dispatcher(routing, new AlertStore(store), {
    clock: time,
    door,
    events: new AlertingEvents(telemetry),
    silencer: { silencedBy: () => [] },
    externalUrl: '',
    ...(groupsMax === undefined ? {} : { groupsMax }),
  })
  return { time, door, dispatcher, routing, counts, lines }
}

const alert = (labels: Record<string, string>, startsAtMs: number): Alert => ({
  labels: Labels.of(labels),
  annotations: Labels.EMPTY,
  startsAtMs,
  endsAtMs: startsAtMs + 86_400_000,
  generatorUrl: '',
})

test('a reload while a turn is under way waits for it, and tells nothing twice', async () => {
  const { time, door, dispatcher, routing } = opened()
  await using _ = dispatcher
  await dispatcher.regroup(routing)
  let letGo!: () => void
  door.wait = new Promise((resolve) => {
    letGo = resolve
  })
  await dispatcher.receive([alert({ alertname: 'a', team: 'x' }, time.now())])
  await time.advance(1)
  const reloaded = dispatcher.regroup(routingOf(`${CONFIG}# again`))
  await dispatcher.receive([alert({ alertname: 'b', team: 'y' }, time.now())])
  await time.advance(1)
  expect(door.told).toEqual([])
  letGo()
  await reloaded
  await time.advance(50_000)
  expect(door.told.map((line) => line.slice(0, 21))).toEqual([
    'first notification: a',
    'first notification: b',
  ])
  await time.advance(600_000)
  expect(door.told).toHaveLength(2)
})

test('labels of routes are templates, inherited, and left out where they fail', async () => {
  const { time, door, dispatcher, routing, counts } = opened()
  await using _ = dispatcher
  await dispatcher.regroup(routing)
  await dispatcher.receive([
    alert({ alertname: 'a', team: 'x' }, time.now()),
    alert({ alertname: 'b', team: 'x', severity: 'page' }, time.now()),
  ])
  await time.advance(1)
  expect(door.told.toSorted()).toEqual([
    'first notification: a {plain="x", who="X of 1"}',
    'first notification: b {level="page", plain="y", who="X of 1"}',
  ])
  expect(counts.get('weir_alerting_route_labels_failed_total')).toBe(2)
})

test('a group that the outbox has no room for tries again after ten seconds', async () => {
  const { time, door, dispatcher, routing } = opened()
  await using _ = dispatcher
  await dispatcher.regroup(routing)
  door.isFull = true
  await dispatcher.receive([alert({ alertname: 'a' }, time.now())])
  await time.advance(9000)
  door.isFull = false
  expect(door.told).toEqual([])
  await time.advance(1000)
  expect(door.told).toHaveLength(1)
})

test('past the limit of groups an alert is not told and counted, until there is room', async () => {
  const { time, door, dispatcher, routing, counts } = opened({ groupsMax: 1 })
  await using _ = dispatcher
  await dispatcher.regroup(routing)
  const [a, b] = [
    alert({ alertname: 'a', team: 'x' }, time.now()),
    alert({ alertname: 'b', team: 'y' }, time.now()),
  ]
  await dispatcher.receive([a, b])
  await time.advance(1)
  expect(counts.get('weir_alerting_groups_refused_total')).toBe(1)
  expect(door.told).toHaveLength(1)
  await dispatcher.receive([{ ...a, endsAtMs: time.now() }])
  await time.advance(60_000)
  await dispatcher.receive([b])
  await time.advance(1)
  expect(door.told.map((line) => line.split(' {')[0])).toEqual([
    'first notification: a',
    'all alerts resolved: a',
    'first notification: b',
  ])
})

test('after a restart a group waits as long as the alert that needs it most', async () => {
  const store = new MemoryStore()
  const before = opened({ store })
  await before.dispatcher.regroup(before.routing)
  await before.dispatcher.receive([
    alert({ alertname: 'a', team: 'x' }, before.time.now()),
    alert({ alertname: 'b', team: 'x' }, before.time.now()),
    alert({ alertname: 'c', team: 'y' }, before.time.now()),
  ])
  await before.dispatcher[Symbol.asyncDispose]()
  const { time, dispatcher, routing } = opened({ store })
  await using _ = dispatcher
  const held = new Map([
    ['a', 20_000],
    ['b', 65_000],
    ['c', 30_000],
  ])
  await dispatcher.regroup(routing, ({ labels }) => held.get(labels.get('alertname')) ?? 0)
  const waits = dispatcher.groups().map(({ dueMs = 0 }) => dueMs - time.monotonicMs())
  expect(waits.toSorted((a, b) => a - b)).toEqual([30_000, 65_000])
})
