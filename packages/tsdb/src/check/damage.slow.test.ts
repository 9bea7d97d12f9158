import { test } from 'vitest'

import { damageLoop } from './damage-loop.ts'

test('600 damaged stores: nothing ends the process, no number is wrong, everything is found', async () => {
  await damageLoop(1_000, 600)
}, 1_200_000)
