import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { firingQuery } from '../../api/alerts.ts'
import type { Mark } from '../../chart/marks.ts'
import { EventToggle, useEventMarks } from '../../events/event-marks.tsx'
import { whole } from '../../format/number.ts'
import type { Level } from '../lines/line.ts'
import { type Asked, histogramQuery } from '../logs-queries.ts'
import { LEVEL, chosenValues } from '../query/edit.ts'
import type { LogQuery } from '../query/log-query.ts'
import { HistogramView } from './histogram-view.tsx'

/** How many lines there are, by level, when; a level is a filter. Nothing when the query was refused: the list says why. */
export function HistogramSheet(props: {
  readonly asked: Asked
  readonly query: LogQuery
  readonly isLive: boolean
  readonly onLevel: (level: Level) => void
  readonly onZoom: (fromMs: number, toMs: number) => void
}): React.JSX.Element | null {
  const { asked, query, isLive, onLevel, onZoom } = props
  const chosen = chosenValues(query, LEVEL.name)
  const { data, error, fetchStatus, isFetching } = useQuery(histogramQuery(asked, isLive))
  const span = { fromMs: data?.fromMs ?? 0, toMs: data?.toMs ?? 0 }
  const events = useEventMarks(span)
  const alerts = useAlertMarks(span)
  if (error !== null) return null
  if (data === undefined) return fetchStatus === 'idle' ? null : <Skeleton height={146} />
  const { histogram } = data
  if (histogram.lines === 0) return null
  return (
    <section className="sheet log-volume" aria-label="Lines over time" aria-busy={isFetching}>
      <div className="log-levels">
        <span>
          <b>{whole(histogram.lines)}</b> {histogram.lines === 1 ? 'line' : 'lines'}
        </span>
        {histogram.totals.map(({ level, lines }) => (
          <button
            key={level}
            type="button"
            aria-pressed={chosen.includes(level)}
            title={chosen.includes(level) ? `Not only ${level}` : `Only ${level}`}
            onClick={() => onLevel(level)}
          >
            <i className="log-swatch" data-level={level} />
            {level} <b>{whole(lines)}</b>
          </button>
        ))}
        <span className="spacer" />
        <EventToggle {...events} />
      </div>
      <HistogramView
        histogram={histogram}
        marks={events.isShown ? [...events.marks, ...alerts] : []}
        onZoom={onZoom}
      />
    </section>
  )
}

/** When alerts that fire now began. */
function useAlertMarks(span: { readonly fromMs: number; readonly toMs: number }): readonly Mark[] {
  const { data = [] } = useQuery(firingQuery)
  const began = new Map<string, Mark>()
  for (const { fingerprint, labels, annotations, startsAtMs } of data.flatMap(
    ({ alerts }) => alerts,
  )) {
    if (startsAtMs < span.fromMs || startsAtMs > span.toMs) continue
    began.set(fingerprint, {
      at: startsAtMs / 1000,
      title: `${labels['alertname'] ?? 'An alert'} began to fire`,
      text: annotations['summary'] ?? '',
      tone: 'error',
    })
  }
  return [...began.values()]
}
