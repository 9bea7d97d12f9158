import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CAPTURES, capture, differences, mutated, readAs } from './testing/captures.ts'

test.each(CAPTURES)('what $name sent is read as the slow twin reads it', ({ name, open, twin }) => {
  const message = capture(name)
  const want = twin(message)!
  expect(want.samples.length).toBeGreaterThan(800)
  const reader = open()
  expect(readAs(reader, message)).toEqual(want)
  const { seriesCount, heldBytes } = reader
  expect(readAs(reader, message)).toEqual(want)
  expect([reader.seriesCount, reader.heldBytes]).toEqual([seriesCount, heldBytes])
})

test.each(CAPTURES)('$name cut anywhere is read as the twin reads it', ({ name, open, twin }) => {
  const message = capture(name)
  const reader = open()
  for (let length = 0; length < 2000; length += 7) {
    const part = message.subarray(0, length)
    expect(differences({ twin }, reader, part)).toBeUndefined()
  }
})

test.each(CAPTURES)(
  '$name with bytes changed is read as the twin reads it',
  ({ name, open, twin }) => {
    const reader = open() // one for all: what it remembers must not matter
    fc.assert(
      fc.property(mutated(capture(name).subarray(0, 6000)), (message) => {
        expect(differences({ twin }, reader, message)).toBeUndefined()
      }),
      { numRuns: 100 },
    )
  },
)
