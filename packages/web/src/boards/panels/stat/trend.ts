/** The course of a value behind its figure. */
import { type Frame, type Field, isMissing } from '@weir/boards'

export interface Trend {
  readonly line: string
  readonly area: string
}

/** More points than pixels draw nothing more. */
const POINTS_MAX = 300

/** SVG paths of a series in a box; undefined when there are not two values to draw a line between. */
export function trendOf(
  { field, frame }: { readonly field: Field; readonly frame: Frame },
  box: { readonly width: number; readonly height: number },
): Trend | undefined {
  const time = frame.fields.find(({ type }) => type === 'time')
  if (time === undefined || field.type !== 'number' || frame.length < 2) return undefined
  const stride = Math.max(1, Math.ceil(frame.length / POINTS_MAX))
  const points: (readonly [number, number] | undefined)[] = []
  for (let row = 0; row < frame.length; row += stride) {
    const [at, value] = [Number(time.values[row]), Number(field.values[row])]
    points.push(isMissing(field.values[row]) || !Number.isFinite(value) ? undefined : [at, value])
  }
  const known = points.filter((point) => point !== undefined)
  if (known.length < 2) return undefined
  const values = known.map(([, value]) => value)
  const low = Math.min(...values)
  const span = Math.max(...values) - low
  const [from, to] = [known[0]![0], known.at(-1)![0]]
  const x = (at: number): string => (((at - from) / (to - from || 1)) * box.width).toFixed(1)
  // A line that never moves runs along the middle.
  const y = (value: number): string =>
    ((span === 0 ? 0.5 : 1 - (value - low) / span) * box.height).toFixed(1)
  return pathsOf(points, x, y, box.height)
}

function pathsOf(
  points: readonly (readonly [number, number] | undefined)[],
  x: (at: number) => string,
  y: (value: number) => string,
  height: number,
): Trend {
  let line = ''
  let area = ''
  let last: string | undefined
  for (const point of [...points, undefined]) {
    if (point !== undefined) {
      const place = `${x(point[0])} ${y(point[1])}`
      line += `${last === undefined ? 'M' : 'L'}${place}`
      area += last === undefined ? `M${x(point[0])} ${height}L${place}` : `L${place}`
      last = x(point[0])
    } else if (last !== undefined) {
      area += `L${last} ${height}Z`
      last = undefined
    }
  }
  return { line, area }
}
