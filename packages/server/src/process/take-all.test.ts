import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Reloadable, takeAll } from './take-all.ts'

type Setup = 'before' | 'next'

/** What a part does: refuses before or after it has changed, and perhaps cannot go back. */
interface Nature {
  readonly refuses: 'never' | 'unchanged' | 'changed'
  readonly isStuck: boolean
  readonly isLate: boolean
}

class Part implements Reloadable<Setup> {
  readonly name: string
  holds: Setup = 'before'
  readonly #nature: Nature
  readonly #told: string[]

  constructor(name: string, nature: Nature, told: string[]) {
    this.name = name
    this.#nature = nature
    this.#told = told
  }

  async take(setup: Setup): Promise<void> {
    const { isLate, isStuck, refuses } = this.#nature
    this.#told.push(`${this.name} ${setup}`)
    if (isLate) await Promise.resolve()
    const fails = setup === 'next' ? refuses !== 'never' : isStuck
    if (!fails || (setup === 'next' && refuses === 'changed')) this.holds = setup
    if (fails) throw new Error(`${this.name} refused ${setup}`)
  }
}

const nature: fc.Arbitrary<Nature> = fc.record({
  refuses: fc.oneof(
    { weight: 4, arbitrary: fc.constant('never' as const) },
    fc.constantFrom('unchanged' as const, 'changed' as const),
  ),
  isStuck: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  isLate: fc.boolean(),
})

test('all parts have the new configuration, or all that can have the one before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(nature, { maxLength: 12 }), async (natures) => {
      const told: string[] = []
      const parts = natures.map((one, i) => new Part(`part ${i}`, one, told))
      const stuck: string[] = []
      const refused = await takeAll(parts, { next: 'next', before: 'before' }, (name) =>
        stuck.push(name),
      ).then(
        () => undefined,
        (error: Error) => error.message,
      )
      const at = natures.findIndex(({ refuses }) => refuses !== 'never')
      if (at < 0) {
        expect(refused).toBeUndefined()
        expect(told).toEqual(parts.map(({ name }) => `${name} next`))
        expect(parts.map(({ holds }) => holds)).toEqual(parts.map(() => 'next'))
        return
      }
      const touched = parts.slice(0, at + 1)
      expect(refused).toBe(`part ${at} refused next`)
      expect(told).toEqual([
        ...touched.map(({ name }) => `${name} next`),
        ...touched.toReversed().map(({ name }) => `${name} before`),
      ])
      const cannot = touched.filter((_, i) => natures[i]!.isStuck).map(({ name }) => name)
      expect(stuck).toEqual(cannot.toReversed())
      const changed = parts.filter(({ holds }) => holds === 'next').map(({ name }) => name)
      expect(changed.filter((name) => !cannot.includes(name))).toEqual([])
    }),
  )
})

test('a part that has its own way back goes it', async () => {
  const told: string[] = []
  const own: Reloadable<Setup> = {
    name: 'own',
    take: (setup) => void told.push(`take ${setup}`),
    back: (setup) => void told.push(`back ${setup}`),
  }
  const refuses: Reloadable<Setup> = {
    name: 'refuses',
    take() {
      throw new Error('no')
    },
    back: () => undefined,
  }
  const taking = takeAll([own, refuses], { next: 'next', before: 'before' }, () => undefined)
  await expect(taking).rejects.toThrow('no')
  expect(told).toEqual(['take next', 'back before'])
})
