/** Numbers as text: how many decimals, and how they are rounded. */

/** More decimals than this say nothing about a double. */
const DECIMALS_MAX = 20

/**
 * Decimals that a number gets when nobody says how many: three significant digits, none for whole
 * numbers. (Grafana gives negative numbers one digit fewer; that is a slip, and not copied.)
 */
function automaticDecimals(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return 0
  const magnitude = Math.floor(Math.log10(Math.abs(value)))
  return Math.min(DECIMALS_MAX, Math.max(0, 2 - magnitude))
}

/** A number with so many decimals, padded; without a count three significant digits, not padded. */
export function fixed(value: number, decimals?: number | null): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞'
  const places = clampDecimals(decimals) ?? automaticDecimals(value)
  const rounded = round(value, places)
  if (decimals === null || decimals === undefined) return String(rounded)
  return rounded.toFixed(places)
}

/** A count of decimals that every way of formatting takes; undefined where none is asked for. */
export function clampDecimals(decimals: number | null | undefined): number | undefined {
  if (decimals === null || decimals === undefined || !Number.isFinite(decimals)) return undefined
  return Math.min(DECIMALS_MAX, Math.max(0, Math.trunc(decimals)))
}

/** Half away from nothing: 1.005 with two places is what a person expects as often as a double allows. */
function round(value: number, places: number): number {
  const factor = 10 ** places
  const scaled = value * factor
  // Past 2^53 there is nothing behind the point, and the product may be infinite.
  if (!Number.isFinite(scaled) || Math.abs(scaled) > Number.MAX_SAFE_INTEGER) return value
  // Never "-0".
  return Math.round(scaled) / factor || 0
}
