import type { PackDetail } from '@weir/packs'
import { Skeleton, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useLocation, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { packQuery } from '../api/weir.ts'
import { CodeBlock } from '../frame/code-block.tsx'
import { FailureNote } from '../frame/failure-note.tsx'
import { templateText } from './template-text.ts'

/** One pack: what each metric means, which alerts come with it, and its files to take away. */
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
  const files = ['rules.yml', 'mapping.yml', 'scrape.yml'].concat(
    data.dashboards.map(({ name }) => `dashboards/${name}.json`),
  )
  return (
    <div className="stack">
      <div>
        <div className="muted" style={{ fontSize: 13 }}>
          <Link to="/packs">Packs</Link> / {id}
        </div>
        <h1>{data.title}</h1>
        <p style={{ margin: '4px 0 8px' }}>{data.description}</p>
        {files.map((file) => (
          <a
            key={file}
            href={`/api/weir/v1/packs/${encodeURIComponent(id)}/${file}`}
            download
            style={{ marginRight: 16 }}
          >
            {file}
          </a>
        ))}
      </div>
      <Alerts pack={data} />
      <Metrics pack={data} />
    </div>
  )
}

/** Every alert with its runbook; the one that the address names stands open. */
function Alerts({ pack }: { readonly pack: PackDetail }): React.JSX.Element {
  const asked = useLocation({ select: ({ hash }) => hash })
  useEffect(() => {
    if (asked !== '') document.getElementById(asked)?.scrollIntoView()
  }, [asked])
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Alerts</h2>
        <span className="muted">{pack.alerts.length}</span>
      </div>
      {pack.alerts.map((alert) => (
        <details className="rule" key={alert.name} id={alert.name} open={alert.name === asked}>
          <summary>
            <b style={{ fontWeight: 600 }}>{alert.name}</b>{' '}
            <span className="tag">{alert.severity}</span>
            {templateText(alert.summary)}
          </summary>
          <p className="runbook">{alert.runbook}</p>
          <CodeBlock text={alert.expr} />
          <p className="muted" style={{ fontSize: 13, margin: '8px 0 0' }}>
            Fires {alert.forText === '0s' ? 'at once' : `after ${alert.forText}`} ·{' '}
            <Link to="/explore" search={{ expr: alert.expr, tab: 'table' }}>
              Explore
            </Link>
          </p>
        </details>
      ))}
    </section>
  )
}

function Metrics({ pack }: { readonly pack: PackDetail }): React.JSX.Element {
  const query = useSearch({ from: '/packs/$id' }).q ?? ''
  const navigate = useNavigate({ from: '/packs/$id' })
  const word = query.toLowerCase()
  const shown = pack.metrics.filter((metric) =>
    `${metric.name} ${metric.help}`.toLowerCase().includes(word),
  )
  return (
    <section className="sheet">
      <div className="sheet-head" style={{ alignItems: 'center' }}>
        <h2>Metrics</h2>
        <span className="muted">
          {shown.length} of {pack.metrics.length}
        </span>
        <span className="spacer" />
        <TextInput
          data-search
          aria-label="Search metrics"
          placeholder="Search   /"
          value={query}
          onChange={(event) => {
            const q = event.currentTarget.value || undefined
            void navigate({ search: { q }, replace: true, resetScroll: false })
          }}
        />
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="Metrics">
        <table className="plain">
          <thead>
            <tr>
              <th>Metric</th>
              <th>Type</th>
              <th>Labels</th>
              <th>Meaning</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((metric) => (
              <tr key={metric.name}>
                <td className="mono">
                  <Link to="/explore" search={{ expr: metric.name }}>
                    {metric.name}
                  </Link>
                </td>
                <td>
                  {metric.type} <span className="muted">{metric.unit}</span>
                </td>
                <td>
                  {metric.labels.map((label) => (
                    <span className="tag" key={label}>
                      {label}
                    </span>
                  ))}
                </td>
                <td>
                  {metric.help} <span className="muted">{metric.normal}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
