import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Stand } from './test-stand.ts'

const HISTOGRAMS = 'defaults: {observer_type: histogram, histogram_options: {buckets: [1, 5]}}'
const SHORT = 'defaults: {summary_options: {quantiles: [{quantile: 0.5, error: 0.05}]}}'

test.each([
  [['a.b-c:1|c', 'a.b-c:2|c|@0.5'], ['a_b_c 5']],
  [
    ['a:1|c|#k:v', 'a:1|c'],
    ['a{k="v"} 1', 'a 1'],
  ],
  [['a,k=v:1|c', 'a:1|c|#k:v', 'a#k=v:1|c', 'a[k=v]:1|c'], ['a{k="v"} 4']], // one series, four dialects
  [['a:1|c|c:abc'], ['a{container_id="abc"} 1']],
  [['g:5|g', 'g:-2|g', 'g:+1|g'], ['g 4']],
  [['g:-2|g'], ['g -2']], // a new gauge starts at 0
  [['g:nan|g'], ['g NaN']],
  [['a:inf|c'], ['a +Inf']],
  [['s:x|s', 's:y|s', 's:x|s'], ['s 0']], // counted at the flush
  [['a:1|c|#my.key:v'], ['a{my_key="v"} 1']],
  [['a:1|c|#k:v,k:w'], ['a{k="w"} 1']], // the last of equal keys
  [['a,k=v:1|c|#l:w'], ['a{k="v",l="w"} 1']], // both styles on one line
  [
    ['g:true|g', 'h:FALSE|g'],
    ['g 1', 'h 0'],
  ],
])('%j', (lines, want) => {
  const stand = new Stand().send(...lines)
  expect(stand.page()).toEqual(want)
  expect(stand.rejects).toEqual({})
})

test('timers are summaries in seconds, with the exporter’s quantiles', () => {
  const stand = new Stand().send('t:100:200:300:400|ms')
  expect(stand.page()).toEqual([
    't{quantile="0.5"} 0.2',
    't{quantile="0.9"} 0.4',
    't{quantile="0.99"} 0.4',
    't_sum 1',
    't_count 4',
  ])
})

test('histograms count what was sampled by its weight', () => {
  const stand = new Stand(HISTOGRAMS).send('h:1|h|@0.25', 'h:2:7|d')
  expect(stand.page()).toEqual([
    'h_bucket{le="1"} 4',
    'h_bucket{le="5"} 5',
    'h_bucket{le="+Inf"} 6',
    'h_sum 13',
    'h_count 6',
  ])
})

test('a weight is capped, never a loop', () => {
  const stand = new Stand(SHORT).send('t:5|h|@0.000000001')
  expect(stand.page()).toEqual(['t{quantile="0.5"} 5', 't_sum 5000000', 't_count 1000000'])
})

test('sets show how many members the last interval had', () => {
  const stand = new Stand().send('s:x|s', 's:y|s', 's:x|s')
  stand.aggregate.countSets()
  expect(stand.page()).toEqual(['s 2'])
  stand.aggregate.countSets()
  expect(stand.page()).toEqual(['s 0'])
})

describe('refused and counted', () => {
  test.each([
    [['a:-4|c'], 'illegal_negative_counter', []],
    [['a:1|c', 'a:1|g'], 'conflict', ['a 1']],
    [['x:1|g', 'x_count:1|c'], 'conflict', []],
    [['x_sum:1|c', 'x:1|ms'], 'conflict', []],
    [[',k=v:1|c'], 'empty_metric_name', []],
    [['#k=v:1|c'], 'empty_metric_name', []],
    [['[k=v]:1|c'], 'empty_metric_name', []],
    [['weir.statsd.lines.total:1|c'], 'reserved_name', []],
    [['nodejs_heap_size_used_bytes:1|g'], 'reserved_name', []],
  ])('%j: %s', (lines, reason, kept) => {
    const stand = new Stand().send(...lines)
    expect(stand.rejects).toEqual({ [reason]: 1 })
    expect(stand.page()).toEqual(expect.arrayContaining(kept))
  })

  test('a name that is not UTF-8', () => {
    const stand = new Stand()
    const before = stand.page()
    stand.send('a\uD800:1|c') // encodes to U+FFFD, which is good UTF-8
    expect(stand.page()).not.toEqual(before)
  })

  test('more series than a metric may have; the known ones go on', () => {
    const stand = new Stand('', { maxSeriesPerMetric: 2 })
    stand.send('a:1|c|#k:1', 'a:1|c|#k:2', 'a:1|c|#k:3', 'a:1|c|#k:1', 'b:1|c')
    expect(stand.page()).toEqual(['a{k="1"} 2', 'a{k="2"} 1', 'b 1'])
    expect(stand.rejects).toEqual({ series_limit: 1 })
    expect(stand.aggregate.refused.byMetric.get('a')).toEqual({
      count: 1,
      examples: ['a{k="3"}'],
    })
  })

  test('more series than there may be in all', () => {
    const stand = new Stand('', { maxSeries: 1 }).send('a:1|c', 'b:1|c')
    expect([stand.page(), stand.rejects]).toEqual([['a 1'], { series_limit: 1 }])
  })

  test('more members than a set may have', () => {
    const stand = new Stand('', { maxSetMembers: 1 }).send('s:x|s', 's:y|s', 's:x|s')
    expect(stand.rejects).toEqual({ set_limit: 1 })
  })
})

describe('what the original dies of', () => {
  test.each([
    [SHORT, 't:1|h|#quantile:0.5', 't{exported_quantile="0.5",quantile="0.5"} 1'],
    [HISTOGRAMS, 't:1|h|#le:5', 't_bucket{exported_le="5",le="1"} 1'],
    ['', 'a:1|c|#__x:y', 'a{exported___x="y"} 1'],
    ['', 'a:1|c|#__name__:y', 'a{exported___name__="y"} 1'],
    ['', 'a]b[:1|c', 'a_b_ 1'],
  ])('%s %s', (mapping, line, want) => {
    expect(new Stand(mapping).send(line).page()).toContain(want)
  })

  test('labels of one sample do not leak into the next of its line', () => {
    const mapping =
      'mappings: [{match: a, match_metric_type: counter, name: b, labels: {from: rule}}]'
    expect(new Stand(mapping).send('a:1|c:2|g').page()).toEqual(['a 2', 'b{from="rule"} 1'])
  })
})

describe('time to live', () => {
  const TTL = 'defaults: {ttl: 10s}\nmappings: [{match: long, name: long, ttl: 1h}]'

  function sweep(stand: Stand): void {
    const { aggregate } = stand
    const all = Array.from({ length: aggregate.seriesEnd }, (_, series) => series)
    aggregate.close(all.filter((s) => aggregate.isOpen(s) && aggregate.isOver(s, stand.nowMs)))
  }

  test('a series that is not sent goes, and returns from zero', () => {
    const stand = new Stand(TTL).send('a:3|c', 'long:1|c')
    stand.nowMs += 10_000
    expect(stand.page()).toEqual(['a 3', 'long 1']) // strictly longer than its ttl
    stand.nowMs += 1
    expect(stand.page()).toEqual(['long 1'])
    sweep(stand)
    stand.send('a:1|c')
    expect(stand.page()).toEqual(['a 1', 'long 1'])
  })

  test('a name is free for another type once its last series went', () => {
    const stand = new Stand(TTL).send('a:3|c', 'a:1|g')
    expect(stand.rejects).toEqual({ conflict: 1 })
    stand.nowMs += 20_000
    sweep(stand)
    expect(stand.send('a:1|g').page()).toEqual(['a 1'])
  })

  test('the intake’s own ttl holds where no rule has one', () => {
    const stand = new Stand('', {}, 5000).send('a:3|c')
    stand.nowMs += 5001
    expect(stand.page()).toEqual([])
  })
})

test('a summary forgets what is older than its window', () => {
  const stand = new Stand(SHORT).send('t:1|h')
  stand.nowMs += 5 * 60_000
  expect(stand.send('t:3:3:3|h').page()[0]).toBe('t{quantile="0.5"} 3')
  stand.nowMs += 6 * 60_000
  expect(stand.page()[0]).toBe('t{quantile="0.5"} 3')
  stand.nowMs += 10 * 60_000
  expect(stand.page()).toEqual(['t{quantile="0.5"} NaN', 't_sum 10', 't_count 4'])
})

test('a new mapping names new lines; old series stay', async () => {
  const { Mapping } = await import('./mapping.ts')
  const { readMappings } = await import('./mapping-file.ts')
  const after = readMappings([{ file: 'm', text: 'mappings: [{match: a, name: b}]' }])
  const stand = new Stand().send('a:1|c')
  stand.aggregate.remap(new Mapping(after))
  expect(stand.send('a:1|c').page()).toEqual(['a 1', 'b 1'])
})

test('counters and gauges agree with a slow and obvious twin', () => {
  const line = fc.record({
    name: fc.constantFrom('a', 'a.b', 'b', 'c-d'),
    tag: fc.constantFrom('', '|#k:v', '|#k:w', '|#k:v,l:w'),
    value: fc.integer({ min: 0, max: 1000 }),
  })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
      const stand = new Stand().send(...lines.map((l) => `${l.name}:${l.value}|c${l.tag}`))
      const twin = new Map<string, number>()
      for (const { name, tag, value } of lines) {
        const labels = tag
          .slice(2)
          .split(',')
          .filter(Boolean)
          .map((t) => t.replace(/:(.*)/, '="$1"'))
        const series =
          name.replaceAll(/[.-]/g, '_') + (labels.length > 0 ? `{${labels.join(',')}}` : '')
        twin.set(series, (twin.get(series) ?? 0) + value)
      }
      expect(stand.page().toSorted()).toEqual([...twin].map(([s, v]) => `${s} ${v}`).toSorted())
    }),
  )
})

test('ten thousand series are found again', () => {
  const stand = new Stand('', { maxSeriesPerMetric: 20_000, maxSeries: 20_000 })
  const lines = Array.from({ length: 10_000 }, (_, i) => `jobs.${i % 7}:1|c|#id:${i}`)
  stand.send(...lines).send(...lines)
  expect(stand.aggregate.seriesCount).toBe(10_000)
  expect(stand.page().every((line) => line.endsWith(' 2'))).toBe(true)
})
