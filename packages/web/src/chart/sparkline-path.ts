/** A sparkline as two SVG paths in a box of `width` × `height`: the line, and the water below it. */
export interface SparklinePath {
  readonly line: string
  readonly area: string
  /** The newest point, undefined when the newest value is missing. */
  readonly end: { readonly x: number; readonly y: number } | undefined
}

/** Zero is always in the box, so that a small wobble does not look like a flood. */
export function sparklinePath(
  values: readonly (number | null)[],
  width: number,
  height: number,
): SparklinePath {
  const known = values.filter((value): value is number => value !== null)
  if (known.length === 0) return { line: '', area: '', end: undefined }
  const ground = Math.min(0, ...known)
  const span = Math.max(0, ...known) - ground || 1
  const dx = values.length > 1 ? width / (values.length - 1) : 0
  const at = (i: number, value: number): string =>
    `${round(i * dx)} ${round(height - ((value - ground) / span) * height)}`

  let line = ''
  let area = ''
  let runStart = -1
  for (let i = 0; i <= values.length; i++) {
    const value = values[i] ?? null
    if (value !== null) {
      line += `${runStart < 0 ? 'M' : 'L'}${at(i, value)}`
      area += runStart < 0 ? `M${round(i * dx)} ${height}L${at(i, value)}` : `L${at(i, value)}`
      if (runStart < 0) runStart = i
    } else if (runStart >= 0) {
      area += `L${round((i - 1) * dx)} ${height}Z`
      // A value alone between gaps would be invisible: a dash of half a step shows it.
      if (runStart === i - 1)
        line += `h${i === values.length ? '-' : ''}${round(Math.max(2, dx / 2))}`
      runStart = -1
    }
  }
  const last = values.at(-1) ?? null
  const end =
    last === null
      ? undefined
      : {
          x: round((values.length - 1) * dx),
          y: round(height - ((last - ground) / span) * height),
        }
  return { line, area, end }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
