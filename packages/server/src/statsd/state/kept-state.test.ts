import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readMappings } from '../mapping-file.ts'
import { Mapping } from '../mapping.ts'
import { Stand } from '../test-stand.ts'
import { KeptState } from './kept-state.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-state-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
})

const BYTES = 1 << 26
const MAPPING = `mappings:
- {match: hist, name: hist, observer_type: histogram, histogram_options: {buckets: [1, 5], native_histogram_bucket_factor: 1.1}}
- {match: total, name: total, running_total: true}
- {match: short, name: short, ttl: 10s}
`

/** A stand that begins with what is kept in the folder. */
function restarted(stand: Stand): { readonly stand: Stand; readonly state: KeptState } {
  const next = stand.fresh()
  const state = new KeptState(folder, next.aggregate, BYTES)
  state.restore()
  return { stand: next, state }
}

const natives = ({ aggregate }: Stand): unknown[] =>
  Array.from({ length: aggregate.seriesEnd }, (_, series) => series)
    .filter((series) => aggregate.isOpen(series))
    .map((series) => aggregate.readNative(series))
    .filter((native) => native !== undefined)

const ALL = [
  'c:3|c|#k:v',
  'g:7|g',
  'g:-2|g',
  't:10:20:30|ms',
  'hist:0.5:3:100:-2|h',
  'total:12|g',
  'short:1|c',
  'at:5|c|T1600000000',
]

test('everything goes on as if nothing had happened', async () => {
  const stand = new Stand(MAPPING).send(...ALL)
  const state = new KeptState(folder, stand.aggregate, BYTES)
  expect(state.restore()).toBeUndefined()
  await state.save(stand.nowMs)
  const after = restarted(stand).stand
  expect(after.page()).toEqual(stand.page())
  expect(natives(after)).toEqual(natives(stand))
  expect(natives(after)).toHaveLength(1)
  // And the same lines bring both to the same.
  expect(after.send(...ALL).page()).toEqual(stand.send(...ALL).page())
  expect(natives(after)).toEqual(natives(stand))
  // Time to live counts the time between.
  after.nowMs += 11_000
  expect(after.page()).not.toContainEqual(expect.stringMatching(/^short/))
})

test('whatever is sent and wherever it stops, it goes on', async () => {
  const line = fc
    .record({
      name: fc.constantFrom('a', 'b.c', 'd'),
      tag: fc.constantFrom('', '|#k:v', '|#k:w', '|#l:x'),
      value: fc.integer({ min: 0, max: 999 }),
      type: fc.constantFrom('c', 'g', 'ms'),
    })
    .map(({ name, tag, value, type }) => `${name}.${type}:${value}|${type}${tag}`)
  const interval = fc.array(line, { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(fc.array(interval, { maxLength: 6 }), fc.nat(), async (intervals, stop) => {
      for (const name of readdirSync(folder)) rmSync(join(folder, name))
      const whole = new Stand()
      let part = new Stand()
      let state = new KeptState(folder, part.aggregate, BYTES)
      for (const [i, lines] of intervals.entries()) {
        whole.send(...lines)
        part.send(...lines)
        await state.save(part.nowMs)
        if (i === stop % 6) ({ stand: part, state } = restarted(part))
      }
      expect(part.page().toSorted()).toEqual(whole.page().toSorted())
    }),
    { numRuns: 30 },
  )
})

test('series that ended are not there again, new ones in their places are', async () => {
  const stand = new Stand(MAPPING).send('short:1|c', 'a:1|c')
  const state = new KeptState(folder, stand.aggregate, BYTES)
  await state.save(stand.nowMs)
  stand.nowMs += 11_000
  stand.aggregate.close([0])
  stand.send('b:4|c')
  await state.save(stand.nowMs)
  expect(restarted(stand).stand.page()).toEqual(['a 1', 'b 4'])
})

test('the list of series is begun anew when most of it has gone', async () => {
  const stand = new Stand()
  const state = new KeptState(folder, stand.aggregate, BYTES)
  for (let round = 0; round < 12; round++) {
    stand.send(...Array.from({ length: 900 }, (_, i) => `a:1|c|#r:${round},i:${i}`))
    await state.save(stand.nowMs)
    stand.aggregate.close(Array.from({ length: stand.aggregate.seriesEnd }, (_, i) => i))
  }
  stand.send('last:1|c')
  await state.save(stand.nowMs)
  const lists = readdirSync(folder).filter((name) => name.startsWith('series-'))
  expect(lists).toHaveLength(1)
  expect(lists[0]).not.toBe('series-1.jsonl')
  expect(restarted(stand).stand.page()).toEqual(['last 1'])
})

describe('damage', () => {
  async function twoSaves(): Promise<Stand> {
    const stand = new Stand().send('a:1|c')
    const state = new KeptState(folder, stand.aggregate, BYTES)
    await state.save(stand.nowMs) // values-1
    stand.send('a:1|c', 'b:1|c')
    await state.save(stand.nowMs) // values-0
    return stand
  }

  test('a torn file costs one flush', async () => {
    const stand = await twoSaves()
    const path = join(folder, 'values-0')
    for (const bytes of [readFileSync(path).subarray(0, 50), Buffer.alloc(0), Buffer.alloc(4096)]) {
      writeFileSync(path, bytes)
      expect(restarted(stand).stand.page()).toEqual(['a 1'])
    }
  })

  test('any changed byte is found', async () => {
    const stand = await twoSaves()
    const path = join(folder, 'values-0')
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 0x10
      writeFileSync(path, bytes)
      expect(restarted(stand).stand.page()).toEqual(['a 1'])
    }
  })

  test('without a whole file it says so', async () => {
    const stand = await twoSaves()
    const [list] = readdirSync(folder).filter((name) => name.startsWith('series-'))
    writeFileSync(join(folder, list!), 'nonsense')
    const state = new KeptState(folder, stand.fresh().aggregate, BYTES)
    expect(() => state.restore()).toThrow('none of the files is whole')
  })
})

test('a write that fails costs that flush; the next one begins a list of its own', async () => {
  const stand = new Stand().send('a:1|c')
  const state = new KeptState(folder, stand.aggregate, BYTES)
  await state.save(stand.nowMs)
  const [list] = readdirSync(folder).filter((name) => name.startsWith('series-'))
  // A folder in the place of the next file of values: it cannot be opened.
  mkdirSync(join(folder, 'values-0'))
  stand.send('b:1|c')
  await expect(state.save(stand.nowMs)).rejects.toThrow('EISDIR')
  rmSync(join(folder, 'values-0'), { recursive: true })
  stand.send('c:1|c')
  await state.save(stand.nowMs)
  expect(readdirSync(folder)).not.toContain(list)
  expect(restarted(stand).stand.page()).toEqual(['a 1', 'b 1', 'c 1'])
})

test('more series than are listed at a time, some sent meanwhile', async () => {
  const stand = new Stand()
  const lines = Array.from({ length: 9000 }, (_, i) => `m${i}:1|c`)
  const state = new KeptState(folder, stand.send(...lines).aggregate, BYTES)
  const saving = state.save(stand.nowMs)
  stand.send('m0:1|c', 'late:1|c')
  await saving
  expect(restarted(stand).stand.page()).toEqual(stand.page())
})

test('more than may be kept is not kept, and what was there is forgotten', async () => {
  const stand = new Stand().send('a:1|c')
  await new KeptState(folder, stand.aggregate, BYTES).save(stand.nowMs)
  const small = new KeptState(folder, stand.aggregate, 100)
  expect(await small.save(stand.nowMs)).toBe(false)
  expect(readdirSync(folder)).toEqual([])
  expect(await small.save(stand.nowMs)).toBe(false)
})

test('what was restored and never came again gives way to a metric of its name', async () => {
  const stand = new Stand().send('a:1|c', 'h:1|ms')
  await new KeptState(folder, stand.aggregate, BYTES).save(stand.nowMs)
  const after = restarted(stand).stand
  const rule =
    'mappings: [{match: h, name: h, observer_type: histogram, histogram_options: {buckets: [1]}}]'
  after.aggregate.remap(new Mapping(readMappings([{ file: 'm.yml', text: rule }])))
  after.send('a:5|g', 'h:1|ms')
  expect(after.rejects).toEqual({ conflict: 2 })
  const { aggregate } = after
  aggregate.close([0, 1].filter((series) => aggregate.isOver(series, after.nowMs)))
  expect(after.send('a:5|g', 'h:1|ms').page()).toEqual([
    'a 5',
    'h_bucket{le="1"} 1',
    'h_bucket{le="+Inf"} 1',
    'h_sum 0.001',
    'h_count 1',
  ])
})
