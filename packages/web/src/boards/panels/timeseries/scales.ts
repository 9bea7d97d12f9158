import type { Series } from './series-table.ts'
import { type AxisStyle, limit } from './line-style.ts'

/** A scale of values and its axis: series of one unit and placement share it. */
export interface ValueScale {
  readonly key: string
  readonly unit: string | undefined
  readonly decimals: number | null | undefined
  readonly side: 'left' | 'right'
  readonly isHidden: boolean
  readonly axis: AxisStyle
  /** Hard ends. */
  readonly min: number | undefined
  readonly max: number | undefined
  readonly isPercent: boolean
  /** The place of the first series on it: its colour may be that of the axis. */
  readonly first: number
}

/** Beyond these an axis has no place. */
const SCALES_MAX = 6

/** The scales of a chart, and for each series which is its own. */
export function valueScales(all: readonly Series[]): {
  readonly scales: readonly ValueScale[]
  readonly of: readonly string[]
} {
  const scales = new Map<string, ValueScale>()
  const of = all.map((series, place) => {
    const { style, field } = series
    const { config } = field
    const isPercent = style.stack === 'percent'
    const unit = isPercent ? 'percentunit' : config.unit
    const { placement, distribution, logBase } = style.axis
    const shape = [unit, placement, distribution, logBase, config.min, config.max, isPercent]
    const key = `y ${JSON.stringify(shape)}`
    if (!scales.has(key)) {
      if (scales.size >= SCALES_MAX) return [...scales.keys()].at(-1)!
      const isOnRight =
        placement === 'right' ||
        (placement === 'auto' && [...scales.values()].some(({ isHidden }) => !isHidden))
      scales.set(key, {
        key,
        unit,
        decimals: config.decimals,
        side: isOnRight ? 'right' : 'left',
        isHidden: placement === 'hidden',
        axis: style.axis,
        min: limit(config.min),
        max: isPercent ? (limit(config.max) ?? 1) : limit(config.max),
        isPercent,
        first: place,
      })
    }
    return key
  })
  return { scales: [...scales.values()], of }
}

/** The ends of a scale for values from `low` to `high`. */
export function scaleRange(
  scale: Pick<ValueScale, 'axis' | 'min' | 'max'>,
  low: number | null,
  high: number | null,
  levels: readonly number[] = [],
): [number, number] {
  const { axis, min, max } = scale
  if (axis.distribution === 'log') return logRange(scale, low, high)
  let bottom = Math.min(low ?? 0, axis.softMin ?? Infinity, ...levels)
  let top = Math.max(high ?? 0, axis.softMax ?? -Infinity, ...levels)
  // A flat line lies neither on the edge nor in a scale of no height.
  if (bottom === top) {
    if (bottom === 0) top = 1
    else if (bottom > 0) bottom = 0
    else top = 0
  }
  const span = top - bottom
  const isNearZero = bottom >= 0 && bottom <= span * 0.5
  if (bottom !== axis.softMin) bottom = isNearZero ? 0 : bottom - span * 0.06
  if (top !== axis.softMax) top = top <= 0 && top >= -span * 0.5 ? 0 : top + span * 0.06
  if (axis.isCentered) {
    const far = Math.max(Math.abs(bottom), Math.abs(top))
    bottom = -far
    top = far
  }
  const [from, to] = [min ?? bottom, max ?? top]
  return from < to ? [from, to] : [from, from + Math.max(1, Math.abs(from) * 0.1)]
}

/** Whole powers around the values; what is not above zero is not to be seen on it. */
function logRange(
  { axis, min, max }: Pick<ValueScale, 'axis' | 'min' | 'max'>,
  low: number | null,
  high: number | null,
): [number, number] {
  const base = axis.logBase
  const power = (value: number, round: (n: number) => number): number =>
    base ** round(Math.log(value) / Math.log(base))
  const top =
    max !== undefined && max > 0 ? max : power(high !== null && high > 0 ? high : 1, Math.ceil)
  const least = low !== null && low > 0 ? low : top / base ** 3
  const bottom = min !== undefined && min > 0 ? min : power(least, Math.floor)
  return bottom < top ? [bottom, top] : [top / base, top]
}
