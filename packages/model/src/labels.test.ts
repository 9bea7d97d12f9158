import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LabelSource, Labels } from './labels.ts'

const names = ['__name__', 'a', 'b', 'job', 'le']
const record = fc.dictionary(fc.constantFrom(...names), fc.constantFrom('x', 'y', '1'))
const some = fc.subarray(names).map((list) => new Set(list))

/** A place that holds one set of labels. */
function sourceOf(labels: Labels): LabelSource {
  return {
    flatAt: (at) => (at === 7 ? labels.flat : []),
    valueAt: (at, name) => (at === 7 ? labels.get(name) : 'elsewhere'),
  }
}

test('labels that are read later are the same as those at hand', () => {
  fc.assert(
    fc.property(record, some, some, fc.constantFrom(...names), (plain, one, two, name) => {
      const labels = Labels.of(plain)
      const later = (): Labels => Labels.later(sourceOf(labels), 7)
      expect(later().get(name)).toBe(labels.get(name))
      expect(later().without(one).get(name)).toBe(labels.without(one).get(name))
      expect(later().without(one).flat).toEqual(labels.without(one).flat)
      expect(later().without(one).without(two).flat).toEqual(labels.without(one).without(two).flat)
      expect(later().keep(one).flat).toEqual(labels.keep(one).flat)
      expect(later().with(name, 'z').key()).toBe(labels.with(name, 'z').key())
      expect(later().compare(labels.without(one))).toBe(labels.compare(labels.without(one)))
      expect([later().size, later().toString()]).toEqual([labels.size, labels.toString()])
    }),
  )
})

test('a label set or removed gives what a record of the labels would', () => {
  fc.assert(
    fc.property(
      record,
      fc.constantFrom(...names, '', 'zz'),
      fc.constantFrom('', 'x', 'z'),
      (plain, name, value) => {
        const want = Labels.of({ ...plain, [name]: value })
        expect(Labels.of(plain).with(name, value).flat).toEqual(want.flat)
      },
    ),
  )
})

test('what has been read stays when the source changes', () => {
  let text = 'before'
  const source: LabelSource = { flatAt: () => ['a', text], valueAt: () => text }
  const read = Labels.later(source, 0)
  expect(read.flat).toEqual(['a', 'before'])
  text = 'after'
  expect([read.get('a'), read.key()]).toEqual(['before', 'a\0before'])
})
