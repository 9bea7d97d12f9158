/**
 * InfluxQL as boards write it, in PromQL. One field of one measurement, functions around it, conditions
 * on tags, groups by time and tags: that is what boards ask. What has no like in PromQL is said.
 *
 * A bucket of time becomes a window that ends where each sample is shown. `mean` and `max` look over at
 * least a few samples, as `$__rate_interval` does; what adds up (`sum`, `count`) looks over exactly a step.
 */
import { type Json, text } from '../json.ts'
import { spanMs } from '../scope/duration.ts'
import { influxMatchers } from './conditions.ts'
import { readInfluxParts } from './influx-parts.ts'
import {
  type InfluxCall,
  type InfluxColumn,
  type InfluxQuery,
  parseInfluxText,
} from './influx-query.ts'
import { type InfluxNames, type InfluxSeries, PLAIN_NAMES } from './names.ts'

export interface InfluxTranslation {
  readonly expr: string
  /** `{{tag}}` in place of `$tag_tag`. */
  readonly legendFormat: string
  /** Smallest step, where buckets have a fixed width. */
  readonly interval?: string
  readonly format: 'time_series' | 'table'
  readonly instant: boolean
  /** The answer is a list of a tag's values: the label that holds them, and what its column is called. */
  readonly inventory?: { readonly label: string; readonly name: string }
}

/** @returns a translation, or why there is none: a sentence's end (`selects several columns`) */
export function influxToPromql(
  target: Json,
  names: InfluxNames = PLAIN_NAMES,
): InfluxTranslation | string {
  const query =
    target['rawQuery'] === true ? parseInfluxText(text(target['query'])) : readInfluxParts(target)
  if (typeof query === 'string') return query
  if (query.measurement === '') return 'names no measurement'
  if (query.columns.length !== 1) {
    return query.columns.length === 0 ? 'selects nothing' : 'selects several columns'
  }
  const column = query.columns[0]!
  const { matchers, left } = influxMatchers(query.where, names)
  if (left.length > 0) return `has the condition ${left[0]!.slice(0, 80)}`
  const isTable = target['resultFormat'] === 'table'
  const tag = inventoryTag(query, column)
  if (tag !== undefined) return inventory(tag, query, column, matchers, names)
  const window = windowOf(query.every)
  const parts = names
    .field(query.measurement, column.field)
    .map((series) => aggregated(series, matchers, column, groupingOf(query, names), window))
  const failed = parts.find((part) => part.problem !== undefined)
  if (failed !== undefined) return failed.problem!
  const united = parts.map(({ expr }) => expr).join(' or ')
  const filled = query.fill === '0' && query.tags.length === 0 ? `${united} or vector(0)` : united
  const factor = parts[0]!.factor
  return {
    expr: scaled(filled, factor, column.math, united !== filled || parts.length > 1),
    legendFormat: legendOf(text(target['alias']), query, column, names),
    ...(window.interval !== undefined && { interval: window.interval }),
    format: isTable ? 'table' : 'time_series',
    instant: isTable && query.every === '',
  }
}

/** `select distinct("tag") from (select "tag", "value" …)`: the values that a tag has. */
function inventoryTag({ inner }: InfluxQuery, { field, calls }: InfluxColumn): string | undefined {
  if (inner === undefined || calls.length !== 1 || !inner.includes(field)) return undefined
  const isOther = inner.some((name) => name !== field)
  const isList = calls[0]!.name === 'distinct' || calls[0]!.name === 'last'
  return isOther && isList && field !== 'value' ? field : undefined
}

function inventory(
  tag: string,
  query: InfluxQuery,
  column: InfluxColumn,
  matchers: readonly string[],
  names: InfluxNames,
): InfluxTranslation {
  const label = names.label(tag)
  const field = query.inner!.find((name) => name !== tag)!
  const series = names.field(query.measurement, field)
  const each = series.map((one) => `group by (${label}) (${selector(one, matchers)})`)
  return {
    expr: each.join(' or '),
    legendFormat: `{{${label}}}`,
    format: 'table',
    instant: true,
    inventory: { label, name: column.alias || tag },
  }
}

function selector({ metric, matchers }: InfluxSeries, more: readonly string[]): string {
  const all = [...matchers, ...more]
  return all.length === 0 ? metric : `${metric}{${all.join(',')}}`
}

interface Window {
  /** For what is averaged: covers a few samples. */
  readonly wide: string
  /** For what adds up: each sample once. */
  readonly exact: string
  readonly interval?: string
}

const MINUTE_MS = 60_000

/** Buckets below a minute are finer than samples come: they follow the step. */
function windowOf(every: string): Window {
  const ms = spanMs(every)
  if (ms === undefined || ms < MINUTE_MS) return { wide: '$__rate_interval', exact: '$__interval' }
  return { wide: '$__interval', exact: '$__interval', interval: every }
}

/** `by (a, b)`, `without ()` for `GROUP BY *`, or nothing. */
function groupingOf({ tags }: InfluxQuery, names: InfluxNames): string {
  if (tags.includes('*')) return ' without ()'
  return tags.length === 0 ? '' : ` by (${tags.map((tag) => names.label(tag)).join(', ')})`
}

interface Aggregated {
  readonly expr: string
  readonly factor: number
  readonly problem?: string
}

/** The function inside reduces samples; one around it compares buckets. */
function aggregated(
  series: InfluxSeries,
  matchers: readonly string[],
  { calls }: InfluxColumn,
  grouping: string,
  window: Window,
): Aggregated {
  const metric = selector(series, matchers)
  const outer = calls.at(-1)
  const change = outer === undefined ? undefined : changeOf(outer, metric, window)
  if (change !== undefined) {
    if (calls.length > 2) return refused(calls)
    return { expr: `sum${grouping} (${change.expr})`, factor: change.factor }
  }
  if (calls.length > 1) return refused(calls)
  const reduced = reducedBy(outer, metric, grouping, window, series.isReading)
  return reduced === undefined ? refused(calls) : { expr: reduced, factor: 1 }
}

function refused(calls: readonly InfluxCall[]): Aggregated {
  const written = calls.map(({ name }) => name).toReversed()
  return {
    expr: '',
    factor: 1,
    problem: `uses ${written.join(' of ')}, which PromQL has no like of`,
  }
}

function changeOf(
  { name, argument }: InfluxCall,
  metric: string,
  { wide }: Window,
): { readonly expr: string; readonly factor: number } | undefined {
  const perMs = spanMs(argument) ?? 1000
  switch (name) {
    case 'non_negative_difference':
      return { expr: `increase(${metric}[${wide}])`, factor: 1 }
    case 'difference':
      return { expr: `delta(${metric}[${wide}])`, factor: 1 }
    case 'non_negative_derivative':
      return { expr: `rate(${metric}[${wide}])`, factor: perMs / 1000 }
    case 'derivative':
      return { expr: `deriv(${metric}[${wide}])`, factor: perMs / 1000 }
    default:
      return undefined
  }
}

function reducedBy(
  call: InfluxCall | undefined,
  metric: string,
  grouping: string,
  { wide, exact }: Window,
  isReading: boolean,
): string | undefined {
  switch (call?.name) {
    case undefined:
    case 'last':
    case 'distinct':
      return `max${grouping} (${metric})`
    case 'mean':
      return `avg${grouping} (avg_over_time(${metric}[${wide}]))`
    case 'max':
    case 'min':
      return `${call.name}${grouping} (${call.name}_over_time(${metric}[${wide}]))`
    case 'sum':
      return isReading
        ? `sum${grouping} (avg_over_time(${metric}[${wide}]))`
        : `sum${grouping} (sum_over_time(${metric}[${exact}]))`
    case 'count':
      return `sum${grouping} (count_over_time(${metric}[${exact}]))`
    case 'median':
      return `quantile${grouping} (0.5, ${metric})`
    case 'percentile': {
      const percent = Number(call.argument)
      if (call.argument === '' || !(percent >= 0 && percent <= 100)) return undefined
      return `quantile${grouping} (${percent / 100}, ${metric})`
    }
    case 'stddev':
      return `stddev${grouping} (${metric})`
    case 'spread':
      return `max${grouping} (max_over_time(${metric}[${wide}])) - min${grouping} (min_over_time(${metric}[${wide}]))`
    default:
      return undefined
  }
}

function scaled(expr: string, factor: number, math: string, isUnion: boolean): string {
  const sign = /^\s*([-+*/])\s*(\d{1,15}(?:\.\d{1,15})?)\s*$/.exec(math)
  if (factor === 1 && sign === null) return expr
  const inside = isUnion ? `(${expr})` : expr
  const times = factor === 1 ? inside : `${inside} * ${factor}`
  if (sign === null) return times
  return `${factor === 1 ? times : `(${times})`} ${sign[1]} ${sign[2]}`
}

function legendOf(
  alias: string,
  query: InfluxQuery,
  column: InfluxColumn,
  names: InfluxNames,
): string {
  const called = column.alias || (column.calls.at(-1)?.name ?? column.field)
  if (alias === '') {
    const labels = query.tags.filter((tag) => tag !== '*').map((tag) => `{{${names.label(tag)}}}`)
    return labels.length > 0 ? labels.join(' ') : `${query.measurement}.${called}`
  }
  return alias.replaceAll(
    /\$tag_(\w{1,200})|\[\[tag_([^\]]{1,200})\]\]|\$(m|measurement|col)\b|\[\[(m|measurement|col)\]\]/g,
    (
      _,
      plain: string | undefined,
      square: string | undefined,
      a: string | undefined,
      b: string | undefined,
    ) => {
      const tag = plain ?? square
      if (tag !== undefined) return `{{${names.label(tag)}}}`
      return (a ?? b) === 'col' ? called : query.measurement
    },
  )
}
