import { useQuery } from '@tanstack/react-query'
import { failingQuery } from '../../api/alerts.ts'
import { fullTime, spanText } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'

/** Who takes nothing of what is told, and for how long: the first thing to know where messages are missed. */
export function FailingReceivers(): React.JSX.Element | null {
  const { data = [] } = useQuery(failingQuery)
  if (data.length === 0) return null
  const now = serverNow()
  return (
    <div className="stack" style={{ gap: 8 }} role="status">
      {data.map(({ receiver, integration, index, sinceMs, lastError }) => (
        <div key={`${receiver} ${integration} ${index}`} className="note" data-tone="error">
          <b>{receiver}</b> ({integration}) has taken nothing{' '}
          <span title={fullTime(sinceMs)}>for {spanText(now - sinceMs)}</span>. {lastError}
        </div>
      ))}
    </div>
  )
}
