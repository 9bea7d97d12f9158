import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Labels, type NativeHistogram, isStale } from '@weir/model'
import { histogramText } from '@weir/promql'
import { KEY_SLACK, WriteBatch, WriteReaderV1, snappyHead, unpackSnappy } from '@weir/wire'
import { afterEach, expect } from 'vitest'
import { PrometheusData, type PrometheusDataOptions } from './prometheus-data.ts'

/** A folder of `fixtures`. */
export function fixtures(name: string): string {
  return fileURLToPath(new URL(`../../../../../fixtures/${name}`, import.meta.url))
}

export const ALL: PrometheusDataOptions = {
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
export function copyOf(path: string): string {
  const folder = emptyFolder()
  cpSync(path, folder, { recursive: true })
  return folder
}

/** Gone after the test. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-blocks-'))
  folders.push(folder)
  return folder
}

/** Numbers as JavaScript writes them; Go has other ways for long ones, of its own for whole histograms. */
export function ours(text: string): string {
  return text.replaceAll(/[-+]?\d[\d.]*(?:e[-+]?\d+)?/g, (number) => String(Number(number)))
}

export function shownNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

export type Sample = readonly [series: string, timeMs: number, value: string]

/** What the requests say, in the order in which they say it: values as a number's text or a histogram's. */
export function samplesOf(
  requests: Iterable<Uint8Array>,
  textOf = (histogram: NativeHistogram): string => ours(histogramText(histogram)),
): Sample[] {
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
      const shown = isStale(histogram.sum) ? 'stale' : textOf(histogram)
      found.push([name(series), timeMs, shown])
    }
  }
  return found
}

/** All samples that are read of a folder. */
export function read(folder: string, options: Partial<PrometheusDataOptions> = {}): Sample[] {
  return samplesOf(new PrometheusData(folder, { ...ALL, ...options }).requests())
}

export function bySeries(samples: readonly Sample[]): Map<string, Sample[]> {
  const found = new Map<string, Sample[]>()
  for (const sample of samples.toSorted((a, b) => a[1] - b[1])) {
    found.set(sample[0], [...(found.get(sample[0]) ?? []), sample])
  }
  return found
}
