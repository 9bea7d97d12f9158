import type { RemoteWriteView } from '@weir/packs'
import type { UseQueryResult } from '@tanstack/react-query'
import { FailureNote } from '../frame/failure-note.tsx'
import { whole } from '../format/number.ts'
import { agoText, spanText } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'

/** Where samples are sent on to, how far behind each receiver is, and what went wrong. Nothing while there is none. */
export function SentOn({
  query,
}: {
  readonly query: UseQueryResult<readonly RemoteWriteView[]>
}): React.JSX.Element | null {
  const { data, error } = query
  if (data === undefined) return error ? <FailureNote error={error} /> : null
  if (data.length === 0) return null
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Sent on</h2>
        <span className="muted">remote write; what waits is on the disk</span>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="Sent on">
        <table className="plain">
          <thead>
            <tr>
              <th>Name</th>
              <th>Address</th>
              <th className="right">Sent</th>
              <th className="right">Waiting</th>
              <th className="right">Behind</th>
              <th className="right">Shards</th>
              <th>State</th>
            </tr>
          </thead>
          <tbody>
            {data.map((endpoint) => (
              <tr key={endpoint.name}>
                <td className="num">{endpoint.name}</td>
                <td className="mono" style={{ overflowWrap: 'anywhere', minWidth: 240 }}>
                  {endpoint.url} <span className="tag">{endpoint.version}</span>
                </td>
                <td className="right num">{whole(endpoint.sent)}</td>
                <td className="right num">{whole(endpoint.pendingSamples)}</td>
                <td className="right num">{spanText(endpoint.lagMs)}</td>
                <td className="right num">{endpoint.shards}</td>
                <td>
                  <State endpoint={endpoint} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function State({ endpoint }: { readonly endpoint: RemoteWriteView }): React.JSX.Element {
  const { lastError, lastErrorMs, lastSentMs } = endpoint
  if (lastError !== '' && lastErrorMs !== null) {
    return (
      <div style={{ overflowWrap: 'anywhere', minWidth: 240 }}>
        {lastError}
        <div className="muted">{agoText(lastErrorMs, serverNow())}</div>
      </div>
    )
  }
  if (lastSentMs === null) return <span className="muted">nothing sent yet</span>
  return <span className="muted">sent {agoText(lastSentMs, serverNow())}</span>
}
