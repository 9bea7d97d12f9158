import { expect, test } from 'vitest'
import { seriesName, shortNames } from './series-name.ts'

test.each([
  [{}, '{}'],
  [{ __name__: 'up' }, 'up'],
  [{ job: 'b', __name__: 'up', instance: 'a' }, 'up{instance="a", job="b"}'],
  [{ job: 'b' }, '{job="b"}'],
  [{ __name__: 'a.b', 'c d': 'e"f' }, '{"a.b", "c d"="e\\"f"}'],
])('seriesName(%j) is %j', (labels, want) => expect(seriesName(labels)).toBe(want))

test.each([
  [[], []],
  [[{ __name__: 'up', job: 'x' }], ['up{job="x"}']],
  [
    [
      { __name__: 'up', job: 'x', instance: 'a' },
      { __name__: 'up', job: 'x', instance: 'b' },
    ],
    ['{instance="a"}', '{instance="b"}'],
  ],
  [
    [{ job: 'x' }, { job: 'x', zone: 'z' }], // a label that one of them lacks
    ['{}', '{zone="z"}'],
  ],
])('shortNames(%j) is %j', (all, want) => expect(shortNames(all)).toEqual(want))
