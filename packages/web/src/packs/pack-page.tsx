import type { PackDetail } from '@weir/packs'
import { Skeleton, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { packQuery } from '../api/weir.ts'
import { FailureNote } from '../frame/failure-note.tsx'

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

function Alerts({ pack }: { readonly pack: PackDetail }): React.JSX.Element {
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Alerts</h2>
        <span className="muted">{pack.alerts.length}</span>
      </div>
      {pack.alerts.map((alert) => (
        <details
          className="sheet-body"
          key={alert.name}
          style={{ borderTop: '1px solid var(--line-soft)' }}
        >
          <summary>
            <b style={{ fontWeight: 600 }}>{alert.name}</b>{' '}
            <span className="tag">{alert.severity}</span>
            {alert.summary}
          </summary>
          <pre className="code" tabIndex={0}>{`${alert.expr}\nfor ${alert.forText}`}</pre>
          <p style={{ whiteSpace: 'pre-wrap' }}>{alert.runbook}</p>
        </details>
      ))}
    </section>
  )
}

function Metrics({ pack }: { readonly pack: PackDetail }): React.JSX.Element {
  const [query, setQuery] = useState('')
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
          onChange={(event) => setQuery(event.currentTarget.value)}
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
