import type { PipelineSummary } from '@weir/packs'
import { useMediaQuery } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import { memo, useMemo, useRef } from 'react'
import { Sparkline } from '../chart/sparkline.tsx'
import { FigureText } from '../frame/figure-text.tsx'
import { HealthMark } from '../frame/health-mark.tsx'
import { HEALTH_ORDER, type Row, pipelineKey } from './filter.ts'
import { SIGNAL_TITLES } from './signal-titles.ts'
import { useScroll } from './use-scroll.ts'
import { rowWindow, topsOf } from './window-rows.ts'

// Row heights of app.css, in pixels: wide and narrow screens.
const HEIGHTS = { wide: { pipeline: 66, system: 42 }, narrow: { pipeline: 154, system: 42 } }

/** The list of pipelines. Only rows near the screen are in the document. */
export function PipelineList(props: {
  readonly rows: readonly Row[]
  /** Undefined unless the reader chose one. */
  readonly window: string | undefined
  /** How many of the newest values a sparkline shows. */
  readonly shown: number
  readonly onHold: (held: boolean) => void
}): React.JSX.Element {
  const { rows, window: span, shown, onHold } = props
  const narrow = useMediaQuery('(max-width: 760px)', undefined, { getInitialValueInEffect: false })
  const list = useRef<HTMLDivElement>(null)
  const view = useScroll(list)
  const heights = HEIGHTS[narrow ? 'narrow' : 'wide']
  const tops = useMemo(() => topsOf(rows.map((row) => heights[row.kind])), [rows, heights])
  const { first, end, top, total } = rowWindow(tops, view.top, view.height)

  return (
    <div
      className="sheet list"
      onPointerEnter={(event) => onHold(event.pointerType === 'mouse')}
      onPointerLeave={() => onHold(false)}
    >
      <div className="list-head" aria-hidden>
        <span>Pipeline</span>
        <span>Health</span>
        {SIGNAL_TITLES.map(([kind, title]) => (
          <span key={kind}>{kind === 'latency' ? 'Latency p95' : title}</span>
        ))}
      </div>
      {rows.length === 0 ? (
        <div className="empty">No pipeline matches. Clear the search or the filters.</div>
      ) : null}
      <div
        ref={list}
        style={{ height: total, overflow: 'clip' }}
        role="list"
        aria-label="Pipelines"
      >
        <div style={{ height: top }} role="presentation" />
        {rows
          .slice(first, end)
          .map((row, i) =>
            row.kind === 'system' ? (
              <GroupRow key={`system ${row.system}`} row={row} />
            ) : (
              <PipelineRow
                key={pipelineKey(row.pipeline)}
                pipeline={row.pipeline}
                window={span}
                shown={shown}
                position={first + i + 1}
                of={rows.length}
              />
            ),
          )}
      </div>
    </div>
  )
}

function GroupRow({
  row,
}: {
  readonly row: Extract<Row, { readonly kind: 'system' }>
}): React.JSX.Element {
  return (
    <div className="group-row" role="listitem">
      <h2>{row.system}</h2>
      {HEALTH_ORDER.filter((health) => row.counts[health] > 0).map((health) => (
        <span key={health} className="health" data-health={health}>
          {row.counts[health]} {health}
        </span>
      ))}
    </div>
  )
}

const PipelineRow = memo(function PipelineRow(props: {
  readonly pipeline: PipelineSummary
  readonly window: string | undefined
  readonly shown: number
  readonly position: number
  readonly of: number
}): React.JSX.Element {
  const { pipeline, window: span, shown, position, of } = props
  return (
    <div role="listitem" aria-posinset={position} aria-setsize={of}>
      <Link
        className="row"
        data-health={pipeline.health}
        to="/pipelines/$system/$pipeline"
        params={{ system: pipeline.system, pipeline: pipeline.pipeline }}
        search={span === undefined ? {} : { window: span }}
      >
        <span className="row-id" style={{ minWidth: 0 }}>
          <span className="clip" style={{ display: 'block' }}>
            <span className="row-name">{pipeline.pipeline}</span>{' '}
            <span className="muted" style={{ fontSize: 12 }}>
              {pipeline.system}
            </span>
          </span>
          <span className="row-reason" title={pipeline.reason}>
            {pipeline.reason}
          </span>
        </span>
        <HealthMark health={pipeline.health} />
        {SIGNAL_TITLES.map(([kind, title]) => {
          const signal = pipeline.signals[kind]
          return (
            <span className="cell" key={kind}>
              <span className="label">{title}</span>
              <FigureText value={signal?.value} unit={signal?.unit ?? ''} />
              <Sparkline values={signal?.values.slice(-shown) ?? []} tone={kind} />
            </span>
          )
        })}
      </Link>
    </div>
  )
})
