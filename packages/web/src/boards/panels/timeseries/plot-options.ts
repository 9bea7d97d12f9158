import {
  type Field,
  formatTicks,
  isColoredByValue,
  namedColor,
  seriesColorOf,
  thresholdSteps,
  valueColorOf,
} from '@weir/boards'
import UPlot from 'uplot'
import { type ValueScale, scaleRange } from './scales.ts'
import type { Series } from './series-table.ts'

/** What a plot is made of; another one of these needs another plot. */
export interface PlotSetup {
  readonly series: readonly Series[]
  readonly scales: readonly ValueScale[]
  /** For each series its scale. */
  readonly scaleOf: readonly string[]
  readonly width: number
  readonly height: number
  readonly dark: boolean
  readonly timeZone: string
  /** Ends of the time axis, seconds: asked for at each drawing. */
  readonly ends: () => readonly [number, number]
  readonly onCursor: (u: UPlot) => void
  readonly onSelect: (fromSeconds: number, toSeconds: number) => void
  /** Before and after the series are drawn. */
  readonly under: (u: UPlot) => void
  readonly over: (u: UPlot) => void
}

const POINTS_MAX = 20
const FONT = "11px 'IBM Plex Sans Variable', system-ui, sans-serif"
// uPlot's enums exist in its types only: there is nothing to import.
// oxlint-disable typescript/no-unsafe-enum-assignment
const LOG = 3 as UPlot.Scale.Distr
const ARCSINH = 4 as UPlot.Scale.Distr
const LEFT = 3 as UPlot.Axis.Side
const RIGHT = 1 as UPlot.Axis.Side
// oxlint-enable typescript/no-unsafe-enum-assignment

const GRID = { light: '#e7edec', dark: '#1c2b30' }
const INK = { light: '#5c6e73', dark: '#8fa3a8' }

export function plotOptions(setup: PlotSetup): UPlot.Options {
  const scheme = setup.dark ? 'dark' : 'light'
  const zoned = (seconds: number): Date => UPlot.tzDate(new Date(seconds * 1000), setup.timeZone)
  return {
    width: setup.width,
    height: setup.height,
    tzDate: zoned,
    padding: [8, 22, 0, 0],
    legend: { show: false },
    cursor: {
      // A dot on each of many lines is a layer each that moves.
      points: { size: 7, one: setup.series.length > POINTS_MAX },
      focus: { prox: 24 },
      drag: { x: true, y: false, setScale: false },
      bind: {
        // With shift held a drag moves the axis.
        mousedown: (_u, _element, handle) => (event) => {
          if (!event.shiftKey) handle(event)
          return null
        },
      },
    },
    // A line that the pointer comes near to is not set off: that draws all of them again.
    focus: { alpha: 1 },
    scales: {
      x: { time: true, range: () => [...setup.ends()] as [number, number] },
      ...Object.fromEntries(setup.scales.map((scale) => [scale.key, valueScale(scale, setup)])),
    },
    axes: [
      {
        stroke: INK[scheme],
        font: FONT,
        grid: { stroke: GRID[scheme], width: 1 },
        ticks: { show: false },
        gap: 4,
        size: 34,
        space: 64,
        values: TIME_TICKS,
      },
      ...setup.scales.map((scale, i) => valueAxis(scale, i, setup)),
    ],
    series: [{}, ...setup.series.map((one, i) => plotSeries(one, setup.scaleOf[i]!, setup))],
    bands: bandsOf(setup.series, setup.dark),
    hooks: {
      setSelect: [
        (u) => {
          if (u.select.width < 4) return
          const from = u.posToVal(u.select.left, 'x')
          const to = u.posToVal(u.select.left + u.select.width, 'x')
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          setup.onSelect(from, to)
        },
      ],
      setCursor: [setup.onCursor],
      drawClear: [setup.under],
      draw: [setup.over],
    },
  }
}

// 24 hours, and the date only where a day begins: [increment, normal, then what is added at a new year, -, day, -, hour…].
const TIME_TICKS: UPlot.Axis.Values = [
  [86_400 * 28, '{MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [86_400, '{D} {MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{D} {MMM} {YYYY}', null, '\n{D} {MMM}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', null, null, '\n{D} {MMM}', null, null, null, 1],
]

function valueScale(scale: ValueScale, setup: PlotSetup): UPlot.Scale {
  const { distribution, logBase, linearBelow } = scale.axis
  // Thresholds that are drawn as lines are on the scale, so that one sees how far away they are.
  const levels = setup.series.flatMap(({ style, field }, i) =>
    setup.scaleOf[i] === scale.key && style.thresholds.includes('line')
      ? levelsOf(field).filter(Number.isFinite)
      : [],
  )
  return {
    auto: true,
    ...(distribution === 'log' ? { distr: LOG, log: logBase } : {}),
    ...(distribution === 'symlog' ? { distr: ARCSINH, asinh: linearBelow } : {}),
    range: (_, low, high) => scaleRange(scale, low, high, levels),
  }
}

function valueAxis(scale: ValueScale, place: number, setup: PlotSetup): UPlot.Axis {
  const scheme = setup.dark ? 'dark' : 'light'
  const color = scale.axis.isColored
    ? seriesColorOf(setup.series[scale.first]!.field, setup.dark)
    : INK[scheme]
  return {
    scale: scale.key,
    show: !scale.isHidden,
    side: scale.side === 'left' ? LEFT : RIGHT,
    stroke: color,
    font: FONT,
    grid: { show: scale.axis.hasGrid ?? place === 0, stroke: GRID[scheme], width: 1 },
    ticks: { show: false },
    gap: 6,
    size: widthOf,
    space: 34,
    ...(scale.axis.label === ''
      ? {}
      : { label: scale.axis.label, labelFont: FONT, labelSize: 18, labelGap: 0 }),
    ...STEPS[scale.unit ?? ''],
    values: (_, splits) => {
      const known = splits.map((value) => value ?? NaN)
      const texts = formatTicks(known.filter(Number.isFinite), scale.unit, {
        decimals: scale.decimals,
      })
      let next = 0
      return known.map((value) => (Number.isFinite(value) ? texts[next++]! : ''))
    },
  }
}

/** As wide as the longest label. */
function widthOf(u: UPlot, values: string[] | null): number {
  const longest = (values ?? []).reduce((a, b) => (b.length > a.length ? b : a), '')
  if (longest === '') return 24
  u.ctx.save()
  u.ctx.font = FONT
  const { width } = u.ctx.measureText(longest)
  u.ctx.restore()
  // At least as much as half a date at the first tick.
  return Math.max(40, Math.ceil(width) + 14)
}

const SECOND_STEPS = [-6, -5, -4, -3, -2, -1]
  .flatMap((power) => [10 ** power, 2 * 10 ** power, 5 * 10 ** power])
  .concat([1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200])
  .concat([86_400, 172_800, 432_000, 864_000, 2_592_000, 8_640_000])
  .concat([1, 2, 5, 10, 20, 50, 100, 200, 500].map((years) => years * 31_536_000))
const BINARY_STEPS = Array.from({ length: 60 }, (_, power) => 2 ** power)

/** Where ticks of round decimal numbers would not be round ones. */
const STEPS: Readonly<Record<string, { readonly incrs: number[] }>> = {
  s: { incrs: SECOND_STEPS },
  ms: { incrs: SECOND_STEPS.map((step) => step * 1000) },
  bytes: { incrs: BINARY_STEPS },
  bits: { incrs: BINARY_STEPS },
}

function plotSeries(series: Series, scale: string, { dark }: PlotSetup): UPlot.Series {
  const { style, field } = series
  const color = seriesColorOf(field, dark)
  const isBars = style.draw === 'bars'
  const isPoints = style.draw === 'points'
  const stroke =
    style.gradient === 'scheme' && isColoredByValue(field)
      ? schemeStroke(field, scale, dark, 1)
      : color
  const dash = style.dash === undefined ? {} : { dash: [...style.dash] }
  const fill = style.fill === 0 || isPoints ? {} : { fill: fillOf(series, scale, color, dark) }
  return {
    label: series.name,
    scale,
    show: !style.hideFrom.viz,
    stroke,
    width: isPoints ? 0 : style.width,
    spanGaps: style.spanNulls === true,
    ...dash,
    ...(style.dash?.[0] === 0 ? { cap: 'round' as const } : {}),
    ...fill,
    paths: pathsOf(series),
    ...(typeof style.spanNulls === 'number' ? { gaps: gapsOver(style.spanNulls / 1000) } : {}),
    points: {
      size: style.pointSize,
      fill: color,
      stroke: color,
      show: isPoints || style.points === 'always' || !isBars,
      ...(isPoints || style.points === 'always' ? {} : { filter: lonePoints }),
    },
  }
}

const LINEAR = UPlot.paths.linear!()
const SPLINE = UPlot.paths.spline!()
const STEP_AFTER = UPlot.paths.stepped!({ align: 1 })
const STEP_BEFORE = UPlot.paths.stepped!({ align: -1 })
const NO_PATHS: UPlot.Series.PathBuilder = () => null

function pathsOf({ style }: Series): UPlot.Series.PathBuilder {
  if (style.draw === 'points') return NO_PATHS
  if (style.draw === 'bars') {
    return UPlot.paths.bars!({ size: [0.8, 60], align: style.barAlign })
  }
  switch (style.interpolation) {
    case 'smooth':
      return SPLINE
    case 'stepAfter':
      return STEP_AFTER
    case 'stepBefore':
      return STEP_BEFORE
    case 'linear':
      return LINEAR
  }
}

/** Leaves only those gaps that last longer. */
function gapsOver(seconds: number): NonNullable<UPlot.Series['gaps']> {
  return (u, series, first, last, gaps) => {
    const x = u.data[0]
    const ys = u.data[series]!
    const long: UPlot.Series.Gaps = []
    let before: number | undefined
    for (let i = first; i <= last; i++) {
      if (ys[i] === null || ys[i] === undefined) continue
      if (before !== undefined && i - before > 1 && x[i]! - x[before]! > seconds) {
        long.push([u.valToPos(x[before]!, 'x', true), u.valToPos(x[i]!, 'x', true)])
      }
      before = i
    }
    return gaps.length === 0 ? gaps : long
  }
}

const LONE = new WeakMap<object, number[]>()

/** Values with a gap on both sides make no line, so they get a dot. Looked for once, however often they are drawn. */
function lonePoints(u: UPlot, series: number): number[] {
  const column = u.data[series]!
  const known = LONE.get(column)
  if (known !== undefined) return known
  const lone: number[] = []
  for (let i = 0; i < column.length; i++) {
    const alone = (column[i - 1] ?? null) === null && (column[i + 1] ?? null) === null
    if (alone && (column[i] ?? null) !== null) lone.push(i)
  }
  LONE.set(column, lone)
  return lone
}

type Paint = string | ((u: UPlot) => string | CanvasGradient)

function fillOf({ style, field }: Series, scale: string, color: string, dark: boolean): Paint {
  if (style.gradient === 'scheme' && isColoredByValue(field)) {
    return schemeStroke(field, scale, dark, style.fill)
  }
  if (style.gradient === 'none') return withAlpha(color, style.fill)
  return (u) => {
    const { top, height } = u.bbox
    if (!Number.isFinite(top + height) || height <= 0) return withAlpha(color, style.fill)
    const gradient = u.ctx.createLinearGradient(0, top, 0, top + height)
    gradient.addColorStop(0, withAlpha(color, style.fill))
    gradient.addColorStop(1, withAlpha(color, style.gradient === 'hue' ? style.fill / 3 : 0))
    return gradient
  }
}

/** Colours by how high: a gradient along the scale. */
function schemeStroke(field: Field, scale: string, dark: boolean, alpha: number): Paint {
  const STOPS = 24
  return (u) => {
    const { min, max } = u.scales[scale] ?? {}
    const { top, height } = u.bbox
    if (min === undefined || max === undefined || min === null || max === null || height <= 0) {
      return withAlpha(seriesColorOf(field, dark), alpha)
    }
    const gradient = u.ctx.createLinearGradient(0, top + height, 0, top)
    for (let i = 0; i <= STOPS; i++) {
      const value = u.posToVal(
        (top + height - (height * i) / STOPS) / UPlot.pxRatio - u.bbox.top / UPlot.pxRatio,
        scale,
      )
      gradient.addColorStop(i / STOPS, withAlpha(valueColorOf(field, value, dark), alpha))
    }
    return gradient
  }
}

/** `#rrggbb` seen through; what is seen through already stays. */
export function withAlpha(color: string, alpha: number): string {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return color
  const hex = Math.round(Math.min(1, Math.max(0, alpha)) * 255).toString(16)
  return `${color}${hex.padStart(2, '0')}`
}

/** Between a series and the one that it stands on, or the one that it names. */
function bandsOf(series: readonly Series[], dark: boolean): UPlot.Band[] {
  return series.flatMap(({ standsOn, style, field }, place): UPlot.Band[] => {
    const color = withAlpha(seriesColorOf(field, dark), style.fill)
    if (standsOn !== undefined && standsOn >= 0 && style.fill > 0 && style.draw === 'line') {
      const isDown = style.isNegative
      return [{ series: [place + 1, standsOn + 1], fill: color, dir: isDown ? 1 : -1 }]
    }
    if (style.fillBelowTo === undefined) return []
    const below = series.findIndex(({ name }) => name === style.fillBelowTo)
    return below < 0 ? [] : [{ series: [place + 1, below + 1], fill: color }]
  })
}

/** Values at which thresholds of a field lie. */
function levelsOf(field: Field): number[] {
  return stepsOf(field).map(({ value }) => value)
}

function stepsOf(field: Field): { readonly value: number; readonly color: string }[] {
  if (field.config.thresholds === undefined) return []
  return thresholdSteps(field.config.thresholds, field.range ?? { min: 0, max: 100 })
}

/** Thresholds as areas behind the lines, or as lines over them. Each scale shows those of its first series that wants them. */
export function drawThresholds(u: UPlot, setup: PlotSetup, what: 'area' | 'line'): void {
  const done = new Set<string>()
  for (const [i, { style, field }] of setup.series.entries()) {
    const scale = setup.scaleOf[i]!
    const isWanted =
      what === 'area' ? style.thresholds.includes('area') : /line|dashed/.test(style.thresholds)
    if (!isWanted || done.has(scale)) continue
    done.add(scale)
    const steps = stepsOf(field)
    for (const [k, { value, color }] of steps.entries()) {
      const ink = namedColor(color, setup.dark)
      if (what === 'area') drawArea(u, scale, [value, steps[k + 1]?.value ?? Infinity], ink)
      else if (Number.isFinite(value))
        drawLevel(u, scale, value, ink, style.thresholds.includes('dashed'))
    }
  }
}

function drawArea(
  u: UPlot,
  scale: string,
  [low, high]: readonly [number, number],
  color: string,
): void {
  const { min = 0, max = 1 } = u.scales[scale]!
  const from = Math.max(low, min ?? 0)
  const to = Math.min(high, max ?? 1)
  if (!(from < to)) return
  const top = u.valToPos(to, scale, true)
  const bottom = u.valToPos(from, scale, true)
  u.ctx.save()
  u.ctx.fillStyle = withAlpha(color, 0.12)
  u.ctx.fillRect(u.bbox.left, top, u.bbox.width, bottom - top)
  u.ctx.restore()
}

function drawLevel(u: UPlot, scale: string, value: number, color: string, isDashed: boolean): void {
  const y = Math.round(u.valToPos(value, scale, true)) + 0.5
  const { left, top, width, height } = u.bbox
  if (y < top || y > top + height) return
  u.ctx.save()
  u.ctx.strokeStyle = color
  u.ctx.lineWidth = 1.5 * UPlot.pxRatio
  if (isDashed) u.ctx.setLineDash([8 * UPlot.pxRatio, 6 * UPlot.pxRatio])
  u.ctx.beginPath()
  u.ctx.moveTo(left, y)
  u.ctx.lineTo(left + width, y)
  u.ctx.stroke()
  u.ctx.restore()
}
