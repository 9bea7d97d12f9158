import { test } from 'vitest'

import { damageLoop } from './damage-loop.ts'

test('2,000 damaged stores: nothing ends the process, no number is wrong, everything is found', async () => {
  await damageLoop(1_000, 2_000)
}, 1_200_000)
