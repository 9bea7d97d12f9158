import { test } from 'vitest'

import { giveBackLoop } from './give-back-loop.ts'

test('numbers that are given back never carry a sample to another series, 500 runs', async () => {
  await giveBackLoop(500)
}, 600_000)
