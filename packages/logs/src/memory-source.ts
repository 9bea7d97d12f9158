import { type Labels, type LogBatch, type Matcher, type Severity } from '@weir/model'
import { jsonFields } from './json-fields.ts'
import { streamTest } from './stream-test.ts'
import type { LineRequest, LogLines, LogSource, LogStream, TimeRange } from './source.ts'

interface Kept {
  readonly timeNs: bigint
  readonly stream: LogStream
  readonly severity: Severity
  readonly line: string
  readonly metadata: readonly string[]
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
