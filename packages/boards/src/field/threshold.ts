/** Steps that a value climbs over. */
import type { Thresholds } from '../dashboard.ts'

/** What Grafana assumes where a panel colours by thresholds and names none. */
const DEFAULT: Thresholds = {
  mode: 'absolute',
  steps: [
    { value: null, color: 'green' },
    { value: 80, color: 'red' },
  ],
}

export type ThresholdStep = Thresholds['steps'][number]

/** Where a value stands between the ends of its scale; 0 to 1, beyond where it is beyond. */
export function shareOf(value: number, range: { min: number; max: number } | undefined): number {
  const { min = 0, max = 100 } = range ?? {}
  if (max === min) return value >= max ? 1 : 0
  return (value - min) / (max - min)
}

/** The step that a value stands on; the lowest for what is no number. */
export function thresholdStep(
  value: number,
  thresholds: Thresholds | undefined,
  range?: { min: number; max: number },
): ThresholdStep {
  const { mode, steps } = usable(thresholds)
  const level = mode === 'percentage' ? shareOf(value, range) * 100 : value
  return steps.findLast((step) => level >= (step.value ?? -Infinity)) ?? steps[0]!
}

/** The steps by value of the scale, the lowest at minus infinity, ascending. */
export function thresholdSteps(
  thresholds: Thresholds | undefined,
  range: { min: number; max: number },
): { readonly value: number; readonly color: string }[] {
  const { mode, steps } = usable(thresholds)
  return steps.map(({ value, color }) => {
    if (value === null || value === undefined) return { value: -Infinity, color }
    const at = mode === 'percentage' ? range.min + ((range.max - range.min) * value) / 100 : value
    return { value: at, color }
  })
}

function usable(thresholds: Thresholds | undefined): Thresholds {
  return Array.isArray(thresholds?.steps) && thresholds.steps.length > 0 ? thresholds : DEFAULT
}
