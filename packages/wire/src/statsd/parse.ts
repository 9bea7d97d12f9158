/**
 * StatsD bytes → columns of events, with a hash of what identifies a series, so that whoever
 * aggregates finds a known series without making a string. Names and tags, most of a line, are gone through four
 * bytes at a time.
 *
 *     name ":" value { ":" value } "|" type { "|" field } [ ":" next sample ]
 *     field = "@" rate | "#" tags | "c:" container | "T" seconds | "e:" … | "card:" … | anything
 *
 * Read as one grammar, it holds plain StatsD (several samples after one name, each with its type and
 * rate) and DogStatsD (packed values, tags, container, external data). Tags inside the name stay part
 * of the name here; `splitName` takes them apart, once per new name. Tags and container that follow
 * any sample of a line hold for the whole line. A line that is wrong costs that line or sample and
 * nothing beside it; nothing throws.
 */
import { POW10, isNanText, readDecimal } from './decimal.ts'
import {
  COUNTER,
  DISTRIBUTION,
  type EventColumns,
  GAUGE,
  type LineMeaning,
  SET,
  TIMER,
  rejectIndex,
} from './event-columns.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d
const HASH = 0x23
const COLON = 0x3a
const AT = 0x40
const CAPITAL_T = 0x54
const PIPE = 0x7c
const PLUS = 0x2b
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const UNDERSCORE = 0x5f

/** Four of them, to look for in a word. */
const NEWLINES = 0x0a0a0a0a
const COLONS = 0x3a3a3a3a
const BARS = 0x7c7c7c7c

const NO_TYPE = 255

/** 12 digits of seconds are 31,000 years. */
const SECONDS_DIGITS_MAX = 12

const TRUE = [0x74, 0x72, 0x75, 0x65]
const FALSE = [0x66, 0x61, 0x6c, 0x73, 0x65]

/** More digits may not fit the 32 bits that a plain line's value is read in. */
const PLAIN_DIGITS_MAX = 9
/** The type by its first letter; sets are not plain. */
const PLAIN_TYPES = new Uint8Array(256).fill(NO_TYPE)
PLAIN_TYPES[0x63] = COUNTER
PLAIN_TYPES[0x67] = GAUGE
PLAIN_TYPES[0x68] = PLAIN_TYPES[0x64] = DISTRIBUTION
PLAIN_TYPES[0x6d] = TIMER

const MALFORMED_LINE = rejectIndex('malformed_line')
const NO_PARTS = rejectIndex('not_enough_parts_after_colon')
const MALFORMED_VALUE = rejectIndex('malformed_value')
const ILLEGAL_EVENT = rejectIndex('illegal_event')
const TEXT_GAUGE = rejectIndex('text_gauge')
const BAD_RATE = rejectIndex('invalid_sample_factor')
const BAD_TIME = rejectIndex('invalid_timestamp')
const TOO_LONG = rejectIndex('line_too_long')

export interface ParseOptions extends LineMeaning {
  /** Read `|#tags`; when false they are passed over. */
  readonly dogstatsdTags: boolean
  /** Longer lines are refused. */
  readonly maxLineBytes: number
}

/** Appends the events of `bytes[from, to)`, lines separated by newlines (a carriage return before one is dropped), to `into`. */
export function parseStatsd(
  bytes: Uint8Array,
  from: number,
  to: number,
  options: ParseOptions,
  into: EventColumns,
): void {
  into.lookAt(bytes)
  into.mean(options)
  let at = from
  while (at < to) {
    if (bytes[at] === NEWLINE) at++
    else at = parseLine(bytes, at, to, options, into)
  }
}

/** Reads one line and returns where the next begins. One idea told in order, so longer than most. */
function parseLine(
  bytes: Uint8Array,
  from: number,
  to: number,
  options: ParseOptions,
  into: EventColumns,
): number {
  if (bytes[from] === RETURN && (from + 1 === to || bytes[from + 1] === NEWLINE)) return from + 2
  into.lines++
  if (bytes[from] === UNDERSCORE && isNotice(bytes, from, to)) {
    const next = skipLine(bytes, from, to)
    if (next - from > options.maxLineBytes + 2) into.reject(TOO_LONG, from, next - 1)
    else into.notices.push(from, next - 1)
    return next
  }
  const next = takePlainLine(bytes, from, to, options, into)
  if (next !== 0) return next
  const { words } = into
  let at = endOfName(bytes, words, from, to)
  if (at === from || at === to || bytes[at] === NEWLINE) {
    return refuseLine(bytes, from, to, MALFORMED_LINE, into)
  }
  const nameTo = at
  let byte = 0
  const first = into.length
  let tagsFrom = 0
  let tagsTo = 0
  let containerFrom = 0
  let containerTo = 0

  // Each turn is one sample; `at` is on the colon before it.
  samples: for (;;) {
    const sample = into.length
    at++
    // Values, until the bar before the type.
    for (;;) {
      const valueFrom = at
      for (; at < to; at++) {
        byte = bytes[at]!
        if (byte === PIPE || byte === COLON || byte === NEWLINE) break
      }
      if (at === to || byte === NEWLINE) {
        into.length = sample
        into.reject(NO_PARTS, from, at)
        break samples // those before it are whole
      }
      const i = into.length
      if (i === into.hash.length) into.grow()
      into.valueFrom[i] = valueFrom
      into.valueTo[i] = at
      into.length = i + 1
      if (byte === PIPE) break
      at++
    }
    // The type.
    const typeFrom = ++at
    for (; at < to; at++) {
      byte = bytes[at]!
      if (byte === PIPE || byte === COLON) break
      if (byte <= RETURN && isLineEnd(bytes, at, to)) break
    }
    const type = typeOf(bytes, typeFrom, at)
    // Fields.
    let rate = 1
    let isRateBad = false
    let timeSeconds = 0
    while (at < to && bytes[at] === PIPE) {
      const field = ++at
      const kind = at < to ? bytes[at]! : PIPE
      if (kind === HASH) {
        tagsFrom = field + 1
        tagsTo = at = endOfTags(bytes, words, tagsFrom, to)
      } else if (kind === AT) {
        for (at = field + 1; at < to; at++) {
          byte = bytes[at]!
          if (byte === PIPE || byte === COLON) break
          if (byte <= RETURN && isLineEnd(bytes, at, to)) break
        }
        rate = readDecimal(bytes, field + 1, at)
        isRateBad = !(rate >= 0)
        if (rate === 0) rate = 1
      } else {
        at = endOfField(bytes, field, to)
        if (isContainer(bytes, field, at)) {
          containerFrom = field + 2
          containerTo = at
        } else if (kind === CAPITAL_T) {
          timeSeconds = readSeconds(bytes, field + 1, at)
        } else if (!isKnownField(bytes, field, at)) {
          into.unknownFields++
        }
      }
    }
    if (isRateBad) {
      into.reject(BAD_RATE, from, at)
      if (rate < 0) into.length = sample
      rate = 1
    }
    // Only these two mean anything at a time of their own; for others it is passed over, as the original does.
    if (type !== COUNTER && type !== GAUGE) timeSeconds = 0
    if (timeSeconds < 0) {
      into.reject(BAD_TIME, from, at)
      timeSeconds = 0
    }
    if (type === NO_TYPE) {
      if (into.length > sample) into.reject(ILLEGAL_EVENT, from, at)
      into.length = sample
    } else if (type === SET) {
      keepMember(into, sample, rate)
    } else {
      keepNumbers(bytes, from, into, sample, type, rate)
    }
    for (let i = sample; i < into.length; i++) into.timeSeconds[i] = timeSeconds
    if (at >= to || bytes[at] !== COLON) break
  }

  if (!options.dogstatsdTags) tagsFrom = tagsTo = 0
  let hash = hashBytes(0, bytes, words, from, nameTo)
  if (tagsTo > tagsFrom) hash = hashBytes(hash, bytes, words, tagsFrom, tagsTo)
  if (containerTo > containerFrom) {
    hash = hashBytes(hash, bytes, words, containerFrom, containerTo)
  }
  for (let i = first; i < into.length; i++) {
    into.hash[i] = finished(hash, into.type[i]!)
    into.nameFrom[i] = from
    into.nameTo[i] = nameTo
    into.tagsFrom[i] = tagsFrom
    into.tagsTo[i] = tagsTo
    into.containerFrom[i] = containerFrom
    into.containerTo[i] = containerTo
  }
  return finish(bytes, from, at, options, into, first, to)
}

/**
 * Takes the line that most are, `name:12.5|ms` with or without tags behind, and returns where the next
 * begins; returns 0, having done nothing, when the line has anything else. Short code that stays in the caches of a
 * processor which has just woken up for a packet.
 */
function takePlainLine(
  bytes: Uint8Array,
  from: number,
  to: number,
  options: ParseOptions,
  into: EventColumns,
): number {
  const { words } = into
  // The name: its end is looked for and its hash made in one go.
  let hash = 0
  let at = from
  let found = 0
  for (; at + 4 <= to; at += 4) {
    const word = words.getInt32(at, true)
    found = whereZero(word ^ COLONS) | whereZero(word ^ NEWLINES)
    if (found !== 0) break
    hash = hashWord(hash, word)
  }
  const nameTo = at + firstOf(found)
  if (found === 0 || nameTo - from < 4 || bytes[nameTo] !== COLON) return 0
  if (nameTo > at) hash = hashWord(hash, words.getInt32(nameTo - 4, true))
  hash ^= nameTo - from

  const valueFrom = nameTo + 1
  let byte = 0
  let mantissa = 0
  let dot = 0
  for (at = valueFrom; at < to; at++) {
    byte = bytes[at]!
    if (byte >= ZERO && byte <= NINE) mantissa = (Math.imul(mantissa, 10) + (byte - ZERO)) | 0
    else if (byte === DOT && dot === 0) dot = at
    else break
  }
  const valueTo = at
  const length = valueTo - valueFrom - (dot === 0 ? 0 : 1)
  if (byte !== PIPE || at + 1 >= to || length === 0 || length > PLAIN_DIGITS_MAX) return 0
  const type = PLAIN_TYPES[bytes[++at]!]!
  if (type === NO_TYPE) return 0
  at++
  if (type === TIMER && (at === to || bytes[at++] !== 0x73)) return 0

  let tagsFrom = 0
  let tagsTo = 0
  if (at < to && bytes[at] === PIPE) {
    if (at + 1 >= to || bytes[at + 1] !== HASH || !options.dogstatsdTags) return 0
    tagsFrom = at + 2
    tagsTo = at = endOfTags(bytes, words, tagsFrom, to)
    if (tagsTo > tagsFrom) hash = hashBytes(hash, bytes, words, tagsFrom, tagsTo)
  }
  if ((at < to && bytes[at] !== NEWLINE) || at - from > options.maxLineBytes) return 0

  const i = into.length++
  if (i === into.hash.length) into.grow()
  into.hash[i] = finished(hash, type)
  into.type[i] = type
  into.value[i] = dot === 0 ? mantissa : mantissa / POW10[valueTo - dot - 1]!
  into.rate[i] = 1
  into.signed[i] = 0
  into.timeSeconds[i] = 0
  into.nameFrom[i] = from
  into.nameTo[i] = nameTo
  into.tagsFrom[i] = tagsFrom
  into.tagsTo[i] = tagsTo
  into.containerFrom[i] = 0
  into.containerTo[i] = 0
  into.valueFrom[i] = valueFrom
  into.valueTo[i] = valueTo
  return at + 1
}

/** Where a name ends: at its colon, at the end of its line, or at `to`. */
function endOfName(bytes: Uint8Array, words: DataView, from: number, to: number): number {
  let at = from
  for (; at + 4 <= to; at += 4) {
    const word = words.getInt32(at, true)
    const found = whereZero(word ^ COLONS) | whereZero(word ^ NEWLINES)
    if (found !== 0) return at + firstOf(found)
  }
  for (; at < to; at++) if (bytes[at] === COLON || bytes[at] === NEWLINE) return at
  return to
}

/** Where tags end: at a bar, at the end of their line, or at `to`. */
function endOfTags(bytes: Uint8Array, words: DataView, from: number, to: number): number {
  let at = from
  for (; at + 4 <= to; at += 4) {
    const word = words.getInt32(at, true)
    const found = whereZero(word ^ BARS) | whereControl(word)
    if (found === 0) continue
    const hit = at + firstOf(found)
    if (bytes[hit] === PIPE || isLineEnd(bytes, hit, to)) return hit
    at = hit - 3 // a control character among the tags: on behind it
  }
  for (; at < to; at++) if (bytes[at] === PIPE || isLineEnd(bytes, at, to)) return at
  return to
}

/**
 * Adds `bytes[from, to)` to a hash, four at a time; the last four may overlap those before. The steps are
 * MurmurHash3's; whoever looks up by it compares the bytes too.
 */
function hashBytes(
  seed: number,
  bytes: Uint8Array,
  words: DataView,
  from: number,
  to: number,
): number {
  let hash = seed
  if (to - from < 4) {
    for (let at = from; at < to; at++) hash = hashWord(hash, bytes[at]!)
    return hash ^ (to - from)
  }
  const last = to - 4
  for (let at = from; at < last; at += 4) hash = hashWord(hash, words.getInt32(at, true))
  return hashWord(hash, words.getInt32(last, true)) ^ (to - from)
}

/** The hash with the type in it, spread over all bits. */
function finished(hash: number, type: number): number {
  let mixed = (hash ^ Math.imul(type + 1, 0x9e3779b1)) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  return mixed ^ (mixed >>> 13)
}

function hashWord(hash: number, word: number): number {
  const product = Math.imul(word, 0xcc9e2d51)
  const mixed = hash ^ Math.imul((product << 15) | (product >>> 17), 0x1b873593)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

/** The top bit of each byte of a word that is zero; of bytes above the lowest such it may tell wrongly. */
function whereZero(word: number): number {
  return (word - 0x01010101) & ~word & 0x80808080
}

/** The same for bytes below 0x0e, among which newline and carriage return are. */
function whereControl(word: number): number {
  return (word - 0x0e0e0e0e) & ~word & 0x80808080
}

/** The place, 0 to 3, of the lowest byte that is marked. */
function firstOf(marks: number): number {
  return (31 - Math.clz32(marks & -marks)) >> 3
}

/** Ends a line: checks its length and returns where the next begins. */
function finish(
  bytes: Uint8Array,
  from: number,
  at: number,
  options: ParseOptions,
  into: EventColumns,
  first: number,
  to: number,
): number {
  const next = skipLine(bytes, at, to)
  if (next - from > options.maxLineBytes + 2) {
    into.length = first
    into.reject(TOO_LONG, from, next - 1)
  }
  return next
}

function refuseLine(
  bytes: Uint8Array,
  from: number,
  to: number,
  reason: number,
  into: EventColumns,
): number {
  const next = skipLine(bytes, from, to)
  into.reject(reason, from, next - 1)
  return next
}

function skipLine(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && bytes[at] !== NEWLINE) at++
  return at + 1
}

/** A newline, or a carriage return right before one or at the end of the packet. */
function isLineEnd(bytes: Uint8Array, at: number, to: number): boolean {
  const byte = bytes[at]
  return byte === NEWLINE || (byte === RETURN && (at + 1 === to || bytes[at + 1] === NEWLINE))
}

/** `_e{…` is an event, `_sc|…` a service check. */
function isNotice(bytes: Uint8Array, from: number, to: number): boolean {
  if (from + 3 > to) return false
  if (bytes[from + 1] === 0x65) return bytes[from + 2] === 0x7b
  return bytes[from + 1] === 0x73 && bytes[from + 2] === 0x63 && bytes[from + 3] === PIPE
}

function typeOf(bytes: Uint8Array, from: number, to: number): number {
  const byte = bytes[from]
  if (to - from === 1) {
    if (byte === 0x63) return COUNTER
    if (byte === 0x67) return GAUGE
    if (byte === 0x68 || byte === 0x64) return DISTRIBUTION
    return byte === 0x73 ? SET : NO_TYPE
  }
  return to - from === 2 && byte === 0x6d && bytes[from + 1] === 0x73 ? TIMER : NO_TYPE
}

/** `T170…` ends at a colon too, because a next sample may follow; other fields may hold colons. */
function endOfField(bytes: Uint8Array, from: number, to: number): number {
  const isTime = from < to && bytes[from] === CAPITAL_T
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    if (byte === PIPE || (isTime && byte === COLON)) return at
    if (byte <= RETURN && isLineEnd(bytes, at, to)) return at
  }
  return to
}

function isContainer(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from > 2 && bytes[from] === 0x63 && bytes[from + 1] === COLON
}

/** Whole seconds above 0 and no more than JavaScript's clock has; -1 for anything else. */
function readSeconds(bytes: Uint8Array, from: number, to: number): number {
  if (to === from || to - from > SECONDS_DIGITS_MAX) return -1
  let seconds = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    if (byte < ZERO || byte > NINE) return -1
    seconds = seconds * 10 + (byte - ZERO)
  }
  return seconds === 0 ? -1 : seconds
}

/** `e:…` (external data), `card:…` (cardinality): understood, of no use here. */
function isKnownField(bytes: Uint8Array, from: number, to: number): boolean {
  const byte = bytes[from]
  if (to - from < 2) return false
  if (byte === 0x65) return bytes[from + 1] === COLON
  return to - from > 4 && byte === 0x63 && bytes[from + 1] === 0x61 && bytes[from + 4] === COLON
}

/** `true` and `false`, as gauges of yes and no are sent; NaN for anything else. */
function readBoolean(bytes: Uint8Array, from: number, to: number): number {
  const word = to - from === 4 ? TRUE : FALSE
  if (to - from !== word.length) return Number.NaN
  for (let i = 0; i < word.length; i++) {
    if ((bytes[from + i]! | 0x20) !== word[i]) return Number.NaN
  }
  return word === TRUE ? 1 : 0
}

/** A set keeps its text whole, colons included. */
function keepMember(into: EventColumns, sample: number, rate: number): void {
  if (into.length === sample) return
  into.valueTo[sample] = into.valueTo[into.length - 1]!
  into.length = sample + 1
  into.type[sample] = SET
  into.value[sample] = Number.NaN
  into.rate[sample] = rate
  into.signed[sample] = 0
}

/** Turns the value spans of one sample into numbers; drops those that are none. */
function keepNumbers(
  bytes: Uint8Array,
  lineFrom: number,
  into: EventColumns,
  sample: number,
  type: number,
  rate: number,
): void {
  let kept = sample
  for (let i = sample; i < into.length; i++) {
    const from = into.valueFrom[i]!
    const to = into.valueTo[i]!
    let value = readDecimal(bytes, from, to)
    // NaN is a gauge like another; it would spoil a counter or a sum for good.
    if (value !== value && type === GAUGE) value = readBoolean(bytes, from, to)
    if (value !== value && !(type === GAUGE && isNanText(bytes, from, to))) {
      if (type === GAUGE && to > from) {
        // A text may hold colons, so one that is no number makes a text of all: `s3://bucket/7`, `host:80`.
        into.reject(TEXT_GAUGE, lineFrom, into.valueTo[into.length - 1]!)
        into.length = sample
        return
      }
      into.reject(MALFORMED_VALUE, lineFrom, to)
      continue
    }
    const sign = bytes[from]
    into.type[kept] = type
    into.value[kept] = value
    into.rate[kept] = rate
    into.signed[kept] = sign === PLUS || sign === MINUS ? 1 : 0
    kept++
  }
  into.length = kept
}
