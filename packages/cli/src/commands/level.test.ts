import type { LoggerInstance, LoggersView, OverrideReach, OverrideView } from '@weir/packs'
import { describe, expect, test } from 'vitest'
import { loggerLines, loggerNotes, outcomeLines, overrideLines } from '../show/level-text.ts'
import { draftOf, meant, settled } from './level-changes.ts'
import { patternsOf } from './level-queries.ts'

const NOW_MS = Date.parse('2026-01-01T12:00:00Z')

function instance(name: string, more: Partial<LoggerInstance> = {}): LoggerInstance {
  return {
    instance: name,
    kind: 'client',
    service: 'orders',
    version: '',
    host: `host-${name}`,
    pid: 1,
    language: 'node',
    pipeline: '',
    labels: {},
    state: 'connected',
    error: '',
    seenMs: NOW_MS,
    loggerCount: 2,
    unlistedCount: 0,
    ...more,
  }
}

function reached(state: OverrideReach['state'], error = ''): OverrideReach {
  const who = { instance: state, service: 'orders', host: 'h' }
  return { ...who, state, loggerCount: 1, records: 0, error }
}

function override(more: Partial<OverrideView> = {}): OverrideView {
  return {
    id: 'k3v9',
    selector: { service: 'orders' },
    logger: 'kafka*',
    level: 'debug',
    reason: 'INC-7',
    author: 'ann',
    from: '127.0.0.1',
    startsAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 600_000,
    recordsMax: null,
    remainingMs: 599_999,
    records: 12,
    state: 'active',
    endedMs: null,
    endedBy: '',
    appliedCount: 1,
    ofCount: 2,
    reach: [],
    ...more,
  }
}

test('loggers are shown a line each, what is odd apart', () => {
  const view: LoggersView = {
    services: [
      {
        service: 'orders',
        instances: [
          instance('a'),
          instance('b', { state: 'gone' }),
          instance('c', { state: 'failing', error: 'it answers 500' }),
          instance('d', { unlistedCount: 7 }),
        ],
        loggers: [
          { name: 'kafka', effective: { debug: 2, info: 1 }, overrides: ['k3v9'] },
          { name: 'evil\u001b[2J\u202e', effective: { info: 3 }, overrides: [] },
        ],
      },
    ],
  }
  expect(loggerLines(view)).toEqual([
    'Logger                        Level              Of           Override',
    'orders/kafka                  debug: 2, info: 1  3 processes  k3v9',
    String.raw`orders/evil\u{1b}[2J\u{202e}  info               3 processes`,
  ])
  expect(loggerNotes(view)).toEqual([
    'orders on host-b (b) is gone',
    'orders on host-c (c): it answers 500',
    'orders on host-d (d) has 7 more loggers than are listed',
  ])
  expect(loggerLines({ services: [] })).toEqual([])
})

test('changes are shown with how long, by how many, by whom and why', () => {
  const gone = { remainingMs: 0, endedMs: NOW_MS - 90_000 }
  const shown = overrideLines(
    [
      override({ selector: { service: 'orders', host: 'pod-*', labels: { zone: 'eu' } } }),
      override({ id: 'b', selector: {}, logger: '*', state: 'expired', ...gone }),
      override({ id: 'c', state: 'cleared', endedBy: 'bob', ...gone, reason: 'a\nb' }),
    ],
    NOW_MS,
  )
  expect(shown).toEqual([
    'Id    Loggers                           Level  Until                     Applied  Records  By   Why',
    'k3v9  orders/kafka* host=pod-* zone=eu  debug  in 9m59s                  1 of 2   12       ann  INC-7',
    'b     */*                               debug  over 1m30s ago            1 of 2   12       ann  INC-7',
    'c     orders/kafka*                     debug  cleared 1m30s ago by bob  1 of 2   12       ann  a b',
  ])
})

test('who did not take it is named', () => {
  const reach = [
    reached('applied'),
    reached('waiting'),
    reached('failed', 'it answers 500'),
    reached('none'),
  ]
  expect(outcomeLines(override({ reach }))).toEqual([
    'k3v9: debug for 9m59s, applied by 1 of 2',
    '  orders on h (waiting): did not say yet',
    '  orders on h (failed): it answers 500',
  ])
})

test.each([
  ['orders', 'orders', '*'],
  ['orders/kafka_source', 'orders', 'kafka_source'],
  ['*/a/b', '*', 'a/b'],
  ['*', '*', '*'],
])('%s means service %s, logger %s', (pattern, service, logger) => {
  expect(patternsOf(pattern)).toEqual({ service, logger })
})

const FLAGS = { for: '10m', why: '', by: 'ann' }

describe('weir level set', () => {
  test('takes levels by their other names, and what is asked of processes', () => {
    expect(draftOf('orders/kafka', 'WARN', { ...FLAGS, host: 'pod-1', records: '500' })).toEqual({
      selector: { service: 'orders', host: 'pod-1' },
      logger: 'kafka',
      level: 'warning',
      durationMs: 600_000,
      reason: '',
      author: 'ann',
      recordsMax: 500,
    })
    expect(draftOf('*/kafka', 'fatal', FLAGS)).toMatchObject({ selector: {}, level: 'critical' })
  })

  test.each([
    ['orders', 'debug', FLAGS, 'Cannot set "orders": want SERVICE/LOGGER such as "orders/*"'],
    ['a/b', 'verbose', FLAGS, 'Cannot set level "verbose": want one of trace, debug, info'],
    ['a/b', 'debug', { ...FLAGS, for: 'long' }, 'Cannot use --for "long"'],
    ['a/b', 'debug', { ...FLAGS, records: '1.5' }, 'Cannot use --records "1.5"'],
  ])('refuses %s %s %j', (pattern, level, flags, why) => {
    expect(() => draftOf(pattern, level, flags)).toThrow(why)
  })

  test('waits until all have said, or the time is over', async () => {
    let nowMs = 0
    const clock = {
      now: () => NOW_MS as never,
      monotonicMs: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms
      },
    }
    const begun = override({ reach: [reached('waiting'), reached('none')] })
    const done = override({ appliedCount: 2, reach: [reached('applied')] })
    const looks = [begun, begun, done]
    const look = async (): Promise<OverrideView> => looks.shift()!
    expect(await settled(begun, 5000, clock, look)).toBe(done)
    expect(nowMs).toBe(600)
    expect(await settled(begun, 1000, clock, async () => begun)).toBe(begun)
    expect(nowMs).toBe(1600)
    expect(await settled(begun, 0, clock, look)).toBe(begun)
  })
})

test('weir level clear takes ids and patterns, and all only when told', () => {
  const one = override()
  const other = override({ id: 'x', selector: {}, logger: '*' })
  const list = [one, other]
  expect(meant(['k3v9', 'orders/kafka*'], false, list)).toEqual([one])
  expect(meant(['*/*'], false, list)).toEqual([other])
  expect(meant([], true, list)).toEqual(list)
  expect(() => meant([], false, list)).toThrow('Cannot clear nothing')
  expect(() => meant(['nope'], false, list)).toThrow('Cannot find "nope"')
})
