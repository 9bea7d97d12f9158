import { expect, test } from 'vitest'
import { wantedAt } from './completion-at.ts'

// The caret is at the end; what is to be replaced is behind the bar.
test.each([
  ['', 'functions'],
  ['su', 'functions su'],
  ['sum(ra', 'functions ra'],
  ['{', 'labels'],
  ['{ser', 'labels ser'],
  ['{a="x{,|", st', 'labels st'],
  ['{a=', 'values of a in "'],
  ['{a="b", stage=~"s', 'values of stage s'],
  ['{a="b"', 'nothing'],
  ['{a="b"} ', 'nothing'],
  ['{a="b"} |', 'stages'],
  ['{a="b"} | js', 'stages js'],
  ['{a="b"} | json | level=', 'values of level in "'],
  ['{a="b"} | json | level="er', 'values of level er'],
  ['{a="b"} |= "some te', 'nothing'],
  ['{a="b"} |= "x" | detected_level="error" or st', 'names st'],
  ['sum by (a, st', 'names st'],
  ['rate({a="b"} | unwrap du', 'names du'],
  ['rate({a="b"}[5m', 'nothing'],
  ['{a=`b`} | c=`d', 'values of c d'],
])('%s| wants %s', (before, want) => {
  const wanted = wantedAt(before)
  const replaced = 'from' in wanted ? before.slice(wanted.from) : ''
  const about = wanted.kind === 'values' ? ` of ${wanted.name}` : ''
  const quote = wanted.kind === 'values' && wanted.quote !== '' ? ' in "' : ''
  expect(`${wanted.kind}${about}${quote} ${replaced}`.trim()).toBe(want)
})
