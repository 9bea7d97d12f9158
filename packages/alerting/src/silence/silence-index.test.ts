import { Labels, type Matcher } from '@weir/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { routeMatcher } from '../route/matcher.ts'
import { SilenceIndex } from './silence-index.ts'

const NAMES = ['alertname', 'team', 'host']
const VALUES = ['', 'a', 'b', 'ab', 'c.d']

const matcher: fc.Arbitrary<Matcher> = fc.record({
  name: fc.constantFrom(...NAMES),
  operator: fc.constantFrom('=', '!=', '=~', '!~'),
  value: fc.constantFrom(...VALUES, 'a|b', 'a|', 'a.*', '(a|b)+', 'c\\.d', '(?i)A'),
})

const alert = fc
  .tuple(...NAMES.map(() => fc.constantFrom(...VALUES)))
  .map((values) => Labels.fromFlat(NAMES.flatMap((name, i) => [name, values[i]!])))

const step = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    id: fc.integer({ min: 0, max: 9 }),
    matchers: fc.array(matcher, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('remove' as const), id: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ kind: fc.constant('ask' as const), alert: fc.integer({ min: 0, max: 4 }) }),
)

test('the index finds what trying every silence finds, whatever comes and goes in between', () => {
  const alerts = fc.array(alert, { minLength: 5, maxLength: 5 })
  fc.assert(
    fc.property(alerts, fc.array(step, { maxLength: 120 }), (asked, steps) => {
      const index = new SilenceIndex()
      const there = new Map<string, readonly Matcher[]>()
      for (const one of steps) {
        if (one.kind === 'set') {
          const [id, matchers] = [String(one.id), one.matchers.map(routeMatcher)]
          there.set(id, one.matchers)
          index.set({ id, matchers, startsAtMs: 0, endsAtMs: 1 })
        } else if (one.kind === 'remove') {
          there.delete(String(one.id))
          index.remove(String(one.id))
        } else {
          const labels = asked[one.alert]!
          const want = [...there]
            .filter(([, matchers]) => matchers.every((each) => routeMatcher(each).matches(labels)))
            .map(([id]) => id)
          expect(
            index
              .met(labels)
              .map(({ id }) => id)
              .toSorted(),
          ).toEqual(want.toSorted())
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('many silences come and go without leaving anything behind', () => {
  const index = new SilenceIndex()
  const labels = Labels.of({ host: 'a' })
  for (let i = 0; i < 1000; i++) {
    const matchers = [routeMatcher({ name: 'host', operator: '=', value: 'a' })]
    index.set({ id: String(i), matchers, startsAtMs: 0, endsAtMs: 1 })
    expect(index.met(labels)).toHaveLength(1)
    index.remove(String(i))
    expect(index.met(labels)).toHaveLength(0)
  }
})
