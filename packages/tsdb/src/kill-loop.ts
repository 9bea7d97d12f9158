import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { expect } from 'vitest'

import { checkData } from './check/check-data.ts'
import { openStore } from './open-store.ts'
import { type Reader, openReader } from './reader.ts'
import { START_MS, columnsOf, matcher, samplesOf } from './test-store.ts'

const DIST = new URL('../dist/index.js', import.meta.url).href
const MODEL = new URL('../../model/dist/index.js', import.meta.url).href

/** Milliseconds from one sample to the next: windows of half an hour are merged every 7,200 samples. */
const STEP_MS = 250
const HEAD_WINDOW_MS = 30_000

/**
 * Appends n for n = from, from + 1, … as fast as it can: to three series as a number, to one as a
 * histogram, with an exemplar a commit; and to one whose past is deleted again and again. Meanwhile it
 * seals, compacts, deletes, cleans and makes snapshots without end. Prints what was acknowledged.
 */
const WRITER = `
  import { rmSync } from 'node:fs'
  import { openStore } from ${JSON.stringify(DIST)}
  import { Labels } from ${JSON.stringify(MODEL)}
  const path = process.argv[1]
  let n = Number(process.argv[2])
  const timeOf = (i) => ${START_MS} + i * ${STEP_MS}
  const say = (...words) => process.stdout.write(words.join(' ') + '\\n')
  const clock = { now: () => timeOf(n), monotonicMs: () => performance.now(), sleep: async () => {} }
  const store = await openStore({ path, clock, headWindowMs: ${HEAD_WINDOW_MS} })
  const appender = store.appender()
  const refs = [0, 1, 2].map((i) => appender.ref(Labels.of({ __name__: 'n', i: String(i) })))
  refs.push(appender.ref(Labels.of({ __name__: 'deleted' })))
  const histogram = appender.ref(Labels.of({ __name__: 'h' }))
  const keyValue = store.keyValue()
  let committed = n
  void upkeep()
  for (;;) {
    for (let k = 0; k < 100; k++, n++) {
      for (const ref of refs) appender.append(ref, timeOf(n), n)
      appender.appendHistogram(histogram, timeOf(n), {
        isFloat: false, resetHint: 'unknown', schema: 0, zeroThreshold: 0, zeroCount: 0, count: n, sum: n,
        positiveSpans: Int32Array.of(n >> 9, 1), positive: Float64Array.of(n),
        negativeSpans: new Int32Array(0), negative: new Float64Array(0), customValues: new Float64Array(0),
      })
    }
    const trace = Labels.of({ trace_id: String(n) })
    appender.appendExemplar(histogram, { labels: trace, value: n, timeMs: timeOf(n) })
    await appender.commit()
    await keyValue.write([{ key: 'n', value: n }])
    committed = n
    say('committed', n)
  }

  async function upkeep() {
    for (let snapshot = ''; ; ) {
      await store.maintain()
      const until = committed - 150
      say('deleting', until)
      await store.deleteSeries([{ name: '__name__', operator: '=', value: 'deleted' }], 0, timeOf(until))
      say('deleted', until)
      const atLeast = committed
      const { name } = await store.snapshot()
      say('snapshot', atLeast, name)
      if (snapshot !== '') rmSync(path + '/snapshots/' + snapshot, { recursive: true })
      snapshot = name
      await store.maintain()
      await store.cleanTombstones()
    }
  }
`

/** What a writer said before it was killed. */
interface Said {
  /** Samples that are there, and how many were when the key-value store acknowledged a number last. */
  committed: number
  kept: number
  /** Newest sample that a delete was about, and that an acknowledged one was about. */
  deleting: number
  deleted: number
  snapshot: { readonly atLeast: number; readonly name: string } | undefined
}

/**
 * Starts a writer, kills it without warning, checks and opens what it left, and compares with what it
 * had acknowledged; again and again on the same directory.
 */
export async function killLoop(plan: {
  readonly kills: number
  readonly lifeMs: readonly [least: number, most: number]
}): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'weir-kill-'))
  const said: Said = { committed: 0, kept: 0, deleting: -1, deleted: -1, snapshot: undefined }
  let snapshots = 0
  try {
    for (let kill = 0; kill < plan.kills; kill++) {
      const [least, most] = plan.lifeMs
      const lifeMs = least + Math.random() * (most - least)
      await writeUntilKilled(path, lifeMs, said)
      const situation = `kill ${kill} after ${lifeMs} ms, said ${JSON.stringify(said)}`
      expect(checkData(path).problems, situation).toEqual([])
      const count = await expectWhole(path, said, said.kept, situation)
      expect(count, situation).toBeGreaterThanOrEqual(said.committed)
      said.committed = count
      if (said.snapshot === undefined) continue
      const { name, atLeast } = said.snapshot
      // A life may begin with a sample more than its predecessor could put into the key-value store.
      const copy = join(path, 'snapshots', name)
      // It may be of a moment before the newest delete, and after a commit that was told later.
      const then = { ...said, deleted: -1 }
      const copied = await expectWhole(copy, then, atLeast - 100, `${situation}, snapshot`)
      expect(copied, situation).toBeGreaterThanOrEqual(atLeast)
      snapshots++
      said.snapshot = undefined
      rmSync(join(path, 'snapshots'), { recursive: true, force: true })
    }
    expect([said.committed, said.deleted, snapshots].every((count) => count > 0)).toBe(true)
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

/** Opens a directory and holds what is in it against what was said; returns how many samples a series has. */
async function expectWhole(
  path: string,
  said: Said,
  kept: number,
  situation: string,
): Promise<number> {
  const clock = {
    now: () => START_MS + said.committed * STEP_MS,
    monotonicMs: () => performance.now(),
    sleep: () => Promise.resolve(),
  }
  const options = { path, clock: clock as never, headWindowMs: HEAD_WINDOW_MS }
  await using store = await openStore(options)
  using reader = openReader(store.seat())
  expect(existsSync(join(path, 'snapshots')) ? readdirSync(join(path, 'snapshots')) : []).toEqual(
    expect.not.arrayContaining([expect.stringContaining('unfinished')]),
  )
  for (const name of ['n{i=0}', 'n{i=1}', 'n{i=2}']) {
    const wrong = samplesOf(reader, name).findIndex(([time, value], i) => {
      return time !== START_MS + i * STEP_MS || value !== i
    })
    expect(wrong, `${situation}, ${name}`).toBe(-1)
  }
  const count = samplesOf(reader, 'n{i=1}').length
  expectHistograms(reader, count, situation)
  expectExemplars(reader, count, situation)
  expectDeleted(reader, count, said, situation)
  expect(Number(store.keyValue().get('n') ?? 0), situation).toBeGreaterThanOrEqual(kept)
  return count
}

/** What an acknowledged delete was about is gone, what no delete was about is there. */
function expectDeleted(reader: Reader, count: number, said: Said, situation: string): void {
  const values = samplesOf(reader, 'deleted').map(([, value]) => value)
  const first = values[0] ?? count
  expect(values, situation).toEqual(Array.from({ length: count - first }, (_, i) => first + i))
  expect(first, situation).toBeGreaterThan(Math.min(said.deleted, count - 1))
  expect(first, situation).toBeLessThanOrEqual(Math.max(said.deleting + 1, 0))
}

/** As many histograms as numbers, since they were committed together, and each of them right. */
function expectHistograms(reader: Reader, count: number, situation: string): void {
  const { times, histograms, length } = columnsOf(reader, 'h')
  expect(length, situation).toBe(count)
  const isRight = Array.from({ length }, (_, i) => {
    const h = histograms?.[i]
    return (
      times[i] === START_MS + i * STEP_MS && h?.positive[0] === i && h.positiveSpans[0] === i >> 9
    )
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

async function writeUntilKilled(path: string, lifeMs: number, said: Said): Promise<void> {
  const args = ['--input-type=module', '-e', WRITER, '--', path, String(said.committed)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  let timer: NodeJS.Timeout | undefined
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString()
  })
  for await (const line of createInterface({ input: child.stdout })) {
    // It lives that long after its first word: starting up takes a while on a busy machine.
    timer ??= setTimeout(() => child.kill('SIGKILL'), lifeMs)
    const [what, number, name = ''] = line.split(' ')
    if (what === 'snapshot') said.snapshot = { atLeast: Number(number), name }
    else said[what as 'committed' | 'deleting' | 'deleted'] = Number(number)
    if (what === 'committed') said.kept = said.committed
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(errors).toBe('')
}
