import { test } from 'vitest'
import { killLoop } from './kill-loop.ts'

test('100 times kill -9 lose nothing that was acknowledged', async () => {
  await killLoop({ kills: 100, lifeMs: [10, 1500] })
}, 3_000_000)
