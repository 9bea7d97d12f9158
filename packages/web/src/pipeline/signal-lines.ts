import type { SignalView } from '@weir/packs'
import { spacedColumn } from '../chart/align.ts'
import { rateScale } from '../format/number.ts'

/** A stretch of time that charts of a page show together; seconds since 1970. */
export interface Zoom {
  readonly from: number
  readonly to: number
}

/** A signal as a chart draws it. */
export interface SignalLines {
  readonly names: readonly string[]
  readonly unit: string
  /** What values were multiplied by for the unit to read well. */
  readonly factor: number
  readonly x: number[]
  readonly ys: (number | null)[][]
}

/** How the line of a week ago is called. */
export const LAST_WEEK = 'last week'

/**
 * The lines of a signal: its own, further ones of the same unit, and that of a week ago where it is
 * given. An error ratio beside errors per second would lie, so it goes to the caption.
 *
 * @param shown how many of the newest values
 */
export function signalLines(
  title: string,
  signal: SignalView,
  {
    shown,
    zoom,
    before,
  }: {
    readonly shown: number
    readonly zoom: Zoom | undefined
    readonly before: readonly (number | null)[] | undefined
  },
): SignalLines {
  const same = signal.also.filter(({ name }) => !name.includes('ratio'))
  const x = spacedColumn(signal.startMs, signal.stepMs, signal.values.length)
  const lines = [
    signal.values,
    ...same.map(({ values }) => values),
    ...(before === undefined ? [] : [before]),
  ]
  const inside = (_: unknown, i: number): boolean =>
    zoom === undefined ? i >= x.length - shown : x[i]! >= zoom.from && x[i]! <= zoom.to
  const seen = lines.map((values) => values.filter(inside))
  const highest = Math.max(0, ...seen.flat().map((value) => value ?? 0))
  const { factor, unit } = rateScale(highest, signal.unit)
  return {
    names: [title, ...same.map(({ name }) => name), ...(before === undefined ? [] : [LAST_WEEK])],
    unit,
    factor,
    x: [...x].filter(inside),
    ys: seen.map((line) => line.map((value) => (value === null ? null : value * factor))),
  }
}
