import type { PushGroupView } from '@weir/packs'
import { ActionIcon } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { IconCircleCheck, IconCircleX, IconTrash } from '@tabler/icons-react'
import { whole } from '../format/number.ts'
import { LabelTags } from '../targets/label-tags.tsx'
import { selectorOf } from '../targets/target-filter.ts'
import { agoText, fullTime } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'
import { groupName, pushState } from './group-filter.ts'

const STATES = {
  good: { word: 'Good', tone: 'healthy', Icon: IconCircleCheck },
  refused: { word: 'Refused', tone: 'failing', Icon: IconCircleX },
} as const

/** One group. */
export function GroupRow(props: {
  readonly group: PushGroupView
  /** Undefined where it is not for the reader to do. */
  readonly onDelete: (() => void) | undefined
}): React.JSX.Element {
  const { group, onDelete } = props
  const { word, tone, Icon } = STATES[pushState(group)]
  const { job = '', ...labels } = group.labels
  return (
    <div className="target pushed">
      <span className="health" data-health={tone}>
        <Icon size={15} aria-hidden />
        {word}
      </span>
      <div className="pushed-group">
        <b>{job}</b>
        <LabelTags labels={labels} />
        {group.lastError === '' ? null : <div className="target-error">{group.lastError}</div>}
      </div>
      <When what="good" atMs={group.pushedAtMs} />
      <When what="refused" atMs={group.failedAtMs} />
      <Count what="metrics" count={group.metrics} />
      <Count what="series" count={group.series} />
      <span className="pushed-actions">
        <Link
          to="/explore"
          search={{ expr: selectorOf(group.labels), tab: 'table' }}
          aria-label={`Explore ${groupName(group)}`}
        >
          Explore
        </Link>
        {onDelete === undefined ? null : (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={26}
            aria-label={`Delete ${groupName(group)}`}
            onClick={onDelete}
          >
            <IconTrash size={15} aria-hidden />
          </ActionIcon>
        )}
      </span>
    </div>
  )
}

function When(props: { readonly what: string; readonly atMs: number | null }): React.JSX.Element {
  const { what, atMs } = props
  return (
    <span className="num right">
      <span className="target-unit">{what} </span>
      {atMs === null ? (
        <span className="muted">never</span>
      ) : (
        <span title={fullTime(atMs)}>{agoText(atMs, serverNow())}</span>
      )}
    </span>
  )
}

function Count(props: { readonly what: string; readonly count: number }): React.JSX.Element {
  return (
    <span className="num right">
      {whole(props.count)}
      <span className="target-unit"> {props.what}</span>
    </span>
  )
}
