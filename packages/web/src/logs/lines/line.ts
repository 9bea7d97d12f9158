import { type LokiLabels, type LokiStream, labelOf } from '../../api/loki.ts'
import { type JsonObject, type LineField, fieldsOf, objectIn } from './line-fields.ts'
import { logfmtIn } from './logfmt.ts'

export const LEVELS = [
  'fatal',
  'critical',
  'error',
  'warn',
  'info',
  'debug',
  'trace',
  'unknown',
] as const
/** How bad a line is; worst first. */
export type Level = (typeof LEVELS)[number]

/** A line of log as the list shows it. */
export interface LogLine {
  /** The same for the same line of another answer. */
  readonly key: string
  readonly timeNs: string
  readonly timeMs: number
  readonly level: Level
  /** Labels of its stream. */
  readonly labels: LokiLabels
  /** What the sender said beside the line. */
  readonly metadata: LokiLabels
  /** What parsers of the query made of it. */
  readonly parsed: LokiLabels
  /** As it came. */
  readonly text: string
  /** What a line that is a JSON object, or logfmt, says; none for any other line. */
  readonly fields: readonly LineField[]
  readonly message: string
}

export type Order = 'newest' | 'oldest'

/** Names under which what a line says to a human is found, best first. */
const MESSAGE_KEYS = ['message', 'msg', '@message', 'log', 'short_message', 'body', 'event', 'text']

const WORDS: ReadonlyMap<string, Level> = new Map([
  ['fatal', 'fatal'],
  ['emerg', 'fatal'],
  ['panic', 'fatal'],
  ['critical', 'critical'],
  ['crit', 'critical'],
  ['alert', 'critical'],
  ['error', 'error'],
  ['err', 'error'],
  ['warn', 'warn'],
  ['warning', 'warn'],
  ['info', 'info'],
  ['notice', 'info'],
  ['debug', 'debug'],
  ['trace', 'trace'],
])

/** The level that a word names. */
export function levelOf(word: string | undefined): Level {
  return WORDS.get((word ?? '').toLowerCase()) ?? 'unknown'
}

/** Lines of an answer in the order asked for. */
export function linesOf(streams: readonly LokiStream[], order: Order): LogLine[] {
  const found = streams.flatMap(({ stream, values }) => {
    const streamKey = JSON.stringify(Object.entries(stream).toSorted(([a], [b]) => compare(a, b)))
    return values.map(([timeNs, text, beside]) => ({
      timeNs: BigInt(timeNs),
      streamKey,
      stream,
      text,
      metadata: beside?.structuredMetadata ?? {},
      parsed: beside?.parsed ?? {},
    }))
  })
  const sign = order === 'newest' ? -1 : 1
  found.sort((a, b) =>
    a.timeNs === b.timeNs ? compare(a.streamKey, b.streamKey) : a.timeNs < b.timeNs ? -sign : sign,
  )
  const seen = new Map<string, number>()
  return found.map(({ timeNs, streamKey, stream, text, metadata, parsed }) => {
    const place = `${timeNs} ${streamKey}`
    const count = seen.get(place) ?? 0
    seen.set(place, count + 1)
    const object = objectIn(text)
    const fields = object === undefined ? logfmtIn(text) : fieldsOf(object)
    return {
      key: `${place} ${count}`,
      timeNs: String(timeNs),
      timeMs: Number(timeNs / 1_000_000n),
      level: levelOf(metadata['detected_level'] ?? stream['detected_level'] ?? stream['level']),
      labels: stream,
      metadata,
      parsed,
      text,
      fields,
      message: messageOf(object, fields) ?? text,
    }
  })
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function messageOf(
  object: JsonObject | undefined,
  fields: readonly LineField[],
): string | undefined {
  for (const key of MESSAGE_KEYS) {
    const value =
      object === undefined ? fields.find(({ name }) => name === key)?.value : object[key]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}

/** The lines of a further page behind those that are there; what both have stands once. */
export function joined(there: readonly LogLine[], more: readonly LogLine[]): LogLine[] {
  const edge = there.at(-1)?.timeNs
  if (edge === undefined) return [...more]
  const known = new Set<string>()
  for (let i = there.length - 1; i >= 0 && there[i]!.timeNs === edge; i--) known.add(there[i]!.key)
  return [...there, ...more.filter(({ key }) => !known.has(key))]
}

/** What a line has under a name: of its stream, beside it, by a parser, or in itself. */
export function valueOf(line: LogLine, name: string): string | undefined {
  return (
    labelOf(line.labels, name) ??
    labelOf(line.metadata, name) ??
    labelOf(line.parsed, name) ??
    line.fields.find((field) => field.name === name)?.value
  )
}

/**
 * A tail tells labels of the stream and all else in one; those that are no labels of any stream are put
 * beside the line.
 */
export function splitLabels(stream: LokiStream, labelNames: ReadonlySet<string>): LokiStream {
  const entries = Object.entries(stream.stream)
  const labels = entries.filter(([name]) => labelNames.has(name))
  if (labels.length === entries.length) return stream
  const beside = Object.fromEntries(entries.filter(([name]) => !labelNames.has(name)))
  return {
    stream: Object.fromEntries(labels),
    values: stream.values.map(([timeNs, line, more]) => [
      timeNs,
      line,
      { ...more, structuredMetadata: { ...more?.structuredMetadata, ...beside } },
    ]),
  }
}
