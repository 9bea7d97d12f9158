import type { NotificationView } from '@weir/packs'
import { Button, SegmentedControl, Skeleton } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { IconCircleCheck, IconCircleX, IconClock } from '@tabler/icons-react'
import { useDeed } from '../../access/use-deed.ts'
import { Offered } from '../../access/offered.tsx'
import { settleNotification } from '../../api/alerts.ts'
import { notificationsQuery } from '../../api/weir.ts'
import { counted } from '../../format/number.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { agoText, fullTime } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'
import { FailingReceivers } from './failing-receivers.tsx'
import { ReceiverTest } from './receiver-test.tsx'

const STATES = {
  sent: { word: 'Sent', tone: 'healthy', Icon: IconCircleCheck },
  pending: { word: 'Waiting', tone: 'degraded', Icon: IconClock },
  failed: { word: 'Failed', tone: 'failing', Icon: IconCircleX },
} as const

/** Why a notification was given up. */
const FAILURES = {
  refused: 'refused',
  gave_up: 'tried for too long',
  no_receiver: 'no such receiver any more',
} as const

/** The outbox: what was, or is to be, sent to whom. */
export function Notifications(props: {
  readonly state: string | undefined
  readonly onChange: (change: { state?: string | undefined }) => void
}): React.JSX.Element {
  const { data, error, refetch } = useQuery(notificationsQuery)
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={240} />
    ) : (
      <FailureNote error={error} retry={() => void refetch()} />
    )
  }
  const shown = data.filter(({ state }) => props.state === undefined || state === props.state)
  return (
    <div className="stack">
      <div className="filters" style={{ justifyContent: 'space-between' }}>
        <div className="scroll">
          <SegmentedControl
            aria-label="State"
            value={props.state ?? 'all'}
            onChange={(state) => props.onChange({ state: state === 'all' ? undefined : state })}
            data={[
              { value: 'all', label: 'All' },
              ...(['pending', 'failed', 'sent'] as const).map((state) => {
                const count = data.filter((one) => one.state === state).length
                return { value: state, label: `${STATES[state].word} ${count}` }
              }),
            ]}
          />
        </div>
        <ReceiverTest />
      </div>
      {error === null ? null : <FailureNote error={error} />}
      <FailingReceivers />
      {shown.length === 0 ? (
        <div className="sheet empty">
          {data.length === 0
            ? 'Nothing was sent yet. What is due waits here until it is.'
            : 'No notification is in this state.'}
        </div>
      ) : (
        <Table shown={shown} />
      )}
    </div>
  )
}

function Table({ shown }: { readonly shown: readonly NotificationView[] }): React.JSX.Element {
  return (
    <div className="sheet scroll" tabIndex={0} role="region" aria-label="Notifications">
      <table className="plain told">
        <thead>
          <tr>
            <th>State</th>
            <th>Alerts</th>
            <th>Receiver</th>
            <th>Created</th>
            <th className="right">Attempts</th>
            <th>Result</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((each) => (
            <NotificationRow key={each.id} notification={each} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function NotificationRow({
  notification: it,
}: {
  readonly notification: NotificationView
}): React.JSX.Element {
  const { word, tone, Icon } = STATES[it.state]
  const now = serverNow()
  return (
    <tr>
      <td>
        <span className="health" data-health={tone}>
          <Icon size={15} aria-hidden />
          {word}
        </span>
      </td>
      <td title={it.groupKey}>
        <b style={{ fontWeight: 600 }}>{it.alertNames.join(', ')}</b> {it.status}
        <div className="muted">
          {counted(it.alertCount, 'alert')}, {it.reason}
        </div>
      </td>
      <td>
        {it.receiver} <span className="muted">{it.integration}</span>
      </td>
      <td className="num" title={fullTime(it.createdMs)}>
        {agoText(it.createdMs, now)}
      </td>
      <td className="right told-attempts">{it.attempts}</td>
      <td>
        {it.failure === null ? null : (
          <div>
            {FAILURES[it.failure]} {it.failedMs === null ? '' : agoText(it.failedMs, now)}
          </div>
        )}
        {it.lastError === '' ? null : <div className="mono">{it.lastError}</div>}
        {it.sentMs === null ? null : <span className="muted">sent {agoText(it.sentMs, now)}</span>}
        {it.nextAttemptMs === null ? null : (
          <span className="muted">next try {agoText(it.nextAttemptMs, now)}</span>
        )}
        {it.state === 'sent' ? null : <Settle notification={it} />}
      </td>
    </tr>
  )
}

/** What can be done about one that did not arrive. */
function Settle({ notification }: { readonly notification: NotificationView }): React.JSX.Element {
  const { id, state, isRetryable } = notification
  const client = useQueryClient()
  const settling = useDeed(settleNotification, {
    onSettled: () => client.invalidateQueries(notificationsQuery),
  })
  return (
    <div className="stack" style={{ gap: 6, marginTop: 6 }}>
      <Offered to={settleNotification}>
        <div className="filters">
          {isRetryable ? (
            <Button
              size="compact-sm"
              variant="default"
              disabled={settling.isPending}
              onClick={() => settling.mutate({ id, how: 'retry' })}
            >
              {state === 'pending' ? 'Try now' : 'Retry'}
            </Button>
          ) : null}
          <Button
            size="compact-sm"
            variant="default"
            disabled={settling.isPending}
            onClick={() => settling.mutate({ id, how: 'discard' })}
          >
            Discard
          </Button>
        </div>
      </Offered>
      {settling.error === null ? null : <FailureNote error={settling.error} />}
    </div>
  )
}
