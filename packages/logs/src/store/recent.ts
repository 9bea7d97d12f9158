/**
 * The newest lines, in the frames that they came in: searched where they lie. A substring is looked for
 * in the text of a whole frame at once; only lines that hold it are looked at further.
 */
import type { LogBatch } from '@weir/model'
import { jsonFields } from '../json-fields.ts'
import type { LineCondition, LineRequest, LogLines, LogStream, TimeRange } from '../source.ts'
import { frameBatch } from './frame.ts'
import type { Streams } from './streams.ts'

interface RecentFrame {
  readonly batch: LogBatch
  /** Its streams, by their place in the batch. */
  readonly streams: readonly LogStream[]
  readonly minNs: bigint
  readonly maxNs: bigint
  /** Whether lines write characters by number, so that a value may not stand in them as it is; once known. */
  hasNumbered?: boolean
}

/** Lines a run; a reader that has enough asks for no more. */
const RUN_LINES = 4096

/** A line: frame and place in it. */
interface Row {
  readonly frame: RecentFrame
  readonly at: number
}

export class Recent {
  readonly #streams: Streams
  readonly #segments = new Map<number, RecentFrame[]>()

  /** @param as holds the same frames as another one does now */
  constructor(streams: Streams, as?: Recent) {
    this.#streams = streams
    if (as === undefined) return
    for (const [segment, frames] of as.#segments) this.#segments.set(segment, [...frames])
  }

  /** Takes in a frame; gives its batch. */
  add(segment: number, bytes: Uint8Array): LogBatch {
    const batch = frameBatch(bytes)
    const streams = batch.streams.map((labels) => this.#streams.of(labels))
    let minNs = batch.timesNs[0]!
    let maxNs = minNs
    for (const time of batch.timesNs) {
      if (time < minNs) minNs = time
      if (time > maxNs) maxNs = time
    }
    const frames = this.#segments.get(segment) ?? []
    if (frames.length === 0) this.#segments.set(segment, frames)
    frames.push({ batch, streams, minNs, maxNs })
    return batch
  }

  remove(segment: number): void {
    this.#segments.delete(segment)
  }

  batches(): LogBatch[] {
    return [...this.#segments.values()].flatMap((frames) => frames.map(({ batch }) => batch))
  }

  /** Every stream that has lines in the range. */
  streams(range: TimeRange): Set<LogStream> {
    const found = new Set<LogStream>()
    for (const { batch, streams, minNs, maxNs } of this.#frames(range)) {
      if (minNs >= range.fromNs && maxNs < range.toNs) {
        for (const stream of streams) found.add(stream)
        continue
      }
      for (let i = 0; i < batch.count; i++) {
        const time = batch.timesNs[i]!
        if (time >= range.fromNs && time < range.toNs) found.add(streams[batch.streamOf[i]!]!)
      }
    }
    return found
  }

  /** The first and last time there is, within a range; undefined when there is no line. */
  extent(range: TimeRange): TimeRange | undefined {
    let found: { fromNs: bigint; toNs: bigint } | undefined
    for (const { minNs, maxNs } of this.#frames(range)) {
      const fromNs = minNs > range.fromNs ? minNs : range.fromNs
      const toNs = maxNs + 1n < range.toNs ? maxNs + 1n : range.toNs
      if (found === undefined) found = { fromNs, toNs }
      else {
        if (fromNs < found.fromNs) found.fromNs = fromNs
        if (toNs > found.toNs) found.toNs = toNs
      }
    }
    return found
  }

  /** About how many lines there are in a range. */
  linesIn(range: TimeRange): number {
    let lines = 0
    for (const { batch } of this.#frames(range)) lines += batch.count
    return lines
  }

  /** Runs of lines in the order asked for; conditions on substrings are met, others may not be. */
  *lines(request: LineRequest): Generator<LogLines> {
    const rows = this.#rows(request)
    if (request.order !== 'any') {
      const sign = request.order === 'forward' ? 1 : -1
      rows.sort((a, b) => {
        const one = a.frame.batch.timesNs[a.at]!
        const other = b.frame.batch.timesNs[b.at]!
        return one < other ? -sign : one > other ? sign : 0
      })
    }
    for (let from = 0; from < rows.length; from += RUN_LINES) {
      yield new RecentLines(rows.slice(from, from + RUN_LINES))
    }
  }

  *#frames({ fromNs, toNs }: TimeRange): Generator<RecentFrame> {
    for (const frames of this.#segments.values()) {
      for (const frame of frames) if (frame.maxNs >= fromNs && frame.minNs < toNs) yield frame
    }
  }

  #rows({ streams, range, conditions }: LineRequest): Row[] {
    const wanted = new Set(streams)
    const texts = conditions.flatMap((condition) => neededText(condition))
    const text = longest(texts.filter(({ isValue }) => !isValue))
    const value = longest(texts)
    const rows: Row[] = []
    for (const frame of this.#frames(range)) {
      const isWanted = frame.streams.map((stream) => wanted.has(stream))
      if (!isWanted.includes(true)) continue
      const { batch } = frame
      const needle = value === text || !standsAsItIs(frame) ? text : value
      const take = (at: number): void => {
        const time = batch.timesNs[at]!
        if (time < range.fromNs || time >= range.toNs || !isWanted[batch.streamOf[at]!]) return
        rows.push({ frame, at })
      }
      if (needle === undefined) for (let at = 0; at < batch.count; at++) take(at)
      else for (const at of linesWith(batch, needle)) take(at)
    }
    return rows
  }
}

/** A text that lines which meet a condition have in them, if there is one. */
function neededText(
  condition: LineCondition,
): { readonly text: string; readonly isValue: boolean }[] {
  if (condition.kind === 'contains') return [{ text: condition.text, isValue: false }]
  if (condition.kind !== 'value' || condition.operator !== '=') return []
  const { name, value } = condition
  // The level may come from elsewhere; what JSON may write in several ways is not looked for.
  const mayBeLevel = condition.isOwn !== true && /^(detected_)?level$/.test(name)
  const isSure = !mayBeLevel && /^[ !#-.0-[\]-~]+$/.test(value)
  return isSure ? [{ text: value, isValue: true }] : []
}

/** The longest leaves out most lines. */
function longest(texts: readonly { readonly text: string }[]): Buffer | undefined {
  let found = ''
  for (const { text } of texts) if (text.length > found.length) found = text
  return found === '' ? undefined : Buffer.from(found)
}

/** Whether a value that a line has must stand in its text. */
function standsAsItIs(frame: RecentFrame): boolean {
  const { text, metadata } = frame.batch
  if (metadata.length > 0) return false
  frame.hasNumbered ??= Buffer.from(text.buffer, text.byteOffset, text.length).includes('\\u00')
  return !frame.hasNumbered
}

/** Places of the lines that hold a text, ascending. */
function* linesWith({ text, ends, count }: LogBatch, needle: Buffer): Generator<number> {
  const all = Buffer.from(text.buffer, text.byteOffset, text.length)
  let line = 0
  for (let at = all.indexOf(needle); at >= 0;) {
    line = lineAt(ends, count, line, at)
    const end = ends[line]!
    if (at + needle.length <= end) {
      yield line
      at = all.indexOf(needle, end)
    } else {
      at = all.indexOf(needle, at + 1) // it lies across two lines
    }
  }
}

/** The line that the byte at `at` belongs to, known to be at or behind `from`. */
function lineAt(ends: Uint32Array, count: number, from: number, at: number): number {
  let low = from
  let high = count - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (ends[middle]! > at) high = middle
    else low = middle + 1
  }
  return low
}

/** The lines of a batch as they lie. */
export function linesOfBatch(batch: LogBatch, streams: Streams): LogLines {
  const own = batch.streams.map((labels) => streams.of(labels))
  const frame = { batch, streams: own, minNs: 0n, maxNs: 0n }
  return new RecentLines(Array.from({ length: batch.count }, (_, at) => ({ frame, at })))
}

class RecentLines implements LogLines {
  readonly count: number
  readonly #rows: readonly Row[]
  #parsedAt = -1
  #parsed: ReadonlyMap<string, string> | undefined

  constructor(rows: readonly Row[]) {
    this.#rows = rows
    this.count = rows.length
  }

  timeNs(i: number): bigint {
    const { frame, at } = this.#rows[i]!
    return frame.batch.timesNs[at]!
  }

  stream(i: number): LogStream {
    const { frame, at } = this.#rows[i]!
    return frame.streams[frame.batch.streamOf[at]!]!
  }

  severity(i: number): number {
    const { frame, at } = this.#rows[i]!
    return frame.batch.severities[at]!
  }

  line(i: number): string {
    const { frame, at } = this.#rows[i]!
    return textAt(frame.batch.text, frame.batch.ends, at)
  }

  metadata(i: number): readonly string[] {
    const { frame, at } = this.#rows[i]!
    const json = textAt(frame.batch.metadata, frame.batch.metadataEnds, at)
    return json === '' ? [] : Object.entries(JSON.parse(json) as Record<string, string>).flat()
  }

  field(i: number, name: string): string | undefined {
    if (this.#parsedAt !== i) {
      this.#parsed = jsonFields(this.line(i))
      this.#parsedAt = i
    }
    return this.#parsed?.get(name)
  }
}

function textAt(text: Uint8Array, ends: Uint32Array, at: number): string {
  const from = at === 0 ? 0 : ends[at - 1]!
  return Buffer.from(text.buffer, text.byteOffset + from, ends[at]! - from).toString()
}
