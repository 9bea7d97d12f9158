import type { Field, Frame } from '@weir/boards'
import { type LineStyle, lineStyle } from './line-style.ts'

/** A column of the chart. */
export interface Series {
  readonly field: Field
  readonly name: string
  readonly style: LineStyle
  /** As they were asked for; null where there is none. */
  readonly values: readonly (number | null)[]
  /** As they are drawn: turned upside down, put on others. */
  readonly drawn: readonly (number | null)[]
  /** Of a stack: the series below, by its place; -1 at the bottom. */
  readonly standsOn: number | undefined
}

export interface SeriesTable {
  /** Seconds since 1970, ascending. */
  readonly x: readonly number[]
  readonly series: readonly Series[]
}

/** More lines than this are neither readable nor quick to draw. */
export const SERIES_MAX = 500

/**
 * Frames as one table with a shared column of times, as uPlot wants them. Where a step is missing in all of
 * them a row without values is put in, so that the lines have a gap there.
 */
export function seriesTable(frames: readonly Frame[]): SeriesTable {
  const columns = frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === 'time')
    if (time === undefined) return []
    return frame.fields
      .filter(({ type }) => type === 'number' || type === 'boolean')
      .map((field) => ({ time, field }))
  })
  const shown = columns.slice(0, SERIES_MAX)
  const x = timesOf(shown.map(({ time }) => time))
  const rowOf = new Map(x.map((ms, row) => [ms, row]))
  const series = shown.map(({ time, field }): Series => {
    const style = lineStyle(field)
    // Of old boards: what is missing is nothing, or none.
    const missing = field.config['nullValueMode'] === 'null as zero' ? 0 : null
    const values = new Array<number | null>(x.length).fill(missing)
    for (let i = 0; i < time.values.length; i++) {
      const row = rowOf.get(Number(time.values[i]))
      if (row !== undefined) values[row] = drawable(field.values[i]) ?? missing
    }
    const name = field.displayName ?? field.name
    return { field, name, style, values, drawn: values, standsOn: undefined }
  })
  return { x: x.map((ms) => ms / 1000), series: stacked(series.map(turned)) }
}

function drawable(value: unknown): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** All times, each once; a missing step has one in its middle. Milliseconds. */
function timesOf(fields: readonly Field[]): number[] {
  const [first] = fields
  if (first === undefined) return []
  const isOne = fields.every(({ values }) => areEqual(values, first.values))
  const all = isOne
    ? Array.from(first.values, Number)
    : [...new Set(fields.flatMap(({ values }) => Array.from(values, Number)))]
  const sorted = all.filter(Number.isFinite).toSorted((a, b) => a - b)
  const step = fields.reduce<number | undefined>((least, { config }) => {
    const own = config['interval']
    return typeof own === 'number' && own > 0 && own < (least ?? Infinity) ? own : least
  }, undefined)
  if (step === undefined) return sorted
  return sorted.flatMap((ms, i) => {
    const before = sorted[i - 1]
    return before !== undefined && ms - before > step * 1.5 ? [before + step, ms] : [ms]
  })
}

function areEqual(a: Field['values'], b: Field['values']): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function turned(series: Series): Series {
  if (series.style.isConstant) {
    const first = series.values.find((value) => value !== null) ?? null
    return { ...series, drawn: series.values.map(() => first) }
  }
  if (!series.style.isNegative) return series
  const drawn = series.values.map((value) => (value === null ? null : -value))
  return { ...series, drawn }
}

/** Puts series of a group upon each other. What is drawn below the axis is a stack of its own. */
function stacked(all: readonly Series[]): Series[] {
  const totals = percentTotals(all)
  const tops = new Map<string, { place: number; values: number[] }>()
  return all.map((series, place) => {
    if (series.style.stack === 'none' || series.style.hideFrom.viz) return series
    const key = stackKey(series)
    const below = tops.get(key)
    const whole = totals.get(key)
    const top = new Array<number>(series.drawn.length)
    const drawn = series.drawn.map((value, row) => {
      const share = whole === undefined ? (value ?? 0) : shareOf(value ?? 0, whole[row]!)
      const reached = (below?.values[row] ?? 0) + share
      top[row] = reached
      return value === null ? null : reached
    })
    tops.set(key, { place, values: top })
    return { ...series, drawn, standsOn: below?.place ?? -1 }
  })
}

/** By key of a stack in percent: what all of it comes to, row by row. */
function percentTotals(all: readonly Series[]): ReadonlyMap<string, readonly number[]> {
  const totals = new Map<string, number[]>()
  for (const series of all) {
    if (series.style.stack !== 'percent' || series.style.hideFrom.viz) continue
    const total = totals.get(stackKey(series)) ?? new Array<number>(series.drawn.length).fill(0)
    for (const [row, value] of series.drawn.entries()) total[row]! += Math.abs(value ?? 0)
    totals.set(stackKey(series), total)
  }
  return totals
}

function shareOf(value: number, total: number): number {
  return total === 0 ? 0 : value / total
}

function stackKey({ style, field }: Series): string {
  const { stack, stackGroup, isNegative } = style
  return JSON.stringify([stack, stackGroup, isNegative, field.config.unit, style.axis.placement])
}
