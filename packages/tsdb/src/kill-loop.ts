import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { expect } from 'vitest'

import { openStore } from './open-store.ts'
import { type Reader, openReader } from './reader.ts'
import { START_MS, columnsOf, matcher, samplesOf } from './test-store.ts'

const DIST = new URL('../dist/index.js', import.meta.url).href
const MODEL = new URL('../../model/dist/index.js', import.meta.url).href

/** Appends `(START + n, n)`, for one series as a histogram and with an exemplar a commit, for n = from, from + 1, … as fast as it can, seals all the time, and prints each n when acknowledged. */
const WRITER = `
  import { openStore } from ${JSON.stringify(DIST)}
  import { Labels } from ${JSON.stringify(MODEL)}
  let n = Number(process.argv[2])
  const clock = { now: () => ${START_MS} + n, monotonicMs: () => performance.now(), sleep: async () => {} }
  const store = await openStore({ path: process.argv[1], clock, headWindowMs: 500 })
  const appender = store.appender()
  const refs = [0, 1, 2].map((i) => appender.ref(Labels.of({ __name__: 'n', i: String(i) })))
  const histogram = appender.ref(Labels.of({ __name__: 'h' }))
  const keyValue = store.keyValue()
  for (;;) {
    for (let k = 0; k < 100; k++, n++) {
      for (const ref of refs) appender.append(ref, ${START_MS} + n, n)
      appender.appendHistogram(histogram, ${START_MS} + n, {
        isFloat: false, resetHint: 'unknown', schema: 0, zeroThreshold: 0, zeroCount: 0, count: n, sum: n,
        positiveSpans: Int32Array.of(n >> 9, 1), positive: Float64Array.of(n),
        negativeSpans: new Int32Array(0), negative: new Float64Array(0), customValues: new Float64Array(0),
      })
    }
    const trace = Labels.of({ trace_id: String(n) })
    appender.appendExemplar(histogram, { labels: trace, value: n, timeMs: ${START_MS} + n })
    const { appended } = await appender.commit()
    await keyValue.write([{ key: 'n', value: n }])
    process.stdout.write(appended + ' ' + n + '\\n')
    void store.maintain()
  }
`

/**
 * Starts a writer, kills it without warning, opens what it left, and compares with what it had
 * acknowledged; again and again on the same directory.
 */
export async function killLoop(plan: {
  readonly kills: number
  readonly lifeMs: readonly [least: number, most: number]
}): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'weir-kill-'))
  try {
    let acknowledged = 0
    for (let kill = 0; kill < plan.kills; kill++) {
      const [least, most] = plan.lifeMs
      const lifeMs = least + Math.random() * (most - least)
      acknowledged = Math.max(acknowledged, await writeUntilKilled(path, acknowledged, lifeMs))
      const clock = {
        now: () => START_MS + acknowledged,
        monotonicMs: () => performance.now(),
        sleep: () => Promise.resolve(),
      }
      await using store = await openStore({ path, clock: clock as never, headWindowMs: 500 })
      using reader = openReader(store.seat())
      const samples = samplesOf(reader, 'n{i=1}')
      const situation = `kill ${kill} after ${lifeMs} ms, ${acknowledged} acknowledged`
      expect(samples.length, situation).toBeGreaterThanOrEqual(acknowledged)
      const isWhole = samples.every(([time, value], i) => time === START_MS + i && value === i)
      expect(isWhole, situation).toBe(true)
      expectHistograms(reader, samples.length, situation)
      expectExemplars(reader, samples.length, situation)
      expect(Number(store.keyValue().get('n') ?? 0)).toBeGreaterThanOrEqual(acknowledged)
      acknowledged = samples.length
    }
    expect(acknowledged).toBeGreaterThan(0)
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

/** As many histograms as numbers, since they were committed together, and each of them right. */
function expectHistograms(reader: Reader, count: number, situation: string): void {
  const { times, histograms, length } = columnsOf(reader, 'h')
  expect(length, situation).toBe(count)
  const isRight = Array.from({ length }, (_, i) => {
    const h = histograms?.[i]
    return times[i] === START_MS + i && h?.positive[0] === i && h.positiveSpans[0] === i >> 9
  })
  expect(isRight.indexOf(false), situation).toBe(-1)
}

/** One for each commit, the last one with the last samples. */
function expectExemplars(reader: Reader, count: number, situation: string): void {
  using querier = reader.querier(0, 2 ** 50)
  const [found] = querier.exemplars([matcher('__name__=h')], 0, 2 ** 50)
  const values = found?.exemplars.map(({ value }) => value) ?? []
  const want = Array.from({ length: count / 100 }, (_, i) => 100 * (i + 1))
  expect(values, situation).toEqual(want)
}

async function writeUntilKilled(path: string, from: number, lifeMs: number): Promise<number> {
  const args = ['--input-type=module', '-e', WRITER, '--', path, String(from)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let acknowledged = from
  let errors = ''
  let timer: NodeJS.Timeout | undefined
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString()
  })
  for await (const line of createInterface({ input: child.stdout })) {
    // It lives that long after its first word: starting up takes a while on a busy machine.
    timer ??= setTimeout(() => child.kill('SIGKILL'), lifeMs)
    acknowledged = Number(line.split(' ')[1])
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(errors).toBe('')
  return acknowledged
}
