/** Arcs as SVG paths. Angles are degrees from twelve o'clock, clockwise. */

function point(radius: number, degrees: number): string {
  const angle = ((degrees - 90) * Math.PI) / 180
  return `${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`
}

/** A piece of a ring around the origin. A whole ring is two halves, as an arc from a point to itself draws nothing. */
export function ringPath(
  { inner, outer }: { readonly inner: number; readonly outer: number },
  from: number,
  to: number,
): string {
  if (to - from >= 359.99) {
    const middle = from + 180
    return (
      ringPath({ inner, outer }, from, middle) + ringPath({ inner, outer }, middle, from + 359.98)
    )
  }
  const large = to - from > 180 ? 1 : 0
  const out = `M${point(outer, from)}A${outer} ${outer} 0 ${large} 1 ${point(outer, to)}`
  if (inner <= 0) return `${out}L0 0Z`
  return `${out}L${point(inner, to)}A${inner} ${inner} 0 ${large} 0 ${point(inner, from)}Z`
}

/** Where a text stands on a circle. */
export function onCircle(
  radius: number,
  degrees: number,
): { readonly x: number; readonly y: number } {
  const angle = ((degrees - 90) * Math.PI) / 180
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) }
}
