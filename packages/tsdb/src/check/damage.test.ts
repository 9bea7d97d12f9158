/** Runs the compiled files: `npm run build` first. */
import { test } from 'vitest'

import { damageLoop } from './damage-loop.ts'

test('12 damaged stores: nothing ends the process, no number is wrong, everything is found', async () => {
  await damageLoop(1, 12)
}, 120_000)
