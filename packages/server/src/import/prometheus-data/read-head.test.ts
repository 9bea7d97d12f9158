import { readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Labels, type NativeHistogram, bucketRanges } from '@weir/model'
import { expect, test } from 'vitest'
import { valueText } from '../../query/json-writer.ts'
import { PrometheusData, type PrometheusDataOptions } from './prometheus-data.ts'
import { ALL, type Sample, bySeries, copyOf, fixtures, samplesOf } from './test-prometheus-data.ts'

const FIXTURES = fixtures('prometheus-heads')
const ZSTD = join(FIXTURES, 'zstd')
const BLOCKS = join(FIXTURES, 'blocks')

/** What the Prometheus answered that was started on a fixture: `{__name__=~".+"}` over all its time. */
function answered(name: string): Sample[] {
  const text = gunzipSync(readFileSync(join(FIXTURES, `${name}.json.gz`))).toString()
  const { data } = JSON.parse(text) as {
    data: {
      result: {
        metric: Record<string, string>
        values?: [number, string][]
        histograms?: [number, { count: string; sum: string; buckets?: unknown[] }][]
      }[]
    }
  }
  return data.result.flatMap(({ metric, values = [], histograms = [] }) => {
    const series = Labels.fromFlat(Object.entries(metric).flat()).toString()
    return [
      ...values.map(([time, value]): Sample => [
        series,
        time * 1000,
        value.replace('+Inf', 'Infinity'),
      ]),
      ...histograms.map(([time, value]): Sample => [series, time * 1000, JSON.stringify(value)]),
    ]
  })
}

/** A histogram as the API answers with it. */
function shownHistogram(histogram: NativeHistogram): string {
  const buckets = bucketRanges(histogram).map(([rule, ...numbers]) => [
    rule,
    ...numbers.map(valueText),
  ])
  return JSON.stringify({
    count: valueText(histogram.count),
    sum: valueText(histogram.sum),
    ...(buckets.length > 0 ? { buckets } : {}),
  })
}

/** All samples that are read of a folder, each once, by series; what they are told with, and what else is known then. */
function readHead(
  folder: string,
  options: Partial<PrometheusDataOptions> = {},
): { found: Map<string, Sample[]>; data: PrometheusData; count: number } {
  const data = new PrometheusData(folder, { ...ALL, ...options })
  const samples = samplesOf(data.requests(), shownHistogram)
  const once = new Map(samples.map((sample) => [`${sample[0]} ${sample[1]}`, sample]))
  return { found: bySeries([...once.values()]), data, count: samples.length }
}

const ANSWERS = { zstd: bySeries(answered('zstd')), blocks: bySeries(answered('blocks')) }

test.each(['zstd', 'blocks'] as const)(
  '%s: all that Prometheus answers after its next start',
  (name) => {
    const { found, data } = readHead(join(FIXTURES, name))
    expect(found).toEqual(ANSWERS[name])
    expect(data.damage.count).toBe(0)
    expect(data.notes).toMatchObject({ nameless: 0, breaksOff: false })
    expect(data.entriesDone).toBe(data.entryCount)
  },
)

function sampleCount(found: ReadonlyMap<string, readonly Sample[]>): number {
  return [...found.values()].reduce((sum, samples) => sum + samples.length, 0)
}

test('a time range and selectors choose, in every part of the head', () => {
  const name = 'took_custom{kind="took_custom", shop="süd \\"1\\"\\n"}'
  const times = ANSWERS.zstd.get(name)!.map(([, timeMs]) => timeMs)
  const [fromMs, untilMs] = [times[30]!, times[90]!]
  const { found, data } = readHead(ZSTD, { fromMs, untilMs, selectors: ['took_custom'] })
  expect(found).toEqual(new Map([[name, ANSWERS.zstd.get(name)!.slice(30, 91)]]))
  expect([...data.metrics]).toEqual(['took_custom'])
})

test('a log that ends within a record is read up to it', () => {
  const folder = copyOf(ZSTD)
  truncateSync(join(folder, 'wal/00000000'), 14_000)
  const { found, data } = readHead(folder)
  expect(data.notes.breaksOff).toBe(true)
  // What was deleted of them stood behind.
  expect(sampleCount(found)).toBeGreaterThan(sampleCount(ANSWERS.zstd))
  // Where more of the log follows, something is missing.
  writeFileSync(join(folder, 'wal/00000001'), '')
  expect(() => readHead(folder)).toThrow(
    'Cannot read wal/00000000: it breaks off within a record; --skip-damaged leaves it out',
  )
})

test('damage of a log is told once, and the next page goes on', () => {
  const folder = copyOf(BLOCKS)
  const path = join(folder, 'wal/00000005')
  const bytes = readFileSync(path)
  bytes[40]! ^= 1
  writeFileSync(path, bytes)
  expect(() => [...new PrometheusData(folder, ALL).requests()]).toThrow(
    'Cannot read wal/00000005: a record at 0 with a wrong checksum',
  )
  const { found, data } = readHead(folder, { skipsDamage: true })
  expect(data.damage).toMatchObject({
    count: 1,
    told: ['wal/00000005: a record at 0 with a wrong checksum'],
  })
  const all = ANSWERS.blocks
  const known = new Set([...all.values()].flat().map(String))
  expect([...found.values()].flat().filter((sample) => !known.has(String(sample)))).toEqual([])
  expect(sampleCount(found)).toBeGreaterThan(0.7 * sampleCount(all))
  // A segment that is not there.
  rmSync(path)
  expect(() => new PrometheusData(folder, ALL)).toThrow(
    'wal/00000006: 1 segments before it are not there',
  )
})

test('chunks that cannot be read are in the logs too', () => {
  const folder = copyOf(BLOCKS)
  const path = join(folder, 'chunks_head/000006')
  const bytes = readFileSync(path)
  bytes[60]! ^= 1
  writeFileSync(path, bytes)
  const { found, data } = readHead(folder)
  expect(sampleCount(found)).toBe(sampleCount(ANSWERS.blocks))
  expect(data.damage.count).toBe(0)
})

test('a Prometheus that makes a block meanwhile is told of', () => {
  const folder = copyOf(BLOCKS)
  const data = new PrometheusData(folder, ALL)
  renameSync(join(folder, 'wal/00000004'), join(folder, 'wal/gone'))
  expect(() => [...data.requests()]).toThrow('has just made a block; run it again')
})
