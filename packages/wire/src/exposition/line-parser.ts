import { isUtf8 } from 'node:buffer'
import { isNoNumber, readFloat } from './float.ts'
import { type ExpositionPage, type PageFault, TYPE_WORDS } from './page.ts'
import {
  SERIES_FAULTS,
  isText,
  readPairs,
  repeatedName,
  scanMetricName,
  scanQuoted,
  scanSeries,
  text,
} from './series-syntax.ts'
import { LE_NUMBER, NO_NUMBER, QUANTILE_NUMBER, type SeriesTable } from './series-table.ts'

const NEWLINE = 0x0a
const QUOTE = 0x22
const SPACE = 0x20
const TAB = 0x09
const OPEN = 0x7b
const CLOSE = 0x7d

export const TYPE = 0
export const HELP = 1
export const UNIT = 2

/** What both formats share: the place on the page, finding series, reading numbers and metadata, and the fault. */
export class LineParser {
  readonly bytes: Uint8Array
  readonly table: SeriesTable
  readonly page: ExpositionPage
  readonly strict: boolean
  at = 0
  line = 1
  fault: PageFault | undefined
  #previous = -1
  #number = NO_NUMBER
  readonly #isAllText: boolean

  constructor(bytes: Uint8Array, table: SeriesTable, page: ExpositionPage, strict: boolean) {
    this.bytes = bytes
    this.table = table
    this.page = page
    this.strict = strict
    this.#isAllText = isUtf8(bytes)
    page.clear()
    table.lookInto(bytes)
  }

  /** Notes why the page is refused. Always false, so that a caller can return it. */
  refuse(reason: string): false {
    this.fault ??= { line: this.line, reason }
    return false
  }

  /** Reads the series at `at` and moves past it; -1 after a fault. */
  series(): number {
    const { bytes, table, at } = this
    let n = table.expected(bytes, at, this.#previous)
    if (n >= 0 && this.#endsAt(at + table.byteLength(n))) {
      this.at = at + table.byteLength(n)
    } else {
      const end = scanSeries(bytes, at, bytes.length, this.strict)
      if (end < 0) {
        this.refuse(SERIES_FAULTS[-1 - end]!)
        return -1
      }
      n = table.find(bytes, at, end, this.#previous)
      if (n < 0) n = this.#fresh(at, end)
      if (n < 0) return -1
      this.at = end
    }
    this.#previous = n
    return n
  }

  /** A known series is only the one meant if nothing that belongs to it follows: no more name, no brace. */
  #endsAt(end: number): boolean {
    const { bytes } = this
    if (bytes[end - 1] === CLOSE) return true
    let i = end
    while (bytes[i] === SPACE || bytes[i] === TAB) i++
    return i > end && bytes[i] !== OPEN
  }

  #fresh(from: number, to: number): number {
    const { bytes } = this
    if (!this.#isAllText && !isText(bytes, from, to)) {
      this.refuse('a name or label value is not UTF-8')
      return -1
    }
    const twice = repeatedName(readPairs(bytes, from, to))
    if (twice !== '') {
      this.refuse(`label ${JSON.stringify(twice)} is given twice`)
      return -1
    }
    return this.table.add(bytes, from, to, this.#previous, this.#number)
  }

  /** The end of the token at `at`: the next blank or line break. */
  tokenEnd(): number {
    const { bytes } = this
    let i = this.at
    while (i < bytes.length) {
      const byte = bytes[i]!
      if (byte === SPACE || byte === NEWLINE || (byte === TAB && !this.strict)) break
      i++
    }
    return i
  }

  /** Reads the number at `at` and moves past it; a fault when there is none. */
  number(what: string): number {
    const end = this.tokenEnd()
    const value = readFloat(this.bytes, this.at, end)
    if (value !== value && isNoNumber(this.bytes, this.at, end)) {
      this.refuse(`want a number as ${what}, got ${JSON.stringify(this.#shown(this.at, end))}`)
    }
    this.at = end
    return value
  }

  #shown(from: number, to: number): string {
    return text(this.bytes, from, Math.min(to, from + 60))
  }

  /** Reads `name text` after `# TYPE `; `at` ends on the line break. */
  metadata(kind: number): boolean {
    const { bytes } = this
    const isQuoted = bytes[this.at] === QUOTE
    const from = this.at
    const nameEnd = isQuoted
      ? scanQuoted(bytes, from, bytes.length)
      : scanMetricName(bytes, from, bytes.length)
    if (nameEnd <= from) return this.refuse('want a metric name after TYPE, HELP or UNIT')
    const lineEnd = endOfLine(bytes, nameEnd)
    const spans = [
      isQuoted ? from + 1 : from,
      isQuoted ? nameEnd - 1 : nameEnd,
      Math.min(nameEnd + 1, lineEnd),
      lineEnd,
    ] as const
    this.at = lineEnd
    if (kind === TYPE) return this.#type(spans)
    if (!this.#isAllText && !isText(bytes, spans[2], spans[3])) {
      return this.refuse('the help text is not UTF-8')
    }
    if (kind === UNIT && !this.#isUnit(spans)) return false
    this.page.pushMetadata(bytes, kind, spans)
    return true
  }

  #type(spans: readonly [number, number, number, number]): boolean {
    const word = this.#shown(spans[2], spans[3])
    const type = TYPE_WORDS.get(word)
    const isKnown = this.strict ? word !== 'untyped' : !OPENMETRICS_ONLY.has(word)
    if (type === undefined || !isKnown) {
      return this.refuse(`want a metric type such as counter, got ${JSON.stringify(word)}`)
    }
    this.#number =
      type === 'histogram' ? LE_NUMBER : type === 'summary' ? QUANTILE_NUMBER : NO_NUMBER
    this.page.pushMetadata(this.bytes, TYPE, spans)
    return true
  }

  #isUnit(spans: readonly [number, number, number, number]): boolean {
    const name = text(this.bytes, spans[0], spans[1])
    const unit = text(this.bytes, spans[2], spans[3])
    if (unit === '' || name.endsWith(`_${unit}`)) return true
    return this.refuse(
      `want the unit ${JSON.stringify(unit)} as the suffix of ${JSON.stringify(name)}`,
    )
  }
}

const OPENMETRICS_ONLY: ReadonlySet<string> = new Set([
  'gaugehistogram',
  'info',
  'stateset',
  'unknown',
])

/** The next line break, or the end of the page. */
export function endOfLine(bytes: Uint8Array, at: number): number {
  const end = bytes.indexOf(NEWLINE, at)
  return end < 0 ? bytes.length : end
}
