import type { MetricCardinality, StatsdCardinality } from '@weir/packs'
import { useQuery } from '@tanstack/react-query'
import { IconAlertTriangle } from '@tabler/icons-react'
import { statsdCardinalityQuery } from '../api/weir.ts'
import { whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'

/** So many metrics with more than one series, and all that are at their limit. */
const ROWS = 10
const LABELS = 3

/** Which StatsD metrics make the many series, and by which label. Nothing while no StatsD came. */
export function StatsdSeries(): React.JSX.Element | null {
  const { data, error } = useQuery(statsdCardinalityQuery)
  if (data === undefined) return error ? <FailureNote error={error} /> : null
  if (data.metrics.length === 0) return null
  const shown = data.metrics.filter(
    (metric, i) => (i < ROWS && metric.series > 1) || isFull(metric),
  )
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Series from StatsD</h2>
        <span className="muted">
          {whole(data.series)} of at most {whole(data.maxSeries)}; those at their limit first
        </span>
      </div>
      {shown.some(isFull) ? (
        <div className="sheet-body">
          <div className="note">
            At its limit a metric takes no new series. Drop the label with too many values by a
            mapping rule, or raise max_series of the rule, else statsd.max_series_per_metric.
          </div>
        </div>
      ) : null}
      {shown.length === 0 ? null : <Metrics metrics={shown} />}
      <Names names={data.names} />
    </section>
  )
}

function Metrics(props: { readonly metrics: readonly MetricCardinality[] }): React.JSX.Element {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Series from StatsD">
      <table className="plain">
        <thead>
          <tr>
            <th>Metric</th>
            <th className="right">Series</th>
            <th className="right">Limit</th>
            <th>Refused</th>
            <th>Values by label</th>
          </tr>
        </thead>
        <tbody>
          {props.metrics.map((metric) => (
            <Metric key={metric.metric} metric={metric} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function isFull({ refused, series, limit }: MetricCardinality): boolean {
  return refused > 0 || series >= limit
}

function Metric({ metric }: { readonly metric: MetricCardinality }): React.JSX.Element {
  const labels = metric.labels.filter(({ values }) => values > 1)
  const [worst] = labels
  return (
    <tr>
      <td className="long">
        <code>{metric.metric}</code> <span className="tag">{metric.type}</span>
      </td>
      <td className="right num">
        {isFull(metric) ? (
          <span className="health" data-health="degraded" title="At its limit">
            <IconAlertTriangle size={15} aria-label="At its limit" />
            {whole(metric.series)}
          </span>
        ) : (
          whole(metric.series)
        )}
      </td>
      <td className="right num">{whole(metric.limit)}</td>
      <td className="long">
        {metric.refused === 0 ? (
          <span className="muted">none</span>
        ) : (
          <>
            {whole(metric.refused)}
            <Examples of={metric.refusedExamples.slice(0, 1)} />
          </>
        )}
      </td>
      <td className="long">
        {labels.slice(0, LABELS).map(({ name, values }) => (
          <span className="tag" key={name}>
            {name} {whole(values)}
          </span>
        ))}
        {labels.length > LABELS ? (
          <span className="muted">and {whole(labels.length - LABELS)} more</span>
        ) : null}
        {worst === undefined ? null : <Examples of={worst.examples} />}
      </td>
    </tr>
  )
}

function Names({ names }: Pick<StatsdCardinality, 'names'>): React.JSX.Element | null {
  if (names.length === 0) return null
  return (
    <>
      <div className="sheet-head sheet-next">
        <h3>Names that hold ids</h3>
        <span className="muted">a mapping rule can make a label of the id, or drop it</span>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="Names that hold ids">
        <table className="plain">
          <tbody>
            {names.map(({ pattern, metrics, examples }) => (
              <tr key={pattern}>
                <td className="long">
                  <code>{pattern}</code>
                  <Examples of={examples} />
                </td>
                <td className="right num">{whole(metrics)} names</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Examples({ of }: { readonly of: readonly string[] }): React.JSX.Element {
  return (
    <div className="muted">
      such as <code>{of.join(', ')}</code>
    </div>
  )
}
