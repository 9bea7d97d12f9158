import { Labels, SampleColumns, STALE_MARKER, WeirError } from '@weir/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MemoryQueryable } from '../memory-queryable.ts'
import { instantQuery, rangeQuery } from '../query.ts'
import type { QueryOptions, QueryResult } from '../result.ts'
import { evaluatePart } from './part.ts'
import { Blocks, type Invitation, type PartAnswer, type Team } from './split.ts'

const DAY_MS = 86_400_000
const DAYS = 12

/** How a helper behaves; helpers run to their end as soon as they are invited, so nothing is left to chance. */
type Behaviour =
  | { readonly kind: 'helps'; readonly blocks: number }
  | { readonly kind: 'never comes' }
  | { readonly kind: 'dies' }
  | { readonly kind: 'fails' }
  | { readonly kind: 'cannot' }

/** Threads without threads. */
class Stand implements Team {
  readonly helperCount: number
  blocksTaken = 0
  readonly #store: MemoryQueryable
  readonly #behaviours: readonly Behaviour[]
  readonly #answers = new Map<number, PartAnswer>()

  constructor(store: MemoryQueryable, behaviours: readonly Behaviour[]) {
    this.#store = store
    this.#behaviours = behaviours
    this.helperCount = behaviours.length
  }

  invite(invitation: Invitation): void {
    for (const [place, behaviour] of this.#behaviours.entries()) {
      this.#behave(place, behaviour, structuredClone(invitation))
    }
  }

  answerOf(place: number): PartAnswer | undefined {
    return this.#answers.get(place)
  }

  isGone(place: number): boolean {
    return this.#behaviours[place]!.kind === 'dies'
  }

  #behave(place: number, behaviour: Behaviour, invitation: Invitation): void {
    const blocks = new Blocks(invitation.blocks)
    switch (behaviour.kind) {
      case 'helps': {
        let left = behaviour.blocks
        evaluatePart(this.#store, invitation, {
          place,
          mayGoOn: () => {
            this.blocksTaken++
            return left-- > 0
          },
          send: (answer) => this.#answers.set(place, structuredClone(answer)),
        })
        return
      }
      case 'dies':
        if (blocks.enter(place)) blocks.take(place)
        return
      case 'cannot':
        if (!blocks.enter(place)) return
        blocks.take(place)
        this.#answers.set(place, { kind: 'unable' })
        blocks.leave(place)
        return
      case 'fails':
        if (!blocks.enter(place)) return
        this.#answers.set(place, { kind: 'failed', code: 'STORAGE_CORRUPT', message: 'bad sheet' })
        blocks.leave(place)
        return
      case 'never comes':
    }
  }
}

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -50, max: 1000 }).map((n) => n / 4) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, min: -1e6, max: 1e6 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, STALE_MARKER, 1e300, -0),
  },
)
/** For each series its values a day, undefined where it has none. */
const data = fc.array(
  fc.array(fc.option(value, { nil: undefined, freq: 9 }), { minLength: DAYS, maxLength: DAYS }),
  { minLength: 20, maxLength: 40 },
)

function storeOf(list: readonly (readonly (number | undefined)[])[]): MemoryQueryable {
  const store = new MemoryQueryable()
  for (const [i, values] of list.entries()) {
    const columns = new SampleColumns()
    for (const [day, one] of values.entries()) {
      if (one !== undefined) columns.push(day * DAY_MS, one)
    }
    const labels = { __name__: 'x', job: `j${i % 3}`, pod: `p${(i * 7) % 5}`, i: `${i}` }
    store.add(Labels.of(labels), columns)
  }
  return store
}

const EXPRESSIONS = [
  'sum(x)',
  'sum by (job) (rate(x[2d]))',
  'sum without (i) (x)',
  'avg by (pod) (x)',
  'avg(avg_over_time(x[3d]))',
  'count by (pod) (x > 10)',
  'min by (job) (x)',
  'max by (i) (max_over_time(x[2d]))',
  'group by (job) (abs(-x))',
  'sum by (job) (rate(x[2d]) * 60)',
  'max by (job) (time() - x)',
  'sum(rate(x[3d] offset 1d)) / count(x)',
  'stddev by (job) (x)',
  'quantile by (pod) (0.5, x)',
  'x',
  'rate(x[2d])',
  'deriv(x[4d]) > 0',
  'histogram_quantile(0.5, sum by (pod) (x))',
]

const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.nat({ max: 6 }).map((blocks) => ({ kind: 'helps', blocks }) as const),
  fc.constantFrom<Behaviour>({ kind: 'never comes' }, { kind: 'dies' }, { kind: 'cannot' }),
)

/** Everything about an answer that must be equal, and its numbers apart. */
function shown({ value: answer, warnings, infos, stats }: QueryResult): {
  readonly rest: unknown
  readonly numbers: readonly number[]
} {
  if (answer.kind !== 'matrix' && answer.kind !== 'vector') return expect.fail('no series')
  const series =
    answer.kind === 'matrix'
      ? answer.series.map(({ labels, times }) => [labels.toString(), [...times]])
      : answer.series.map(({ labels }) => labels.toString())
  const numbers =
    answer.kind === 'matrix'
      ? answer.series.flatMap(({ values }) => [...values])
      : answer.series.map(({ value: one }) => one)
  const { samplesRead, seriesRead, samplesQueried } = stats
  const rest = {
    series,
    warnings,
    infos,
    samplesRead,
    seriesRead,
    samplesQueried: [...samplesQueried],
  }
  return { rest, numbers }
}

/** Sums in another order may differ in their last digits; nothing else may. */
function expectSame(got: QueryResult, want: QueryResult): void {
  const ours = shown(got)
  const theirs = shown(want)
  expect(ours.rest).toEqual(theirs.rest)
  const differ = ours.numbers.filter((number, i) => !isNear(number, theirs.numbers[i]!))
  expect(differ).toEqual([])
}

function isNear(a: number, b: number): boolean {
  return Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-13 * Math.max(Math.abs(a), Math.abs(b))
}

function askAt(store: MemoryQueryable, expr: string, team: Team | undefined): QueryResult {
  const options = { lookbackMs: 100 * DAY_MS, ...(team === undefined ? {} : { team }) }
  return instantQuery(store, { expr, timeMs: (DAYS - 2) * DAY_MS, options })
}

function ask(store: MemoryQueryable, expr: string, team: Team | undefined): QueryResult {
  const options: QueryOptions = {
    lookbackMs: 2 * DAY_MS,
    countSteps: true,
    ...(team === undefined ? {} : { team }),
  }
  const endMs = (DAYS - 1) * DAY_MS
  return rangeQuery(store, { expr, startMs: 0, endMs, stepMs: DAY_MS, options })
}

describe.each(EXPRESSIONS)('%s', (expr) => {
  test('is the same whoever helps', () => {
    fc.assert(
      fc.property(data, fc.array(behaviour, { minLength: 1, maxLength: 3 }), (list, behaviours) => {
        const store = storeOf(list)
        const team = new Stand(store, behaviours)
        expectSame(ask(store, expr, team), ask(store, expr, undefined))
        // In a single moment also in the same order.
        const again = new Stand(store, behaviours)
        expectSame(askAt(store, expr, again), askAt(store, expr, undefined))
      }),
      { numRuns: 60 },
    )
  })
})

const steady = storeOf(Array.from({ length: 40 }, (_, i) => Array.from({ length: DAYS }, () => i)))

test('helpers do take part, also in a single moment', () => {
  const team = new Stand(steady, [{ kind: 'helps', blocks: 3 }])
  ask(steady, 'sum by (job) (rate(x[2d]))', team)
  expect(team.blocksTaken).toBe(4) // three, and the one that it did not take
  const options = { lookbackMs: 100 * DAY_MS, team }
  const { value: answer } = instantQuery(steady, { expr: 'sum(x)', timeMs: 0, options })
  expect(answer).toMatchObject({ series: [{ value: (39 * 40) / 2 }] })
  expect(team.blocksTaken).toBe(8)
})

test.each(['sum(x + x)', 'topk(2, x)', 'sum(x{job="j1"} or x)', 'sum(sum_over_time(x[2d:1d]))'])(
  '%s is not split',
  (expr) => {
    const team = new Stand(steady, [{ kind: 'fails' }])
    expect(shown(ask(steady, expr, team))).toEqual(shown(ask(steady, expr, undefined)))
  },
)

test('a helper’s error is the query’s', () => {
  const team = new Stand(steady, [{ kind: 'fails' }])
  expect(() => ask(steady, 'sum(x)', team)).toThrow(new WeirError('STORAGE_CORRUPT', 'bad sheet'))
})

test('helpers stop when the owner does', () => {
  let blocks: Blocks | undefined
  const team: Team = {
    helperCount: 1,
    invite: (invitation) => (blocks = new Blocks(invitation.blocks)),
    answerOf: () => undefined,
    isGone: () => false,
  }
  let asked = 0
  const options = { lookbackMs: 100 * DAY_MS, team, isCancelled: () => ++asked > 1 }
  const request = { expr: 'sum(x)', timeMs: 0, options }
  expect(() => instantQuery(steady, request)).toThrow('canceled')
  expect(blocks!.isStopped).toBe(true)
})
