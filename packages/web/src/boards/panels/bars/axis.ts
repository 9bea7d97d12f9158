/** Round numbers along an axis. */

/** Units that climb by 1024: round is what is round there. */
const BINARY = /^(?:bytes|bits|[kmgtp]bytes|binbps|binBps|[KMGTP]i(?:Bs|bits))$/

/**
 * Steps of 1, 2, 2.5 or 5 times a power of ten that cover a range.
 *
 * @param count about how many are wanted
 */
export function niceTicks(
  { min, max }: { readonly min: number; readonly max: number },
  count: number,
  unit: string | undefined,
): number[] {
  const span = max - min
  if (!(span > 0) || !Number.isFinite(span)) return [min]
  const rough = span / Math.max(1, count)
  const step = roundStep(rough, unit)
  const first = Math.ceil(min / step - 1e-9)
  const last = Math.floor(max / step + 1e-9)
  // Multiplying keeps 0.1 + 0.2 from showing.
  return Array.from({ length: Math.min(50, last - first + 1) }, (_, at) =>
    Number(((first + at) * step).toPrecision(12)),
  )
}

function roundStep(rough: number, unit: string | undefined): number {
  if (unit !== undefined && BINARY.test(unit)) return 2 ** Math.ceil(Math.log2(rough))
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10)
}

/** A range that holds zero, and ends on a round number. */
export function niceRange(
  values: readonly number[],
  given: { min?: unknown; max?: unknown; unit?: string | undefined },
): { min: number; max: number } {
  const known = values.filter(Number.isFinite)
  const low = typeof given.min === 'number' ? given.min : Math.min(0, ...known)
  const high = typeof given.max === 'number' ? given.max : Math.max(0, ...known)
  if (high <= low) return { min: low, max: low + 1 }
  const ticks = niceTicks({ min: low, max: high }, 5, given.unit)
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : high - low
  return {
    min: typeof given.min === 'number' ? low : Math.floor(low / step + 1e-9) * step,
    max: typeof given.max === 'number' ? high : Math.ceil(high / step - 1e-9) * step,
  }
}
