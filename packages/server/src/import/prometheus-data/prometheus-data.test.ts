import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { PrometheusData } from './prometheus-data.ts'
import {
  ALL,
  type Sample,
  bySeries,
  copyOf,
  emptyFolder,
  fixtures,
  ours,
  read,
  samplesOf,
  shownNumber,
} from './test-prometheus-data.ts'

const FIXTURES = fixtures('prometheus-blocks')
const OPENMETRICS = join(FIXTURES, 'openmetrics')

/** What promtool says is in a fixture. */
function dumped(name: string): Sample[] {
  const lines = gunzipSync(readFileSync(join(FIXTURES, `${name}.txt.gz`)))
  return lines
    .toString()
    .trim()
    .split('\n')
    .map((line) => {
      const [, labels, value, time] = /^(\{.*?[^\\]"\}) (.*) (\d+)$/.exec(line)!
      const pairs = [...labels!.matchAll(/(\w+)=("(?:[^"\\]|\\.)*")/g)]
      const flat = pairs.flatMap(([, key, text]) => [key!, JSON.parse(text!) as string])
      const shown = value!.startsWith('{')
        ? ours(value!)
        : shownNumber(Number(value!.replace('Inf', 'Infinity')))
      return [Labels.fromFlat(flat).toString(), Number(time), shown]
    })
}

test('counters, odd values and what was deleted: as promtool has them', () => {
  const found = read(join(FIXTURES, 'openmetrics'))
  expect(found).toHaveLength(3313)
  expect(bySeries(found)).toEqual(bySeries(dumped('openmetrics')))
})

test('native histograms of every kind, with new buckets, a reset and a stale marker: as promtool has them', () => {
  const found = bySeries(read(join(FIXTURES, 'native-histograms')))
  const theirs = bySeries(dumped('native-histograms'))
  expect([...found.keys()].toSorted()).toEqual([...theirs.keys()].toSorted())
  let stale = 0
  for (const [series, samples] of found) {
    // promtool eats a sample where its kind changes, which is at the beginning.
    const want = theirs.get(series)!
    expect(want.length).toBeGreaterThan(2)
    const shown = samples.slice(-want.length).map(([name, timeMs, value]): Sample => {
      if (value !== 'stale') return [name, timeMs, value]
      stale++
      return [name, timeMs, series === 'mixed' ? 'NaN' : '{count:0, sum:NaN}']
    })
    expect(shown).toEqual(want)
    if (series !== 'mixed' && series !== 'deleted') expect(samples).toHaveLength(150)
  }
  expect(stale).toBe(7)
})

test('a time range and selectors choose', () => {
  const fromMs = 1_700_006_300_000
  const untilMs = 1_700_006_420_000
  const chosen = read(join(FIXTURES, 'openmetrics'), {
    fromMs,
    untilMs,
    selectors: ['{shop="süd"}', 'temperature{room=~"b|c"}'],
  })
  const want = dumped('openmetrics').filter(
    ([name, timeMs]) => timeMs >= fromMs && timeMs <= untilMs && /süd|room="b"/.test(name),
  )
  expect(want.length).toBeGreaterThan(10)
  expect(bySeries(chosen)).toEqual(bySeries(want))
})

test('one block alone; blocks that overlap, each time once and in order', () => {
  const folder = copyOf(OPENMETRICS)
  const [first] = readdirSync(folder).toSorted() as [string]
  const alone = read(join(folder, first))
  expect(alone.length).toBeGreaterThan(1500)
  // The same block under another name, without tombstones: deleted samples are there again.
  const twin = join(folder, '01AAAAAAAAAAAAAAAAAAAAAAAA')
  cpSync(join(folder, first), twin, { recursive: true })
  rmSync(join(twin, 'tombstones'))
  const data = new PrometheusData(folder, ALL)
  const found = samplesOf(data.requests())
  expect([data.blockCount, data.metrics.size]).toEqual([3, 2])
  expect(data.entriesDone).toBe(data.entryCount)
  expect(found.length).toBe(3360)
  for (const [, samples] of bySeries(found)) {
    expect(new Set(samples.map(([, timeMs]) => timeMs)).size).toBe(samples.length)
  }
})

test('blocks that were compacted into another, and those marked, are left out', () => {
  const folder = copyOf(OPENMETRICS)
  const [first, second] = readdirSync(folder).toSorted() as [string, string]
  const path = join(folder, second, 'meta.json')
  const meta = JSON.parse(readFileSync(path, 'utf8')) as { compaction: object }
  const compaction = { ...meta.compaction, parents: [{ ulid: first }] }
  writeFileSync(path, JSON.stringify({ ...meta, compaction }))
  expect(new PrometheusData(folder, ALL).blockCount).toBe(1)
})

test('damage names block and series, and is left out and counted when asked', () => {
  const folder = copyOf(OPENMETRICS)
  const [first, second] = readdirSync(folder).toSorted() as [string, string]
  const path = join(folder, first, 'chunks/000001')
  const bytes = readFileSync(path)
  bytes[100]! ^= 1
  writeFileSync(path, bytes)
  const where = `Cannot read block ${first}, shop_orders_total{shop="\\"west\\"\\n"} from 2023-11-14T22:13:20.000Z`
  expect(() => read(folder)).toThrow(
    `${where}: a chunk with a wrong checksum; --skip-damaged leaves it out`,
  )
  const data = new PrometheusData(folder, { ...ALL, skipsDamage: true })
  const left = samplesOf(data.requests())
  expect(data.damage.count).toBe(1)
  expect(left.length).toBeGreaterThan(3100)
  expect(left.length).toBeLessThan(3313)
  // And a block of which the index is gone.
  rmSync(join(folder, second, 'index'))
  const rest = new PrometheusData(folder, { ...ALL, skipsDamage: true })
  expect(samplesOf(rest.requests()).length).toBeLessThan(left.length)
  expect(rest.damage.count).toBe(2)
  expect(rest.damage.told[1]).toContain(`block ${second}: ENOENT`)
  // Where it broke off it goes on.
  expect(rest.doneMs).toBe(1_700_006_405_000)
})

test('a folder without blocks says what is wanted', () => {
  const folder = emptyFolder()
  expect(() => read(folder)).toThrow('no block in it and no log; want what --storage.tsdb.path')
})
