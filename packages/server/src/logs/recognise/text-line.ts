import type { Severity } from '@weir/model'
import { severityOfWord } from './severity-words.ts'

/** So much of a line is looked at: what comes later is no head. */
const HEAD_BYTES = 512
const EQUALS = 0x3d
const COLON = 0x3a
const QUOTE = 0x22

/** Words that may stand in a sentence too; told by how they are written or by what is around them. */
const PLAIN_WORDS: ReadonlySet<string> = new Set(['info', 'warning', 'debug'])
const KEYS: ReadonlySet<string> = new Set([
  'level',
  'lvl',
  'severity',
  'severity_text',
  'loglevel',
  'log_level',
])

/**
 * How bad a line of text is, by its words. In this order, as Loki has it: a `level=` of logfmt anywhere in the head;
 * the first word for a level that is written in capitals, in brackets or before a colon; klog's letter
 * (`E1128 12:00:00`); `info`, `warning` or `debug` as any word. Where Loki takes INFO anywhere in the line over
 * all others, the first word counts here: a line says its level before its message.
 */
export function severityOfText(bytes: Uint8Array, from: number, to: number): Severity {
  const end = Math.min(to, from + HEAD_BYTES)
  let marked = 0
  let plain = 0
  for (let at = from; at < end; at++) {
    if (!isLetter(bytes[at]!)) continue
    const begin = at
    while (at < end && isWordPart(bytes[at]!)) at++
    if (at - begin < 3 || at - begin > 13) continue
    if (bytes[at] === EQUALS && KEYS.has(word(bytes, begin, at))) {
      const value = valueAfter(bytes, at + 1, end)
      if (value > 0) return value
    }
    if (marked > 0) continue
    const severity = severityOfWord(bytes, begin, at)
    if (severity === 0) continue
    if (isCapitals(bytes, begin, at) || isMarked(bytes, begin, at, from)) marked = severity
    else if (plain === 0 && PLAIN_WORDS.has(word(bytes, begin, at))) plain = severity
  }
  return marked || klog(bytes, from, to) || plain
}

function valueAfter(bytes: Uint8Array, at: number, end: number): Severity {
  const from = bytes[at] === QUOTE ? at + 1 : at
  let to = from
  while (to < end && isLetter(bytes[to]!)) to++
  return severityOfWord(bytes, from, to)
}

/** `[error]`, `<Error>`, `error:`, `|error|`. */
function isMarked(bytes: Uint8Array, from: number, to: number, begin: number): boolean {
  if (bytes[to] === COLON) return true
  const before = from > begin ? bytes[from - 1] : 0
  const after = bytes[to]
  return (
    (before === 0x5b && after === 0x5d) ||
    (before === 0x3c && after === 0x3e) ||
    (before === 0x28 && after === 0x29) ||
    (before === 0x7c && after === 0x7c)
  )
}

/** A letter and the digits of month and day. */
function klog(bytes: Uint8Array, from: number, to: number): Severity {
  if (to - from < 6 || bytes[from + 5] !== 0x20) return 0
  for (let at = from + 1; at < from + 5; at++) if (bytes[at]! < 0x30 || bytes[at]! > 0x39) return 0
  const letter = bytes[from]!
  return letter === 0x49 || letter === 0x57 || letter === 0x45 || letter === 0x46
    ? severityOfWord(bytes, from, from + 1)
    : 0
}

function isCapitals(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((bytes[at]! & 0x20) !== 0) return false
  return true
}

function isLetter(byte: number): boolean {
  const small = byte | 0x20
  return small >= 0x61 && small <= 0x7a
}

function isWordPart(byte: number): boolean {
  return isLetter(byte) || byte === 0x5f || (byte >= 0x30 && byte <= 0x39)
}

function word(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from)
    .toString('latin1')
    .toLowerCase()
}
