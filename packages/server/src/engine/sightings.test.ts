import { expect, test } from 'vitest'
import type { VectorColumns } from '../query/job.ts'
import { sightings } from './sightings.ts'

const one = (name: string): VectorColumns => ({
  kind: 'vector',
  labels: [['__name__', name]],
  values: Float64Array.of(1),
})

test('what is here is looked for each time, what the engine has now and then', async () => {
  let asked = 0
  let isAway = false
  const looking = sightings(
    { vector: async () => one('here') },
    {
      vector: async () => {
        asked++
        if (isAway) throw new Error('away')
        return one('there')
      },
    },
  )
  const look = async (): Promise<string[]> =>
    (await looking.vector('x', 0)).labels.map((flat) => flat[1]!)
  expect(await look()).toEqual(['here', 'there'])
  for (let i = 1; i < 60; i++) expect(await look()).toEqual(['here'])
  expect(asked).toBe(1)
  isAway = true
  expect(await look()).toEqual(['here'])
  expect(asked).toBe(2)
})
