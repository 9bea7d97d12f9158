import { type Appender, type Clock, Labels, millis } from '@weir/model'
import { expect, test } from 'vitest'
import { Generations } from './generations.ts'
import { SeriesRefs } from './series-refs.ts'

/** Numbers labels, and knows which numbers are out. */
class Numbers {
  readonly out = new Map<number, string>()
  #next = 0

  readonly appender = {
    ref: (labels: Labels) => {
      this.out.set(this.#next, labels.toString())
      return this.#next++
    },
    release: (ref: number) => {
      if (!this.out.delete(ref)) throw new Error(`number ${ref} is not out`)
    },
  } as unknown as Appender
}

function find(refs: SeriesRefs, name: string): number {
  const bytes = Buffer.concat([Buffer.from(name), Buffer.alloc(4)])
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const key = refs.keyOf(view, 0, bytes.length - 4)
  return refs.refOf(key) ?? refs.name(key, Labels.of({ __name__: name }))
}

test('the same bytes lead to the same number, in any order', () => {
  const { appender, out } = new Numbers()
  const refs = new SeriesRefs(appender, 7)
  const names = Array.from({ length: 1000 }, (_, i) => `series_${i * i}`)
  const first = names.map((name) => find(refs, name))
  expect(new Set(first).size).toBe(1000)
  expect(names.map((name) => find(refs, name))).toEqual(first)
  expect(names.toReversed().map((name) => find(refs, name))).toEqual(first.toReversed())
  expect(out.size).toBe(1000)
  expect(refs.heldBytes).toBeGreaterThan(10_000)
  refs.release()
  expect(out.size).toBe(0)
})

test('labels that cannot be kept are remembered with their reason', () => {
  const { appender, out } = new Numbers()
  const refs = new SeriesRefs(appender, 7)
  const view = new DataView(new ArrayBuffer(64))
  for (const [length, reason] of [
    [1, 'bad_labels'],
    [2, 'label_limit'],
  ] as const) {
    const key = refs.keyOf(view, 0, length)
    expect(refs.refOf(key)).toBeUndefined()
    expect(refs.name(key, reason)).toBeLessThan(0)
    expect(refs.refOf(refs.keyOf(view, 0, length))).toBeLessThan(0)
    expect(refs.reasonOf(key)).toBe(reason)
  }
  refs.release()
  expect(out.size).toBe(0)
})

function generations(): {
  readonly known: Generations<SeriesRefs>
  readonly numbers: Numbers
  readonly tick: (ms: number) => void
} {
  let nowMs = 0
  const clock: Clock = {
    now: () => millis(0),
    monotonicMs: () => nowMs,
    sleep: () => new Promise(() => undefined),
  }
  const numbers = new Numbers()
  return {
    numbers,
    known: new Generations(() => new SeriesRefs(numbers.appender, 7), clock),
    tick: (ms) => {
      nowMs += ms
    },
  }
}

test('series that have ended go when twice as many are known as were alive; the living stay', () => {
  const { known, numbers, tick } = generations()
  const living = Array.from({ length: 10 }, (_, i) => `living_${i}`)
  const writeLiving = (): number[] => living.map((name) => find(known.current(), name))
  writeLiving()
  tick(600_000)
  writeLiving()
  for (let i = 0; i < 60_000; i++) find(known.current(), `gone_${i}`)
  expect(known.seriesCount).toBeLessThan(51_000)
  writeLiving()
  tick(600_000)
  writeLiving()
  expect(numbers.out.size).toBe(known.seriesCount)
  expect([...numbers.out.values()].filter((labels) => labels.includes('living'))).toHaveLength(10)
})

test('monstrous keys end a generation whatever its age', () => {
  const { known, numbers } = generations()
  for (let i = 0; i < 200; i++) find(known.current(), String(i).padEnd(1 << 20, 'x'))
  expect(known.seriesCount).toBeLessThan(70)
  expect(numbers.out.size).toBe(known.seriesCount)
})

test('a flood of refused series ends a generation; few that are refused again and again do not', () => {
  const { known, numbers } = generations()
  const living = Array.from({ length: 10 }, (_, i) => `living_${i}`)
  const before = known.current()
  for (const name of living) find(before, name)
  known.refused(new Map([['token_series_limit', 30_000]]), { series_limit: 20_005 })
  known.refused(new Map([['bad_line', 1e9]]), { out_of_order: 1e9 })
  expect(known.current()).toBe(before)
  known.refused(new Map([['label_limit', 1]]), {})
  expect(known.current()).not.toBe(before)
  expect(numbers.out.size).toBe(0)
  known.refused(new Map(), { metric_series_limit: 50_000 })
  expect(known.seriesCount).toBe(0)
})
