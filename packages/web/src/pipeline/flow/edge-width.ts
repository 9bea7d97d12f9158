/** Pixels of an edge through which nothing, and through which the most, passes. */
const THINNEST = 1.5
const THICKEST = 9

/**
 * How thick an edge is: by the root of what passes, so that a tenth of the flow is still seen.
 *
 * @param most what passes through the busiest stage of the pipeline
 */
export function edgeWidth(passes: number | null | undefined, most: number): number {
  if (passes === null || passes === undefined || passes <= 0 || most <= 0) return THINNEST
  return THINNEST + (THICKEST - THINNEST) * Math.sqrt(Math.min(1, passes / most))
}
