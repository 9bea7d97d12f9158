import type { KeyValueStore } from '@weir/model'
import { assert, integer, oneof, property } from 'fast-check'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { type AuditFilter, auditPage } from './audit-filter.ts'
import { AuditLog } from './audit-log.ts'
import { auditConfig } from './config.ts'
import { type Change, chainOf } from './entry.ts'

const ANN = { kind: 'user', name: 'ann', address: '192.0.2.7' } as const

/** A key-value store in memory that may be told to fail. */
class Memory implements KeyValueStore {
  readonly kept = new Map<string, string>()
  isFull = false

  get(key: string): unknown {
    const text = this.kept.get(key)
    return text === undefined ? undefined : JSON.parse(text)
  }

  async write(changes: Parameters<KeyValueStore['write']>[0]): Promise<void> {
    if (this.isFull) throw new Error('disk full')
    for (const { key, value } of changes) {
      if (value === undefined) this.kept.delete(key)
      else this.kept.set(key, JSON.stringify(value))
    }
  }

  *entries(prefix: string): Generator<[string, unknown]> {
    for (const key of [...this.kept.keys()].toSorted()) {
      if (key.startsWith(prefix)) yield [key, this.get(key)]
    }
  }
}

/** A log on a store, at a time that tests set. */
function stand(given: Partial<ReturnType<typeof auditConfig.parse>> = {}, store = new Memory()) {
  const registry = new Registry()
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(line) }
  const log = new Log(pino({ level: 'info' }, stream))
  const now = { ms: Date.parse('2026-01-02T03:04:05Z') }
  const clock = { now: () => now.ms as never, monotonicMs: () => 0, sleep: async () => undefined }
  const limits = { ...auditConfig.parse({}), ...given }
  const audit = new AuditLog({ limits, clock, telemetry: { registry, log } })
  const figure = (name: string): number =>
    registry
      .collect()
      .flatMap(({ samples }) => samples)
      .filter((sample) => sample.name === name)
      .reduce((sum, { value }) => sum + value, 0)
  return { audit, store, now, lines, figure }
}

const change = (target: string, refused = ''): Change => ({
  who: ANN,
  action: 'silence.set',
  target,
  refused,
})

test('what was recorded is there after a start, in order, with who and when; each is a line of log', async () => {
  const first = stand()
  await first.audit.record(change('before the store is open'))
  await first.audit.open(first.store)
  first.now.ms += 1000
  await first.audit.record({ ...change('b'), details: { until: 'noon' } })
  const second = stand({}, first.store)
  await second.audit.open(second.store)
  await second.audit.record(change('c'))
  const { entries } = second.audit
  expect(entries.map(({ id, target }) => [Number(id), target])).toEqual([
    [1, 'before the store is open'],
    [2, 'b'],
    [3, 'c'],
  ])
  expect(entries[1]).toMatchObject({
    who: ANN,
    action: 'silence.set',
    result: 'done',
    details: { until: 'noon' },
    atMs: Date.parse('2026-01-02T03:04:06Z'),
  })
  expect(second.audit.chain).toEqual({ state: 'whole' })
  const line = JSON.parse(first.lines.at(-1)!) as { readonly audit: unknown; readonly msg: string }
  expect(line).toMatchObject({ msg: 'Audit', audit: { target: 'b', hash: entries[1]!.hash } })
})

test('old ones go by count, by size and by age; the chain of the rest stays whole', async () => {
  const { audit, store, now, figure } = stand({ max_entries: 100, retention_time: 60_000 })
  await audit.open(store)
  for (let k = 0; k < 150; k++) await audit.record(change(`t${k}`))
  expect([audit.entries.length, store.kept.size, audit.entries[0]!.target]).toEqual([
    100,
    100,
    't50',
  ])
  expect(chainOf(audit.entries)).toEqual({ state: 'whole' })
  now.ms += 61_000
  expect(audit.entries).toEqual([])
  await audit.record(change('new'))
  expect([...store.kept.keys()]).toEqual(['audit/000000000000151'])
  expect(figure('weir_audit_evicted_total')).toBe(150)

  const small = stand({ max_bytes: 65_536 })
  await small.audit.open(small.store)
  for (let k = 0; k < 300; k++) await small.audit.record(change('x'.repeat(10_000)))
  expect(small.audit.entries.length).toBeLessThan(100)
  expect(small.audit.entries.at(-1)!.target).toHaveLength(500)
})

test('a flood of refusals is counted, and does not push out what was done', async () => {
  const { audit, store, now, figure } = stand({ max_refused_per_minute: 3 })
  await audit.open(store)
  await audit.record(change('done'))
  for (let k = 0; k < 1000; k++) await audit.record(change('guess', 'ACCESS_UNKNOWN'))
  expect(audit.entries).toHaveLength(4)
  expect(figure('weir_audit_refused_unkept_total')).toBe(997)
  now.ms += 60_000
  await audit.record(change('guess', 'ACCESS_UNKNOWN'))
  expect(audit.entries.at(-1)).toMatchObject({ uncounted: 997, code: 'ACCESS_UNKNOWN' })
})

test('what holders of the least scope may do without end pushes out nothing, and hides nobody else', async () => {
  const { audit, store } = stand({ max_refused_per_minute: 3 })
  await audit.open(store)
  const minor = (name: string, action: string): Change => ({
    ...change('job/x'),
    who: { ...ANN, name },
    action,
    isMinor: true,
  })
  for (let k = 0; k < 1000; k++) await audit.record(minor('loader', 'push-group.delete'))
  await audit.record(minor('loader', 'session.begin'))
  await audit.record(minor('bob', 'push-group.delete'))
  for (let k = 0; k < 9; k++) await audit.record(change('done'))
  expect(audit.entries.map(({ who, action }) => `${who.name} ${action}`)).toEqual([
    ...Array<string>(3).fill('loader push-group.delete'),
    'loader session.begin',
    'bob push-group.delete',
    ...Array<string>(9).fill('ann silence.set'),
  ])
})

test('whoever made a change hears so even when it cannot be written down', async () => {
  const { audit, store, lines, figure } = stand()
  await audit.open(store)
  store.isFull = true
  await audit.record(change('a'))
  expect(figure('weir_audit_unkept_total')).toBe(1)
  expect(lines.at(-1)).toContain('Audit entry not kept')
})

test('an entry that is changed, taken out or put in breaks the chain', async () => {
  const { audit, store } = stand()
  await audit.open(store)
  for (let k = 0; k < 12; k++) await audit.record(change(`t${k}`))
  const { entries } = audit
  const at = integer({ min: 1, max: 10 })
  const forgery = oneof(
    at.map((i) => entries.with(i, { ...entries[i]!, target: 'other' })),
    at.map((i) => entries.with(i, { ...entries[i]!, who: { ...ANN, name: 'bob' } })),
    at.map((i) => entries.with(i, { ...entries[i]!, details: { a: 'b' } })),
    at.map((i) => entries.toSpliced(i, 1)),
    at.map((i) => entries.toSpliced(i, 0, entries[i]!)),
    at.map((i) => entries.toSpliced(i, 2, entries[i + 1]!, entries[i]!)),
  )
  assert(property(forgery, (forged) => chainOf(forged).state === 'broken'))
  const key = [...store.kept.keys()][5]!
  store.kept.set(key, store.kept.get(key)!.replace('t5', 't6'))
  const again = stand({}, store)
  await again.audit.open(store)
  expect(again.audit.chain).toEqual({ state: 'broken', brokenAt: '000000000000006' })
  expect(again.figure('weir_audit_chain_broken')).toBe(1)
})

const ALL: AuditFilter = {
  fromMs: 0,
  toMs: 8.64e15,
  who: '',
  action: '',
  result: '',
  text: '',
  limit: 100,
  before: '',
}

test('entries are found by name, action, result, words and time, page by page', async () => {
  const { audit, store, now } = stand()
  await audit.open(store)
  const told: Change[] = [
    { who: ANN, action: 'silence.set', target: 'a', details: { comment: 'Disk of host-1' } },
    { who: { ...ANN, name: 'bob' }, action: 'silence.expire', target: 'a' },
    { who: ANN, action: 'silencer', target: 'b', refused: 'ACCESS_DENIED' },
  ]
  for (const one of told) {
    await audit.record(one)
    now.ms += 1000
  }
  const ids = (filter: Partial<AuditFilter>): number[] =>
    auditPage(audit, { ...ALL, ...filter }).entries.map(({ id }) => Number(id))
  expect(ids({})).toEqual([3, 2, 1])
  expect(ids({ who: 'ann' })).toEqual([3, 1])
  expect(ids({ action: 'silence' })).toEqual([2, 1])
  expect(ids({ action: 'silence.set' })).toEqual([1])
  expect(ids({ result: 'refused' })).toEqual([3])
  expect(ids({ text: 'HOST-1 disk' })).toEqual([1])
  expect(ids({ text: 'access_denied' })).toEqual([3])
  expect(ids({ toMs: Date.parse('2026-01-02T03:04:05Z') })).toEqual([1])
  const first = auditPage(audit, { ...ALL, limit: 2 })
  expect([first.next, first.kept]).toEqual(['000000000000002', 3])
  expect(ids({ limit: 2, before: first.next })).toEqual([1])
})
