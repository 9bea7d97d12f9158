import { expect, test } from 'vitest'
import { tameStyle } from './tame-style.ts'

test.each([
  ['color: red; background-position: top', 'color: red; background-position: top'],
  ['color:red;position:fixed;top:0', 'color:red;top:0'],
  ['POSITION : fixed', ''],
  ['posiposition:x;tion:fixed;top:0', 'posiposition:x;tion:fixed;top:0'],
  ['inset-block:0;z-index:9', ''],
  ['@x{} position:fixed', ''],
  ['p\\6fsition:fixed', ''],
  ['position/**/:fixed', ''],
])('of %j remains %j', (style, tame) => {
  expect(tameStyle(style)).toBe(tame)
})
