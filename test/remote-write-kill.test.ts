import { test } from 'vitest'
import { killLoop } from './remote-write-kill.ts'

test('killed again and again: what Weir acknowledged arrives, in order', async () => {
  await killLoop(3)
}, 120_000)
