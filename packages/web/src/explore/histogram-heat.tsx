import { useEffect, useMemo, useRef, useState } from 'react'
import type { HistogramPair, Labels } from '../api/prometheus.ts'
import { seriesName } from '../chart/series-name.ts'
import { compact, figureText } from '../format/number.ts'
import { fullTime, shortTime } from '../time/clock-text.ts'
import { type Exemplar, heightIn } from './exemplars.ts'
import { type HeatGrid, heatGrid } from './heat-grid.ts'

interface Span {
  readonly from: number
  readonly to: number
  readonly step: number
}

/** A histogram over time: the darker a cell, the more observations between its bounds. */
export function HistogramHeat(props: {
  readonly metric: Labels
  readonly histograms: readonly HistogramPair[]
  readonly span: Span
  readonly exemplars: readonly Exemplar[]
}): React.JSX.Element {
  const { metric, histograms, span, exemplars } = props
  const { from, to, step } = span
  const grid = useMemo(() => heatGrid(histograms, { from, to, step }), [histograms, from, to, step])
  const canvas = useRef<HTMLCanvasElement>(null)
  const [pointed, setPointed] = useState<string>()
  useEffect(() => paint(canvas.current, grid), [grid])
  const name = Object.keys(metric).length === 0 ? 'all together' : seriesName(metric)
  const [, newest] = histograms.at(-1) ?? [0, { count: '0', sum: '0' }]
  const rowCount = grid.bounds.length - 1
  const point = (event: React.PointerEvent<HTMLCanvasElement>): void => {
    const box = event.currentTarget.getBoundingClientRect()
    const column = Math.floor(((event.clientX - box.left) / box.width) * grid.columnCount)
    const row = rowCount - 1 - Math.floor(((event.clientY - box.top) / box.height) * rowCount)
    if (column < 0 || column >= grid.columnCount || row < 0 || row >= rowCount) return
    const inCell = grid.counts[column * rowCount + row]!
    const when = fullTime((from + column * step) * 1000)
    setPointed(
      `${when}: ${compact(inCell)} between ${bound(grid.bounds[row]!)} and ${bound(grid.bounds[row + 1]!)}`,
    )
  }
  return (
    <figure className="sheet heat">
      <figcaption className="mono">{name}</figcaption>
      {rowCount < 1 ? (
        <div className="muted">No observations in this time range.</div>
      ) : (
        <div className="heat-grid">
          <div className="heat-axis num">
            {axisBounds(grid.bounds).map((value) => (
              <span key={value}>{bound(value)}</span>
            ))}
          </div>
          <div className="heat-plot">
            <canvas
              ref={canvas}
              role="img"
              aria-label={`Distribution of ${name} over time, ${rowCount} buckets`}
              onPointerMove={point}
              onPointerLeave={() => setPointed(undefined)}
            />
            {dotsOf(exemplars, grid, span).map((dot) => (
              <i
                key={dot.text}
                title={dot.text}
                style={{ left: `${dot.left * 100}%`, bottom: `${dot.bottom * 100}%` }}
              />
            ))}
          </div>
          <div className="heat-times num">
            <span>{shortTime(from * 1000)}</span>
            <span>{shortTime(to * 1000)}</span>
          </div>
        </div>
      )}
      <div className="muted heat-facts" aria-live="off">
        {pointed ?? newestText(newest)}
      </div>
    </figure>
  )
}

/** Buckets of classic histograms tell no sum. */
function newestText({ count, sum }: { readonly count: string; readonly sum: string }): string {
  const all = Number(count)
  if (sum === '') return `newest: count ${compact(all)}`
  const average = figureText(all === 0 ? null : Number(sum) / all, '')
  return `newest: count ${compact(all)} · sum ${compact(Number(sum))} · average ${average}`
}

const DOTS_MAX = 200

/** Exemplars where their values lie. */
function dotsOf(
  exemplars: readonly Exemplar[],
  grid: HeatGrid,
  { from, step }: Span,
): readonly { readonly left: number; readonly bottom: number; readonly text: string }[] {
  return exemplars.slice(0, DOTS_MAX).flatMap(({ at, value, labels }) => {
    const left = (at - from + step / 2) / (grid.columnCount * step)
    const bottom = heightIn(grid, value)
    if (bottom === undefined || left < 0 || left > 1) return []
    return [{ left, bottom, text: `${fullTime(at * 1000)}: ${value} ${seriesName(labels)}` }]
  })
}

/** One pixel a cell; the browser stretches it. */
function paint(canvas: HTMLCanvasElement | null, grid: HeatGrid): void {
  const rowCount = grid.bounds.length - 1
  const context = canvas?.getContext('2d')
  if (canvas === null || !context || rowCount < 1) return
  canvas.width = grid.columnCount
  canvas.height = rowCount
  context.fillStyle = getComputedStyle(canvas).color
  for (let column = 0; column < grid.columnCount; column++) {
    for (let row = 0; row < rowCount; row++) {
      const count = grid.counts[column * rowCount + row]!
      if (count <= 0) continue
      // By the square root, so that rare values beside very frequent ones can still be seen.
      context.globalAlpha = 0.06 + 0.94 * Math.sqrt(count / grid.most)
      context.fillRect(column, rowCount - 1 - row, 1, 1)
    }
  }
}

/** From the top down: the last bound, one in the middle, the first. */
function axisBounds(bounds: readonly number[]): number[] {
  const middle = bounds[Math.floor(bounds.length / 2)]!
  return [...new Set([bounds.at(-1)!, middle, bounds[0]!])]
}

function bound(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '−Inf'
  return figureText(value, '')
}
