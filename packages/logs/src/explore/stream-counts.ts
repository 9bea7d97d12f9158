import { allTests } from '../line-test.ts'
import type { LineCondition, LogSource, LogStream, TimeRange } from '../source.ts'

/** Lines and their bytes of a stream within a step. */
export interface StreamCount {
  readonly stream: LogStream
  /** From 0. */
  readonly step: number
  readonly lines: number
  readonly bytes: number
}

export interface StreamCountRequest {
  readonly streams: readonly LogStream[]
  /** All must hold. */
  readonly conditions: readonly LineCondition[]
  readonly range: TimeRange
  /** Steps begin at `range.fromNs`. */
  readonly stepNs: bigint
  readonly signal: AbortSignal
}

/** What streams hold, step by step: from the counts of the source, or by reading the lines where it has none. */
export async function countStreams(
  source: LogSource,
  request: StreamCountRequest,
): Promise<StreamCount[]> {
  const { streams, conditions, range, stepNs, signal } = request
  if (streams.length === 0 || range.toNs <= range.fromNs) return []
  const counts = await source.counts?.({
    streams,
    range,
    stepNs,
    by: [],
    byStream: true,
    conditions,
    needsBytes: true,
    signal,
  })
  if (counts === undefined) return countByReading(source, request)
  const byId = new Map(streams.map((stream) => [stream.id, stream]))
  const rows: StreamCount[] = []
  for (let i = 0; i < counts.count; i++) {
    const stream = byId.get(counts.streamIds[i]!)
    if (stream === undefined) continue
    rows.push({ stream, step: counts.steps[i]!, lines: counts.lines[i]!, bytes: counts.bytes[i]! })
  }
  return rows
}

async function countByReading(
  source: LogSource,
  { streams, conditions, range, stepNs, signal }: StreamCountRequest,
): Promise<StreamCount[]> {
  const rows = new Map<string, { stream: LogStream; step: number; lines: number; bytes: number }>()
  const request = { streams, range, order: 'any', conditions, needsText: true, signal } as const
  const isChosen = allTests(conditions)
  for await (const run of source.lines(request)) {
    signal.throwIfAborted()
    for (let i = 0; i < run.count; i++) {
      if (!isChosen(run, i)) continue
      const stream = run.stream(i)
      const step = Number((run.timeNs(i) - range.fromNs) / stepNs)
      const key = `${stream.id} ${step}`
      const row = rows.get(key) ?? { stream, step, lines: 0, bytes: 0 }
      row.lines++
      row.bytes += Buffer.byteLength(run.line(i))
      rows.set(key, row)
    }
  }
  return [...rows.values()]
}
