import type { PeersView, RulesLease } from '@weir/packs'
import type { UseQueryResult } from '@tanstack/react-query'
import { FailureNote } from '../frame/failure-note.tsx'
import { agoText } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'

/** Other Weirs that tell the same, and whether they answer. Nothing where there are none. */
export function Peers({
  query,
}: {
  readonly query: UseQueryResult<PeersView>
}): React.JSX.Element | null {
  const { data, error } = query
  if (data === undefined) return error ? <FailureNote error={error} /> : null
  if (data.status === 'disabled') return null
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Peers</h2>
        <span className="muted">
          this one is <span className="mono">{data.name}</span>, {turnText(data)}
          {data.lease && `; ${dutyText(data.lease)}`}
        </span>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="Peers">
        <table className="plain">
          <thead>
            <tr>
              <th>Name</th>
              <th>Address</th>
              <th>State</th>
            </tr>
          </thead>
          <tbody>
            {data.peers.map((peer) => (
              <tr key={peer.address}>
                <td className="mono">{peer.name || '–'}</td>
                <td className="mono" style={{ overflowWrap: 'anywhere', minWidth: 200 }}>
                  {peer.address}
                </td>
                <td style={{ overflowWrap: 'anywhere', minWidth: 200 }}>
                  {peer.isUp ? '' : peer.error}
                  <div className="muted">
                    {peer.answeredMs === null
                      ? 'never answered'
                      : `answered ${agoText(peer.answeredMs, serverNow())}`}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function turnText({ status, position }: PeersView): string {
  if (status === 'settling') return 'waiting to hear what they told'
  return position === 0 ? 'and tells first' : `and waits for ${position} before it tells`
}

function dutyText({ state, holder, voters, majority }: RulesLease): string {
  if (state === 'held') return 'rules are evaluated here'
  if (state === 'other') return `rules are evaluated by ${holder}`
  return `nobody evaluates the rules: it takes ${majority} of ${voters} votes`
}
