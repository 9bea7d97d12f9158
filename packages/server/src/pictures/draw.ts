import { VALUE_MAX, timeTicks, valueScale, writeValue } from './scale.ts'

/** A picture's size; it is painted at twice as many pixels. */
const WIDTH = 800
const HEIGHT = 360

/** One line: a value (or NaN) for each step from `startMs`. */
export interface Line {
  readonly name: string
  readonly values: ArrayLike<number>
}

export interface Plot {
  readonly title: string
  readonly subtitle: string
  readonly startMs: number
  readonly stepMs: number
  readonly endMs: number
  readonly lines: readonly Line[]
  /** Series that are not drawn. */
  readonly hiddenCount: number
  readonly threshold: number | undefined
  readonly unit: string | undefined
  /** While it fired, in the shade; undefined end: still does. */
  readonly firingFromMs: number
  readonly firingToMs: number | undefined
}

const COLORS = [
  '#1c5fd4',
  '#0b8a6b',
  '#8a4bd0',
  '#b8651b',
  '#0a7f9c',
  '#a8327c',
  '#5b6b1f',
  '#4a57a8',
  '#7a4a2b',
  '#2f7d32',
]
const ALERT = '#d1293d'
const INK = '#1d2733'
const FAINT = '#5d6b7a'
const GRID = '#e6e9ee'
const LEGEND_MAX = 6
const TOP = 66
const RIGHT = WIDTH - 20

/** A plot as SVG: our charts' look, on white, for mails and messengers. */
export function drawPlot(plot: Plot): string {
  const legend = legendOf(plot)
  const bottom = HEIGHT - 34 - legend.height
  const values = plot.lines.flatMap(({ values }) => Array.from(values).filter(canDraw))
  const limit = plot.threshold ?? Number.NaN
  const shown = canDraw(limit) ? [...values, limit] : values
  const [low, high] = shown.length === 0 ? [0, 1] : [lowest(shown), highest(shown)]
  const scale = valueScale(low, high, plot.unit)
  const labels = scale.ticks.map((tick) => scale.write(tick))
  const left = 28 + Math.max(...labels.map((label) => label.length)) * 6.6
  const x = (ms: number): number =>
    left + ((ms - plot.startMs) / (plot.endMs - plot.startMs)) * (RIGHT - left)
  const y = (value: number): number =>
    bottom - ((value - scale.min) / (scale.max - scale.min)) * (bottom - TOP)
  const at = { left, bottom, x, y }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="DejaVu Sans" font-size="11">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(20, 30, cut(plot.title, 64), `font-size="15" font-weight="bold" fill="${INK}"`),
    text(20, 49, cut(plot.subtitle, 110), `font-size="12" fill="${FAINT}"`),
    shade(plot, at),
    ...scale.ticks.map((tick, i) => valueTick(y(tick), labels[i]!, at)),
    ...timeTicks(plot.startMs, plot.endMs, 8).map((tick) => timeTick(x(tick.at), tick.text, at)),
    ...plot.lines.map((line, i) => lineOf(plot, { line, color: colorOf(i) }, at)),
    thresholdLine(plot, scale.write, at),
    values.length === 0
      ? text(
          (left + RIGHT) / 2,
          (TOP + bottom) / 2,
          'No data in this time',
          `font-size="13" fill="${FAINT}" text-anchor="middle"`,
        )
      : '',
    legend.svg,
    '</svg>',
  ].join('')
}

interface Place {
  readonly left: number
  readonly bottom: number
  readonly x: (ms: number) => number
  readonly y: (value: number) => number
}

const canDraw = (value: number): boolean => Math.abs(value) <= VALUE_MAX
const lowest = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))
const highest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b))
const colorOf = (i: number): string => COLORS[i % COLORS.length]!
const n = (value: number): string => String(Math.round(value * 100) / 100)

/** What XML may hold, its marks escaped. */
function escape(value: string): string {
  return value
    .replace(/[^\t\n\u0020-\uD7FF\uE000-\uFFFD]/g, '\uFFFD')
    .replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
}

function text(x: number, y: number, value: string, attributes: string): string {
  return `<text x="${n(x)}" y="${n(y)}" ${attributes}>${escape(value)}</text>`
}

function cut(value: string, chars: number): string {
  const all = Array.from(value.replace(/\s+/g, ' '))
  return all.length <= chars ? all.join('') : `${all.slice(0, chars - 1).join('')}…`
}

function shade({ firingFromMs, firingToMs, startMs, endMs }: Plot, { x, bottom }: Place): string {
  const from = x(Math.max(firingFromMs, startMs))
  const to = x(Math.min(firingToMs ?? endMs, endMs))
  if (to <= from) return ''
  return `<rect x="${n(from)}" y="${TOP}" width="${n(to - from)}" height="${n(bottom - TOP)}" fill="${ALERT}" fill-opacity="0.07"/><line x1="${n(from)}" x2="${n(from)}" y1="${TOP}" y2="${n(bottom)}" stroke="${ALERT}" stroke-opacity="0.45"/>`
}

function valueTick(y: number, label: string, { left }: Place): string {
  return `<line x1="${n(left)}" x2="${RIGHT}" y1="${n(y)}" y2="${n(y)}" stroke="${GRID}"/>${text(left - 8, y + 4, label, `fill="${FAINT}" text-anchor="end"`)}`
}

function timeTick(x: number, label: string, { bottom }: Place): string {
  return `<line x1="${n(x)}" x2="${n(x)}" y1="${TOP}" y2="${n(bottom)}" stroke="${GRID}"/>${text(x, bottom + 17, label, `fill="${FAINT}" text-anchor="middle"`)}`
}

function lineOf(
  plot: Plot,
  { line, color }: { readonly line: Line; readonly color: string },
  { x, y }: Place,
): string {
  const runs: string[][] = []
  let isGap = true
  for (let i = 0; i < line.values.length; i++) {
    const value = line.values[i]!
    if (!canDraw(value)) isGap = true
    else {
      if (isGap) runs.push([])
      isGap = false
      runs.at(-1)!.push(`${n(x(plot.startMs + i * plot.stepMs))} ${n(y(value))}`)
    }
  }
  const paths = runs.filter((run) => run.length > 1).map((run) => `M${run.join('L')}`)
  const dots = runs
    .filter((run) => run.length === 1)
    .map(([dot]) => dot!.split(' '))
    .map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="2.5" fill="${color}"/>`)
  const path = `<path d="${paths.join('')}" fill="none" stroke="${color}" stroke-width="1.5" stroke-linejoin="round"/>`
  return (paths.length > 0 ? path : '') + dots.join('')
}

function thresholdLine(
  { threshold }: Plot,
  write: (value: number) => string,
  { left, y }: Place,
): string {
  if (threshold === undefined || !canDraw(threshold)) return ''
  const at = y(threshold)
  const label = `limit ${write(threshold)}`
  const below = at < TOP + 16
  return `<line x1="${n(left)}" x2="${RIGHT}" y1="${n(at)}" y2="${n(at)}" stroke="${ALERT}" stroke-width="1.25" stroke-dasharray="6 4"/>${text(left + 6, at + (below ? 14 : -5), label, `fill="${ALERT}" font-weight="bold" stroke="#fff" stroke-width="3" paint-order="stroke"`)}`
}

/** Names below, two beside each other; a line alone needs none when the title says it. */
function legendOf({ lines, hiddenCount, unit }: Plot): {
  readonly height: number
  readonly svg: string
} {
  if (lines.length === 0 || (lines.length === 1 && lines[0]!.name === ''))
    return { height: 0, svg: '' }
  const shown = lines.slice(0, LEGEND_MAX)
  const more = lines.length - shown.length + hiddenCount
  const rows = Math.ceil((shown.length + (more > 0 ? 1 : 0)) / 2)
  const height = rows * 17 + 4
  const items = shown.map((line, i) => {
    const last = lastOf(line.values)
    const value = last === undefined ? '' : ` · ${writeValue(last, unit)}`
    return { mark: colorOf(i), label: cut(line.name || 'value', 46) + value }
  })
  if (more > 0) items.push({ mark: 'none', label: `and ${more} more` })
  const svg = items.map(({ mark, label }, i) => {
    const x = 20 + (i % 2) * 385
    const y = HEIGHT - height + Math.floor(i / 2) * 17 + 4
    const swatch = `<rect x="${x}" y="${y - 3}" width="12" height="3" rx="1.5" fill="${mark}"/>`
    return swatch + text(x + 18, y + 2, label, `fill="${INK}"`)
  })
  return { height, svg: svg.join('') }
}

function lastOf(values: ArrayLike<number>): number | undefined {
  for (let i = values.length - 1; i >= 0; i--) if (Number.isFinite(values[i])) return values[i]
  return undefined
}
