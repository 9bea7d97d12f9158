import type { PushGroupView } from '@weir/packs'
import { SegmentedControl, Skeleton, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useMemo, useState } from 'react'
import { useMay } from '../access/use-may.ts'
import { deleteGroup, pushGroupsQuery } from '../api/weir.ts'
import { counted, whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { MoreButton } from '../frame/more-button.tsx'
import { DeleteGroup } from './delete-group.tsx'
import { PUSH_STATES, groupName, pushState, wantedGroups } from './group-filter.ts'
import { GroupRow } from './group-row.tsx'
import { PushFirst } from './push-first.tsx'

/** So many groups are shown at first, and four times as many more each time they are asked for. */
const ROWS = 50

interface Wish {
  readonly query: string
  readonly state: string | undefined
  readonly onChange: (change: { q?: string | undefined; health?: string | undefined }) => void
}

/** What was pushed, group by group: when, what was refused and why; and a way to delete it. */
export function PushedGroups(props: Wish): React.JSX.Element {
  const { data, error, refetch } = useQuery(pushGroupsQuery)
  const failed = error === null ? null : <FailureNote error={error} retry={() => void refetch()} />
  if (data === undefined) return failed ?? <Skeleton height={320} />
  return (
    <div className="stack">
      {failed}
      {data.length === 0 ? <PushFirst /> : <Groups groups={data} {...props} />}
    </div>
  )
}

function Groups(props: Wish & { readonly groups: readonly PushGroupView[] }): React.JSX.Element {
  const { groups, onChange } = props
  const state = PUSH_STATES.find((each) => each === props.state)
  const query = useDeferredValue(props.query)
  const refusedCount = groups.filter((group) => pushState(group) === 'refused').length
  const wanted = useMemo(() => wantedGroups(groups, query, state), [groups, query, state])
  return (
    <>
      <div className="filters">
        <div className="scroll">
          <SegmentedControl
            aria-label="Last push"
            value={state ?? 'all'}
            onChange={(next) => onChange({ health: next === 'all' ? undefined : next })}
            data={[
              { value: 'all', label: `All ${whole(groups.length)}` },
              { value: 'refused', label: `Refused ${whole(refusedCount)}` },
              { value: 'good', label: `Good ${whole(groups.length - refusedCount)}` },
            ]}
          />
        </div>
        <TextInput
          data-search
          aria-label="Search groups"
          placeholder="Search label, error   /"
          value={props.query}
          onChange={(event) => onChange({ q: event.currentTarget.value || undefined })}
          style={{ flex: '1 1 220px', maxWidth: 380 }}
        />
      </div>
      {wanted.length === 0 ? (
        <div className="sheet empty">No group matches.</div>
      ) : (
        <GroupSheet groups={wanted} />
      )}
    </>
  )
}

function GroupSheet({ groups }: { readonly groups: readonly PushGroupView[] }): React.JSX.Element {
  const [rows, setRows] = useState(ROWS)
  const [leaving, setLeaving] = useState<PushGroupView>()
  const mayDelete = useMay(deleteGroup)
  const seriesCount = groups.reduce((sum, { series }) => sum + series, 0)
  return (
    <section className="sheet" aria-label="Pushed groups">
      <div className="sheet-head">
        <h2>Push gateway</h2>
        <span className="muted">
          {counted(groups.length, 'group')}, {whole(seriesCount)} series
        </span>
      </div>
      <div className="target pushed target-head" aria-hidden>
        <span>Last push</span>
        <span>Group</span>
        <span className="right">Good</span>
        <span className="right">Refused</span>
        <span className="right">Metrics</span>
        <span className="right">Series</span>
      </div>
      {groups.slice(0, rows).map((group) => (
        <GroupRow
          key={groupName(group)}
          group={group}
          onDelete={mayDelete ? () => setLeaving(group) : undefined}
        />
      ))}
      {rows >= groups.length ? null : (
        <div className="sheet-body">
          <MoreButton
            left={groups.length - rows}
            step={ROWS * 4}
            onMore={() => setRows(rows + ROWS * 4)}
          />
        </div>
      )}
      {leaving === undefined ? null : (
        <DeleteGroup group={leaving} onClose={() => setLeaving(undefined)} />
      )}
    </section>
  )
}
