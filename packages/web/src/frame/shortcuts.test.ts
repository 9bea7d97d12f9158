import { expect, test } from 'vitest'
import { press } from './shortcuts.ts'

test.each([
  ['/', ['search']],
  ['go', ['/']],
  ['ge', ['/explore']],
  ['gt', ['/targets']],
  ['gd', ['/dashboards']],
  ['gl', ['/logs']],
  ['gv', ['/loggers']], // verbosity
  ['gge', ['/explore']], // stuttered
  ['gxe', []], // interrupted
  ['o', []], // second key alone
  ['gr', ['refresh']], // a single key wins over a broken sequence
  ['to', ['zoom-out']],
  ['T?', ['theme', 'help']],
])('typing %j does %j', (typed, want) => {
  let pending = ''
  const done: string[] = []
  for (const key of typed) {
    const next = press(pending, key)
    pending = next.pending
    if (next.command) done.push(next.command.kind === 'go' ? next.command.to : next.command.kind)
  }
  expect(done).toEqual(want)
})
