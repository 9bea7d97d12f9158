import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CAPTURES, capture, differences, mutated } from './testing/captures.ts'

/** How often; a night's worth is `WEIR_FUZZ_RUNS=1000000 npm run test:slow`. */
const RUNS = Number(process.env['WEIR_FUZZ_RUNS'] ?? 10_000)

test.each(CAPTURES)(
  '$name, changed in many ways',
  { timeout: 3_600_000 },
  ({ name, open, twin }) => {
    const whole = capture(name)
    let reader = open()
    let runs = 0
    const part = fc.tuple(fc.nat(whole.length), fc.nat(8000))
    const message = part.chain(([from, length]) => mutated(whole.subarray(from, from + length)))
    fc.assert(
      fc.property(fc.oneof(mutated(whole.subarray(0, 8000)), message), (bytes) => {
        if (++runs % 1000 === 0) reader = open()
        expect(differences({ twin }, reader, bytes)).toBeUndefined()
      }),
      { numRuns: RUNS },
    )
  },
)
