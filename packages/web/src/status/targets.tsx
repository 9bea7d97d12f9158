import { Skeleton } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Target } from '../api/prometheus.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { whole } from '../format/number.ts'

/** How many targets there are and which are down; the targets page tells the rest. */
export function Targets({
  query,
}: {
  readonly query: UseQueryResult<readonly Target[]>
}): React.JSX.Element {
  const { data, error } = query
  if (data === undefined) return error ? <FailureNote error={error} /> : <Skeleton height={60} />
  const down = data.filter(({ health }) => health === 'down')
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Scrape targets</h2>
        <span className="muted">
          {whole(data.filter(({ health }) => health === 'up').length)} of {whole(data.length)} up
        </span>
        <span className="spacer" />
        <Link to="/targets" search={down.length > 0 ? { health: 'down' } : {}}>
          {down.length > 0 ? `See the ${whole(down.length)} that are down` : 'All targets'}
        </Link>
      </div>
    </section>
  )
}
