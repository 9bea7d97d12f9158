import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import { type Labels, droppedTargetsQuery, relabelStepsQuery } from '../api/prometheus.ts'
import { whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { MoreButton } from '../frame/more-button.tsx'
import { Relabelling } from './relabelling.tsx'
import { ruleText } from './relabel-text.ts'

const ROWS = 20

/** What relabelling dropped of a job, when somebody wants to know. */
export function DroppedTargets(props: {
  readonly job: string
  readonly count: number
}): React.JSX.Element {
  const [isOpen, setOpen] = useState(false)
  const Chevron = isOpen ? IconChevronDown : IconChevronRight
  return (
    <div className="dropped">
      <button
        type="button"
        className="target-open"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Chevron size={15} aria-hidden />
        {whole(props.count)} dropped by relabelling
      </button>
      {isOpen ? <DroppedList {...props} /> : null}
    </div>
  )
}

function DroppedList(props: { readonly job: string; readonly count: number }): React.JSX.Element {
  const { data, error } = useQuery(droppedTargetsQuery(props.job))
  const [rows, setRows] = useState(ROWS)
  if (data === undefined) return error ? <FailureNote error={error} /> : <Skeleton height={80} />
  return (
    <>
      {data.slice(0, rows).map(({ discoveredLabels }) => (
        <Dropped key={JSON.stringify(discoveredLabels)} job={props.job} labels={discoveredLabels} />
      ))}
      <MoreButton left={data.length - rows} step={ROWS} onMore={() => setRows(rows + ROWS)} />
      {data.length < props.count ? (
        <div className="muted">
          {whole(props.count - data.length)} more are not kept (keep_dropped_targets).
        </div>
      ) : null}
    </>
  )
}

function Dropped(props: { readonly job: string; readonly labels: Labels }): React.JSX.Element {
  const [isOpen, setOpen] = useState(false)
  const { data } = useQuery(relabelStepsQuery(props.job, props.labels))
  const index = data?.findIndex(({ keep }) => !keep) ?? -1
  const Chevron = isOpen ? IconChevronDown : IconChevronRight
  return (
    <div>
      <div className="dropped-row">
        <button
          type="button"
          className="target-open mono"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <Chevron size={15} aria-hidden />
          {props.labels['__address__'] ?? 'no address'}
        </button>
        {index < 0 ? null : (
          <span className="muted">
            by rule {index + 1}: <code>{ruleText(data![index]!.rule)}</code>
          </span>
        )}
      </div>
      {isOpen ? (
        <div className="target-opened">
          <Relabelling job={props.job} before={props.labels} after={undefined} />
        </div>
      ) : null}
    </div>
  )
}
