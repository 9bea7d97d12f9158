import type { LokiSeries } from '../../api/loki.ts'
import { stepSeconds } from '../../time/range.ts'
import { LEVELS, type Level, levelOf } from '../lines/line.ts'

/** Lines by level over time: bars of equal width, each with its levels, worst at the foot. */
export interface Histogram {
  readonly bars: readonly Bar[]
  readonly stepMs: number
  /** Levels that occur, worst first, with the lines of each. */
  readonly totals: readonly { readonly level: Level; readonly lines: number }[]
  readonly lines: number
  /** Lines of the highest bar. */
  readonly highest: number
}

export interface Bar {
  readonly fromMs: number
  readonly parts: readonly { readonly level: Level; readonly lines: number }[]
  readonly lines: number
}

/** So many bars can be told apart and clicked. */
const BARS_MAX = 90

/** Bars of a range: they begin on whole steps and reach beyond both of its ends. */
export function barsOf(
  fromMs: number,
  toMs: number,
): { readonly startMs: number; readonly endMs: number; readonly stepMs: number } {
  const stepMs = stepSeconds(fromMs, toMs, BARS_MAX) * 1000
  return {
    startMs: Math.floor(fromMs / stepMs) * stepMs,
    endMs: Math.ceil(toMs / stepMs) * stepMs,
    stepMs,
  }
}

/** Series by level, each value counting the step before it, as bars. */
export function histogramOf(
  series: readonly LokiSeries[],
  span: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
): Histogram {
  const { startMs, endMs, stepMs } = span
  const count = Math.max(1, Math.round((endMs - startMs) / stepMs))
  const columns = new Map<Level, Float64Array>()
  for (const { metric, values } of series) {
    const level = levelOf(metric['detected_level'] ?? metric['level'])
    const column = columns.get(level) ?? new Float64Array(count)
    columns.set(level, column)
    for (const [seconds, value] of values) {
      const bar = Math.round((seconds * 1000 - startMs) / stepMs) - 1
      if (bar >= 0 && bar < count) column[bar]! += Number(value)
    }
  }
  const levels = LEVELS.filter((level) => columns.has(level))
  const bars = Array.from({ length: count }, (_, i): Bar => {
    const parts = levels
      .map((level) => ({ level, lines: columns.get(level)![i]! }))
      .filter(({ lines }) => lines > 0)
    return { fromMs: startMs + i * stepMs, parts, lines: sum(parts) }
  })
  const totals = levels.map((level) => ({
    level,
    lines: columns.get(level)!.reduce((a, b) => a + b, 0),
  }))
  return {
    bars,
    stepMs,
    totals: totals.filter(({ lines }) => lines > 0),
    lines: sum(totals),
    highest: Math.max(0, ...bars.map(({ lines }) => lines)),
  }
}

function sum(parts: readonly { readonly lines: number }[]): number {
  return parts.reduce((total, { lines }) => total + lines, 0)
}

const TICKS_MS = [
  1000, 5000, 15_000, 30_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000, 10_800_000,
  21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000,
]

/** Times to write under the bars: few, on times that people know. */
export function ticksOf(fromMs: number, toMs: number, wanted: number): number[] {
  const every = TICKS_MS.find((ms) => (toMs - fromMs) / ms <= wanted) ?? 2_592_000_000
  const offset = new Date(fromMs).getTimezoneOffset() * 60_000
  const ticks: number[] = []
  for (let at = Math.ceil((fromMs - offset) / every) * every + offset; at <= toMs; at += every) {
    ticks.push(at)
  }
  return ticks
}

/** The span between two places along the bars (0 to 1), on whole bars; a click is the bar under it. */
export function spanBetween(
  histogram: Pick<Histogram, 'bars' | 'stepMs'>,
  a: number,
  b: number,
): { readonly fromMs: number; readonly toMs: number } {
  const { bars, stepMs } = histogram
  const barAt = (place: number): number =>
    Math.min(bars.length - 1, Math.max(0, Math.floor(place * bars.length)))
  const [first, last] = [barAt(Math.min(a, b)), barAt(Math.max(a, b))]
  return { fromMs: bars[first]!.fromMs, toMs: bars[last]!.fromMs + stepMs }
}
