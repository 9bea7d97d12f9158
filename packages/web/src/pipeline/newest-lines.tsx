import { useQuery } from '@tanstack/react-query'
import { REFRESH_MS } from '../api/weir.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { listText, oneLine } from '../logs/lines/inert-text.ts'
import { logsOf } from '../logs/link.ts'
import { askLines, spanOf } from '../logs/logs-queries.ts'
import { LogsLink } from '../logs/logs-link.tsx'
import { timeOfDay } from '../time/clock-text.ts'

const LINES = 20

/** The newest lines of log of a pipeline or stage, and the way to all of them. */
export function NewestLines(props: {
  readonly labels: Readonly<Record<string, string>>
  readonly window: string
}): React.JSX.Element | null {
  const { labels, window: back } = props
  const range = { from: `now-${back}`, to: 'now' }
  const query = logsOf(labels, range)?.query
  const { data, error } = useQuery({
    queryKey: ['newest-lines', query, back],
    queryFn: ({ signal }) => askLines(query ?? '', spanOf(range), 'newest', LINES, signal),
    enabled: query !== undefined,
    refetchInterval: REFRESH_MS,
  })
  if (query === undefined) return null
  return (
    <section aria-label="Lines of log">
      <h3>
        Newest lines of log{' '}
        <span style={{ fontWeight: 400 }}>
          <LogsLink labels={labels} span={range} of="it" />
        </span>
      </h3>
      {error === null ? null : <FailureNote error={error} />}
      {data === undefined ? null : data.lines.length === 0 ? (
        <div className="muted" style={{ fontSize: 13 }}>
          No line with <code>{query}</code> in this time range.
        </div>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is to be reached by keys
        <ol className="stage-lines" tabIndex={0} aria-label="Lines">
          {data.lines.map(({ key, timeMs, level, message }) => (
            <li key={key} data-level={level}>
              <span className="muted">{timeOfDay(timeMs)}</span>
              <span>{oneLine(listText(message))}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
