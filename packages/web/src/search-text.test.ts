import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSearch, pickSearch, stringifySearch } from './search-text.ts'

test.each([
  [{}, ''],
  [{ q: '' }, ''],
  [{ q: undefined, health: 'failing' }, '?health=failing'],
  [{ 'var-job': ['a', '', 'b'] }, '?var-job=a&var-job=&var-job=b'],
  [{ expr: 'sum(rate(x[5m]))', n: 5 }, '?expr=sum%28rate%28x%5B5m%5D%29%29'],
])('stringifySearch(%j) is %j', (search, want) => expect(stringifySearch(search)).toBe(want))

test('what is written is read back, numbers and all', () => {
  const text = fc.string({ minLength: 1 })
  const list = fc.array(fc.string(), { minLength: 2 })
  const words = fc.dictionary(text, fc.oneof(text, list))
  fc.assert(
    fc.property(words, (search) => {
      expect(parseSearch(stringifySearch(search))).toEqual({ ...search })
    }),
  )
})

test('pickSearch drops what a page does not know', () => {
  expect(pickSearch({ q: 'a', x: 'b', health: 5, group: '' }, ['q', 'health', 'group'])).toEqual({
    q: 'a',
  })
})
