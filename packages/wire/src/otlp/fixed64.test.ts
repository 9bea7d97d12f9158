import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { int64, restNs, uint64, wholeMs } from './fixed64.ts'

test('times and numbers are what BigInt says, whatever their 64 bits are', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (ns) => {
      const view = new DataView(new ArrayBuffer(8))
      view.setBigInt64(0, ns, true)
      const ms = wholeMs(view, 0)
      expect(ms).toBe(Number(ns / 1_000_000n))
      expect(restNs(view, 0, ms)).toBe(Number(ns % 1_000_000n))
      expect(int64(view, 0)).toBe(Number(ns))
      expect(uint64(view, 0)).toBe(Number(BigInt.asUintN(64, ns)))
    }),
  )
})
