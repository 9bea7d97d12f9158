import { array, assert, double, integer, option, property, record, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'

import { SampleColumns } from '@weir/model'

import { Arena } from './arena.ts'
import { BLOCK_SAMPLES, SEGMENT_BLOCKS, TABLE_SERIES, readArena } from './layout.ts'
import { Pool } from './pool.ts'

const SERIES = SEGMENT_BLOCKS
const BASE = 2 ** 31 - 3 // commits go around in the middle of it

function newArena(): Arena {
  const window = { id: 1, startMs: 0, endMs: 300_000, isLate: false, createdMs: 0 }
  return new Arena({ ...window, commitBase: BASE }, new Pool(), () => undefined)
}

/** Appends a sample to every series in each commit; `readers` of it began so many commits after the base. */
function fill(arena: Arena, commits: number, readers: (commit: number) => readonly number[]): void {
  for (let commit = 1; commit <= commits; commit++) {
    const begun = readers(commit).map((reader) => {
      const at = (BASE + reader) | 0
      return { oldest: at, youngest: at }
    })
    arena.beginCommit((BASE + commit) | 0, begun)
    for (let series = 0; series < SERIES; series++) arena.append(series, commit, commit)
  }
}

/** How many samples of a series a reader sees. */
function seen(arena: Arena, reader: number): number {
  const columns = new SampleColumns()
  readArena(arena, 5, 0, 300_000, columns, (BASE + reader) | 0)
  return columns.length
}

test.each<[string, (commit: number) => readonly number[], blocks: number]>([
  ['nobody reads', () => [], 2],
  ['somebody reads since before', () => [-7], 2],
  ['queries come and go', (commit) => [commit - 1], 2],
  ['both', (commit) => [-7, commit - 1], 2],
  ['a query goes on from the third commit', (commit) => (commit > 3 ? [3] : []), 3],
])('memory grows no faster when %s', (_, readers, blocks) => {
  const arena = newArena()
  fill(arena, 2 * BLOCK_SAMPLES, readers)
  expect(arena.segments.length).toBe(blocks)
  for (const reader of readers(2 * BLOCK_SAMPLES)) {
    expect(seen(arena, reader)).toBe(Math.max(0, reader))
  }
  expect(seen(arena, 2 * BLOCK_SAMPLES)).toBe(2 * BLOCK_SAMPLES)
})

test('readers that began at every commit see what was there then', () => {
  const arena = newArena()
  const all = Array.from({ length: 20 }, (_, i) => i)
  fill(arena, 20, (commit) => all.filter((reader) => reader < commit))
  for (const reader of all) expect(seen(arena, reader)).toBe(reader)
})

test('a batch that is read back is what its samples are one by one', () => {
  const sample = record({
    series: integer({ min: 0, max: 40 }).map((n) => (n % 3) * TABLE_SERIES + n),
    offset: integer({ min: 0, max: 299_999 }),
    value: double(),
    histogram: option(uint8Array({ minLength: 1, maxLength: 20 }), {
      nil: undefined,
      freq: 5,
    }),
  })
  assert(
    property(array(array(sample, { maxLength: 60 }), { maxLength: 12 }), (batches) => {
      const quick = newArena()
      const slow = newArena()
      for (const batch of batches) {
        const histograms = new Map<number, Uint8Array>()
        let maxMs = Number.NEGATIVE_INFINITY
        for (const [i, { series, offset, value, histogram }] of batch.entries()) {
          maxMs = Math.max(maxMs, offset)
          if (offset >= slow.newest(series)) slow.setNewest(series, offset + 1)
          if (histogram === undefined) slow.append(series, offset, value)
          else {
            histograms.set(i, histogram)
            slow.appendHistogram(series, offset, histogram)
          }
        }
        const columns = {
          series: Float64Array.from(batch, ({ series }) => series),
          times: Float64Array.from(batch, ({ offset }) => offset),
          values: Float64Array.from(batch, ({ value }) => value),
        }
        const window = { startMs: 0, endMs: 300_000, isLate: false }
        expect(quick.load({ ...window, ...columns, count: batch.length, histograms })).toBe(maxMs)
      }
      expect(quick.sampleCount).toBe(slow.sampleCount)
      expect(quick.minMs).toBe(slow.minMs)
      expect(quick.tables).toEqual(slow.tables)
      expect(quick.segments).toEqual(slow.segments)
      expect(quick.blobs).toEqual(slow.blobs)
      for (const { series } of batches.flat()) {
        expect(quick.newest(series)).toBe(slow.newest(series))
      }
    }),
    { numRuns: 30 },
  )
})
