import type { PackMetricView } from '@weir/packs'
import { TextInput } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useDeferredValue } from 'react'
import { whole } from '../format/number.ts'
import { type MetricGroup, groupedMetrics } from './metric-groups.ts'

/** The reference, chapter by chapter; a search over names, aliases, groups and meanings. */
export function MetricSheet({
  metrics,
}: {
  readonly metrics: readonly PackMetricView[]
}): React.JSX.Element {
  const query = useSearch({ from: '/packs/$id' }).q ?? ''
  const navigate = useNavigate({ from: '/packs/$id' })
  const groups = groupedMetrics(metrics, useDeferredValue(query))
  const shown = groups.reduce((sum, group) => sum + group.metrics.length, 0)
  return (
    <section className="sheet">
      <div className="sheet-head" style={{ alignItems: 'center' }}>
        <h2>Metrics</h2>
        <span className="muted">
          {shown} of {metrics.length} · {metrics.filter(isSeen).length} seen
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
      {shown === 0 ? (
        <p className="muted sheet-body">No metric of this pack is like that.</p>
      ) : null}
      {groups.map((group) => (
        <GroupTable key={group.title} group={group} />
      ))}
    </section>
  )
}

function isSeen({ seriesCount }: PackMetricView): boolean {
  return seriesCount > 0
}

/** Out of sight it is not laid out: a thousand rows cost what is seen. */
function GroupTable({
  group: { title, metrics },
}: {
  readonly group: MetricGroup
}): React.JSX.Element {
  const label = title === '' ? 'Metrics' : title
  return (
    <div
      style={{ contentVisibility: 'auto', containIntrinsicSize: `auto ${metrics.length * 60}px` }}
    >
      {title === '' ? null : (
        <h3 style={{ margin: 0, padding: '14px 16px 2px', fontSize: 14 }}>
          {title} <span className="muted">{metrics.length}</span>
        </h3>
      )}
      <div className="scroll" tabIndex={0} role="region" aria-label={label}>
        <table className="plain" style={{ tableLayout: 'fixed', minWidth: 720 }}>
          <thead>
            <tr>
              <th style={{ width: '34%' }}>Metric</th>
              <th style={{ width: 110 }}>Type</th>
              <th className="right" style={{ width: 76 }}>
                Series
              </th>
              <th>Meaning</th>
            </tr>
          </thead>
          <tbody>
            {metrics.map((metric) => (
              <MetricRow key={metric.name} metric={metric} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

function MetricRow({ metric }: { readonly metric: PackMetricView }): React.JSX.Element {
  const { name, pattern, type, unit, labels, help, normal, versions, aliases = [] } = metric
  const expr = pattern === undefined ? name : `{__name__=~${JSON.stringify(pattern)}}`
  return (
    <tr>
      <td className="mono long">
        <Link to="/explore" search={{ expr }}>
          {name}
        </Link>
        <div>
          {labels.map((label) => (
            <span className="tag" key={label}>
              {label}
            </span>
          ))}
        </div>
      </td>
      <td>
        {type} <span className="muted">{unit}</span>
      </td>
      <td className="right">
        {isSeen(metric) ? whole(metric.seriesCount) : <span className="muted">none</span>}
      </td>
      <td>
        {help} <span className="muted">{normal}</span>
        {versions === undefined ? null : <div className="muted">Versions: {versions}</div>}
        {aliases.length === 0 ? null : (
          <div className="muted" style={{ overflowWrap: 'anywhere' }}>
            Also {aliases.join(', ')}
          </div>
        )}
      </td>
    </tr>
  )
}
