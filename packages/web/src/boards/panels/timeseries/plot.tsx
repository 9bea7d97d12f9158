import 'uplot/dist/uPlot.min.css'
import { seriesColorOf } from '@weir/boards'
import { useEffect, useEffectEvent, useMemo, useRef } from 'react'
import UPlot from 'uplot'
import { joinCrosshair } from '../crosshair.ts'
import { type TimeEnds, watchGestures } from '../gestures.ts'
import type { PanelExemplar, PanelMark } from '../panel-props.ts'
import { drawExemplars, drawMarks } from './overlay.ts'
import { type PlotSetup, drawThresholds, plotOptions } from './plot-options.ts'
import { valueScales } from './scales.ts'
import type { SeriesTable } from './series-table.ts'
import { tipAt } from './tip.ts'
import { TipBox } from './tip-box.ts'

interface PlotProps {
  readonly table: SeriesTable
  readonly hidden: ReadonlySet<string>
  /** A series that the legend points at. */
  readonly pointed: string | undefined
  readonly width: number
  readonly height: number
  readonly fromMs: number
  readonly toMs: number
  readonly dark: boolean
  readonly timeZone: string
  readonly label: string
  readonly tooltip: {
    readonly mode: 'single' | 'multi' | 'none'
    readonly sort: 'none' | 'asc' | 'desc'
  }
  readonly crosshair: string | undefined
  readonly isTooltipShared: boolean
  readonly marks: readonly PanelMark[]
  readonly exemplars: readonly PanelExemplar[]
  readonly onZoom: (fromMs: number, toMs: number) => void
}

/**
 * The canvas. A plot is made anew when the set of series or their looks change, and merely fed when only
 * values do: a refresh costs one repaint.
 */
export function Plot(props: PlotProps): React.JSX.Element {
  const { table, dark, timeZone, crosshair } = props
  const scales = useMemo(() => valueScales(table.series), [table])
  // Everything that the options of a plot are made of, but for values.
  const shape = JSON.stringify([
    table.series.map(({ name, style, field, standsOn }) => [
      name,
      style,
      standsOn,
      field.config.color,
      field.config.thresholds,
      field.config.decimals,
      seriesColorOf(field, dark),
    ]),
    scales,
    [dark, timeZone, crosshair],
  ])
  return <Canvas key={shape} {...props} scales={scales} />
}

function Canvas(
  props: PlotProps & { readonly scales: ReturnType<typeof valueScales> },
): React.JSX.Element {
  const { table, hidden, width, height } = props
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(null)
  const tip = useRef<TipBox>(null)
  const focused = useRef<number | undefined>(undefined)
  const latest = useEffectEvent(() => props)
  const over = useRef({ marks: props.marks, exemplars: props.exemplars })
  /** Ends of the axis while a gesture moves it. */
  const moved = useRef<TimeEnds | undefined>(undefined)

  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const { dark, timeZone } = latest()
    const tipBox = new TipBox(element.parentElement!)
    tip.current = tipBox
    let frame: number | undefined
    let isTold = false
    let isPointing = false
    const isOwn = (): boolean => element.matches(':hover') || element === document.activeElement
    const showTip = (u: UPlot): void => {
      const row = u.cursor.idx ?? undefined
      const left = u.cursor.left ?? -1
      const { table: of, hidden: off, marks, exemplars, tooltip, isTooltipShared } = latest()
      if (row === undefined || left < 0 || (!isOwn() && !isTooltipShared)) {
        tipBox.hide()
        return
      }
      const source = {
        series: of.series,
        hidden: off,
        marks,
        exemplars,
        dark,
        timeZone,
        ...tooltip,
      }
      const found = tipAt(source, u, row, focused.current)
      if (found === undefined) tipBox.hide()
      // What the layout says of the plot's place would be calculated anew for each move.
      else tipBox.show(found, u.bbox.left / UPlot.pxRatio + left, latest().width)
    }
    const setup: PlotSetup = {
      series: latest().table.series,
      scales: latest().scales.scales,
      scaleOf: latest().scales.of,
      width: latest().width,
      height: latest().height,
      dark,
      timeZone,
      ends: () => {
        const { fromMs: from, toMs: to } = moved.current ?? latest()
        return [from / 1000, to / 1000]
      },
      onCursor: (u) => {
        const left = u.cursor.left ?? -1
        if (!isTold && left >= 0 && isOwn()) {
          isPointing = true
          others.point(u.posToVal(left, 'x') * 1000)
        } else if (isPointing && left < 0) {
          isPointing = false
          others.point(undefined)
        }
        frame ??= requestAnimationFrame(() => {
          frame = undefined
          showTip(u)
        })
      },
      onSelect: (from, to) => latest().onZoom(from * 1000, to * 1000),
      under: (u) => drawThresholds(u, setup, 'area'),
      over: (u) => {
        drawThresholds(u, setup, 'line')
        drawMarks(u, over.current.marks)
        const scale = setup.scales[0]?.key
        if (scale !== undefined)
          drawExemplars(u, over.current.exemplars, scale, dark ? '#f0b95a' : '#b87700')
      },
    }
    const u = new UPlot(plotOptions(setup), dataOf(latest().table), element)
    plot.current = u
    hide(u, latest().table, latest().hidden)
    const others = joinCrosshair(latest().crosshair, (atMs) => {
      const left = atMs === undefined ? -10 : Math.round(u.valToPos(atMs / 1000, 'x'))
      const isThere = left >= 0 && left <= u.bbox.width / UPlot.pxRatio
      isTold = true
      u.setCursor(isThere ? { left, top: u.bbox.height / UPlot.pxRatio / 2 } : OUTSIDE)
      isTold = false
    })
    const noGestures = watchGestures(u.over, {
      ends: () => moved.current ?? latest(),
      show: (ends) => {
        moved.current = ends
        u.setScale('x', { min: ends.fromMs / 1000, max: ends.toMs / 1000 })
      },
      end: ({ fromMs, toMs }) => latest().onZoom(fromMs, toMs),
    })
    return () => {
      noGestures()
      others.leave()
      if (frame !== undefined) cancelAnimationFrame(frame)
      u.destroy()
      tipBox.remove()
      plot.current = null
    }
  }, [])

  const isFed = useRef<SeriesTable>(undefined)
  useEffect(() => {
    if (isFed.current !== table) plot.current?.setData(dataOf(table))
    isFed.current = table
  }, [table])
  useEffect(() => plot.current?.setSize({ width, height }), [width, height])
  useEffect(() => {
    if (plot.current !== null) hide(plot.current, latest().table, hidden)
  }, [hidden])
  useEffect(() => {
    const u = plot.current
    const place = table.series.findIndex(({ name }) => name === props.pointed)
    const wanted = place < 0 ? undefined : place
    if (u === null || focused.current === wanted) return
    focused.current = wanted
    // Asked for by the legend: all others fade, and come back.
    // uPlot reads it at each call; its types do not have it.
    const { focus } = u as UPlot & { readonly focus: { alpha: number } }
    focus.alpha = FADED
    u.setSeries(place < 0 ? null : place + 1, { focus: true })
    focus.alpha = 1
  }, [props.pointed, table])
  const { fromMs, toMs, marks, exemplars } = props
  useEffect(() => {
    moved.current = undefined
    plot.current?.setScale('x', { min: fromMs / 1000, max: toMs / 1000 })
  }, [fromMs, toMs])
  useEffect(() => {
    over.current = { marks, exemplars }
    plot.current?.redraw(false)
  }, [marks, exemplars])

  const step = (by: number): void => {
    const u = plot.current
    if (u === null || u.data[0].length === 0) return
    const last = u.data[0].length - 1
    const row = Math.min(last, Math.max(0, (u.cursor.idx ?? last + (by < 0 ? 1 : 0)) + by))
    u.setCursor({ left: u.valToPos(u.data[0][row]!, 'x'), top: u.over.clientHeight / 2 })
  }
  return (
    <div className="plot" style={{ height }}>
      <div
        ref={box}
        role="img"
        tabIndex={0}
        aria-label={`${props.label}; arrow keys read values`}
        onFocus={() => tip.current?.speak(true)}
        onBlur={() => {
          tip.current?.speak(false)
          plot.current?.setCursor(OUTSIDE)
        }}
        onKeyDown={(event) => {
          const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key]
          if (by === undefined) return
          event.preventDefault()
          step(by)
        }}
      />
    </div>
  )
}

const OUTSIDE = { left: -10, top: -10 }
/** How much of the lines is left that the legend does not point at. */
const FADED = 0.25

function dataOf({ x, series }: SeriesTable): UPlot.AlignedData {
  return [x as number[], ...series.map(({ drawn }) => drawn as (number | null)[])]
}

function hide(u: UPlot, { series }: SeriesTable, hidden: ReadonlySet<string>): void {
  u.batch(() => {
    for (const [place, { name, style }] of series.entries()) {
      const show = !hidden.has(name) && !style.hideFrom.viz
      if (u.series[place + 1] !== undefined && u.series[place + 1]!.show !== show) {
        u.setSeries(place + 1, { show })
      }
    }
  })
}
