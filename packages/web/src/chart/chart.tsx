import 'uplot/dist/uPlot.min.css'
import { useComputedColorScheme } from '@mantine/core'
import { paletteColor } from '@weir/boards'
import { useEffect, useEffectEvent, useRef } from 'react'
import UPlot from 'uplot'
import { figureText } from '../format/number.ts'
import type { Columns } from './align.ts'
import { type Backdrop, drawLevels, drawSpans } from './backdrop.ts'
import { type Mark, drawMarks, markColor, marksNear } from './marks.ts'

interface ChartProps {
  readonly columns: Columns
  readonly names: readonly string[]
  readonly unit: string
  readonly height: number
  /** Said to those who cannot see it. */
  readonly label: string
  /** Charts of one name share their crosshair. */
  readonly sync?: string
  /** Names of series that are drawn dashed. */
  readonly dashed?: ReadonlySet<string>
  /** Series not to draw. */
  readonly hidden?: ReadonlySet<number>
  /** What happened meanwhile. */
  readonly marks?: readonly Mark[]
  /** What the lines are held against. */
  readonly backdrop?: Backdrop
  /** A span was dragged over; seconds. */
  readonly onZoom?: (fromSeconds: number, toSeconds: number) => void
}

/**
 * Lines over time. uPlot owns the canvas: it is made anew when the set of lines or the scheme
 * changes, and merely fed when only values do, so a refresh costs one repaint.
 */
export function Chart(props: ChartProps): React.JSX.Element {
  const { columns, names, unit, height, label, sync, hidden, marks = NO_MARKS } = props
  const { backdrop = NO_BACKDROP, dashed } = props
  const box = useRef<HTMLDivElement>(null)
  const tip = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | null>(null)
  const drawn = useRef(marks)
  const behind = useRef(backdrop)
  const dark = useComputedColorScheme('light') === 'dark'
  const shape = names.join('\n')

  const zoom = useEffectEvent((from: number, to: number) => props.onZoom?.(from, to))
  const showTip = useEffectEvent((u: UPlot) =>
    writeTip(u, tip.current, { names, unit, dark, marks }),
  )
  const draw = useEffectEvent((u: UPlot) => {
    drawLevels(u, behind.current, dark)
    drawMarks(u, drawn.current, dark)
  })
  const drawBehind = useEffectEvent((u: UPlot) => drawSpans(u, behind.current, dark))
  const levels = useEffectEvent(() => behind.current.levels.map(({ value }) => value))
  const first = useEffectEvent(() => ({ data: dataOf(columns), hidden }))
  const zoomable = props.onZoom !== undefined

  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const begin = first()
    const u = new UPlot(
      optionsFor({
        names: shape.split('\n'),
        unit,
        height,
        dark,
        zoomable,
        width: element.clientWidth,
        ...(sync === undefined ? {} : { sync }),
        ...(dashed === undefined ? {} : { dashed }),
        onSelect: (from, to) => zoom(from, to),
        onCursor: (at) => showTip(at),
        onDraw: (at) => draw(at),
        onClear: (at) => drawBehind(at),
        levels: () => levels(),
      }),
      begin.data,
      element,
    )
    hide(u, begin.hidden)
    plot.current = u
    const observer = new ResizeObserver(() => u.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      u.destroy()
      plot.current = null
    }
  }, [shape, unit, height, dark, sync, zoomable, dashed])

  useEffect(() => plot.current?.setData(dataOf(columns)), [columns])
  useEffect(() => {
    drawn.current = marks
    plot.current?.redraw(false)
  }, [marks])
  useEffect(() => {
    behind.current = backdrop
    plot.current?.setData(plot.current.data)
  }, [backdrop])
  useEffect(() => {
    if (plot.current !== null) hide(plot.current, hidden)
  }, [hidden])

  return (
    <div style={{ position: 'relative' }}>
      <div ref={box} role="img" aria-label={label} style={{ height }} />
      <div ref={tip} className="chart-tip" hidden />
    </div>
  )
}

function dataOf(columns: Columns): UPlot.AlignedData {
  return [[...columns.x], ...columns.ys.map((column) => [...column])]
}

function hide(u: UPlot, hidden: ReadonlySet<number> | undefined): void {
  u.batch(() => {
    for (let i = 1; i < u.series.length; i++) {
      const show = !(hidden?.has(i - 1) ?? false)
      if (u.series[i]!.show !== show) u.setSeries(i, { show })
    }
  })
}

interface ChartSetup {
  readonly names: readonly string[]
  readonly unit: string
  readonly height: number
  readonly width: number
  readonly dark: boolean
  readonly sync?: string
  readonly dashed?: ReadonlySet<string>
  readonly zoomable: boolean
  readonly onSelect: (from: number, to: number) => void
  readonly onCursor: (u: UPlot) => void
  readonly onDraw: (u: UPlot) => void
  readonly onClear: (u: UPlot) => void
  /** Values that must be on the axis. */
  readonly levels: () => readonly number[]
}

function optionsFor(setup: ChartSetup): UPlot.Options {
  const ink = setup.dark ? '#8fa3a8' : '#5c6e73'
  const grid = { stroke: setup.dark ? '#1c2b30' : '#e7edec', width: 1 }
  const font = "11px 'IBM Plex Sans Variable', system-ui, sans-serif"
  const lone = setup.names.length === 1
  return {
    width: setup.width,
    height: setup.height,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: {
      points: { size: 7 },
      focus: { prox: 24 },
      drag: { x: setup.zoomable, y: false, setScale: false },
      ...(setup.sync === undefined ? {} : { sync: { key: setup.sync, setSeries: false } }),
    },
    focus: { alpha: lone ? 1 : 0.25 },
    scales: { y: { range: (_, low, high) => withLevels(yRange(low, high), setup.levels()) } },
    axes: [
      {
        stroke: ink,
        font,
        grid,
        ticks: { show: false },
        gap: 4,
        size: 36,
        space: 64,
        values: TIME_TICKS,
      },
      {
        stroke: ink,
        font,
        grid,
        ticks: { show: false },
        gap: 6,
        size: 58,
        ...(SECONDS.has(setup.unit) ? { incrs: SECOND_STEPS } : {}),
        values: (_, splits) =>
          splits.map((value) =>
            figureText(
              value,
              setup.unit.endsWith('/s') ? '' : TICK_UNITS.has(setup.unit) ? setup.unit : '',
            ),
          ),
      },
    ],
    series: [
      {},
      ...setup.names.map((name, i): UPlot.Series => {
        const color = paletteColor(i, setup.dark)
        return {
          label: name,
          stroke: color,
          // Thin lines take the rasteriser's quick path: with hundreds of them that is most of the time.
          width: setup.names.length > 40 ? 1 : 1.5,
          points: { show: true, size: 4, filter: lonePoints },
          ...(setup.dashed?.has(name) === true ? { dash: [5, 4] } : {}),
          ...(lone ? { fill: `${color}22` } : {}),
        }
      }),
    ],
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
      draw: [setup.onDraw],
      drawClear: [setup.onClear],
    },
  }
}

// Steps of an axis of seconds that read well as ms, s, min, h and d.
const SECONDS = new Set(['s', 'seconds'])
const SECOND_STEPS = [-6, -5, -4, -3, -2, -1]
  .flatMap((power) => [10 ** power, 2 * 10 ** power, 5 * 10 ** power])
  .concat([1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200])
  .concat([86_400, 172_800, 432_000, 864_000, 2_592_000, 8_640_000])

/** Values with a gap on both sides make no line, so they get a dot. */
function lonePoints(u: UPlot, series: number): number[] {
  const column = u.data[series]!
  const lone: number[] = []
  for (let i = 0; i < column.length; i++) {
    const alone = (column[i - 1] ?? null) === null && (column[i + 1] ?? null) === null
    if (alone && (column[i] ?? null) !== null) lone.push(i)
  }
  return lone
}

// Units that change with size and so belong on the axis; others stand in the title.
const TICK_UNITS = new Set(['s', 'seconds', 'bytes', 'ratio'])

// 24 hours, and the date only where a day begins: [increment, normal, then what is added at a new year, -, day, -, hour…].
const TIME_TICKS: UPlot.Axis.Values = [
  [86_400, '{D} {MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{D} {MMM} {YYYY}', null, '\n{D} {MMM}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', null, null, '\n{D} {MMM}', null, null, null, 1],
]

/** From zero unless values go below; a flat zero line lies on the ground, not in the middle. */
function yRange(low: number | null, high: number | null): [number, number] {
  const bottom = Math.min(0, low ?? 0)
  const top = Math.max(0, high ?? 0) || (bottom === 0 ? 1 : 0)
  const span = top - bottom
  return [bottom === 0 ? 0 : bottom - span * 0.08, top + span * 0.08]
}

function withLevels([low, high]: [number, number], levels: readonly number[]): [number, number] {
  const margin = (high - low) * 0.08
  return levels.reduce<[number, number]>(
    ([bottom, top], level) => [
      level < bottom ? level - margin : bottom,
      level > top - margin ? level + margin : top,
    ],
    [low, high],
  )
}

const NO_BACKDROP: Backdrop = { spans: [], levels: [] }
const NO_MARKS: readonly Mark[] = []

const TIP_LINES_MAX = 8
const TIP_MARKS_MAX = 4
/** So near the pointer has to come to a mark, in pixels. */
const MARK_REACH = 6

/** The values under the crosshair; of many lines the highest, and always the one pointed at. */
function writeTip(
  u: UPlot,
  tip: HTMLDivElement | null,
  shown: {
    readonly names: readonly string[]
    readonly unit: string
    readonly dark: boolean
    readonly marks: readonly Mark[]
  },
): void {
  const { names, unit, dark } = shown
  const at = u.cursor.idx ?? null
  if (tip === null) return
  if (at === null || u.cursor.left === undefined || u.cursor.left < 0) {
    tip.hidden = true
    return
  }
  const lines: { index: number; value: number }[] = []
  for (let i = 1; i < u.data.length; i++) {
    const value = u.data[i]![at]
    if (u.series[i]!.show === true && typeof value === 'number') lines.push({ index: i - 1, value })
  }
  lines.sort((a, b) => b.value - a.value)
  const head = document.createElement('div')
  head.className = 'muted'
  head.textContent = new Date(u.data[0][at]! * 1000).toLocaleString('en-GB')
  const rows = lines.slice(0, TIP_LINES_MAX).map(({ index, value }) => {
    const row = document.createElement('div')
    row.className = 'tip-row'
    const swatch = document.createElement('i')
    swatch.style.background = paletteColor(index, dark)
    const name = document.createElement('span')
    name.textContent = names[index] ?? ''
    const figure = document.createElement('b')
    figure.textContent = figureText(value, unit)
    row.append(swatch, name, figure)
    return row
  })
  tip.replaceChildren(head, ...markRows(u, shown.marks, dark), ...rows)
  if (lines.length > TIP_LINES_MAX) tip.append(`and ${lines.length - TIP_LINES_MAX} more`)
  tip.hidden = false
  const over = u.over.getBoundingClientRect()
  const left = u.cursor.left
  const right = left > over.width / 2
  tip.style.left = right ? '' : `${u.over.offsetLeft + left + 14}px`
  tip.style.right = right ? `${over.width - left + 14}px` : ''
}

/** The marks that the pointer is at. */
function markRows(u: UPlot, marks: readonly Mark[], dark: boolean): HTMLElement[] {
  const left = u.cursor.left ?? 0
  const at = u.posToVal(left, 'x')
  const near = marksNear(marks, at, Math.abs(u.posToVal(left + MARK_REACH, 'x') - at))
  const rows = near.slice(0, TIP_MARKS_MAX).map(({ title, text, tone }) => {
    const row = document.createElement('div')
    row.className = 'tip-mark'
    row.style.borderColor = markColor(tone, dark)
    const name = document.createElement('b')
    name.textContent = title
    row.append(name)
    if (text !== '') {
      const more = document.createElement('span')
      more.textContent = text
      row.append(more)
    }
    return row
  })
  if (near.length > rows.length) {
    const more = document.createElement('div')
    more.textContent = `and ${near.length - rows.length} more events`
    rows.push(more)
  }
  return rows
}
