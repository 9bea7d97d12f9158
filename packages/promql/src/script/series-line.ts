import {
  CUSTOM_BUCKETS_SCHEMA,
  Labels,
  METRIC_NAME,
  type NativeHistogram,
  RESET_HINTS,
  type ResetHint,
  WeirError,
} from '@weir/model'
import { INCOMPATIBLE, HistogramSum } from '../execute/native-histograms/histogram-sum.ts'
import { parseExpr } from '../parse/parse.ts'
import { Mismatch } from './mismatch.ts'

/** A native histogram of a script; whether it says something about its reset hint. */
export interface HistogramItem {
  readonly histogram: NativeHistogram
  readonly hasHint: boolean
}

/**
 * A sample, a gap (undefined) or a stale marker. The marker goes by name: a plain array of numbers
 * may keep only that it is a NaN, not which.
 */
export type Item = number | 'stale' | HistogramItem | undefined

/** `name{a="b"} 1 2 3`: a series with its samples. */
export function readSeriesLine(line: string): { labels: Labels; items: readonly Item[] } {
  const found =
    /^((?:[^\s{]+)?\s*(?:\{(?!\{)(?:[^"'`}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*\})?)\s*(.*)$/.exec(
      line,
    )
  // A histogram in the place of the labels belongs to a series without any.
  if (line.startsWith('{{')) return { labels: Labels.EMPTY, items: readItems(line) }
  return { labels: labelsOf(found?.[1]?.trim() ?? ''), items: readItems(found?.[2] ?? '') }
}

function labelsOf(text: string): Labels {
  return Labels.fromFlat(pairsOf(text).flat())
}

/** What a series is called, labels without a value among it. */
export function pairsOf(text: string): (readonly [name: string, value: string])[] {
  if (/^\{\s*\}$/.test(text)) return []
  // Any selector needs a condition that some series fails; labels alone may have none.
  const selector = text.startsWith('{') ? text.replace('{', '{__name__!="",') : text
  let expr
  try {
    expr = parseExpr(selector)
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    throw new Mismatch(`want a series, got "${text}": ${error.message}`, { cause: error })
  }
  if (expr.kind !== 'selector') throw new Mismatch(`want a series, got "${text}"`)
  return expr.matchers
    .filter(({ name, operator }) => !(name === METRIC_NAME && operator === '!='))
    .map(({ name, value }) => [name, value])
}

const NUMBER = String.raw`[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[iI]nf|[nN]a[nN])`
const HISTOGRAM = String.raw`\{\{[^{}]*\}\}`
const ITEM = new RegExp(
  String.raw`\s*(?:(_|stale)(?:x(\d+))?|(${NUMBER})(?:([+-]${NUMBER.slice('[+-]?'.length)}))?(?:x(\d+))?|(${HISTOGRAM})(?:([+-])(${HISTOGRAM}))?(?:x(\d+))?)(?=\s|$)`,
  'y',
)

/**
 * `1`, `_` (a gap), `stale`, `1+2x3` (four values), `1x3`, `_x3`, `NaN`, `Inf`, `{{schema:0 sum:1
 * count:2 buckets:[1 1]}}` and the same with `+{{…}}x3`.
 */
function readItems(text: string): Item[] {
  const items: Item[] = []
  ITEM.lastIndex = 0
  while (text.slice(ITEM.lastIndex).trim() !== '') {
    const before = ITEM.lastIndex
    const found = ITEM.exec(text)
    if (found === null) {
      throw new Mismatch(`want a value, got "${text.slice(before).trim().split(/\s/)[0]}"`)
    }
    items.push(...itemsOf(found))
  }
  return items
}

function itemsOf(found: RegExpExecArray): Item[] {
  const [, word, wordTimes, first, step, times, histogram, sign, change, histogramTimes] = found
  if (word === '_') return Array.from({ length: Number(wordTimes ?? 1) }, () => undefined)
  if (word === 'stale') return Array.from({ length: Number(wordTimes ?? 0) + 1 }, () => 'stale')
  if (first !== undefined) {
    const start = readNumber(first)
    const each = step === undefined ? 0 : readNumber(step)
    // Added again and again, as rounding would show.
    const numbers = [start]
    for (let i = 0; i < Number(times ?? 0); i++) numbers.push(numbers.at(-1)! + each)
    return numbers
  }
  const start = readHistogram(histogram!)
  if (change === undefined) {
    return Array.from({ length: Number(histogramTimes ?? 0) + 1 }, () => start)
  }
  const { histogram: more } = readHistogram(change)
  const items = [start]
  for (let i = 0; i < Number(histogramTimes ?? 0); i++) {
    const sum = new HistogramSum(items.at(-1)!.histogram)
    if (sum.add(more, sign === '-' ? -1 : 1) === INCOMPATIBLE) {
      throw new Mismatch(`cannot add "${change}": it has another kind of buckets`)
    }
    items.push({ histogram: sum.result(start.histogram.resetHint), hasHint: start.hasHint })
  }
  return items
}

export function readNumber(text: string): number {
  const number = Number(text.replace(/inf/i, 'Infinity').replace(/nan/i, 'NaN'))
  if (Number.isNaN(number) && !/nan/i.test(text)) throw new Mismatch(`want a number, got "${text}"`)
  return number
}

const HISTOGRAM_KEYS: ReadonlySet<string> = new Set([
  'schema',
  'count',
  'sum',
  'z_bucket',
  'z_bucket_w',
  'custom_values',
  'buckets',
  'offset',
  'n_buckets',
  'n_offset',
  'counter_reset_hint',
])
const NO_SPANS = new Int32Array()
const NO_COUNTS = new Float64Array()

function readHistogram(text: string): HistogramItem {
  const parts = new Map<string, string>()
  for (const [, key, value] of text.slice(2, -2).matchAll(/(\w+):(\[[^\]]*\]|[^\s\]]+)/g)) {
    if (!HISTOGRAM_KEYS.has(key!)) throw new Mismatch(`a histogram has no "${key}"`)
    if (parts.has(key!)) throw new Mismatch(`"${key}" is given twice in "${text}"`)
    parts.set(key!, value!)
  }
  const number = (key: string): number => {
    const value = parts.get(key)
    return value === undefined ? 0 : readNumber(value)
  }
  const numbers = (key: string): Float64Array => {
    const list =
      parts
        .get(key)
        ?.replace(/^\[|\]$/g, '')
        .trim() ?? ''
    return Float64Array.from(list === '' ? [] : list.split(/\s+/).map(readNumber))
  }
  const spans = (offset: string, counts: Float64Array): Int32Array =>
    counts.length === 0 ? NO_SPANS : Int32Array.of(number(offset), counts.length)
  const positive = numbers('buckets')
  const negative = numbers('n_buckets')
  const hint = (parts.get('counter_reset_hint') ?? 'unknown') as ResetHint
  if (!RESET_HINTS.includes(hint)) throw new Mismatch(`want a reset hint, got "${hint}"`)
  const histogram: NativeHistogram = {
    isFloat: true,
    resetHint: hint,
    schema: number('schema'),
    zeroThreshold: number('z_bucket_w'),
    zeroCount: number('z_bucket'),
    count: number('count'),
    sum: number('sum'),
    positiveSpans: spans('offset', positive),
    positive,
    negativeSpans: spans('n_offset', negative),
    negative,
    customValues: number('schema') === CUSTOM_BUCKETS_SCHEMA ? numbers('custom_values') : NO_COUNTS,
  }
  return { histogram, hasHint: parts.has('counter_reset_hint') }
}

/** A sample as a script would write it. */
export function histogramLiteral(histogram: NativeHistogram): string {
  const { schema, count, sum, zeroCount, zeroThreshold, customValues, resetHint } = histogram
  const parts = [`schema:${schema}`, `count:${count}`, `sum:${sum}`]
  if (zeroCount !== 0) parts.push(`z_bucket:${zeroCount}`)
  if (zeroThreshold !== 0) parts.push(`z_bucket_w:${zeroThreshold}`)
  if (customValues.length > 0) parts.push(`custom_values:[${customValues.join(' ')}]`)
  if (resetHint !== 'unknown') parts.push(`counter_reset_hint:${resetHint}`)
  parts.push(...sideOf(histogram.positiveSpans, histogram.positive, ''))
  parts.push(...sideOf(histogram.negativeSpans, histogram.negative, 'n_'))
  return `{{${parts.join(' ')}}}`
}

/** The literal has one run of buckets, so gaps between spans are written as empty buckets. */
function sideOf(spans: Int32Array, counts: Float64Array, prefix: string): string[] {
  if (counts.length === 0) return []
  const list: number[] = []
  let at = 0
  for (let i = 0; i < spans.length; i += 2) {
    if (i > 0) for (let k = 0; k < spans[i]!; k++) list.push(0)
    for (let k = 0; k < spans[i + 1]!; k++) list.push(counts[at++]!)
  }
  const offset = spans[0] === 0 ? [] : [`${prefix}offset:${spans[0]}`]
  return [...offset, `${prefix}buckets:[${list.join(' ')}]`]
}
