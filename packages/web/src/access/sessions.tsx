import type { SessionView } from '@weir/packs'
import { Button, Skeleton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { endSession, sessionsQuery } from '../api/access.ts'
import { whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { MoreButton } from '../frame/more-button.tsx'
import { agoText, fullTime, shortTime } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'
import { leave } from './account.tsx'
import { agentWords } from './agent-words.ts'

const ROWS = 100
const WAYS = { token: 'token', user: 'password', oidc: 'OpenID Connect' } as const

/** Where people are logged in on the page, and the end of it. */
export function Sessions(): React.JSX.Element {
  const { data, error, refetch } = useQuery(sessionsQuery)
  const [rows, setRows] = useState(ROWS)
  if (data === undefined) {
    if (error === null) return <Skeleton height={200} />
    return <FailureNote error={error} retry={() => void refetch()} />
  }
  if (data.length === 0) return <div className="sheet empty">Nobody is logged in on the page.</div>
  return (
    <section className="sheet" aria-label="Sessions">
      <div className="sheet-head">
        <h2>Logged in on the page</h2>
        <span className="muted">{whole(data.length)}, used last first</span>
      </div>
      <div className="scroll">
        <table className="plain">
          <thead>
            <tr>
              <th>Who</th>
              <th>By</th>
              <th>From</th>
              <th>Used</th>
              <th>Ends</th>
              <th>
                <span className="visually-hidden">End</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.slice(0, rows).map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </tbody>
        </table>
      </div>
      {rows >= data.length ? null : (
        <div className="sheet-body">
          <MoreButton left={data.length - rows} step={ROWS} onMore={() => setRows(rows + ROWS)} />
        </div>
      )}
    </section>
  )
}

function SessionRow({ session }: { readonly session: SessionView }): React.JSX.Element {
  const { id, name, way, isYours, isThis, openedMs, seenMs, endsMs, clientIp, agent } = session
  const client = useQueryClient()
  const ending = useMutation({
    mutationFn: () => endSession(id),
    onSuccess: () => client.invalidateQueries(sessionsQuery),
  })
  return (
    <tr>
      <td className="long">
        <b>{name}</b> {isThis ? <span className="tag">this one</span> : null}
        {isYours && !isThis ? <span className="tag">yours</span> : null}
        {ending.error === null ? null : <FailureNote error={ending.error} />}
      </td>
      <td className="num">{WAYS[way]}</td>
      <td title={agent}>
        <span className="mono">{clientIp}</span> <span className="muted">{agentWords(agent)}</span>
      </td>
      <td className="num" title={`Logged in ${fullTime(openedMs)}`}>
        {agoText(seenMs, serverNow())}
      </td>
      <td className="num">{shortTime(endsMs)}</td>
      <td className="right">
        {isThis ? (
          <Button size="compact-sm" variant="default" onClick={() => void leave()}>
            Log out
          </Button>
        ) : (
          <Button
            size="compact-sm"
            variant="default"
            loading={ending.isPending}
            aria-label={`End the session of ${name} from ${clientIp}`}
            onClick={() => ending.mutate()}
          >
            End
          </Button>
        )}
      </td>
    </tr>
  )
}
