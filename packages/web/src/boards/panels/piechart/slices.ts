/** A whole cut into shares. */
import type { ReducedValue } from '../values/reduced-values.ts'

export interface Slice {
  readonly key: string
  readonly value: ReducedValue
  /** 0 to 1. */
  readonly share: number
  /** Degrees from twelve o'clock. */
  readonly from: number
  readonly to: number
}

export interface PieOptions {
  readonly isDonut: boolean
  readonly sort: string
  readonly labels: readonly string[]
  readonly withLegend: boolean
  readonly placement: string
  /** Beside the names of the legend: `value`, `percent`. */
  readonly values: readonly string[]
}

export function pieOptionsOf(options: Readonly<Record<string, unknown>>): PieOptions {
  const legend = (
    typeof options['legend'] === 'object' && options['legend'] !== null ? options['legend'] : {}
  ) as Record<string, unknown>
  const list = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
  return {
    isDonut: options['pieType'] === 'donut',
    sort: typeof options['sort'] === 'string' ? options['sort'] : 'desc',
    labels: list(options['displayLabels']),
    withLegend: legend['showLegend'] !== false && legend['displayMode'] !== 'hidden',
    placement: legend['placement'] === 'right' ? 'right' : 'bottom',
    values: list(legend['values']),
  }
}

/** Shares of what is above zero: less than nothing is no part of a whole. */
export function slicesOf(values: readonly ReducedValue[], sort: string): Slice[] {
  const parts = values.filter(({ shown }) => Number.isFinite(shown.numeric) && shown.numeric > 0)
  const total = parts.reduce((sum, { shown }) => sum + shown.numeric, 0)
  const direction = sort === 'asc' ? 1 : sort === 'none' ? 0 : -1
  let at = 0
  return parts
    .toSorted((a, b) => direction * (a.shown.numeric - b.shown.numeric))
    .map((value, index) => {
      const share = value.shown.numeric / total
      const from = at * 360
      at += share
      return { key: `${index} ${value.name}`, value, share, from, to: at * 360 }
    })
}

/** `12.5%`, `<0.1%`. */
export function shareText(share: number): string {
  const percent = share * 100
  return percent < 0.1 ? '<0.1%' : `${Number(percent.toFixed(percent < 10 ? 1 : 0))}%`
}
