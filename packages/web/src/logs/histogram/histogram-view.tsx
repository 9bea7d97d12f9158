import { useElementSize } from '@mantine/hooks'
import { memo, useState } from 'react'
import type { Mark } from '../../chart/marks.ts'
import { compact, whole } from '../../format/number.ts'
import { shortTime, timeOfDay } from '../../time/clock-text.ts'
import { type Bar, type Histogram, spanBetween, ticksOf } from './histogram-data.ts'

const HEIGHT = 84

/** Pixels that one written time takes. */
const TICK_WIDTH = 110
/** Nearer to an end it would be cut off. */
const TICK_EDGE = 38

/** Lines by level over time. Dragging over bars, or a click on one, shows their time alone. */
export function HistogramView(props: {
  readonly histogram: Histogram
  readonly marks: readonly Mark[]
  readonly onZoom: (fromMs: number, toMs: number) => void
}): React.JSX.Element {
  const { histogram, marks, onZoom } = props
  const { ref, width } = useElementSize()
  const [at, setAt] = useState<number | undefined>(undefined)
  const [begun, setBegun] = useState<number | undefined>(undefined)
  const { bars, stepMs } = histogram
  const fromMs = bars[0]!.fromMs
  const wholeMs = bars.length * stepMs
  const placeOf = (event: React.PointerEvent): number => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
  }
  const span = at === undefined ? undefined : spanBetween(histogram, begun ?? at, at)
  const label = `${whole(histogram.lines)} lines over time: ${histogram.totals
    .map(({ level, lines }) => `${level} ${whole(lines)}`)
    .join(', ')}`
  return (
    <div className="log-histogram" ref={ref}>
      <div
        className="log-bars"
        role="img"
        aria-label={label}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          setBegun(placeOf(event))
          setAt(placeOf(event))
        }}
        onPointerMove={(event) => setAt(placeOf(event))}
        onPointerLeave={() => {
          if (begun === undefined) setAt(undefined)
        }}
        onPointerCancel={() => {
          setBegun(undefined)
          setAt(undefined)
        }}
        onPointerUp={(event) => {
          if (begun === undefined) return
          const chosen = spanBetween(histogram, begun, placeOf(event))
          setBegun(undefined)
          setAt(undefined)
          onZoom(chosen.fromMs, chosen.toMs)
        }}
      >
        <Bars bars={bars} highest={histogram.highest} />
        {span === undefined ? null : (
          <i
            className="log-span"
            data-chosen={begun === undefined ? undefined : ''}
            style={{
              left: percent((span.fromMs - fromMs) / wholeMs),
              width: percent((span.toMs - span.fromMs) / wholeMs),
            }}
          />
        )}
        {marks.map(({ at: seconds, title, tone }, i) => {
          const place = (seconds * 1000 - fromMs) / wholeMs
          return place < 0 || place > 1 ? null : (
            <i
              key={`${i} ${seconds}`}
              className="log-mark"
              data-tone={tone}
              title={title}
              style={{ left: percent(place) }}
            />
          )
        })}
        <span className="log-highest">
          {histogram.highest > 0 ? compact(histogram.highest) : ''}
        </span>
        {span === undefined ? null : (
          <Tip histogram={histogram} span={span} marks={marks} isRight={(at ?? 0) < 0.5} />
        )}
      </div>
      <div className="log-ticks" aria-hidden>
        {ticksOf(fromMs, fromMs + wholeMs, Math.max(2, Math.floor(width / TICK_WIDTH))).map(
          (tick) => {
            const place = (tick - fromMs) / wholeMs
            return Math.min(place, 1 - place) * width < TICK_EDGE ? null : (
              <span key={tick} style={{ left: percent(place) }}>
                {tickText(tick, wholeMs)}
              </span>
            )
          },
        )}
      </div>
    </div>
  )
}

/** Drawn once for an answer; the pointer's way over them draws nothing anew. */
const Bars = memo(function Bars(props: {
  readonly bars: readonly Bar[]
  readonly highest: number
}): React.JSX.Element {
  const { bars, highest } = props
  const gap = bars.length > 60 ? 0.15 : 0.1
  return (
    <svg viewBox={`0 0 ${bars.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
      {bars.map((bar, i) => {
        let top = HEIGHT
        return bar.parts.map(({ level, lines }) => {
          // One line among millions is still a line to be seen.
          const height = Math.max(1.5, (lines / highest) * (HEIGHT - 12))
          top -= height
          return (
            <rect
              key={`${i} ${level}`}
              data-level={level}
              x={i + gap / 2}
              y={top}
              width={1 - gap}
              height={height}
            />
          )
        })
      })}
    </svg>
  )
})

function Tip(props: {
  readonly histogram: Histogram
  readonly span: { readonly fromMs: number; readonly toMs: number }
  readonly marks: readonly Mark[]
  readonly isRight: boolean
}): React.JSX.Element {
  const { histogram, span, isRight } = props
  const bars = histogram.bars.filter(({ fromMs }) => fromMs >= span.fromMs && fromMs < span.toMs)
  const near = props.marks.filter(({ at }) => at * 1000 >= span.fromMs && at * 1000 < span.toMs)
  return (
    <div className="chart-tip log-tip" style={isRight ? { right: 6 } : { left: 6 }}>
      <div className="muted">
        {shortTime(span.fromMs)}:{timeOfDay(span.fromMs).slice(-2)} – {timeOfDay(span.toMs)}
      </div>
      {histogram.totals.map(({ level }) => {
        const lines = bars
          .flatMap(({ parts }) => parts)
          .filter((part) => part.level === level)
          .reduce((sum, part) => sum + part.lines, 0)
        return lines === 0 ? null : (
          <div className="tip-row" key={level}>
            <i className="log-swatch" data-level={level} />
            <span>{level}</span>
            <b>{whole(lines)}</b>
          </div>
        )
      })}
      {bars.every(({ lines }) => lines === 0) ? <div className="tip-row">no lines</div> : null}
      {near.slice(0, 3).map(({ title, at }) => (
        <div className="tip-mark" key={`${at} ${title}`}>
          <b>{title}</b>
        </div>
      ))}
    </div>
  )
}

function tickText(ms: number, wholeMs: number): string {
  if (wholeMs > 172_800_000) return shortTime(ms)
  const text = timeOfDay(ms)
  return wholeMs > 600_000 ? text.slice(0, 5) : text
}

function percent(part: number): string {
  return `${(part * 100).toFixed(3)}%`
}
