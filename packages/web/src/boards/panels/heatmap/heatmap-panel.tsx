import { continuousColor, formatTicks, formatValue, formattedText } from '@weir/boards'
import { useEffect, useMemo, useRef, useState } from 'react'
import { compact } from '../../../format/number.ts'
import { fullTimeIn } from '../../zoned-time.ts'
import type { PanelProps } from '../panel-props.ts'
import { useTimeCursor } from '../time-cursor.ts'
import { type Cells, cellsOf } from './cells.ts'
import '../panels.css'

const AXIS_PX = 22
const LEFT_PX = 62
const KEY_PX = 22

/** Counts over time by how high: the stronger a cell, the more are in it. */
export function HeatmapPanel(props: PanelProps): React.JSX.Element {
  const { panel, frames, answers } = props
  const cells = useMemo(
    () => cellsOf(frames, answers, panel.options),
    [frames, answers, panel.options],
  )
  if (cells === undefined || cells.bounds.length < 2) {
    return <div className="panel-say">No observations in this time.</div>
  }
  return <Plot {...props} cells={cells} />
}

function Plot(props: PanelProps & { readonly cells: Cells }): React.JSX.Element {
  const { panel, cells, width, height, dark, timeZone } = props
  const area = useRef<HTMLDivElement>(null)
  const line = useRef<HTMLElement>(null)
  const span = useRef<HTMLElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [pointed, setPointed] = useState<{ readonly text: string; readonly left: number }>()
  const look = useMemo(() => lookOf(panel.options, dark), [panel.options, dark])
  const plot = {
    width: Math.max(40, width - LEFT_PX),
    height: Math.max(30, height - AXIS_PX - KEY_PX),
  }
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, cells, look)
  }, [cells, look])
  const { bounds, columnCount, fromMs, stepMs, rowNames } = cells
  const rowCount = bounds.length - 1
  const unit = unitOf(props)
  const spanMs = columnCount * stepMs
  const beginMs = fromMs - stepMs / 2
  useTimeCursor(
    { area, line, span },
    { ...props, fromMs: beginMs, toMs: beginMs + spanMs, left: 0, plot: plot.width },
  )
  const point = (event: React.PointerEvent): void => {
    const box = event.currentTarget.getBoundingClientRect()
    const x = event.clientX - box.left
    const column = Math.floor((x / box.width) * columnCount)
    const row = rowCount - 1 - Math.floor(((event.clientY - box.top) / box.height) * rowCount)
    if (column < 0 || column >= columnCount || row < 0 || row >= rowCount) return
    const between =
      rowNames?.[row] ?? `${boundText(bounds[row]!, unit)} to ${boundText(bounds[row + 1]!, unit)}`
    const when = fullTimeIn(fromMs + column * stepMs, timeZone)
    setPointed({
      text: `${when}: ${compact(cells.counts[column * rowCount + row]!)} in ${between}`,
      left: x,
    })
  }
  return (
    <div className="heatmap">
      <div className="heatmap-rows num" style={{ height: plot.height, width: LEFT_PX - 6 }}>
        {rowMarks(cells, unit, plot.height).map(({ text, share }) => (
          <span key={`${share}`} style={{ bottom: `${share * 100}%` }} className="clip">
            {text}
          </span>
        ))}
      </div>
      <div ref={area} className="heatmap-plot" style={plot}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${props.text(panel.title, 'text')}: ${rowCount} rows over time`}
          style={plot}
          onPointerMove={point}
          onPointerLeave={() => setPointed(undefined)}
        />
        <i ref={span} className="heatmap-drag" hidden />
        <i ref={line} className="lanes-cursor heatmap-cursor" hidden />
      </div>
      <div className="heatmap-times num" style={{ width: plot.width, marginLeft: LEFT_PX }}>
        {[0, 0.5, 1].map((share) => (
          <span key={share}>
            {clockText(fromMs + share * (columnCount - 1) * stepMs, timeZone, spanMs)}
          </span>
        ))}
      </div>
      <div
        className="heatmap-key muted"
        aria-live="off"
        style={{ marginLeft: LEFT_PX, width: plot.width }}
      >
        {pointed === undefined ? (
          <Key most={cells.most} color={look.color} />
        ) : (
          <span className="clip">{pointed.text}</span>
        )}
      </div>
    </div>
  )
}

function Key(props: {
  readonly most: number
  readonly color: (share: number) => string
}): React.JSX.Element {
  return (
    <>
      <span>0</span>
      {Array.from({ length: 12 }, (_, i) => (
        <i key={i} style={{ background: props.color((i + 1) / 12) }} />
      ))}
      <span>{compact(props.most)}</span>
    </>
  )
}

function unitOf({ panel, frames }: PanelProps): string | undefined {
  const axis = panel.options['yAxis'] as { readonly unit?: unknown } | undefined
  if (typeof axis?.unit === 'string') return axis.unit
  return frames[0]?.fields.find(({ type }) => type === 'number')?.config.unit
}

interface Look {
  readonly color: (share: number) => string
  readonly exponent: number
  readonly min: number | undefined
  readonly max: number | undefined
}

/** Grafana names its scales as d3 does; these come nearest. */
const SCHEMES: Readonly<Record<string, string>> = {
  Oranges: 'continuous-YlRd',
  Reds: 'continuous-reds',
  Greens: 'continuous-greens',
  Blues: 'continuous-blues',
  Purples: 'continuous-purples',
  Spectral: 'continuous-BlYlRd',
  RdYlBu: 'continuous-BlYlRd',
  RdYlGn: 'continuous-GrYlRd',
  YlGnBu: 'continuous-YlBl',
  Viridis: 'continuous-viridis',
  Magma: 'continuous-magma',
  Plasma: 'continuous-plasma',
  Inferno: 'continuous-inferno',
  Turbo: 'continuous-BlYlRd',
}

function lookOf(options: Readonly<Record<string, unknown>>, dark: boolean): Look {
  const color = (options['color'] ?? {}) as Readonly<Record<string, unknown>>
  const named = color['scheme']
  const scheme = SCHEMES[typeof named === 'string' ? named : ''] ?? 'continuous-blues'
  const isReversed = color['reverse'] === true
  const steps = numberOr(color['steps'], 64)
  return {
    color: (share) => {
      const stepped = Math.ceil(share * steps) / Math.max(1, steps)
      return continuousColor(scheme, isReversed ? 1 - stepped : stepped, dark)
    },
    exponent: Math.min(5, Math.max(0.05, numberOr(color['exponent'], 0.5))),
    min: typeof color['min'] === 'number' ? color['min'] : undefined,
    max: typeof color['max'] === 'number' ? color['max'] : undefined,
  }
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise
}

/** One pixel a cell; the browser stretches it. */
function paint(canvas: HTMLCanvasElement, cells: Cells, look: Look): void {
  const rowCount = cells.bounds.length - 1
  const context = canvas.getContext('2d')
  if (context === null) return
  canvas.width = cells.columnCount
  canvas.height = rowCount
  const low = look.min ?? 0
  const high = look.max ?? cells.most
  for (let column = 0; column < cells.columnCount; column++) {
    for (let row = 0; row < rowCount; row++) {
      const count = cells.counts[column * rowCount + row]!
      if (count <= low) continue
      const share = Math.min(1, (count - low) / Math.max(1e-300, high - low))
      context.fillStyle = look.color(share ** look.exponent)
      context.fillRect(column, rowCount - 1 - row, 1, 1)
    }
  }
}

/** Labels of rows, as many as find room. */
function rowMarks(
  { bounds, rowNames }: Cells,
  unit: string | undefined,
  height: number,
): readonly { readonly text: string; readonly share: number }[] {
  const rowCount = bounds.length - 1
  const each = Math.max(1, Math.ceil((rowCount * 18) / Math.max(18, height)))
  if (rowNames !== undefined) {
    return rowNames.flatMap((text, row) =>
      row % each === 0 ? [{ text, share: (row + 0.5) / rowCount }] : [],
    )
  }
  const texts = formatTicks(bounds.filter(Number.isFinite), unit)
  let next = 0
  return bounds.flatMap((bound, row) => {
    const text = Number.isFinite(bound) ? texts[next++]! : bound > 0 ? '+Inf' : '−Inf'
    return row % each === 0 ? [{ text, share: row / rowCount }] : []
  })
}

function boundText(value: number, unit: string | undefined): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '−Inf' : formattedText(formatValue(value, unit))
}

function clockText(ms: number, timeZone: string, spanMs: number): string {
  const isLong = spanMs > 20 * 3_600_000
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...(isLong ? { day: 'numeric', month: 'short' } : {}),
    hour: '2-digit',
    minute: '2-digit',
  }).format(ms)
}
