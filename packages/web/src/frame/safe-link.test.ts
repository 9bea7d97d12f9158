import { expect, test } from 'vitest'
import { safeLink } from './safe-link.ts'

test.each([
  ['https://runbooks.example/x', 'https://runbooks.example/x'],
  ['/docs/runbooks', '/docs/runbooks'],
  ['', undefined],
  ['javascript:alert(1)', undefined],
  ['//evil.example', undefined],
  ['/\\evil.example', undefined],
  ['data:text/html,x', undefined],
])('safeLink(%j) is %j', (text, want) => expect(safeLink(text)).toBe(want))
