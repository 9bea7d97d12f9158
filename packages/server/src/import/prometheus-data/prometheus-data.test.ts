import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { Labels, isStale } from '@weir/model'
import { histogramText } from '@weir/promql'
import { KEY_SLACK, WriteBatch, WriteReaderV1, snappyHead, unpackSnappy } from '@weir/wire'
import { afterEach, expect, test } from 'vitest'
import { PrometheusData, type PrometheusDataOptions } from './prometheus-data.ts'

const FIXTURES = fileURLToPath(
  new URL('../../../../../fixtures/prometheus-blocks', import.meta.url),
)
const ALL: PrometheusDataOptions = {
  fromMs: Number.NEGATIVE_INFINITY,
  untilMs: Number.POSITIVE_INFINITY,
  selectors: [],
  skipsDamage: false,
}

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** A copy of a fixture, to be changed. */
function copyOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-blocks-'))
  folders.push(folder)
  cpSync(join(FIXTURES, name), folder, { recursive: true })
  return folder
}

/** Numbers as JavaScript writes them; Go has other ways for long ones, of its own for whole histograms. */
function ours(text: string): string {
  return text.replaceAll(/[-+]?\d[\d.]*(?:e[-+]?\d+)?/g, (number) => String(Number(number)))
}

function shownNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

type Sample = readonly [series: string, timeMs: number, value: string]

/** What the requests say, in the order in which they say it: values as a number's text or a histogram's. */
function samplesOf(requests: Iterable<Uint8Array>): Sample[] {
  const reader = new WriteReaderV1(1)
  const found: Sample[] = []
  for (const packed of requests) {
    const head = snappyHead(packed)!
    const text = new Uint8Array(head.textBytes + KEY_SLACK)
    expect(unpackSnappy(packed, head, text)).toBe(true)
    const batch = new WriteBatch(1e6)
    expect(reader.read(text, head.textBytes, batch)).toBeUndefined()
    const name = (series: number): string =>
      Labels.fromFlat(reader.pairs(series) as string[]).toString()
    for (let i = 0; i < batch.length; i++) {
      const value = batch.values[i]!
      const shown = isStale(value) ? 'stale' : shownNumber(value)
      found.push([name(batch.series[i]!), batch.times[i]!, shown])
    }
    for (const { series, timeMs, histogram } of batch.histograms) {
      const shown = isStale(histogram.sum) ? 'stale' : ours(histogramText(histogram))
      found.push([name(series), timeMs, shown])
    }
  }
  return found
}

function read(folder: string, options: Partial<PrometheusDataOptions> = {}): Sample[] {
  return samplesOf(new PrometheusData(folder, { ...ALL, ...options }).requests())
}

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

function bySeries(samples: readonly Sample[]): Map<string, Sample[]> {
  const found = new Map<string, Sample[]>()
  for (const sample of samples.toSorted((a, b) => a[1] - b[1])) {
    found.set(sample[0], [...(found.get(sample[0]) ?? []), sample])
  }
  return found
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
  const folder = copyOf('openmetrics')
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
  const folder = copyOf('openmetrics')
  const [first, second] = readdirSync(folder).toSorted() as [string, string]
  const path = join(folder, second, 'meta.json')
  const meta = JSON.parse(readFileSync(path, 'utf8')) as { compaction: object }
  const compaction = { ...meta.compaction, parents: [{ ulid: first }] }
  writeFileSync(path, JSON.stringify({ ...meta, compaction }))
  expect(new PrometheusData(folder, ALL).blockCount).toBe(1)
})

test('damage names block and series, and is left out and counted when asked', () => {
  const folder = copyOf('openmetrics')
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
  const folder = mkdtempSync(join(tmpdir(), 'weir-blocks-'))
  folders.push(folder)
  expect(() => read(folder)).toThrow('there is no block in it; want what --storage.tsdb.path')
  mkdirSync(join(folder, 'wal'))
  expect(() => read(folder)).toThrow('all is in its write-ahead log still; want a snapshot')
})

test('a write-ahead log beside the blocks is said to be unread', () => {
  const folder = copyOf('openmetrics')
  expect(new PrometheusData(folder, ALL).unreadFromMs).toBeUndefined()
  mkdirSync(join(folder, 'wal'))
  expect(new PrometheusData(folder, ALL).unreadFromMs).toBe(1_700_010_485_001)
  // Unless nothing of it is asked for.
  const early = new PrometheusData(folder, { ...ALL, untilMs: 1_700_000_000_000 })
  expect([early.blockCount, early.unreadFromMs]).toEqual([1, undefined])
})
