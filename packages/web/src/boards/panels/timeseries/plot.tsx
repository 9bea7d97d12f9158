import 'uplot/dist/uPlot.min.css'
import { seriesColorOf } from '@weir/boards'
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import UPlot from 'uplot'
import type { PanelExemplar, PanelMark } from '../panel-props.ts'
import { drawExemplars, drawMarks } from './overlay.ts'
import { type PlotSetup, drawThresholds, plotOptions } from './plot-options.ts'
import { valueScales } from './scales.ts'
import type { SeriesTable } from './series-table.ts'
import { type Tip, tipAt } from './tip.ts'
import { TipBox } from './tip-box.tsx'

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
  const { table, hidden, width, height, crosshair } = props
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(null)
  const [tip, setTip] = useState<{
    readonly tip: Tip
    readonly left: number
    readonly of: number
  }>()
  const [isKeyed, setKeyed] = useState(false)
  const focused = useRef<number | undefined>(undefined)
  const latest = useEffectEvent(() => props)
  const over = useRef({ marks: props.marks, exemplars: props.exemplars })

  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const { dark, timeZone, crosshair: sync } = latest()
    const setup: PlotSetup = {
      series: latest().table.series,
      scales: latest().scales.scales,
      scaleOf: latest().scales.of,
      width: latest().width,
      height: latest().height,
      dark,
      timeZone,
      sync,
      ends: () => [latest().fromMs / 1000, latest().toMs / 1000],
      onCursor: (u) => {
        const row = u.cursor.idx ?? undefined
        const left = u.cursor.left ?? -1
        const isOwn = element.matches(':hover') || element.contains(document.activeElement)
        if (row === undefined || left < 0 || (!isOwn && !latest().isTooltipShared)) {
          setTip(undefined)
          return
        }
        const { table: of, hidden: off, marks, exemplars, tooltip } = latest()
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
        setTip(
          found === undefined
            ? undefined
            : { tip: found, left: u.over.offsetLeft + left, of: latest().width },
        )
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
    return () => {
      u.destroy()
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
    const place = table.series.findIndex(({ name }) => name === props.pointed)
    focused.current = place < 0 ? undefined : place
    plot.current?.setSeries(place < 0 ? null : place + 1, { focus: true })
  }, [props.pointed, table])
  const { fromMs, toMs, marks, exemplars } = props
  useEffect(() => {
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
    const { clientWidth: wide, clientHeight: high } = u.over
    const left = u.valToPos(u.data[0][row]!, 'x')
    u.setCursor({ left, top: high / 2 }, true)
    if (crosshair !== undefined)
      UPlot.sync(crosshair).pub('mousemove', u, left, high / 2, wide, high, row)
  }
  return (
    <div className="plot" style={{ height }}>
      <div
        ref={box}
        role="img"
        tabIndex={0}
        aria-label={`${props.label}; arrow keys read values`}
        onFocus={() => setKeyed(true)}
        onBlur={() => {
          setKeyed(false)
          plot.current?.setCursor({ left: -10, top: -10 }, true)
        }}
        onKeyDown={(event) => {
          const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key]
          if (by === undefined) return
          event.preventDefault()
          step(by)
        }}
      />
      {tip === undefined ? null : <TipBox {...tip} isSpoken={isKeyed} />}
    </div>
  )
}

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
