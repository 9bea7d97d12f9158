import { expect, test } from 'vitest'
import { escapeName, readTags, splitName } from './name.ts'

const ALL = { influxdb: true, librato: true, signalfx: true }

test.each([
  ['a.b', 'a.b', [], 0],
  ['a,k=v', 'a', ['k', 'v'], 0],
  ['a,k=v,l=w=x', 'a', ['k', 'v', 'l', 'w=x'], 0],
  ['a#k=v', 'a', ['k', 'v'], 0],
  ['a[k=v]b', 'ab', ['k', 'v'], 0],
  ['a[k=v]b,l=w', 'ab,l=w', ['k', 'v'], 0], // SignalFx found: nothing else is looked for
  ['a[k=v', 'a[k=v', [], 1], // one bracket
  ['a]b[', 'a]b[', [], 1], // the original dies of this
  ['a,k', 'a', [], 1],
  ['a,k=', 'a', [], 0], // an empty value is an absent label
  ['a,e=,k=v,f=', 'a', ['k', 'v'], 0],
  [
    'a,r=job expired, destination is disabled,w=1',
    'a',
    ['r', 'job expired, destination is disabled', 'w', '1'],
    0,
  ],
  ['a,k=v,r=,x', 'a', ['k', 'v', 'r', ',x'], 0], // the comma belongs to the tag before it, empty or not
  ['a,=v', 'a', [], 1],
  ['a,,k=v', 'a', ['k', 'v'], 0],
  ['a,k=v,', 'a', ['k', 'v'], 0],
  ['a,my-key=v', 'a', ['my_key', 'v'], 0],
  [',k=v', '', ['k', 'v'], 0],
])('splitName(%j)', (raw, name, tags, tagErrorCount) => {
  expect(splitName(raw, ALL)).toEqual({ name, tags, tagErrorCount })
})

test('a dialect that is off leaves the name whole', () => {
  const off = { influxdb: false, librato: false, signalfx: false }
  expect(splitName('a,k=v', off).name).toBe('a,k=v')
  expect(splitName('a#k=v', off).name).toBe('a#k=v')
  expect(splitName('a[k=v]', off).name).toBe('a[k=v]')
})

test('DogStatsD tags split at the first colon and shed a hash', () => {
  expect(readTags('#a:b,#c:d:e,word,,empty:,:none', ':')).toEqual({
    tags: ['a', 'b', 'c', 'd:e'],
    tagErrorCount: 2,
  })
})

test.each([
  ['my--app---x', 'my_app_x'],
  ['a..b.', 'a__b_'],
  ['5xx', '_5xx'],
  ['café', 'caf_'],
  ['a😀b', 'a_b'], // one code point, one underscore
  ['a:b', 'a_b'],
  ['', ''],
])('escapeName(%j) is %j', (text, want) => expect(escapeName(text)).toBe(want))
