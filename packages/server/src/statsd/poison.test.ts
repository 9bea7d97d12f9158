import { ExpositionPage, SeriesTable, exposition, parseText } from '@weir/wire'
import { describe, expect, test } from 'vitest'
import { exposeFamilies } from './flush.ts'
import { readMappings } from './mapping-file.ts'
import { Stand } from './test-stand.ts'

/**
 * Each line or rule here kills statsd_exporter 0.30, spoils each later scrape, or makes it name things wrongly. Here
 * each costs at most itself: what came before and what comes after is kept, and the page stays one that can be read.
 */

const SUMMARY = ''
const HISTOGRAM = 'defaults: {observer_type: histogram, histogram_options: {buckets: [1, 5]}}'

/** The page after the lines, between a line before and one after, which must both have counted. */
function pageAround(mapping: string, ...lines: readonly string[]): string[] {
  const stand = new Stand(mapping).send('kept:1|c', ...lines, 'kept:1|c')
  readable(stand)
  const page = stand.page()
  expect(page).toContain('kept 2')
  return page.filter((line) => line !== 'kept 2')
}

/** The page as bytes is a page: every series once, no fault. */
function readable(stand: Stand): void {
  const { body } = exposition(exposeFamilies(stand.aggregate, stand.nowMs), '')
  expect(parseText(body, new SeriesTable(), new ExpositionPage())).toBeUndefined()
  const series = stand.page().map((line) => line.replace(/ \S+$/, ''))
  expect(new Set(series).size).toBe(series.length)
}

describe('lines', () => {
  test.each([
    ['brackets the wrong way round', SUMMARY, 'a]b[c:1|c', 'a_b_c 1'],
    [
      'a tag "quantile" on a summary',
      SUMMARY,
      't:1|h|#quantile:0.5',
      't_count{exported_quantile="0.5"} 1',
    ],
    ['a tag "le" on a histogram', HISTOGRAM, 't:3|h|#le:1', 't_bucket{exported_le="1",le="5"} 1'],
    ['a tag that begins with __', SUMMARY, 'a:1|c|#__address__:x', 'a{exported___address__="x"} 1'],
    ['a tag __name__', SUMMARY, 'a,__name__=b:1|c', 'a{exported___name__="b"} 1'],
  ])('%s: renamed, kept', (_what, mapping, line, want) => {
    expect(pageAround(mapping, line)).toContain(want)
  })

  test.each([
    [',a=b:1|c', 'empty_metric_name'],
    ['#a=b:1|c', 'empty_metric_name'],
    ['[a=b]:1|c', 'empty_metric_name'],
    ['weir_statsd_lines_total:5|g', 'reserved_name'],
    ['nodejs.heap:5|g', 'reserved_name'],
    ['nan:nan|c', 'malformed_value'],
    ['nan:nan|ms', 'malformed_value'],
    ['nan:nan|h', 'malformed_value'],
  ])('%s costs itself: %s', (line, reason) => {
    expect(pageAround(SUMMARY, line)).toEqual([])
    expect(new Stand().send(line).rejects).toEqual({ [reason]: 1 })
  })

  test('a name of the Go runtime is a name like another', () => {
    expect(pageAround(SUMMARY, 'go.goroutines:5|g')).toEqual(['go_goroutines 5'])
  })

  test('a rate next to nothing is a weight, not a thousand million events', () => {
    const page = pageAround(SUMMARY, 't:5|ms|@0.000000001')
    expect(page.at(-1)).toBe('t_count 1000000')
  })

  test('a counter that got NaN once still counts', () => {
    expect(pageAround(SUMMARY, 'c:1|c', 'c:nan|c', 'c:1|c')).toEqual(['c 2'])
  })

  test('a timer with infinity in it keeps its other values', () => {
    const page = pageAround(HISTOGRAM, 't:2|h', 't:inf|h')
    expect(page).toContain('t_bucket{le="5"} 1')
    expect(page).toContain('t_bucket{le="+Inf"} 2')
  })

  test.each([
    ['a:1|c|c:abc', 'a{container_id="abc"} 1'],
    ['a:1|c:2|c|#k:v', 'a{k="v"} 3'],
    ['a:1|c|#k:v|e:it-false,cn-x,pu-1', 'a{k="v"} 1'],
    ['a:1|c|#k:v|card:low', 'a{k="v"} 1'],
    ['a:1|c|T1600000000', 'a 1'],
    ['a:1|c|#x', 'a 1'],
    ['a:1|c|', 'a 1'],
    ['a:1|c\r', 'a 1'],
    ['a:1:2|c', 'a 3'],
    ['a,k=v:1|c|#l:w', 'a{k="v",l="w"} 1'],
  ])('%j: no field or end of line costs the sample', (line, want) => {
    expect(pageAround(SUMMARY, line)).toEqual([want])
  })
})

describe('rules', () => {
  test('one name with two help texts and other labels is one metric', () => {
    const mapping = `mappings:
- {match: a.*, name: same, help: One., labels: {first: $1}}
- {match: b.*, name: same, help: Two., labels: {second: $1}}`
    expect(pageAround(mapping, 'a.x:1|c', 'b.y:1|c')).toEqual([
      'same{first="x"} 1',
      'same{second="y"} 1',
    ])
  })

  test('labels that a summary or histogram needs itself are renamed', () => {
    const mapping = `mappings:
- {match: s, name: s, labels: {quantile: mine}}
- {match: h, name: h, observer_type: histogram, histogram_options: {buckets: [1]}, labels: {le: mine}}`
    const page = pageAround(mapping, 's:1|h', 'h:1|h')
    expect(page).toContain('s_count{exported_quantile="mine"} 1')
    expect(page).toContain('h_count{exported_le="mine"} 1')
  })

  test.each([
    [
      'buckets out of order',
      'observer_type: histogram, histogram_options: {buckets: [5, 1]}',
      'ascending',
    ],
    ['a negative age', 'summary_options: {max_age: -5m}', 'not negative'],
    ['a quantile above 1', 'summary_options: {quantiles: [{quantile: 1.5, error: 0.1}]}', '<=1'],
    ['a label that is reserved', 'labels: {__x: y}', 'reserved'],
  ])('%s is refused with file and line, before any sample', (_what, keys, why) => {
    const text = `mappings:\n- {match: a, name: a, ${keys}}`
    expect(() => readMappings([{ file: 'm.yml', text }])).toThrow(/m\.yml:2: /)
    expect(() => readMappings([{ file: 'm.yml', text }])).toThrow(why)
  })

  test('a shorter rule after a longer one of its beginning matches', () => {
    const mapping = `mappings:
- {match: a.b.c, name: long}
- {match: a.b, name: short}
- {match: x.*.z, name: wild_long}
- {match: x.*, name: wild_short}`
    expect(pageAround(mapping, 'a.b:1|c', 'a.b.c:1|c', 'x.y:1|c', 'x.y.z:1|c')).toEqual([
      'long 1',
      'short 1',
      'wild_long 1',
      'wild_short 1',
    ])
  })

  test('a pattern that is there twice keeps its first place', () => {
    const mapping = `mappings:
- {match: "a.*", name: first}
- {match: "*.b", name: second}
- {match: "a.*", name: third}`
    expect(pageAround(mapping, 'a.b:1|c')).toEqual(['first 1'])
  })

  test('labels of a rule for one type do not leak into a sample of another on its line', () => {
    const mapping =
      'mappings: [{match: a, match_metric_type: counter, name: b, labels: {from: rule}}]'
    expect(pageAround(mapping, 'a:1|c:2|g|#k:v')).toEqual(['a{k="v"} 2', 'b{from="rule",k="v"} 1'])
  })

  test('a percent sign beside a reference is a percent sign, $10 is not $1 and a zero', () => {
    const parts = 'abcdefghij'.split('')
    const mapping = `mappings:
- {match: "p.*", name: p, labels: {used: "\${1}%"}}
- {match: "${parts.map(() => '*').join('.')}", name: ten, labels: {both: "$1/$10"}}`
    expect(pageAround(mapping, 'p.80:1|c', `${parts.join('.')}:1|c`)).toEqual([
      'p{used="80%"} 1',
      'ten{both="a/j"} 1',
    ])
  })

  test('a rule whose name comes to nothing costs that event', () => {
    const stand = new Stand('mappings: [{match: "a.*", name: "$2"}]').send('a.b:1|c', 'c:1|c')
    expect([stand.page(), stand.rejects]).toEqual([['c 1'], { empty_metric_name: 1 }])
  })
})
