import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LEVEL } from '../logging/level.ts'
import { type LevelOverride, LoggerRegistry } from './logger-registry.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const WEIR = {}
const override = (more: Partial<LevelOverride> = {}): LevelOverride => ({
  id: 'one',
  pattern: 'sink',
  level: LEVEL.DEBUG,
  remainingMs: 600_000,
  ...more,
})

test('an override ends by the time of this process, to the millisecond', () => {
  const registry = new LoggerRegistry()
  const sink = registry.node('sink')
  registry.setOverrides(WEIR, [override()])
  expect(sink.threshold).toBe(LEVEL.DEBUG)
  vi.advanceTimersByTime(599_999)
  expect(sink.threshold).toBe(LEVEL.DEBUG)
  vi.advanceTimersByTime(1)
  expect(sink.threshold).toBe(LEVEL.INFO)
})

test('a program that never lets its timers run is held to the time all the same', () => {
  const clock = { now: () => 0, monotonic: vi.fn(() => 0) }
  const registry = new LoggerRegistry(clock)
  const sink = registry.node('sink')
  registry.setOverrides(WEIR, [override()])
  expect(registry.admit(sink, LEVEL.DEBUG)).toBe(true)
  clock.monotonic.mockReturnValue(600_000)
  expect(registry.admit(sink, LEVEL.DEBUG)).toBe(false)
  expect(sink.threshold).toBe(LEVEL.INFO)
})

test('the most verbose of several wins; one that vanishes is over', () => {
  const registry = new LoggerRegistry()
  const sink = registry.node('sink')
  const quiet = override({ id: 'quiet', pattern: '*', level: LEVEL.ERROR })
  const loud = override({ id: 'loud', level: LEVEL.TRACE })
  registry.setOverrides(WEIR, [quiet, override(), loud])
  expect([registry.root.threshold, sink.threshold]).toEqual([LEVEL.ERROR, LEVEL.TRACE])
  registry.setOverrides(WEIR, [quiet, override()])
  expect(sink.threshold).toBe(LEVEL.DEBUG)
  registry.setOverrides(WEIR, [quiet])
  expect(sink.threshold).toBe(LEVEL.ERROR) // quieter than the program's own level
  registry.setOverrides(WEIR, [])
  expect(sink.threshold).toBe(LEVEL.INFO)
})

test('two Weirs may each have their overrides', () => {
  const registry = new LoggerRegistry()
  const sink = registry.node('sink')
  const other = {}
  registry.setOverrides(WEIR, [override()])
  registry.setOverrides(other, [])
  expect(sink.threshold).toBe(LEVEL.DEBUG)
  expect(registry.applied(other)).toEqual([])
  registry.setOverrides(WEIR, [])
  expect(sink.threshold).toBe(LEVEL.INFO)
})

test('an id that is told again keeps the earlier of the two ends, and its count', () => {
  const registry = new LoggerRegistry()
  const sink = registry.node('sink')
  registry.setOverrides(WEIR, [override({ remainingMs: 1_000 })])
  registry.admit(sink, LEVEL.DEBUG)
  registry.setOverrides(WEIR, [override({ remainingMs: 600_000 })])
  expect(registry.applied(WEIR)).toEqual([{ id: 'one', loggers: 1, records: 1 }])
  vi.advanceTimersByTime(1_000)
  expect(sink.threshold).toBe(LEVEL.INFO)
})

test('it ends after so many records, and stays known', () => {
  const registry = new LoggerRegistry()
  const sink = registry.node('sink')
  const bounded = override({ recordsMax: 2 })
  registry.setOverrides(WEIR, [bounded])
  const admitted = [1, 2, 3].map(
    () => sink.threshold <= LEVEL.DEBUG && registry.admit(sink, LEVEL.DEBUG),
  )
  expect(admitted).toEqual([true, true, false])
  registry.setOverrides(WEIR, [bounded])
  expect(sink.threshold).toBe(LEVEL.INFO)
  expect(registry.applied(WEIR)).toEqual([{ id: 'one', loggers: 1, records: 2 }])
})

test('loggers that come later are under it, and what the program changes meanwhile counts afterwards', () => {
  const registry = new LoggerRegistry()
  registry.setOverrides(WEIR, [override({ pattern: 'orders.*' })])
  const sink = registry.node('orders.sink')
  expect(sink.threshold).toBe(LEVEL.DEBUG)
  registry.configure('orders', LEVEL.ERROR)
  expect(sink.threshold).toBe(LEVEL.DEBUG)
  registry.setOverrides(WEIR, [])
  expect(sink.threshold).toBe(LEVEL.ERROR)
})

test('the version tells of loggers that come and of levels that change, not of what stays', () => {
  const registry = new LoggerRegistry()
  const changed = vi.fn()
  registry.onChange(changed)
  registry.node('a.b')
  registry.node('a.b')
  expect(registry.used().map(({ name }) => name)).toEqual(['root', 'a.b'])
  const { version } = registry
  registry.setOverrides(WEIR, [override({ pattern: 'nothing' })])
  registry.configure('a', undefined)
  expect(registry.version).toBe(version)
  registry.configure('a', LEVEL.ERROR)
  expect(registry.version).toBeGreaterThan(version)
  expect(changed).toHaveBeenCalledTimes(2)
})

test('names made of data cost no more than so many', () => {
  const registry = new LoggerRegistry()
  registry.configure('many', LEVEL.ERROR)
  for (let n = 0; n < 20_000; n++) registry.node(`many.${n}`)
  expect(registry.used().length).toBeLessThanOrEqual(10_000)
  expect(registry.node('many.19999').threshold).toBe(LEVEL.ERROR)
  expect(registry.node('a'.repeat(100) + '.b'.repeat(10_000)).threshold).toBe(LEVEL.INFO)
})
