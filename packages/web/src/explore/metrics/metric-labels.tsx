import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { askPrometheus } from '../../api/client.ts'
import type { Labels } from '../../api/prometheus.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { whole } from '../../format/number.ts'

/** Of a metric with more, the first that come tell enough. */
const SERIES_MAX = 5000
const VALUES_SHOWN = 12

/** A metric's labels, those with the most values first; a value chosen selects its series. */
export function MetricLabels(props: {
  readonly name: string
  readonly onChoose: (expr: string) => void
}): React.JSX.Element {
  const { name, onChoose } = props
  const selector = `{__name__=${JSON.stringify(name)}}`
  const { data, error } = useQuery({
    queryKey: ['metric-series', name],
    queryFn: async ({ signal }) => {
      const form = { 'match[]': selector, limit: String(SERIES_MAX) }
      return (await askPrometheus<readonly Labels[]>('series', form, signal)).data
    },
  })
  if (error !== null) return <FailureNote error={error} />
  if (data === undefined) return <Skeleton height={60} />
  const labels = labelValues(data)
  return (
    <div className="metric-labels">
      <div className="muted">
        {data.length >= SERIES_MAX ? 'over ' : ''}
        {whole(data.length)} series{labels.length === 0 ? ', without labels' : ''}
      </div>
      {labels.map(([label, values]) => (
        <div key={label}>
          <span className="mono">{label}</span>{' '}
          <span className="muted">{whole(values.length)}</span>{' '}
          {values.slice(0, VALUES_SHOWN).map((value) => (
            <button
              key={value}
              type="button"
              className="tag"
              onClick={() => onChoose(`${name}{${label}=${JSON.stringify(value)}}`)}
            >
              {value === '' ? '(empty)' : value}
            </button>
          ))}
          {values.length > VALUES_SHOWN ? <span className="muted">…</span> : null}
        </div>
      ))}
    </div>
  )
}

/** Values by label, the label with the most values first. */
function labelValues(series: readonly Labels[]): [label: string, values: string[]][] {
  const values = new Map<string, Set<string>>()
  for (const each of series) {
    for (const [label, value] of Object.entries(each)) {
      if (label === '__name__') continue
      const known = values.get(label)
      if (known === undefined) values.set(label, new Set([value]))
      else known.add(value)
    }
  }
  return [...values]
    .map(([label, known]): [string, string[]] => [label, [...known].toSorted()])
    .toSorted(([, a], [, b]) => b.length - a.length)
}
