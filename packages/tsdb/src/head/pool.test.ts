import { expect, test } from 'vitest'

import { SEGMENT_BYTES } from './layout.ts'
import { Pool } from './pool.ts'

test('memory comes back once no reader is in its epoch, and what a window did not need is let go', () => {
  const pool = new Pool()
  const take = (count: number): SharedArrayBuffer[] =>
    Array.from({ length: count }, () => pool.segment().shared)
  const burst = take(10)
  pool.retire(1, burst, [])
  pool.reclaim(1)
  expect(burst).not.toContain(pool.segment().shared)
  pool.reclaim(2)
  expect(pool.idleBytes).toBe(10 * SEGMENT_BYTES)
  const few = take(3)
  expect(few.every((shared) => burst.includes(shared))).toBe(true)
  pool.retire(2, few, [])
  pool.reclaim(3)
  expect(pool.idleBytes).toBe(3 * SEGMENT_BYTES)
})
