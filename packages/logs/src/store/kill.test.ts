import { test } from 'vitest'
import { killLoop } from './kill-loop.ts'

test('kill -9 while lines are written, parts made and joined loses nothing that was acknowledged', async () => {
  await killLoop({ kills: 3, lifeMs: [50, 400] })
})
