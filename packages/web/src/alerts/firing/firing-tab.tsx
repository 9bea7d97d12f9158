import type { FiringAlert, FiringGroup, NotificationView } from '@weir/packs'
import { Button, SegmentedControl, Skeleton, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Offered } from '../../access/offered.tsx'
import { firingQuery, keepSilence, receiversQuery } from '../../api/alerts.ts'
import { notificationsQuery } from '../../api/weir.ts'
import { whole } from '../../format/number.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { MoreButton } from '../../frame/more-button.tsx'
import { agoText } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'
import { SilenceDialog } from '../silences/silence-dialog.tsx'
import { exactMatchers } from '../silences/matcher-text.ts'
import { countFiring, shownFiring, tellsSomebody, undeliveredOf } from './firing-rows.ts'
import { FiringRow } from './firing-row.tsx'

const STEP = 500

/** What fires now, grouped as it is told. */
export function FiringTab(props: {
  readonly query: string
  readonly state: string | undefined
  readonly onChange: (change: { q?: string | undefined; state?: string | undefined }) => void
}): React.JSX.Element {
  const { query, state, onChange } = props
  const { data, error, refetch } = useQuery(firingQuery)
  const { data: notifications = [], isPending: waitsForOutbox } = useQuery(notificationsQuery)
  const { data: receivers = [], isPending: waitsForReceivers } = useQuery(receiversQuery)
  const [shown, setShown] = useState(STEP)
  const [silenced, setSilenced] = useState<FiringAlert['labels']>()
  // Who was told stands in the heads: they would grow while they are read.
  if (data === undefined || waitsForOutbox || waitsForReceivers) {
    return error === null ? (
      <Skeleton height={240} />
    ) : (
      <FailureNote error={error} retry={() => void refetch()} />
    )
  }
  const now = serverNow()
  const counts = countFiring(data, now)
  const groups = shownFiring(data, { query, state }, now)
  const total = groups.reduce((sum, { alerts }) => sum + alerts.length, 0)
  return (
    <div className="stack">
      <div className="filters">
        <div className="scroll">
          <SegmentedControl
            aria-label="State"
            value={state ?? 'all'}
            onChange={(next) => onChange({ state: next === 'all' ? undefined : next })}
            data={[
              { value: 'all', label: 'All' },
              { value: 'active', label: `Firing ${counts.active}` },
              { value: 'acked', label: `Acked ${counts.acked}` },
              { value: 'suppressed', label: `Held back ${counts.suppressed}` },
            ]}
          />
        </div>
        <TextInput
          data-search
          aria-label="Search alerts"
          placeholder="Search name, label, summary   /"
          value={query}
          onChange={(event) => onChange({ q: event.currentTarget.value || undefined })}
          style={{ flex: '1 1 220px', maxWidth: 380 }}
        />
      </div>
      {error === null ? null : <FailureNote error={error} />}
      {groups.length === 0 ? (
        <div className="sheet empty">
          {data.length === 0 ? (
            <>
              Nothing fires. What is watched is under{' '}
              <Link to="/alerts" search={{ tab: 'rules' }}>
                Rules
              </Link>
              .
            </>
          ) : (
            'No alert matches.'
          )}
        </div>
      ) : (
        cut(groups, shown).map(({ count, ...group }) => (
          <Group
            key={`${group.key} ${group.receiver}`}
            group={group}
            count={count}
            isTold={tellsSomebody(receivers, group.receiver)}
            undelivered={undeliveredOf(group, notifications)}
            onSilence={setSilenced}
          />
        ))
      )}
      <MoreButton left={total - shown} step={STEP} onMore={() => setShown(shown + STEP)} />
      {silenced === undefined ? null : (
        <SilenceDialog matchers={exactMatchers(silenced)} onClose={() => setSilenced(undefined)} />
      )}
    </div>
  )
}

/** The first so many alerts. */
function cut(
  groups: readonly FiringGroup[],
  limit: number,
): (FiringGroup & { readonly count: number })[] {
  let left = limit
  const kept: (FiringGroup & { readonly count: number })[] = []
  for (const group of groups) {
    if (left <= 0) break
    kept.push({ ...group, count: group.alerts.length, alerts: group.alerts.slice(0, left) })
    left -= group.alerts.length
  }
  return kept
}

function Group(props: {
  readonly group: FiringGroup
  /** Of alerts that match, also those that are not shown yet. */
  readonly count: number
  /** False when its receiver has nobody to tell. */
  readonly isTold: boolean
  readonly undelivered: NotificationView | undefined
  readonly onSilence: (labels: FiringAlert['labels']) => void
}): React.JSX.Element {
  const { group, count, isTold, undelivered, onSilence } = props
  const { labels, receiver, alerts, lastNotificationMs } = group
  const pairs = Object.entries(labels)
  const told = !isTold
    ? 'only shown here'
    : lastNotificationMs === null
      ? 'not told yet'
      : `told ${agoText(lastNotificationMs, serverNow())}`
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>{pairs.length === 0 ? 'All alerts' : pairs.map(([k, v]) => `${k}=${v}`).join(', ')}</h2>
        <span className="muted">
          {count > 1 ? `${whole(count)} alerts ` : ''}to {receiver}
          {undelivered === undefined ? ` · ${told}` : ''}
        </span>
        {undelivered === undefined ? null : <Undelivered notification={undelivered} />}
        {count === 1 || pairs.length === 0 ? null : (
          <Offered to={keepSilence}>
            <span className="spacer" />
            <Button size="compact-sm" variant="default" onClick={() => onSilence(labels)}>
              Silence group…
            </Button>
          </Offered>
        )}
      </div>
      <div role="list" aria-label={`Alerts to ${receiver}`}>
        {alerts.map((alert) => (
          <FiringRow key={alert.fingerprint} alert={alert} group={group} onSilence={onSilence} />
        ))}
      </div>
    </section>
  )
}

/** That nobody knows yet, why, and where something can be done about it. */
function Undelivered({
  notification,
}: {
  readonly notification: NotificationView
}): React.JSX.Element {
  const { state, lastError } = notification
  return (
    <span className="undelivered">
      {state === 'failed' ? 'could not be told' : 'not told yet, tried again'}: {lastError}{' '}
      <Link to="/alerts" search={{ tab: 'notifications', state }}>
        Notifications
      </Link>
    </span>
  )
}
