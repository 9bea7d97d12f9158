import { isUtf8 } from 'node:buffer'

/**
 * The part of a line that names a series: `name{label="value",…}`, shared by both formats.
 *
 * Prometheus lets blanks stand between the tokens and commas be left out; OpenMetrics (`strict`) does not. UTF-8 names stand
 * quoted: `{"my.name","a b"="c"}`.
 */

const TAB = 0x09
const NEWLINE = 0x0a
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const EQUAL = 0x3d
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d

/** What a byte may be in a name: bit 1 starts one, bit 2 goes on with one, bit 4 only in metric names (`:`). */
const NAME_BYTE = new Uint8Array(256)
for (const byte of Buffer.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_')) {
  NAME_BYTE[byte] = 3
}
for (const byte of Buffer.from('0123456789')) NAME_BYTE[byte] = 2
NAME_BYTE[0x3a] = 4

/** Why a series cannot be read. A fault is returned as `-1 - its index`, so that nothing is allocated on the way. */
export const SERIES_FAULTS = [
  'want a metric name or {',
  'want a label name or } inside the braces',
  'want = after the label name',
  'want a quoted label value',
  'a quoted string does not end',
  'want , or } after the label value',
  'the metric name is given twice',
  'there is no metric name',
] as const

const NO_START = -1
const NO_LABEL_NAME = -2
const NO_EQUAL = -3
const NO_LABEL_VALUE = -4
const NO_QUOTE = -5
const NO_COMMA = -6
const NAME_TWICE = -7
const NO_NAME = -8

/** Past the metric name that starts at `at`, or `at` when none starts there. */
export function scanMetricName(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end || (NAME_BYTE[bytes[at]!]! & 5) === 0) return at
  let i = at + 1
  while (i < end && NAME_BYTE[bytes[i]!]! !== 0) i++
  return i
}

function scanLabelName(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end || (NAME_BYTE[bytes[at]!]! & 1) === 0) return at
  let i = at + 1
  while (i < end && (NAME_BYTE[bytes[i]!]! & 2) !== 0) i++
  return i
}

/** Past the closing quote of the string that opens at `at`, or -1. Line breaks may stand in it, as Prometheus allows. */
export function scanQuoted(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at + 1; i < end; i++) {
    const byte = bytes[i]!
    if (byte === QUOTE) return i + 1
    if (byte === BACKSLASH) i++
  }
  return -1
}

export function skipBlanks(bytes: Uint8Array, at: number, end: number): number {
  let i = at
  while (i < end && (bytes[i] === SPACE || bytes[i] === TAB)) i++
  return i
}

/** Past the series that starts at `at`, or a fault (see {@link SERIES_FAULTS}). Its end has no blanks. */
export function scanSeries(bytes: Uint8Array, at: number, end: number, strict: boolean): number {
  const nameEnd = scanMetricName(bytes, at, end)
  const hasName = nameEnd > at
  const brace = strict ? nameEnd : skipBlanks(bytes, nameEnd, end)
  if (brace >= end || bytes[brace] !== OPEN) return hasName ? nameEnd : NO_START
  return scanLabels(bytes, brace, end, { strict, hasName, mayName: true })
}

/** Past the label set that opens at `at`; an exemplar's may not hold a metric name. */
export function scanLabels(
  bytes: Uint8Array,
  at: number,
  end: number,
  rules: { readonly strict: boolean; readonly hasName: boolean; readonly mayName: boolean },
): number {
  const skip = rules.strict ? noBlanks : skipBlanks
  let { hasName } = rules
  let i = skip(bytes, at + 1, end)
  for (;;) {
    if (bytes[i] === CLOSE && i < end) return hasName || !rules.mayName ? i + 1 : NO_NAME
    const isQuoted = bytes[i] === QUOTE && i < end
    const nameEnd = isQuoted ? scanQuoted(bytes, i, end) : scanLabelName(bytes, i, end)
    if (nameEnd < 0) return NO_QUOTE
    if (nameEnd === i) return NO_LABEL_NAME
    i = skip(bytes, nameEnd, end)
    const next = i < end ? bytes[i] : NEWLINE
    if (isQuoted && rules.mayName && (next === COMMA || next === CLOSE)) {
      if (hasName) return NAME_TWICE
      hasName = true
    } else {
      if (next !== EQUAL) return NO_EQUAL
      i = skip(bytes, i + 1, end)
      if (i >= end || bytes[i] !== QUOTE) return NO_LABEL_VALUE
      const valueEnd = scanQuoted(bytes, i, end)
      if (valueEnd < 0) return NO_QUOTE
      i = skip(bytes, valueEnd, end)
    }
    if (i < end && bytes[i] === COMMA) i = skip(bytes, i + 1, end)
    else if (rules.strict && (i >= end || bytes[i] !== CLOSE)) return NO_COMMA
  }
}

function noBlanks(_bytes: Uint8Array, at: number): number {
  return at
}

/**
 * The labels of a series that {@link scanSeries} has accepted: `__name__, name, label, value, …` in the order
 * written, empty values included. Not for hot paths: a series is read once and known from then on.
 */
export function readPairs(bytes: Uint8Array, from: number, to: number): string[] {
  const nameEnd = scanMetricName(bytes, from, to)
  let name = nameEnd > from ? text(bytes, from, nameEnd) : ''
  const pairs: string[] = []
  let i = skipBlanks(bytes, nameEnd, to) + 1
  while (i < to) {
    i = skipBlanks(bytes, i, to)
    if (bytes[i] === CLOSE) break
    const isQuoted = bytes[i] === QUOTE
    const end = isQuoted ? scanQuoted(bytes, i, to) : scanLabelName(bytes, i, to)
    const label = isQuoted ? unquote(bytes, i, end) : text(bytes, i, end)
    i = skipBlanks(bytes, end, to)
    if (bytes[i] === EQUAL) {
      i = skipBlanks(bytes, i + 1, to)
      const valueEnd = scanQuoted(bytes, i, to)
      pairs.push(label, unquote(bytes, i, valueEnd))
      i = skipBlanks(bytes, valueEnd, to)
    } else {
      name = label
    }
    if (bytes[i] === COMMA) i++
  }
  return ['__name__', name, ...pairs]
}

/** A name that occurs twice in `name, value, …`, or ''. */
export function repeatedName(pairs: readonly string[]): string {
  if (pairs.length > MANY) return repeatedOfMany(pairs)
  for (let i = 2; i < pairs.length; i += 2) {
    if (pairs.indexOf(pairs[i]!) < i && isNameAt(pairs, pairs[i]!, i)) return pairs[i]!
  }
  return ''
}

/** Beyond, looking each up costs less than comparing all with all. */
const MANY = 128

function repeatedOfMany(pairs: readonly string[]): string {
  const seen = new Set<string>()
  for (let i = 0; i < pairs.length; i += 2) {
    if (seen.has(pairs[i]!)) return pairs[i]!
    seen.add(pairs[i]!)
  }
  return ''
}

function isNameAt(pairs: readonly string[], name: string, before: number): boolean {
  for (let i = 0; i < before; i += 2) if (pairs[i] === name) return true
  return false
}

/** Whether `bytes[from, to)` can be shown as text at all. */
export function isText(bytes: Uint8Array, from: number, to: number): boolean {
  return isUtf8(bytes.subarray(from, to))
}

export function text(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')
}

function unquote(bytes: Uint8Array, from: number, to: number): string {
  return unescape(text(bytes, from + 1, to - 1))
}

/** `\\`, `\"` and `\n`; a backslash before anything else stays, as Prometheus leaves it. */
export function unescape(escaped: string): string {
  if (!escaped.includes('\\')) return escaped
  return escaped.replace(/\\([\\"n])/g, (_, what: string) => (what === 'n' ? '\n' : what))
}
