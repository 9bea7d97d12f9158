/**
 * Matchers → series numbers.
 *
 * A matcher that can hold only where the label is present gives series to keep; one that also holds
 * where it is absent (`a=""`, `a!="x"`, `a=~".*"`) gives series to take away: those whose value fails.
 * So no matcher ever needs to walk all series, unless there is nothing to keep at all.
 */
import type { Matcher } from '@weir/model'

import type { DictionaryView } from './dictionary-view.ts'
import type { Postings } from './postings.ts'
import { type ValueTest, valueTest } from './value-test.ts'

const encoder = new TextEncoder()

/** Series that pass all matchers, ascending. */
export function selectSeries(
  matchers: readonly Matcher[],
  view: DictionaryView,
  postings: Postings,
): Uint32Array {
  const keep: Uint32Array[] = []
  const take: Uint32Array[] = []
  for (const matcher of matchers) {
    const test = valueTest(matcher)
    const holdsWhenAbsent = test.test('') !== test.isNegated
    // Present values to keep are those that pass; to take away, those that fail.
    const wanted = holdsWhenAbsent ? test.isNegated : !test.isNegated
    const series = postings.union(pairsFor(matcher, test, wanted, view, postings))
    if (holdsWhenAbsent) take.push(series)
    else if (series.length === 0) return series
    else keep.push(series)
  }
  keep.sort((a, b) => a.length - b.length)
  let series = keep[0] ?? postings.all()
  for (const other of keep.slice(1)) series = combine(series, other, true)
  for (const other of take) if (other.length > 0) series = combine(series, other, false)
  return series
}

/** The pairs of the matcher's label whose value tests as `wanted`. */
function pairsFor(
  matcher: Matcher,
  test: ValueTest,
  wanted: boolean,
  view: DictionaryView,
  postings: Postings,
): Uint32Array {
  const name = view.symbolOf(test.name)
  if (name < 0) return NONE
  if (test.values !== undefined && wanted) {
    const pairs = test.values.map((value) => {
      const symbol = value === '' ? -1 : view.symbolOf(value)
      return symbol < 0 ? -1 : view.findPair(name, symbol)
    })
    return Uint32Array.from(pairs.filter((pair) => pair >= 0))
  }
  const beginnings = test.beginnings.map((text) => encoder.encode(text))
  const passes = (pair: number): boolean => {
    const symbol = view.pairValue(pair)
    if (!beginnings.some((bytes) => view.beginsWith(symbol, bytes))) return false
    return test.beginningDecides || test.test(view.symbolText(symbol))
  }
  const key = `${matcher.operator}${matcher.value}`
  return postings.remembered(name, key, (pair) => passes(pair) === wanted)
}

const NONE = new Uint32Array(0)

/** The numbers of `series` that are (or are not) in `other`; both ascending. */
function combine(series: Uint32Array, other: Uint32Array, wanted: boolean): Uint32Array {
  const out = new Uint32Array(series.length)
  let count = 0
  let at = 0
  for (let i = 0; i < series.length; i++) {
    const number = series[i]!
    if (other[at]! < number) at = gallop(other, at, number)
    if ((other[at] === number) === wanted) out[count++] = number
  }
  return out.subarray(0, count)
}

/** First position from `from` whose number is not below `number`; looks ahead in doubling steps. */
function gallop(list: Uint32Array, from: number, number: number): number {
  let step = 1
  let low = from
  while (low + step < list.length && list[low + step]! < number) {
    low += step
    step *= 2
  }
  let high = Math.min(list.length, low + step)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (list[middle]! < number) low = middle + 1
    else high = middle
  }
  return low
}
