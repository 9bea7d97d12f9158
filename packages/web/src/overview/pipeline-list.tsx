import { useMediaQuery } from '@mantine/hooks'
import { IconArrowDown } from '@tabler/icons-react'
import { useMemo, useRef } from 'react'
import { HEALTH_ORDER, type Row, type Sort, pipelineKey } from './filter.ts'
import { PipelineRow } from './pipeline-row.tsx'
import { SIGNAL_TITLES } from './signal-titles.ts'
import { useScroll } from './use-scroll.ts'
import { rowWindow, topsOf } from './window-rows.ts'

// Row heights of app.css, in pixels: wide and narrow screens.
const HEIGHTS = { wide: { pipeline: 66, group: 42 }, narrow: { pipeline: 154, group: 42 } }

/** The list of pipelines. Only rows near the screen are in the document. */
export function PipelineList(props: {
  readonly rows: readonly Row[]
  /** Undefined unless the reader chose one. */
  readonly window: string | undefined
  /** How many of the newest values a sparkline shows. */
  readonly shown: number
  readonly atMs: number
  readonly sort: Sort | undefined
  readonly onSort: (sort: Sort | undefined) => void
  readonly favourites: ReadonlySet<string>
  readonly onStar: (key: string) => void
  readonly onHold: (held: boolean) => void
}): React.JSX.Element {
  const { rows, window: span, shown, atMs, favourites, onStar, onHold } = props
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
      <SortHead sort={props.sort} onSort={props.onSort} />
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
            row.kind === 'group' ? (
              <GroupRow key={`group ${row.title}`} row={row} />
            ) : (
              <PipelineRow
                key={pipelineKey(row.pipeline)}
                pipeline={row.pipeline}
                window={span}
                shown={shown}
                atMs={atMs}
                isStarred={favourites.has(pipelineKey(row.pipeline))}
                onStar={onStar}
                position={first + i + 1}
                of={rows.length}
              />
            ),
          )}
      </div>
    </div>
  )
}

/** The columns' titles; a press sorts by one, another one goes back to worst first. */
function SortHead(props: {
  readonly sort: Sort | undefined
  readonly onSort: (sort: Sort | undefined) => void
}): React.JSX.Element {
  const button = (by: Sort, title: string): React.JSX.Element => (
    <button
      key={by}
      type="button"
      aria-pressed={props.sort === by}
      onClick={() => props.onSort(props.sort === by ? undefined : by)}
    >
      {title}
      {props.sort === by ? <IconArrowDown size={12} aria-hidden /> : null}
    </button>
  )
  return (
    <div className="list-head" role="group" aria-label="Sort by">
      {button('name', 'Pipeline')}
      <button
        type="button"
        aria-pressed={props.sort === undefined}
        onClick={() => props.onSort(undefined)}
      >
        Health
        {props.sort === undefined ? <IconArrowDown size={12} aria-hidden /> : null}
      </button>
      {SIGNAL_TITLES.map(([kind, title]) =>
        button(kind, kind === 'latency' ? 'Latency p95' : title),
      )}
    </div>
  )
}

function GroupRow({
  row,
}: {
  readonly row: Extract<Row, { readonly kind: 'group' }>
}): React.JSX.Element {
  return (
    <div className="group-row" role="listitem">
      <h2>{row.title}</h2>
      {HEALTH_ORDER.filter((health) => row.counts[health] > 0).map((health) => (
        <span key={health} className="health" data-health={health}>
          {row.counts[health]} {health}
        </span>
      ))}
    </div>
  )
}
