import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { packsQuery } from '../api/weir.ts'
import { counted, whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'

/** What Weir knows of each system. */
export function PacksPage(): React.JSX.Element {
  const { data, error, refetch } = useQuery(packsQuery)
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Packs</h1>
          <div className="muted">
            What Weir knows of each system: its metrics, stages, rules and boards.
          </div>
        </div>
      </div>
      {error === null ? null : <FailureNote error={error} retry={() => void refetch()} />}
      {data === undefined && error === null ? <Skeleton height={160} /> : null}
      <div className="cards">
        {(data ?? []).map((pack) => (
          <section className="sheet sheet-body" key={pack.id}>
            <div style={{ display: 'flex', gap: 12, alignItems: 'baseline' }}>
              <h2>
                <Link to="/packs/$id" params={{ id: pack.id }}>
                  {pack.title}
                </Link>
              </h2>
              <span className="health" data-health={pack.awake ? 'healthy' : 'silent'}>
                {pack.awake ? `awake · ${whole(pack.seriesCount)} series` : 'asleep'}
              </span>
            </div>
            <p style={{ margin: '4px 0' }}>{pack.description}</p>
            <div className="muted">
              {counted(pack.metricCount, 'metric')} · {counted(pack.alertCount, 'alert')} ·{' '}
              {counted(pack.dashboardCount, 'board')}
            </div>
          </section>
        ))}
      </div>
    </>
  )
}
