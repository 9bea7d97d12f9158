import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type Labels, relabelStepsQuery } from '../api/prometheus.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { LabelTags } from './label-tags.tsx'
import { changesOf, ruleText } from './relabel-text.ts'

/** How the labels that were found became those that series have, rule by rule. */
export function Relabelling(props: {
  readonly job: string
  readonly before: Labels
  /** Undefined for a target that was dropped. */
  readonly after: Labels | undefined
}): React.JSX.Element {
  const { job, before, after } = props
  const { data, error } = useQuery(relabelStepsQuery(job, before))
  return (
    <div className="relabelling">
      <h3>As found</h3>
      <LabelTable labels={before} />
      <h3>Relabelling</h3>
      {error === null ? null : <FailureNote error={error} />}
      {data === undefined && error === null ? <Skeleton height={60} /> : null}
      {data?.length === 0 ? <div className="muted">No relabel_configs in this job.</div> : null}
      {data === undefined || data.length === 0 ? null : (
        <ol className="steps">
          {data.map(({ rule, output, keep }, i) => {
            const isReached = i === 0 || data[i - 1]!.keep
            return (
              <li key={`${i} ${JSON.stringify(rule)}`} data-unreached={isReached ? undefined : ''}>
                <code>{ruleText(rule)}</code>
                {isReached ? (
                  <StepChange
                    from={i === 0 ? before : data[i - 1]!.output}
                    to={output}
                    keep={keep}
                    isFilter={['keep', 'drop', 'keepequal', 'dropequal'].includes(
                      String(rule['action']),
                    )}
                  />
                ) : null}
              </li>
            )
          })}
        </ol>
      )}
      <h3>On its series</h3>
      {after === undefined ? (
        <div className="muted">Nothing: it was dropped.</div>
      ) : (
        <LabelTags labels={after} />
      )}
    </div>
  )
}

function StepChange(props: {
  readonly from: Labels
  readonly to: Labels
  readonly keep: boolean
  /** It only keeps or drops. */
  readonly isFilter: boolean
}): React.JSX.Element {
  if (!props.keep) return <div className="target-error">drops the target here</div>
  const changes = changesOf(props.from, props.to)
  if (changes.length === 0)
    return <div className="muted">{props.isFilter ? 'keeps it' : 'changes nothing'}</div>
  return (
    <ul className="changes">
      {changes.map(({ kind, name, value }) => (
        <li key={name} data-kind={kind} className="mono">
          <b aria-hidden>{kind === 'removed' ? '−' : kind === 'added' ? '+' : '='}</b>
          <span className="visually-hidden">{kind}</span> {name}
          {kind === 'removed' ? '' : `=${JSON.stringify(value)}`}
        </li>
      ))}
    </ul>
  )
}

function LabelTable({ labels }: { readonly labels: Labels }): React.JSX.Element {
  return (
    <dl className="label-table">
      {Object.entries(labels).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
