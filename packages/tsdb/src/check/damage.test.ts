/** Runs the compiled files: `npm run build` first. */
import { test } from 'vitest'

import { damageLoop } from './damage-loop.ts'

test('40 damaged stores: nothing ends the process, no number is wrong, everything is found', async () => {
  await damageLoop(1, 40)
}, 120_000)
