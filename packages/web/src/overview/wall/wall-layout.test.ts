import { expect, test } from 'vitest'
import { wallLayout } from './wall-layout.ts'

test.each([
  ['one fills the screen', 1, 1920, 1000, '1×1'],
  ['three beside each other or below, whichever is larger', 3, 1920, 1000, '2×2'],
  ['six', 6, 1920, 1000, '3×2'],
  ['forty, each smaller', 36, 1920, 1000, '6×6'],
  ['too many: the smallest tiles, screen by screen', 100, 1920, 1000, '6×6 on 3'],
  ['a phone', 3, 390, 700, '1×3'],
  ['a phone, many', 12, 390, 700, '1×4 on 3'],
  ['a screen that is smaller than a tile', 2, 100, 50, '1×1 on 2'],
  ['none', 0, 1920, 1000, '1×1'],
])('%s', (_what, count, width, height, want) => {
  const { columns, rows, pages } = wallLayout(count, width, height)
  expect(`${columns}×${rows}${pages === 1 ? '' : ` on ${pages}`}`).toBe(want)
})
