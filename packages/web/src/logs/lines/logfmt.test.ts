import { expect, test } from 'vitest'
import { logfmtIn } from './logfmt.ts'

test.each([
  ['level=info msg="request served" path=/a', 'level:info msg:request served path:/a'],
  ['  ts=1 a.b=2  ', 'ts:1 a_b:2'],
  [String.raw`msg="say \"no\"\nnow" x=`, 'msg:say "no"\nnow x:'],
  ['a=1 a=2 b=3', 'a:1 b:3'],
  ['only=one', ''],
  ['took=5 ms of time=all', ''],
  ['msg="never ends x=1', ''],
  ['plain text', ''],
  ['constructor=1 __proto__=2', 'constructor:1 __proto__:2'],
  ['', ''],
  [`a=1 ${'b'.repeat(20_000)}=2`, ''],
])('of %j', (line, want) => {
  expect(
    logfmtIn(line)
      .map(({ name, value }) => `${name}:${value}`)
      .join(' '),
  ).toBe(want)
})

test('a line made to be read again and again takes no longer for it', () => {
  const began = performance.now()
  for (const hostile of ['a="'.repeat(6000), '\\"'.repeat(9000), `a="${'\\'.repeat(19_000)}`]) {
    expect(logfmtIn(hostile)).toEqual([])
  }
  expect(performance.now() - began).toBeLessThan(500)
})
