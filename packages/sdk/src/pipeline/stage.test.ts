import { Readable, Writable } from 'node:stream'
import { pipeline as runStreams } from 'node:stream/promises'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writePage } from '../outputs/exposition.ts'
import { Registry } from '../metrics/registry.ts'
import { SKIP } from './flow.ts'
import { pipeline } from './pipeline.ts'
import type { Stage } from './stage.ts'

function stand(): { stage: Stage; sample: (name: string) => number | undefined } {
  const meter = new Registry()
  let ms = 1_700_000_000_000
  const clock = { now: () => ms, monotonic: () => (ms += 50) }
  const stage = pipeline('orders', { meter, clock }).stage('sink')
  return {
    stage,
    sample(name) {
      const page = writePage(meter.collect(), 'text')
      const line = page.split('\n').find((one) => one.startsWith(`pipeline_stage_${name}{`))
      return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1))
    },
  }
}

test('a stage is the same however often it is asked for', () => {
  const orders = pipeline('orders', { meter: new Registry() })
  expect(orders.stage('sink')).toBe(orders.stage('sink'))
})

describe('a wrapped function', () => {
  test('gives what it gave, and is counted and timed', async () => {
    const { stage, sample } = stand()
    expect(stage.wrap((a: number, b: number) => a + b)(1, 2)).toBe(3)
    expect(await stage.wrap(async (a: number) => a)(7)).toBe(7)
    expect(sample('records_total')).toBe(2)
    expect(sample('errors_total')).toBe(0)
    expect(sample('latency_seconds_count')).toBe(2)
    expect(sample('latency_seconds_sum')).toBeCloseTo(0.1)
    expect(sample('last_success_timestamp_seconds')).toBeGreaterThan(1_700_000_000)
  })

  test('throws what it threw, sync or not, and that is an error of the stage', async () => {
    const { stage, sample } = stand()
    const failure = new Error('no')
    const sync = stage.wrap(() => {
      throw failure
    })
    expect(sync).toThrow(failure)
    await expect(stage.wrap(() => Promise.reject(failure))()).rejects.toBe(failure)
    expect(sample('errors_total')).toBe(2)
    expect(sample('records_total')).toBe(0)
    expect(sample('latency_seconds_count')).toBe(2)
  })

  test('counts batches as records, and a counting function that throws as one', () => {
    const { stage, sample } = stand()
    stage.wrap((rows: number[]) => rows, { records: (_args, rows) => rows.length })([1, 2, 3])
    stage.wrap((rows: number[]) => rows, {
      records: () => {
        throw new Error('odd')
      },
    })([1, 2, 3])
    expect(sample('records_total')).toBe(4)
  })
})

describe('a stream through a stage', () => {
  test('keeps every row and its order; rows that are skipped count as handled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer()), fc.boolean(), async (rows, isAsync) => {
        const { stage, sample } = stand()
        const got: number[] = []
        const keep = (row: number): number | typeof SKIP => (row % 2 === 0 ? row * 2 : SKIP)
        await runStreams(
          Readable.from(rows),
          stage.transform(isAsync ? async (row: number) => keep(row) : keep),
          async (source: AsyncIterable<number>) => {
            for await (const row of source) got.push(row)
          },
        )
        expect(got).toEqual(rows.filter((row) => row % 2 === 0).map((row) => row * 2))
        expect(sample('records_total')).toBe(rows.length)
      }),
      { numRuns: 30 },
    )
  })

  test('ends with the error of its step', async () => {
    const { stage, sample } = stand()
    const failing = runStreams(
      Readable.from([1, 2, 3]),
      stage.transform((row: number) => {
        if (row === 2) throw new Error('two')
        return row
      }),
      new Writable({ objectMode: true, write: (_row, _encoding, done) => done() }),
    )
    await expect(failing).rejects.toThrow('two')
    expect(sample('errors_total')).toBe(1)
  })

  test('has as backlog what waits in front of it, and none when it is closed', async () => {
    const { stage, sample } = stand()
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const stream = stage.transform(async (row: number) => {
      await held
      return row
    })
    for (let row = 0; row < 5; row++) stream.write(row)
    expect(sample('backlog')).toBe(5)
    release()
    stream.end()
    stream.resume()
    await new Promise((resolve) => stream.once('close', resolve))
    expect(sample('backlog')).toBe(0)
  })
})

test('an iterable through a stage', async () => {
  const { stage, sample } = stand()
  const got: string[] = []
  for await (const row of stage.over([1, 2, 3], (row) => `r${row}`)) got.push(row)
  expect(got).toEqual(['r1', 'r2', 'r3'])
  for await (const row of stage.over(Readable.from([1, 2]))) got.push(String(row))
  expect(sample('records_total')).toBe(5)
  expect(sample('latency_seconds_count')).toBe(3)
})
