import { test } from 'vitest'
import { killLoop } from './remote-write-kill.ts'

test('killed forty times while it sends on: what was acknowledged arrives, in order', async () => {
  await killLoop(40)
}, 600_000)
