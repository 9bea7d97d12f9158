import { readFieldKey, readHead } from '../head.ts'
import type { Precision } from '../timestamp.ts'

/** A body of line protocol read the slow and obvious way, for the reader to be compared with. */

export interface TwinSample {
  readonly measurement: string
  readonly tags: readonly string[]
  readonly field: string
  readonly timeMs: number
  readonly value: number
}

export interface TwinResult {
  readonly samples: readonly TwinSample[]
  readonly strings: number
  readonly lines: number
  readonly faults: readonly string[]
}

const NS: Readonly<Record<Exclude<Precision, 'auto'>, bigint>> = {
  ns: 1n,
  us: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

/** @param text a character a byte */
export function twin(text: string, precision: Precision, nowMs: number): TwinResult {
  const samples: TwinSample[] = []
  const faults: string[] = []
  let strings = 0
  let lines = 0
  let rest = text
  for (;;) {
    rest = rest.replace(/^[ \t\0]+/, '')
    if (rest === '') return { samples, strings, lines, faults }
    if (/^(?:\r?\n|\r$)/.test(rest)) {
      rest = rest.replace(/^\r?\n|^\r$/, '')
      continue
    }
    if (rest[0] === '#') {
      rest = rest.replace(/^[^\n]*(?:\n|$)/, '')
      continue
    }
    const line = goodLine(rest, precision, nowMs)
    if (line !== undefined) {
      samples.push(...line.samples)
      strings += line.strings
      lines++
      rest = rest.slice(line.length)
      continue
    }
    const end = badLineEnd(rest)
    faults.push(rest.slice(0, end).replace(/\r$/, ''))
    rest = rest.slice(end + 1)
  }
}

interface TwinLine {
  readonly samples: readonly TwinSample[]
  readonly strings: number
  readonly length: number
}

const LINE =
  /^((?:[^ \n]|(?<=\\) )+)(?<!\\) [ \t\0]*(?![ \t\0])((?:(?:\\[^\n]|[^\\=, \n]|\\(?=\n))+=(?:"(?:\\[^]|[^"\\])*"|[^", \0-\x20][^, \0-\x20]*),)*(?:(?:\\[^\n]|[^\\=, \n]|\\(?=\n))+=(?:"(?:\\[^]|[^"\\])*"|[^", \0-\x20][^, \0-\x20]*)))(?=[ \n]|\r?\n|\r?$)[ \t\0]*([^\0-\x20]*) *(?:\r?\n|\r?$)/
const FIELD =
  /((?:\\[^\n]|[^\\=, \n]|\\(?=\n))+)=("(?:\\[^]|[^"\\])*"|[^", \0-\x20][^, \0-\x20]*)(?:,|$)/g

function goodLine(text: string, precision: Precision, nowMs: number): TwinLine | undefined {
  const parts = LINE.exec(text)
  if (parts === null) return undefined
  const [whole, headText = '', fieldsText = '', stamp = ''] = parts
  if (!isGoodHead(headText)) return undefined
  const timeMs = timeOf(stamp, precision, nowMs)
  if (timeMs === undefined) return undefined
  const head = readHead(Buffer.from(headText, 'latin1'))
  const samples: TwinSample[] = []
  let strings = 0
  for (const [, key = '', text] of fieldsText.matchAll(FIELD)) {
    const value = valueOf(text!)
    if (value === undefined) return undefined
    if (headText.length + 4 + key.length > 65_535) return undefined
    const field = readFieldKey(Buffer.from(key, 'latin1'))
    if (value === 'string') strings++
    else samples.push({ ...nameOf(head, field), timeMs, value })
  }
  return { samples, strings, length: whole.length }
}

export function nameOf(
  head: ReturnType<typeof readHead>,
  field: string | undefined,
): Pick<TwinSample, 'measurement' | 'tags' | 'field'> {
  if (head === undefined || field === undefined) return { measurement: '?', tags: [], field: '?' }
  return { measurement: head.measurement, tags: head.tags, field }
}

function isGoodHead(head: string): boolean {
  if (head.length > 65_535 || head.startsWith(',')) return false
  const tags = head.split(/(?<!\\),/).slice(1)
  const names = tags.map((tag) => tag.split(/(?<!\\)=/))
  if (names.some((pair) => pair.length !== 2 || pair.includes(''))) return false
  return new Set(names.map(([name]) => name)).size === tags.length
}

function valueOf(text: string): number | 'string' | undefined {
  if (text.startsWith('"')) return 'string'
  if (/^(?:t|T|true|True|TRUE)$/.test(text)) return 1
  if (/^(?:f|F|false|False|FALSE)$/.test(text)) return 0
  if (text.length > 400) return undefined
  if (/^-?\d+i$/.test(text)) {
    const whole = BigInt(text.slice(0, -1))
    return whole === BigInt.asIntN(64, whole) ? Number(whole) : undefined
  }
  if (/^\d+u$/.test(text)) {
    const whole = BigInt(text.slice(0, -1))
    return whole === BigInt.asUintN(64, whole) ? Number(whole) : undefined
  }
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return undefined
  return Number.isFinite(Number(text)) ? Number(text) : undefined
}

function timeOf(stamp: string, precision: Precision, nowMs: number): number | undefined {
  if (stamp === '') {
    const unitMs = precision === 'auto' ? 1 : Math.max(1, Number(NS[precision]) / 1e6)
    return nowMs - (nowMs % unitMs)
  }
  if (!/^-?\d+$/.test(stamp)) return undefined
  const digits = stamp.replace(/^-?0*(?=\d)/, '').length
  const guessed = digits >= 18 ? 'ns' : digits >= 15 ? 'us' : digits >= 12 ? 'ms' : 's'
  const ns = BigInt(stamp) * NS[precision === 'auto' ? guessed : precision]
  const limit = 2n ** 63n - 2n
  if (ns > limit || ns < -limit) return undefined
  return Number(ns / 1_000_000n)
}

/** At the first line feed outside of quotes; when they are never closed, at the first of all. */
function badLineEnd(text: string): number {
  let quoted = false
  let isInFields = false
  let values = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '\n' && !quoted) return i
    if (c === '\\' && (quoted || text[i + 1] !== '\n')) i++
    else if (c === ' ') isInFields = true
    else if (isInFields && c === '"' && values > 0) quoted = !quoted
    else if (isInFields && !quoted && c === '=') values++
    else if (isInFields && !quoted && c === ',') values--
  }
  const first = text.indexOf('\n')
  return quoted && first >= 0 ? first : text.length
}
