/**
 * StatsD bytes → columns of events. One pass over the bytes, hashing what identifies a series while it
 * looks for its end, so that whoever aggregates finds a known series without making a string.
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
import { isNanText, readDecimal } from './decimal.ts'
import {
  COUNTER,
  DISTRIBUTION,
  type EventColumns,
  GAUGE,
  SET,
  TIMER,
  rejectIndex,
} from './event-columns.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d
const HASH = 0x23
const COLON = 0x3a
const AT = 0x40
const PIPE = 0x7c
const PLUS = 0x2b
const MINUS = 0x2d
const UNDERSCORE = 0x5f

const NO_TYPE = 255

const MALFORMED_LINE = rejectIndex('malformed_line')
const NO_PARTS = rejectIndex('not_enough_parts_after_colon')
const MALFORMED_VALUE = rejectIndex('malformed_value')
const ILLEGAL_EVENT = rejectIndex('illegal_event')
const BAD_RATE = rejectIndex('invalid_sample_factor')
const TOO_LONG = rejectIndex('line_too_long')

export interface ParseOptions {
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
    into.notices++
    return skipLine(bytes, from, to)
  }
  let nameHash = 0
  let at = from
  let byte = 0
  for (; at < to; at++) {
    byte = bytes[at]!
    if (byte === COLON || byte === NEWLINE) break
    nameHash = (Math.imul(nameHash, 31) + byte) | 0
  }
  if (at === from || at === to || byte === NEWLINE) {
    return refuseLine(bytes, from, to, MALFORMED_LINE, into)
  }
  const nameTo = at
  const first = into.length
  let tagsFrom = 0
  let tagsTo = 0
  let containerFrom = 0
  let containerTo = 0
  let hash = nameHash

  // Each turn is one sample; `at` is on the colon before it.
  for (;;) {
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
        return finish(bytes, from, at, options, into, first, to)
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
    while (at < to && bytes[at] === PIPE) {
      const field = ++at
      const kind = at < to ? bytes[at]! : PIPE
      if (kind === HASH) {
        hash = nameHash
        tagsFrom = field + 1
        for (at = tagsFrom; at < to; at++) {
          byte = bytes[at]!
          if (byte === PIPE || (byte <= RETURN && isLineEnd(bytes, at, to))) break
          hash = (Math.imul(hash, 31) + byte) | 0
        }
        tagsTo = at
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
    if (type === NO_TYPE) {
      if (into.length > sample) into.reject(ILLEGAL_EVENT, from, at)
      into.length = sample
    } else if (type === SET) {
      keepMember(into, sample, rate)
    } else {
      keepNumbers(bytes, from, into, sample, type, rate)
    }
    if (at >= to || bytes[at] !== COLON) break
  }

  if (!options.dogstatsdTags) {
    tagsFrom = tagsTo = 0
    hash = nameHash
  }
  for (let i = containerFrom; i < containerTo; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0
  for (let i = first; i < into.length; i++) {
    let mixed = (hash ^ Math.imul(into.type[i]! + 1, 0x9e3779b1)) | 0
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    into.hash[i] = mixed ^ (mixed >>> 13)
    into.nameFrom[i] = from
    into.nameTo[i] = nameTo
    into.tagsFrom[i] = tagsFrom
    into.tagsTo[i] = tagsTo
    into.containerFrom[i] = containerFrom
    into.containerTo[i] = containerTo
  }
  return finish(bytes, from, at, options, into, first, to)
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
    into.reject(TOO_LONG, from, next)
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
  into.reject(reason, from, next)
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
  const isTime = from < to && bytes[from] === 0x54
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

/** `T…` (time), `e:…` (external data), `card:…` (cardinality): understood, of no use here. */
function isKnownField(bytes: Uint8Array, from: number, to: number): boolean {
  const byte = bytes[from]
  if (to - from < 2) return false
  if (byte === 0x54) return true
  if (byte === 0x65) return bytes[from + 1] === COLON
  return byte === 0x63 && bytes[from + 1] === 0x61 && bytes[from + 4] === COLON
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
    const value = readDecimal(bytes, from, to)
    // NaN is a gauge like another; it would spoil a counter or a sum for good.
    if (value !== value && !(type === GAUGE && isNanText(bytes, from, to))) {
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
