import type { SignalView } from '@weir/packs'
import { useComputedColorScheme } from '@mantine/core'
import { paletteColor } from '@weir/boards'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { Chart } from '../chart/chart.tsx'
import type { Mark } from '../chart/marks.ts'
import { FigureText } from '../frame/figure-text.tsx'
import { figureText } from '../format/number.ts'
import { LAST_WEEK, type Zoom, signalLines } from './signal-lines.ts'
import { weekAgoQuery } from './week-ago.ts'

const DASHED = new Set([LAST_WEEK])

/** What all charts of the page have in common. */
export interface ChartLook {
  /** Such as `1h`. */
  readonly window: string
  /** How many of the newest values. */
  readonly shown: number
  readonly marks: readonly Mark[]
  readonly zoom: Zoom | undefined
  readonly onZoom: (zoom: Zoom) => void
  /** Whether last week's line is drawn beside. */
  readonly compares: boolean
}

/** One signal of a stage over time. */
export function SignalChart(props: {
  readonly title: string
  readonly stage: string
  readonly signal: SignalView
  readonly look: ChartLook
}): React.JSX.Element {
  const { title, stage, signal, look } = props
  const { shown, zoom, compares, marks, onZoom } = look
  const dark = useComputedColorScheme('light') === 'dark'
  const { data: before } = useQuery(weekAgoQuery(signal, compares))
  const lines = useMemo(
    () => signalLines(title, signal, { shown, zoom, before: compares ? before : undefined }),
    [signal, title, shown, zoom, before, compares],
  )
  const hasPast = before?.some((value) => value !== null) === true
  return (
    <div className="chart-cell">
      <div className="chart-title">
        <h3>{title}</h3>
        <Link
          to="/explore"
          search={{ expr: signal.expr, from: `now-${look.window}`, to: 'now' }}
          style={{ fontSize: 12 }}
          aria-label={`Explore ${title} of ${stage}`}
        >
          Explore
        </Link>
        <FigureText
          value={signal.value === null ? null : signal.value * lines.factor}
          unit={lines.unit}
        />
      </div>
      <Chart
        columns={lines}
        names={lines.names}
        unit={lines.unit}
        height={150}
        sync="pipeline"
        dashed={DASHED}
        marks={marks}
        onZoom={(from, to) => onZoom({ from, to })}
        label={`${title} of ${stage}: now ${figureText(signal.value, signal.unit)}`}
      />
      <div className="muted" style={{ fontSize: 12, minHeight: 18 }}>
        {signal.also.map(({ name, value }) => {
          const line = lines.names.indexOf(name)
          return (
            <span key={name} className="num" style={{ marginRight: 14 }}>
              {line < 0 ? null : (
                <i className="swatch" style={{ background: paletteColor(line, dark) }} />
              )}
              {name} {figureText(value, name.includes('ratio') ? 'ratio' : signal.unit)}
            </span>
          )
        })}
        {compares && before !== undefined ? (
          <span>
            {hasPast ? (
              <>
                <i
                  className="swatch"
                  style={{ background: paletteColor(lines.names.indexOf(LAST_WEEK), dark) }}
                />
                {LAST_WEEK}
              </>
            ) : (
              'nothing is known of last week'
            )}
          </span>
        ) : null}
      </div>
    </div>
  )
}
