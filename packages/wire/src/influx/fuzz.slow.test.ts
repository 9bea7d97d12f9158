import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineFault } from './fault.ts'
import { LineReader } from './line-reader.ts'
import { anyBody, compare, read } from './testing/bodies.ts'

/** How often; a night's worth is `WEIR_FUZZ_RUNS=1000000 npm run test:slow`. */
const RUNS = Number(process.env['WEIR_FUZZ_RUNS'] ?? 30_000)
const OPTIONS = { seed: 7, numbersInStrings: false, tellSingle: false }

test('bodies of all kinds are read as the twin reads them, and every bad line has a reason', () => {
  let reader = new LineReader(OPTIONS)
  let runs = 0
  const precision = fc.constantFrom('ns', 'us', 'ms', 's', 'm', 'h', 'auto')
  fc.assert(
    fc.property(anyBody, precision, (text, unit) => {
      if (++runs % 500 === 0) reader = new LineReader(OPTIONS)
      expect(compare(reader, text, unit, 1_700_000_000_123)).toBeUndefined()
      for (const line of read(reader, text, unit, 0).faults) {
        expect(lineFault(Buffer.from(line, 'latin1'), unit)).not.toBe('')
      }
    }),
    { numRuns: RUNS },
  )
}, 3_600_000)

test('random bytes of any length are read to their end', () => {
  const reader = new LineReader({ ...OPTIONS, numbersInStrings: true, tellSingle: true })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
      const text = Buffer.from(bytes).toString('latin1')
      const { batch } = read(reader, text, 'auto', 0)
      expect(batch.length).toBeLessThanOrEqual(bytes.length)
    }),
    { numRuns: RUNS },
  )
}, 3_600_000)

test.each([
  ['quotes that never close', 'm f="'],
  ['escapes', '\\'],
  ['spaces', ' '],
  ['heads', 'm,t=a'],
  ['fields', 'a=1,'],
  ['strings', 'm f="x"\n'],
  ['bad lines', 'm f="\n'],
  ['comments', '#"\n'],
])('16 MiB of %s take time in proportion', (_what, piece) => {
  const before = process.cpuUsage()
  const text = piece.repeat(Math.ceil((16 << 20) / piece.length))
  read(new LineReader(OPTIONS), text, 'ns', 0)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1e6).toBeLessThan(20)
})
