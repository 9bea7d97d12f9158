import * as fc from 'fast-check'
import { expect } from 'vitest'
import { START_MS, TestStore, named } from './test-store.ts'

const deed = fc.oneof(
  fc.record({ kind: fc.constant('use' as const), series: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ kind: fc.constant('release' as const), series: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ kind: fc.constant('commit' as const), waits: fc.boolean() }),
)

/** Numbers of series given back at any time never carry a sample to another series; so many runs. */
export async function giveBackLoop(numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 80 }), async (deeds) => {
      await using t = await TestStore.open()
      const refs = new Map<number, ReturnType<typeof t.appender.ref>>()
      const want = new Map<number, [number, number][]>()
      const commits: Promise<unknown>[] = []
      for (const [n, each] of deeds.entries()) {
        if (each.kind === 'commit') {
          commits.push(t.appender.commit())
          if (each.waits) await commits.at(-1)
        } else if (each.kind === 'release') {
          const ref = refs.get(each.series)
          if (ref !== undefined) t.appender.release(ref)
          refs.delete(each.series)
        } else {
          const ref = refs.get(each.series) ?? t.appender.ref(named(`s${each.series}`))
          refs.set(each.series, ref)
          t.appender.append(ref, START_MS + n, n)
          want.set(each.series, [...(want.get(each.series) ?? []), [START_MS + n, n]])
        }
      }
      await Promise.all([...commits, t.appender.commit()])
      for (const [series, samples] of want) expect(t.get(`s${series}`)).toEqual(samples)
    }),
    { numRuns },
  )
}
