import type { PackDetail } from '@weir/packs'
import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { packQuery } from '../api/weir.ts'
import { whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { AlertSheet } from './alert-sheet.tsx'
import { MetricSheet } from './metric-sheet.tsx'
import { SetupText } from './setup-text.tsx'

/** One pack: how its metrics arrive, what each means, which alerts and boards come with it, its files to take away. */
export function PackPage(): React.JSX.Element {
  const { id } = useParams({ from: '/packs/$id' })
  const { data, error, refetch } = useQuery(packQuery(id))
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={300} />
    ) : (
      <FailureNote error={error} retry={() => void refetch()} />
    )
  }
  return (
    <div className="stack">
      <Head pack={data} />
      <Ways pack={data} />
      <AlertSheet alerts={data.alerts} />
      <MetricSheet metrics={data.metrics} />
    </div>
  )
}

function Head({ pack }: { readonly pack: PackDetail }): React.JSX.Element {
  return (
    <div>
      <div className="muted" style={{ fontSize: 13 }}>
        <Link to="/packs">Packs</Link> / {pack.id}
      </div>
      <div style={{ display: 'flex', gap: 12, alignItems: 'baseline', flexWrap: 'wrap' }}>
        <h1>{pack.title}</h1>
        <span className="health" data-health={pack.awake ? 'healthy' : 'silent'}>
          {pack.awake ? `awake · ${whole(pack.seriesCount)} series` : 'asleep'}
        </span>
      </div>
      <p style={{ margin: '4px 0 8px' }}>{pack.description}</p>
      {pack.dashboards.length === 0 ? null : <span className="muted">Boards </span>}
      {pack.dashboards.map(({ name, title }) => (
        <Link
          key={name}
          to="/dashboards/$uid"
          params={{ uid: name }}
          style={{ marginRight: 16, fontWeight: 600 }}
        >
          {title}
        </Link>
      ))}
      <div className="muted" style={{ fontSize: 13, marginTop: 6 }}>
        Take away{' '}
        {pack.files.map((file) => (
          <a
            key={file}
            href={`/api/weir/v1/packs/${encodeURIComponent(pack.id)}/${file}`}
            download
            style={{ marginRight: 12 }}
          >
            {file.replace('dashboards/', '')}
          </a>
        ))}
      </div>
    </div>
  )
}

/** Open as long as nothing has arrived: then it is what the reader came for. */
function Ways({ pack }: { readonly pack: PackDetail }): React.JSX.Element | null {
  if (pack.ways.length === 0) return null
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Ways in</h2>
        <span className="muted">{pack.ways.length}</span>
      </div>
      {pack.ways.map(({ title, versions, setup }, i) => (
        <details className="rule" key={title} open={!pack.awake && i === 0}>
          <summary>
            <b style={{ fontWeight: 600 }}>{title}</b> <span className="muted">{versions}</span>
          </summary>
          <SetupText text={setup} />
        </details>
      ))}
    </section>
  )
}
