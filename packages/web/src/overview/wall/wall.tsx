import type { Overview } from '@weir/packs'
import { useViewportSize } from '@mantine/hooks'
import { useEffect } from 'react'
import { counted, whole } from '../../format/number.ts'
import { useNow } from '../../loggers/use-now.ts'
import { hourAndMinute, spanText } from '../../time/clock-text.ts'
import { HEALTH_ORDER, type Row, countHealths } from '../filter.ts'
import { WallTile } from './wall-tile.tsx'
import { wallLayout } from './wall-layout.ts'
import './wall.css'

/** How long a screen of tiles stays, where one is not enough. */
const PAGE_MS = 15_000
/** Data that is older is not today's weather any more. */
const STALE_MS = 45_000
const HEAD_HEIGHT = 96
const FOOT_HEIGHT = 12

/** The overview for a screen on a wall: large tiles, no chrome, readable from five metres. */
export function Wall(props: {
  readonly overview: Overview
  readonly rows: readonly Row[]
  readonly shown: number
  readonly isLost: boolean
  readonly onLeave: () => void
}): React.JSX.Element {
  const { overview, rows, shown, isLost, onLeave } = props
  const { width, height } = useViewportSize()
  const now = useNow()
  useEscape(onLeave)
  const pipelines = rows.flatMap((row) => (row.kind === 'pipeline' ? [row.pipeline] : []))
  const layout = wallLayout(pipelines.length, width, height - HEAD_HEIGHT - FOOT_HEIGHT)
  const page = Math.floor(now / PAGE_MS) % layout.pages
  const perPage = layout.columns * layout.rows
  const counts = countHealths(pipelines)
  const staleMs = now - overview.atMs
  return (
    <section className="wall" aria-label="Wall screen">
      <header className="wall-head" style={{ height: HEAD_HEIGHT }}>
        {HEALTH_ORDER.map((health) => (
          <span
            key={health}
            className="wall-count"
            data-health={health}
            data-zero={counts[health] === 0 ? '' : undefined}
          >
            <b>{whole(counts[health])}</b> {health}
          </span>
        ))}
        {overview.alerts.length === 0 ? null : (
          <span className="wall-count" data-health="degraded">
            <b>{overview.alerts.length}</b>{' '}
            {overview.alerts.length === 1 ? 'other alert' : 'other alerts'}
          </span>
        )}
        <span className="spacer" />
        {isLost || staleMs > STALE_MS ? (
          <span className="wall-stale" role="alert">
            {isLost ? 'Weir does not answer: ' : 'Stale: '}data is {spanText(staleMs)} old
          </span>
        ) : null}
        <span className="wall-clock">
          {hourAndMinute(now)}
          {layout.pages === 1 ? null : (
            <small>
              {page + 1} of {layout.pages}
            </small>
          )}
        </span>
        <button type="button" className="wall-leave" onClick={onLeave}>
          Leave <kbd>Esc</kbd>
        </button>
      </header>
      {pipelines.length === 0 ? <div className="empty">No pipeline matches.</div> : null}
      <div
        className="wall-tiles"
        role="list"
        aria-label={counted(pipelines.length, 'pipeline')}
        style={{
          gridTemplateColumns: `repeat(${layout.columns}, minmax(0, 1fr))`,
          gridTemplateRows: `repeat(${layout.rows}, minmax(0, 1fr))`,
        }}
      >
        {pipelines.slice(page * perPage, (page + 1) * perPage).map((pipeline) => (
          <WallTile
            key={`${pipeline.system} ${pipeline.pipeline}`}
            pipeline={pipeline}
            shown={shown}
            atMs={overview.atMs}
          />
        ))}
      </div>
    </section>
  )
}

function useEscape(onLeave: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onLeave()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [onLeave])
}
