/** What the store takes; it measures bytes, which are never fewer than characters. */
export interface LabelLimits {
  readonly labelsMax: number
  readonly nameBytesMax: number
  readonly valueBytesMax: number
}

/** Whether labels (`name, value, …`) are so many or so long that the store would refuse them anyway. */
export function areTooLong(
  pairs: readonly string[],
  { labelsMax, nameBytesMax, valueBytesMax }: LabelLimits,
): boolean {
  if (pairs.length > 2 * labelsMax) return true
  return pairs.some((text, i) => text.length > (i % 2 === 0 ? nameBytesMax : valueBytesMax))
}
