import { afterEach, describe, expect, test } from 'vitest'
import { DeskStand, START_MS, request } from './testing/desk-stand.ts'
import { pollRequest } from './protocol.ts'

const MINUTE = 60_000
const ALL = { service: '', logger: '', instance: '', host: '' }

let open: DeskStand | undefined
afterEach(async () => {
  await open?.desk[Symbol.asyncDispose]()
  open = undefined
})

async function stand(limits: object = {}): Promise<DeskStand> {
  open = await DeskStand.open(limits)
  return open
}

/** A process that waits, knowing what holds. */
async function waiting(
  at: DeskStand,
  instance: string,
): Promise<{ answer: Promise<unknown>; isOut: () => boolean }> {
  const { overridesVersion } = await at.poll(instance)
  let out = false
  const answer = at.poll(instance, { overridesVersion, waitMs: 30_000 }).then((said) => {
    out = true
    return said
  })
  await at.clock.moveTo(at.clock.now())
  return { answer, isOut: () => out }
}

describe('a process that asks', () => {
  test('hears of nothing, and waits its time for it', async () => {
    const at = await stand()
    expect(await at.poll('a')).toEqual({
      overridesVersion: '0',
      overrides: [],
      wantLoggers: false,
    })
    const { answer, isOut } = await waiting(at, 'a')
    await at.clock.moveTo(START_MS + 29_999)
    expect(isOut()).toBe(false)
    await at.clock.moveTo(START_MS + 30_000)
    expect(await answer).toMatchObject({ overrides: [] })
  })

  test('hears at once of an override for it, and others do not', async () => {
    const at = await stand()
    const orders = await waiting(at, 'a')
    const other = await waiting(at, 'b')
    const { id } = await at.set('kafka*', { selector: { instance: 'a' } })
    expect(await orders.answer).toMatchObject({
      overrides: [{ id, logger: 'kafka*', level: 'debug', remainingMs: 600_000 }],
    })
    await at.clock.moveTo(at.clock.now())
    expect(other.isOut()).toBe(false)
  })

  test('hears at once that one is over: by time, and by somebody', async () => {
    const at = await stand()
    await at.set('*', { durationMs: 5000 })
    const first = await waiting(at, 'a')
    await at.clock.moveTo(START_MS + 5000)
    expect(await first.answer).toMatchObject({ overrides: [], overridesVersion: '0' })
    const { id } = await at.set('*')
    const second = await waiting(at, 'a')
    await at.desk.clear(id, 'bob')
    expect(await second.answer).toMatchObject({ overrides: [] })
  })

  test('is told how long is left, not until when', async () => {
    const at = await stand()
    await at.set('*', { durationMs: 10_000 })
    await at.clock.moveTo(START_MS + 4000)
    expect((await at.poll('a')).overrides[0]?.remainingMs).toBe(6000)
  })

  test('is asked for its loggers when Weir does not know them', async () => {
    const at = await stand()
    const without = { ...request('a'), loggers: undefined, waitMs: 30_000 }
    const signal = new AbortController().signal
    expect((await at.desk.poll(without, signal)).wantLoggers).toBe(true)
    await at.poll('a')
    const known = { ...without, waitMs: 0 }
    expect((await at.desk.poll(known, signal)).wantLoggers).toBe(false)
    expect((await at.desk.poll({ ...known, loggersVersion: 2 }, signal)).wantLoggers).toBe(true)
  })

  test('has one request held: a second one answers the first', async () => {
    const at = await stand()
    const first = await waiting(at, 'a')
    const second = at.poll('a', { overridesVersion: '0', waitMs: 30_000 })
    expect(await first.answer).toMatchObject({ overrides: [] })
    await at.clock.moveTo(START_MS + 30_000)
    await second
  })

  test('is answered when the server stops or the socket closes', async () => {
    const at = await stand()
    await at.poll('a')
    const stopping = new AbortController()
    const answer = at.desk.poll(
      request('a', { overridesVersion: '0', waitMs: 30_000 }),
      stopping.signal,
    )
    await at.clock.moveTo(START_MS)
    stopping.abort()
    expect(await answer).toMatchObject({ overridesVersion: '0' })
  })

  test('is shown as gone when it is silent, forgotten later, and off at once when it says so', async () => {
    const at = await stand()
    await at.poll('a')
    await at.poll('b')
    await at.poll('b', { leaving: true })
    const states = (): string[] =>
      at.desk.loggers(ALL).services.flatMap(({ instances }) => instances.map(({ state }) => state))
    expect(states()).toEqual(['connected'])
    await at.clock.moveTo(START_MS + 91_000)
    expect(states()).toEqual(['gone'])
    expect(at.metric('weir_loggers_instances')).toMatchObject({ '{state="gone"}': 1 })
    await at.clock.moveTo(START_MS + 62 * MINUTE)
    expect(states()).toEqual([])
  })
})

describe('an override', () => {
  test('counts who took it, who did not, and what it let through', async () => {
    const at = await stand()
    for (const name of ['a', 'b', 'c', 'd']) await at.poll(name)
    const { id } = await at.set('kafka', { recordsMax: 50 })
    await at.poll('a', { applied: [{ id, loggers: 1, records: 3 }] })
    await at.poll('b', { applied: [{ id, loggers: 0, records: 0 }] })
    await at.poll('c', { applied: [{ id, loggers: 1, records: 50 }] })
    const seen = at.desk.override(id)
    expect(seen.reach.map(({ instance, state }) => [instance, state])).toEqual([
      ['a', 'applied'],
      ['b', 'none'],
      ['c', 'spent'],
      ['d', 'waiting'],
    ])
    expect(seen).toMatchObject({ appliedCount: 2, ofCount: 3, records: 53, state: 'active' })
    await at.poll('a', { applied: [{ id, loggers: 1, records: 10 }] })
    expect(at.desk.override(id).records).toBe(60)
    expect(at.metric('weir_loggers_records_admitted_total')).toEqual({ '{}': 60 })
  })

  test('shows in the list which loggers it is for', async () => {
    const at = await stand()
    await at.poll('a')
    await at.poll('b', {
      loggers: { kafka: { effective: 'debug' }, sink: { effective: 'info' } },
    })
    const { id } = await at.set('k*')
    expect(at.desk.loggers({ ...ALL, logger: '*a*' }).services[0]?.loggers).toEqual([
      { name: 'kafka', effective: { info: 1, debug: 1 }, overrides: [id] },
    ])
  })

  test('outlives a restart, and one that is over meanwhile ends then', async () => {
    const at = await stand()
    const short = await at.set('*', { durationMs: 5000 })
    const long = await at.set('*')
    const before = await at.poll('a')
    await at.clock.moveTo(START_MS + 1000)
    await at.desk[Symbol.asyncDispose]()
    await at.clock.moveTo(START_MS + 6000)
    await at.start()
    expect(at.desk.overrides().map(({ id }) => id)).toEqual([long.id])
    expect(at.desk.override(short.id)).toMatchObject({ state: 'expired', endedMs: START_MS + 6000 })
    // What a process knows means the same as before: with both it is another version.
    expect((await at.poll('a')).overridesVersion).not.toBe(before.overridesVersion)
    await at.start()
    expect(at.desk.overrides().map(({ id }) => id)).toEqual([long.id])
  })

  test('ends even when its end cannot be written', async () => {
    const at = await stand()
    await at.set('*', { durationMs: 5000 })
    const { answer } = await waiting(at, 'a')
    at.store.failure = new Error('no room')
    await at.clock.moveTo(START_MS + 5000)
    expect(await answer).toMatchObject({ overrides: [] })
    expect(at.desk.overrides()).toEqual([])
  })

  test('does not hold when it cannot be written', async () => {
    const at = await stand()
    at.store.failure = new Error('no room')
    await expect(at.set('*')).rejects.toThrow('no room')
    expect((await at.poll('a')).overrides).toEqual([])
  })

  test('is kept with who, what and how it ended, as many as may be', async () => {
    const at = await stand({ max_audit: 2 })
    await at.poll('a')
    for (const reason of ['one', 'two', 'three']) {
      const { id } = await at.set('*', { reason })
      await at.poll('a', { applied: [{ id, loggers: 2, records: 7 }] })
      await at.clock.moveTo(at.clock.now() + 1000)
      await at.desk.clear(id, 'bob')
    }
    const held = await at.set('sink', { reason: 'four' })
    await at.start({ max_audit: 2 })
    expect(at.desk.audit()).toMatchObject([
      { id: held.id, state: 'active', author: 'ann', from: '127.0.0.1' },
      {
        reason: 'three',
        state: 'cleared',
        endedBy: 'bob',
        appliedCount: 1,
        ofCount: 1,
        records: 7,
      },
      { reason: 'two' },
    ])
    expect(at.desk.audit()).toHaveLength(3)
  })

  test('takes a last count after its end', async () => {
    const at = await stand()
    const { id } = await at.set('*')
    await at.poll('a', { applied: [{ id, loggers: 2, records: 7 }] })
    await at.desk.clear(id, '')
    await at.poll('a', { applied: [{ id, loggers: 2, records: 9 }] })
    expect(at.desk.override(id).records).toBe(9)
  })

  test('that is over or unknown cannot be cleared', async () => {
    const at = await stand()
    const { id } = await at.set('*')
    await at.desk.clear(id, '')
    await expect(at.desk.clear(id, '')).rejects.toMatchObject({ code: 'OVERRIDE_UNKNOWN' })
    expect(() => at.desk.override('nope')).toThrow('Cannot find override "nope"')
  })
})

describe('limits', () => {
  test('of processes: those that are gone make room, others do not', async () => {
    const at = await stand({ max_instances: 2 })
    await at.poll('a')
    await at.poll('b')
    await expect(at.poll('c')).rejects.toMatchObject({ code: 'LOGGERS_FULL' })
    await at.poll('a')
    expect(at.metric('weir_loggers_refused_total')).toMatchObject({ '{reason="instances"}': 1 })
    await at.clock.moveTo(START_MS + 100_000)
    await at.poll('b')
    await at.poll('c')
    const [orders] = at.desk.loggers(ALL).services
    expect(orders?.instances.map(({ instance }) => instance)).toEqual(['b', 'c'])
  })

  test('of loggers: the others are counted, and room comes back', async () => {
    const at = await stand({ max_loggers: 3, max_loggers_total: 4 })
    const many = Object.fromEntries(
      ['e', 'd', 'c', 'b', 'a'].map((name) => [name, { effective: 'info' as const }]),
    )
    await at.poll('a', { loggers: many })
    await at.poll('b', { loggers: many })
    const counts = (): number[][] =>
      at.desk
        .loggers(ALL)
        .services.flatMap(({ instances }) =>
          instances.map(({ loggerCount, unlistedCount }) => [loggerCount, unlistedCount]),
        )
    expect(counts()).toEqual([
      [3, 2],
      [1, 4],
    ])
    expect(at.desk.loggers(ALL).services[0]?.loggers.map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
    ])
    await at.poll('a', { leaving: true })
    await at.poll('b', { loggers: many, loggersVersion: 2 })
    expect(counts()).toEqual([[3, 2]])
  })

  test('of overrides', async () => {
    const at = await stand({ max_overrides: 1 })
    await at.set('*')
    await expect(at.set('*')).rejects.toMatchObject({ code: 'OVERRIDES_FULL' })
    expect(at.metric('weir_loggers_refused_total')).toMatchObject({ '{reason="overrides"}': 1 })
  })

  test.each([
    ['instance', ''],
    ['instance', 'x'.repeat(65)],
    ['service', 7],
    ['pid', -1],
    ['labels', Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`l${i}`, '']))],
    ['loggers', { a: { effective: 'verbose' } }],
    ['loggers', { ['x'.repeat(257)]: { effective: 'info' } }],
    ['applied', [{ id: 'a' }]],
    ['waitMs', -1],
    ['loggersVersion', 1.5],
  ])('of a request: %s may not be %j', (field, value) => {
    const result = pollRequest.safeParse({ ...request('a'), [field]: value })
    expect(result.error?.issues[0]?.path[0]).toBe(field)
  })

  test('of a wait: more counts as 30 s, and unknown fields are ignored', () => {
    const read = pollRequest.parse({ ...request('a'), waitMs: 1e9, colour: 'red' })
    expect(read).toMatchObject({ waitMs: 30_000 })
    expect(read).not.toHaveProperty('colour')
  })
})

test.each([
  [{}, true],
  [{ service: 'ord*' }, true],
  [{ service: 'ord' }, false],
  [{ host: 'host-a', service: 'orders' }, true],
  [{ host: 'host-b' }, false],
  [{ version: '2.*' }, false],
  [{ pipeline: 'p' }, false],
  [{ labels: { zone: 'eu-*' } }, true],
  [{ labels: { zone: 'us' } }, false],
  [{ labels: { rack: '?' } }, false],
  [{ labels: { rack: '*' } }, true],
])('a selector %j means the process: %s', async (selector, isMeant) => {
  const at = await stand()
  await at.set('*', { selector })
  const { overrides } = await at.poll('a', { labels: { zone: 'eu-1' } })
  expect(overrides).toHaveLength(isMeant ? 1 : 0)
})
