import type { NotificationView } from '@weir/packs'
import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { IconCircleCheck, IconCircleX, IconClock } from '@tabler/icons-react'
import { notificationsQuery } from '../api/weir.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { agoText, fullTime } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'

const STATES = {
  sent: { word: 'Sent', tone: 'healthy', Icon: IconCircleCheck },
  pending: { word: 'Waiting', tone: 'degraded', Icon: IconClock },
  failed: { word: 'Failed', tone: 'failing', Icon: IconCircleX },
} as const

/** The outbox: what was, or is to be, sent to whom. */
export function Notifications(): React.JSX.Element {
  const { data, error, refetch } = useQuery(notificationsQuery)
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={240} />
    ) : (
      <FailureNote error={error} retry={() => void refetch()} />
    )
  }
  if (data.length === 0) {
    return (
      <div className="sheet empty">Nothing was sent yet. What is due waits here until it is.</div>
    )
  }
  return (
    <div className="sheet scroll" tabIndex={0} role="region" aria-label="Notifications">
      <table className="plain">
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
          {data.map((each) => (
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
      <td>
        <b style={{ fontWeight: 600 }}>{it.alertNames.join(', ')}</b> {it.status}
        <div className="mono muted">{it.groupKey}</div>
      </td>
      <td>
        {it.receiver} <span className="muted">{it.integration}</span>
      </td>
      <td className="num" title={fullTime(it.createdMs)}>
        {agoText(it.createdMs, now)}
      </td>
      <td className="right">{it.attempts}</td>
      <td>
        {it.lastError === '' ? null : <div className="mono">{it.lastError}</div>}
        {it.sentMs === null ? null : <span className="muted">sent {agoText(it.sentMs, now)}</span>}
        {it.nextAttemptMs === null ? null : (
          <span className="muted">next try {agoText(it.nextAttemptMs, now)}</span>
        )}
      </td>
    </tr>
  )
}
