import { expect, test } from 'vitest'
import { dropsIn } from './kernel-drops.ts'

// As Linux 6.1 prints them.
const UDP = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  404: 0100007F:1FBD 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 38127 2 00000000ab12 1734
  405: 00000000:1FBE 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 38128 2 00000000ab13 0
`
const UDP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
   12: 00000000000000000000000001000000:1FBD 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 5
   13: 00000000000000000000000000000000:1FBD 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2 2 0 6
   14: B80D0120000000000000000034120000:1FBD 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 3 2 0 7
`

test.each([
  [UDP, '127.0.0.1', 8125, 1734],
  [UDP, '0.0.0.0', 8126, 0],
  [UDP, '127.0.0.1', 8126, undefined],
  [UDP6, '::1', 8125, 5],
  [UDP6, '::', 8125, 6],
  [UDP6, '2001:db8::3412', 8125, undefined],
  [UDP6, '2001:db8::1234', 8125, 7],
  ['', '127.0.0.1', 8125, undefined],
])('%# %s:%d has dropped %d', (table, host, port, want) => {
  expect(dropsIn(table, { host, port })).toBe(want)
})
