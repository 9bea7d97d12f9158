import { HELP, LineParser, TYPE, endOfLine } from './line-parser.ts'
import type { ExpositionPage, PageFault } from './page.ts'
import { skipBlanks } from './series-syntax.ts'
import type { SeriesTable } from './series-table.ts'

const NEWLINE = 0x0a
const HASH = 0x23
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
/** Sixteen digits of milliseconds reach beyond any date; more would not be exact. */
const TIME_DIGITS_MAX = 16

/**
 * Reads a page of the Prometheus text format 0.0.4 (and 1.0.0: quoted UTF-8 names) into `page`.
 * Blanks may stand anywhere between tokens; the last line needs no line break.
 *
 * A line whose series is known costs one comparison with the bytes expected and one number.
 *
 * @returns the first fault, undefined when the page is good. After a fault `page` holds the samples
 *   before it.
 * @see prometheus/docs: content/docs/instrumenting/exposition_formats.md
 */
export function parseText(
  bytes: Uint8Array,
  table: SeriesTable,
  page: ExpositionPage,
): PageFault | undefined {
  const parser = new LineParser(bytes, table, page, false)
  const end = bytes.length
  while (parser.at < end && parser.fault === undefined) {
    parser.at = skipBlanks(bytes, parser.at, end)
    if (parser.at >= end) break
    const byte = bytes[parser.at]
    if (byte !== NEWLINE && !(byte === HASH ? readComment(parser) : readSample(parser))) break
    parser.at++
    parser.line++
  }
  return parser.fault
}

function readSample(parser: LineParser): boolean {
  const { bytes } = parser
  const end = bytes.length
  const series = parser.series()
  if (series < 0) return false
  parser.at = skipBlanks(bytes, parser.at, end)
  if (parser.at >= end || bytes[parser.at] === NEWLINE) return parser.refuse('there is no value')
  const value = parser.number('the value')
  parser.at = skipBlanks(bytes, parser.at, end)
  const isTimed = parser.at < end && bytes[parser.at] !== NEWLINE
  const timeMs = isTimed ? readMillis(parser) : Number.NaN
  if (parser.fault !== undefined) return false
  parser.at = skipBlanks(bytes, parser.at, end)
  if (parser.at < end && bytes[parser.at] !== NEWLINE) {
    return parser.refuse('there is something after the timestamp')
  }
  parser.page.push(series, value, timeMs)
  return true
}

function readMillis(parser: LineParser): number {
  const { bytes } = parser
  const to = parser.tokenEnd()
  const negative = bytes[parser.at] === MINUS
  const from = negative ? parser.at + 1 : parser.at
  let ms = 0
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (byte < ZERO || byte > NINE || i - from >= TIME_DIGITS_MAX) {
      parser.refuse('want whole milliseconds as the timestamp')
      return Number.NaN
    }
    ms = ms * 10 + (byte - ZERO)
  }
  if (to === from) parser.refuse('want whole milliseconds as the timestamp')
  parser.at = to
  return negative ? -ms : ms
}

/** `# TYPE` and `# HELP`; any other comment is passed over. */
function readComment(parser: LineParser): boolean {
  const { bytes } = parser
  const start = skipBlanks(bytes, parser.at + 1, bytes.length)
  const kind = start > parser.at + 1 ? keywordAt(bytes, start) : -1
  const name = skipBlanks(bytes, start + 4, bytes.length)
  if (kind >= 0 && name > start + 4) {
    parser.at = name
    return parser.metadata(kind)
  }
  parser.at = endOfLine(bytes, parser.at)
  return true
}

/** TYPE, HELP or -1. */
function keywordAt(bytes: Uint8Array, at: number): number {
  if (bytes[at + 2] === 0x50 && bytes[at + 3] === 0x45) {
    return bytes[at] === 0x54 && bytes[at + 1] === 0x59 ? TYPE : -1
  }
  if (bytes[at + 2] === 0x4c && bytes[at + 3] === 0x50) {
    return bytes[at] === 0x48 && bytes[at + 1] === 0x45 ? HELP : -1
  }
  return -1
}
