import { test } from 'vitest'

import { killLoop } from './kill-loop.ts'

test('200 times kill -9 lose nothing that was acknowledged', async () => {
  await killLoop({ kills: 200, lifeMs: [20, 900] })
}, 3_000_000)
