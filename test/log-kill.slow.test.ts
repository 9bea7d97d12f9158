import { test } from 'vitest'
import { logKillLoop } from './log-kill.ts'

test('twenty times kill -9 lose no line that was acknowledged by whichever way, and double none', async () => {
  await logKillLoop({ kills: 20, linesMax: 5000 })
}, 900_000)
