/**
 * What native histograms take on disk, in Weir and in Prometheus: the same ones, a day at 15 s of each
 * kind, written by remote write. `node bench/dist/histograms.js`; figures: docs/formats/chunk.md.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Clock, Labels, METRIC_NAME, type Millis, type NativeHistogram } from '@weir/model'
import { openStore } from '@weir/tsdb'
import { encodeWriteRequestV1, packSnappy } from '@weir/wire'

import { GrowingHistogram, HISTOGRAM_KINDS, type HistogramKind } from './histogram-series.ts'
import { sendBody } from './remote-write.ts'
import { startSide } from './sides.ts'

const SERIES = 20
const STEPS = 5760
const STEP_MS = 15_000
/** The start of a day, long enough ago for Weir to close it and recent enough for Prometheus. */
const START_MS = (Math.floor(Date.now() / 86_400_000) - 2) * 86_400_000

const labels = Array.from({ length: SERIES }, (_, i) =>
  Labels.of({ [METRIC_NAME]: 'latency_seconds', job: 'bench', instance: `worker-${i}` }),
)

/** Hands over a step of all series. */
type Write = (timeMs: number, histograms: readonly NativeHistogram[]) => Promise<void>

async function writeAll(kind: HistogramKind, write: Write): Promise<void> {
  const all = labels.map(() => new GrowingHistogram(kind))
  for (let step = 0; step < STEPS; step++) {
    const histograms = all.map((one) => one.step())
    await write(START_MS + step * STEP_MS, histograms)
  }
}

async function weirBytes(kind: HistogramKind): Promise<number> {
  const path = mkdtempSync(join(tmpdir(), 'weir-bench-'))
  let nowMs = START_MS
  const clock: Clock = {
    now: () => nowMs as Millis,
    monotonicMs: () => performance.now(),
    sleep: () => Promise.resolve(),
  }
  const store = await openStore({ path, clock })
  const appender = store.appender()
  const refs = labels.map((each) => appender.ref(each))
  let step = 0
  await writeAll(kind, async (timeMs, histograms) => {
    nowMs = timeMs
    for (const [i, h] of histograms.entries()) appender.appendHistogram(refs[i]!, timeMs, h)
    await appender.commit()
    if (step++ % 20 === 0) await store.maintain()
  })
  nowMs += 26 * 3_600_000
  await store.maintain()
  const { sealedBytes } = store.stats()
  await store[Symbol.asyncDispose]()
  rmSync(path, { recursive: true, force: true })
  return sealedBytes
}

/** Chunks and index of a snapshot: no log, no reserved space. */
async function prometheusBytes(kind: HistogramKind): Promise<number | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
  const side = await startSide('Prometheus', folder, {
    flags: ['--web.enable-admin-api', '--enable-feature=native-histograms'],
  })
  if (side === undefined) return undefined
  let waiting: [number, readonly NativeHistogram[]][] = []
  const send = async (): Promise<void> => {
    const series = labels.map((each, i) => ({
      labels: each.flat,
      histograms: waiting.map(([timeMs, of]) => [timeMs, of[i]!] as const),
    }))
    waiting = []
    await sendBody(side.url, packSnappy(encodeWriteRequestV1(series)))
  }
  await writeAll(kind, async (timeMs, histograms) => {
    waiting.push([timeMs, histograms])
    if (waiting.length === 60) await send()
  })
  const answer = await fetch(`${side.url}/api/v1/admin/tsdb/snapshot`, { method: 'POST' })
  const { data } = (await answer.json()) as { data: { name: string } }
  const bytes = bytesOf(join(side.dataDir, 'snapshots', data.name))
  await side.stop()
  rmSync(folder, { recursive: true, force: true })
  return bytes
}

function bytesOf(path: string): number {
  let sum = 0
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name)).size
  }
  return sum
}

for (const kind of HISTOGRAM_KINDS) {
  const samples = SERIES * STEPS
  const theirs = await prometheusBytes(kind)
  const ours = await weirBytes(kind)
  const shown = (bytes: number | undefined): string =>
    bytes === undefined ? 'not here' : (bytes / samples).toFixed(2)
  console.log(
    `${kind.padEnd(8)} Weir ${shown(ours)}, Prometheus ${shown(theirs)} bytes a histogram`,
  )
}
