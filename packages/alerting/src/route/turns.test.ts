import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Turns, type Waiting } from './turns.ts'

interface Named extends Waiting {
  readonly name: number
}

test('turns come by time, and each has the one that it was given last', () => {
  const step = fc.oneof(
    fc.record({ who: fc.integer({ min: 0, max: 5 }), dueMs: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ takeMs: fc.integer({ min: 0, max: 20 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const turns = new Turns<Named>()
      const all = Array.from({ length: 6 }, (_, name): Named => ({ name, dueMs: undefined }))
      const due = new Map<number, number>()
      for (const one of steps) {
        if ('who' in one) {
          turns.set(all[one.who]!, one.dueMs)
          due.set(one.who, one.dueMs)
        } else {
          const firstMs = Math.min(Infinity, ...due.values())
          expect(turns.nextMs()).toBe(firstMs)
          const taken = turns.take(one.takeMs)
          expect(taken === undefined).toBe(firstMs > one.takeMs)
          if (taken === undefined) continue
          expect(due.get(taken.name)).toBe(firstMs)
          expect(taken.dueMs).toBeUndefined()
          due.delete(taken.name)
        }
      }
    }),
  )
})
