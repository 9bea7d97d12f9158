import { HELP, LineParser, TYPE, UNIT } from './line-parser.ts'
import type { ExpositionPage, PageFault } from './page.ts'
import { SERIES_FAULTS, readPairs, scanLabels } from './series-syntax.ts'
import type { SeriesTable } from './series-table.ts'

const NEWLINE = 0x0a
const SPACE = 0x20
const HASH = 0x23
const OPEN = 0x7b
const KEYWORDS: readonly (readonly [word: Uint8Array, kind: number])[] = [
  [Buffer.from('# TYPE '), TYPE],
  [Buffer.from('# HELP '), HELP],
  [Buffer.from('# UNIT '), UNIT],
]
const EOF_LINE = Buffer.from('# EOF')

/**
 * Reads an OpenMetrics 1.0 page into `page`: one space between tokens, no blank lines, `# EOF` at the
 * end, timestamps in seconds. `_created` lines are samples like
 * others, as in Prometheus without its feature flag.
 *
 * @returns the first fault, undefined when the page is good. After a fault `page` holds the samples
 *   before it.
 * @see prometheus/OpenMetrics: specification/OpenMetrics.md
 */
export function parseOpenMetrics(
  bytes: Uint8Array,
  table: SeriesTable,
  page: ExpositionPage,
): PageFault | undefined {
  const parser = new LineParser(bytes, table, page, true)
  while (parser.fault === undefined) {
    if (parser.at >= bytes.length) {
      parser.refuse('the page does not end with # EOF')
      break
    }
    if (bytes[parser.at] === HASH) {
      if (startsWith(bytes, parser.at, EOF_LINE)) {
        checkEnd(parser)
        break
      }
      if (!readMetadata(parser)) break
    } else if (!readSample(parser)) {
      break
    }
    if (bytes[parser.at] !== NEWLINE) {
      parser.refuse(
        parser.at >= bytes.length
          ? 'the page does not end with # EOF'
          : 'want the end of the line here',
      )
      break
    }
    parser.at++
    parser.line++
  }
  return parser.fault
}

function checkEnd(parser: LineParser): void {
  const { bytes } = parser
  const after = parser.at + EOF_LINE.length
  const end = bytes[after] === NEWLINE ? after + 1 : after
  if (end < bytes.length) parser.refuse('there is something after # EOF')
}

function readMetadata(parser: LineParser): boolean {
  for (const [word, kind] of KEYWORDS) {
    if (!startsWith(parser.bytes, parser.at, word)) continue
    parser.at += word.length
    return parser.metadata(kind)
  }
  return parser.refuse('want # TYPE, # HELP, # UNIT or # EOF; other comments are not allowed')
}

function readSample(parser: LineParser): boolean {
  const { bytes } = parser
  const series = parser.series()
  if (series < 0) return false
  if (!passSpace(parser)) return parser.refuse('want one space and the value after the series')
  const value = parser.number('the value')
  let timeMs = Number.NaN
  if (parser.fault === undefined && bytes[parser.at] === SPACE && bytes[parser.at + 1] !== HASH) {
    parser.at++
    timeMs = readSeconds(parser)
  }
  if (parser.fault === undefined && bytes[parser.at] === SPACE) readExemplar(parser)
  if (parser.fault !== undefined) return false
  parser.page.push(series, value, timeMs)
  return true
}

function readSeconds(parser: LineParser): number {
  const seconds = parser.number('the timestamp')
  if (!Number.isFinite(seconds)) parser.refuse('want finite seconds as the timestamp')
  return Math.trunc(seconds * 1000)
}

/** ` # {label="value"} value [timestamp]` */
function readExemplar(parser: LineParser): boolean {
  const { bytes } = parser
  const from = parser.at + 3
  if (bytes[from - 2] !== HASH || bytes[from - 1] !== SPACE || bytes[from] !== OPEN) {
    return parser.refuse('want an exemplar or the end of the line after the value')
  }
  const end = scanLabels(bytes, from, bytes.length, {
    strict: true,
    hasName: false,
    mayName: false,
  })
  if (end < 0) return parser.refuse(`in the exemplar, ${SERIES_FAULTS[-1 - end]!}`)
  const pairs = readPairs(bytes, from, end).slice(2)
  parser.at = end
  if (!passSpace(parser)) return parser.refuse('want one space and the value of the exemplar')
  const value = parser.number("the exemplar's value")
  let timeMs = Number.NaN
  if (parser.fault === undefined && bytes[parser.at] === SPACE) {
    parser.at++
    timeMs = readSeconds(parser)
  }
  if (parser.fault !== undefined) return false
  parser.page.pushExemplar({ sample: parser.page.length, pairs, value, timeMs })
  return true
}

function passSpace(parser: LineParser): boolean {
  if (parser.bytes[parser.at] !== SPACE) return false
  parser.at++
  return true
}

function startsWith(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false
  return true
}
