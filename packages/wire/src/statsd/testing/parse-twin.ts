import { isNanText, readDecimal } from '../decimal.ts'
import { type EventColumns, STATSD_REJECTS } from '../event-columns.ts'
import type { ParseOptions } from '../parse.ts'

// The slow and obvious twin of the parser: the grammar over strings, a character a byte, without any of the
// parser's short ways. Tests hold the two together.

interface TwinEvent {
  readonly name: string
  readonly type: number
  /** A set's member as text. */
  readonly value: number | string
  readonly rate: number
  readonly isSigned: boolean
  readonly timeSeconds: number
  tags: string
  container: string
}

export interface TwinResult {
  readonly events: TwinEvent[]
  readonly rejects: Record<string, number>
  lines: number
  notices: number
  unknownFields: number
}

const TYPES = ['c', 'g', 'ms', 'h', 's']

export function twinOf(bytes: Uint8Array, options: ParseOptions): TwinResult {
  const result: TwinResult = { events: [], rejects: {}, lines: 0, notices: 0, unknownFields: 0 }
  for (const raw of Buffer.from(bytes).toString('latin1').split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    if (line === '') continue
    result.lines++
    const isTooLong = raw.length > options.maxLineBytes + 1
    if (/^(?:_e\{|_sc\|)/.test(line)) {
      if (isTooLong) reject(result, 'line_too_long')
      else result.notices++
      continue
    }
    const colon = line.indexOf(':')
    if (colon <= 0) {
      reject(result, 'malformed_line')
      continue
    }
    const events = samplesOf(line.slice(0, colon), line.slice(colon + 1), options, result)
    if (isTooLong) reject(result, 'line_too_long')
    else result.events.push(...events)
  }
  return result
}

// A sample, then either the next one's colon or the end. Tags and unknown fields may hold colons.
const SAMPLE = /^([^|]*)\|([^|:]*)((?:\|(?:[@T][^|:]*|(?![@T])[^|]*))*)(?::([^]*))?$/

function samplesOf(
  name: string,
  text: string,
  options: ParseOptions,
  result: TwinResult,
): TwinEvent[] {
  const events: TwinEvent[] = []
  let tags = ''
  let container = ''
  for (let rest: string | undefined = text; rest !== undefined;) {
    const found = SAMPLE.exec(rest)
    if (found === null) {
      reject(result, 'not_enough_parts_after_colon')
      break
    }
    rest = found[4]
    const fields = fieldsOf(found[3]!, result)
    tags = fields.tags ?? tags
    container = fields.container ?? container
    events.push(...eventsOf(name, found[1]!, found[2]!, fields, result))
  }
  for (const event of events) {
    event.tags = options.dogstatsdTags ? tags : ''
    event.container = container
  }
  return events
}

interface Fields {
  tags?: string
  container?: string
  rate: string
  time: string | undefined
}

function fieldsOf(text: string, result: TwinResult): Fields {
  const fields: Fields = { rate: '1', time: undefined }
  for (const field of text === '' ? [] : text.slice(1).split('|')) {
    if (field.startsWith('#')) fields.tags = field.slice(1)
    else if (field.startsWith('@')) fields.rate = field.slice(1)
    else if (/^c:[^]/.test(field)) fields.container = field.slice(2)
    else if (field.startsWith('T')) fields.time = field.slice(1)
    else if (!/^(?:e:|ca..:)/s.test(field)) result.unknownFields++
  }
  return fields
}

function eventsOf(
  name: string,
  values: string,
  typeText: string,
  fields: Fields,
  result: TwinResult,
): TwinEvent[] {
  const type = TYPES.indexOf(typeText === 'd' ? 'h' : typeText)
  let rate = numberOf(fields.rate)
  let isLost = false
  if (!(rate >= 0)) {
    reject(result, 'invalid_sample_factor')
    isLost = rate < 0
    rate = 1
  }
  if (rate === 0) rate = 1
  let timeSeconds = 0
  if (fields.time !== undefined && (type === 0 || type === 1)) {
    timeSeconds = /^\d{1,12}$/.test(fields.time) ? Number(fields.time) : 0
    if (timeSeconds === 0) reject(result, 'invalid_timestamp')
  }
  if (isLost) return []
  if (type < 0) {
    reject(result, 'illegal_event')
    return []
  }
  const common = { name, type, rate, timeSeconds, tags: '', container: '' }
  if (type === 4) return [{ ...common, value: values, isSigned: false }]
  const events: TwinEvent[] = []
  for (const text of values.split(':')) {
    const value = type === 1 ? gaugeOf(text) : numberOf(text)
    if (value !== undefined && !(value !== value && type !== 1)) {
      events.push({ ...common, value, isSigned: /^[+-]/.test(text) })
    } else if (type === 1 && text !== '') {
      reject(result, 'text_gauge')
      return []
    } else reject(result, 'malformed_value')
  }
  return events
}

/** undefined when it is neither a number, nor NaN, nor yes or no. */
function gaugeOf(text: string): number | undefined {
  if (/^true$/i.test(text)) return 1
  if (/^false$/i.test(text)) return 0
  const bytes = Buffer.from(text, 'latin1')
  const value = readDecimal(bytes, 0, bytes.length)
  return value !== value && !isNanText(bytes, 0, bytes.length) ? undefined : value
}

function numberOf(text: string): number {
  const bytes = Buffer.from(text, 'latin1')
  return readDecimal(bytes, 0, bytes.length)
}

function reject(result: TwinResult, reason: string): void {
  result.rejects[reason] = (result.rejects[reason] ?? 0) + 1
}

/** What the parser found, in the twin's words. */
export function inTwinsWords(bytes: Uint8Array, found: EventColumns): TwinResult {
  const span = (from: Uint32Array, to: Uint32Array, i: number): string =>
    to[i]! > from[i]! ? Buffer.from(bytes.subarray(from[i], to[i])).toString('latin1') : ''
  const counts = STATSD_REJECTS.map((reason, i) => [reason, found.rejects[i]!] as const)
  return {
    events: Array.from({ length: found.length }, (_, i) => ({
      name: span(found.nameFrom, found.nameTo, i),
      type: found.type[i]!,
      value: found.type[i] === 4 ? span(found.valueFrom, found.valueTo, i) : found.value[i]!,
      rate: found.rate[i]!,
      isSigned: found.signed[i] === 1,
      timeSeconds: found.timeSeconds[i]!,
      tags: span(found.tagsFrom, found.tagsTo, i),
      container: span(found.containerFrom, found.containerTo, i),
    })),
    rejects: Object.fromEntries(counts.filter(([, count]) => count > 0)),
    lines: found.lines,
    notices: found.notices.length / 2,
    unknownFields: found.unknownFields,
  }
}
