import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { Labels, type Matcher } from '@weir/model'

import { ByteReader, ByteWriter } from '../codec/bytes.ts'
import { Dictionary } from './dictionary.ts'
import { writeLabels } from './label-bytes.ts'
import { Postings } from './postings.ts'
import { selectSeries } from './select.ts'

const LIMITS = {
  seriesMax: 1e6,
  metricSeriesMax: 0,
  labelsPerSeriesMax: 10,
  labelNameBytesMax: 100,
  labelValueBytesMax: 100,
}

const text = fc.constantFrom('', 'a', 'b', 'ab', 'abc', 'b1', 'b2', 'c-1', 'c-22')
const labels = fc.record({ job: text, pod: text }).map(({ job, pod }) => {
  const all = { __name__: 'm', job, pod }
  return Labels.of(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')))
})
const matcher = fc.record({
  name: fc.constantFrom('job', 'pod', 'none'),
  operator: fc.constantFrom('=', '!=', '=~', '!~'),
  value: fc.constantFrom(
    '',
    'a',
    'b',
    'a|b',
    'b.*',
    'b.+',
    '.*',
    '.+',
    '(a|c).*',
    '.*2',
    'b[12]',
    'x|',
    'ab?c?',
  ),
}) as fc.Arbitrary<Matcher>

function holds({ name, operator, value }: Matcher, of: Labels): boolean {
  const isRegex = operator.endsWith('~')
  const found = of.get(name)
  const isMatch = isRegex ? new RegExp(`^(?:${value})$`, 's').test(found) : found === value
  return isMatch !== operator.startsWith('!')
}

const deed = fc.oneof(
  { weight: 3, arbitrary: labels.map((one) => ({ kind: 'add' as const, labels: one })) },
  { weight: 1, arbitrary: fc.nat(20).map((n) => ({ kind: 'drop' as const, n })) },
  {
    weight: 4,
    arbitrary: fc
      .array(matcher, { minLength: 1, maxLength: 3 })
      .map((matchers) => ({ kind: 'ask' as const, matchers })),
  },
)

test('matchers choose what a slow twin chooses, while series come and go between the same questions', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
      const dictionary = new Dictionary(LIMITS, () => undefined)
      const postings = new Postings(dictionary)
      const live = new Map<number, Labels>()
      for (const each of deeds) {
        if (each.kind === 'add') {
          const out = new ByteWriter()
          writeLabels(each.labels, out)
          live.set(Number(dictionary.intern(new ByteReader(out.copy()))), each.labels)
          dictionary.publish()
        } else if (each.kind === 'drop') {
          const gone = [...live.keys()].slice(each.n, each.n + 1)
          dictionary.drop(gone)
          postings.drop(Uint32Array.from(gone))
          for (const series of gone) live.delete(series)
        } else {
          postings.catchUp(dictionary.seriesCount, dictionary.pairCount)
          const found = selectSeries(each.matchers, dictionary, postings)
          const want = [...live]
            .filter(([, of]) => each.matchers.every((one) => holds(one, of)))
            .map(([series]) => series)
          expect([...found]).toEqual(want.toSorted((a, b) => a - b))
        }
      }
    }),
    { numRuns: 500 },
  )
})
