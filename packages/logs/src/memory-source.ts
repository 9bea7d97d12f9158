import { type Labels, type LogBatch, type Matcher, type Severity } from '@weir/model'
import { jsonFields } from './json-fields.ts'
import { streamTest } from './stream-test.ts'
import { allTests, lineValue } from './line-test.ts'
import type {
  CountRequest,
  LineRequest,
  LogCounts,
  LogLines,
  LogSource,
  LogStream,
  TimeRange,
} from './source.ts'

interface Kept {
  readonly timeNs: bigint
  readonly stream: LogStream
  readonly severity: Severity
  readonly line: string
  readonly metadata: readonly string[]
}

interface CountRow {
  readonly step: number
  readonly streamId: number
  readonly values: readonly string[]
  lines: number
  bytes: number
}

/** Lines in memory, in the order of their times: what tests and the tail ask as they ask the store. */
export class MemorySource implements LogSource {
  readonly #streams = new Map<string, LogStream>()
  #lines: Kept[] = []

  append(batch: LogBatch): void {
    const decoder = new TextDecoder()
    for (let i = 0; i < batch.count; i++) {
      const text = batch.text.subarray(i === 0 ? 0 : batch.ends[i - 1], batch.ends[i])
      const beside = batch.metadata.subarray(
        i === 0 ? 0 : batch.metadataEnds[i - 1],
        batch.metadataEnds[i],
      )
      this.#lines.push({
        timeNs: batch.timesNs[i]!,
        stream: this.#stream(batch.streams[batch.streamOf[i]!]!),
        severity: batch.severities[i]!,
        line: decoder.decode(text),
        metadata: beside.length === 0 ? [] : metadataPairs(decoder.decode(beside)),
      })
    }
    this.#lines.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0))
  }

  streams(matchers: readonly Matcher[], range: TimeRange): readonly LogStream[] {
    const test = streamTest(matchers)
    const there = new Set(this.#within(range).map(({ stream }) => stream))
    return [...there].filter(({ labels }) => test(labels))
  }

  async *lines(request: LineRequest): AsyncIterable<LogLines> {
    const wanted = new Set(request.streams.map(({ id }) => id))
    const found = this.#within(request.range).filter(({ stream }) => wanted.has(stream.id))
    yield linesOf(request.order === 'backward' ? found.toReversed() : found)
  }

  /** Counts by looking at every line: what a store that counts must agree with. */
  async counts(request: CountRequest): Promise<LogCounts> {
    const wanted = new Set(request.streams.map(({ id }) => id))
    const kept = this.#within(request.range).filter(({ stream }) => wanted.has(stream.id))
    const lines = linesOf(kept)
    const test = allTests(request.conditions)
    const rows = new Map<string, CountRow>()
    for (let i = 0; i < lines.count; i++) {
      if (!test(lines, i)) continue
      const step = Number((lines.timeNs(i) - request.range.fromNs) / request.stepNs)
      const streamId = request.byStream ? lines.stream(i).id : 0
      const values = request.by.map((name) => lineValue(lines, i, name))
      const key = JSON.stringify([step, streamId, values])
      const row = rows.get(key) ?? { step, streamId, values, lines: 0, bytes: 0 }
      row.lines++
      if (request.needsBytes === true) row.bytes += Buffer.byteLength(lines.line(i))
      rows.set(key, row)
    }
    const all = [...rows.values()]
    return {
      count: all.length,
      streamIds: Uint32Array.from(all, (row) => row.streamId),
      values: request.by.map((_, k) => all.map((row) => row.values[k]!)),
      steps: Uint32Array.from(all, (row) => row.step),
      lines: Float64Array.from(all, (row) => row.lines),
      bytes: Float64Array.from(all, (row) => row.bytes),
    }
  }

  #within({ fromNs, toNs }: TimeRange): Kept[] {
    return this.#lines.filter(({ timeNs }) => timeNs >= fromNs && timeNs < toNs)
  }

  #stream(labels: Labels): LogStream {
    const known = this.#streams.get(labels.key())
    if (known !== undefined) return known
    const stream = { id: this.#streams.size, labels }
    this.#streams.set(labels.key(), stream)
    return stream
  }
}

function linesOf(kept: readonly Kept[]): LogLines {
  return {
    count: kept.length,
    timeNs: (i) => kept[i]!.timeNs,
    stream: (i) => kept[i]!.stream,
    severity: (i) => kept[i]!.severity,
    line: (i) => kept[i]!.line,
    metadata: (i) => kept[i]!.metadata,
    field: (i, name) => jsonFields(kept[i]!.line)?.get(name),
  }
}

/** `name, value, …` of a batch's metadata, which is a flat JSON object of strings. */
function metadataPairs(json: string): readonly string[] {
  return Object.entries(JSON.parse(json) as Record<string, string>).flat()
}
