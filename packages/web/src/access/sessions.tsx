import type { SessionView } from '@weir/packs'
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useDeed } from './use-deed.ts'
import { endSession, sessionsQuery } from '../api/access.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { agoText, fullTime, shortTime } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'
import { AccessSheet } from './access-sheet.tsx'
import { leave } from './account.tsx'
import { agentWords } from './agent-words.ts'

const WAYS = { token: 'token', user: 'password', oidc: 'OpenID Connect' } as const

/** Where people are logged in on the page, and the end of it. */
export function Sessions(): React.JSX.Element {
  return (
    <AccessSheet
      query={useQuery(sessionsQuery)}
      title="Logged in on the page"
      about="used last first"
      empty="Nobody is logged in on the page."
      columns={['Who', 'By', 'From', 'Used', 'Ends']}
      deed="End"
      renderRow={(session) => <SessionRow key={session.id} session={session} />}
    />
  )
}

function SessionRow({ session }: { readonly session: SessionView }): React.JSX.Element {
  const { id, name, way, isYours, isThis, openedMs, seenMs, endsMs, clientIp, agent } = session
  const client = useQueryClient()
  const ending = useDeed(endSession, {
    onSuccess: () => client.invalidateQueries(sessionsQuery),
  })
  return (
    <tr>
      <td className="long">
        <b>{name}</b> {isThis ? <span className="tag">this one</span> : null}
        {isYours && !isThis ? <span className="tag">yours</span> : null}
        {ending.error === null ? null : <FailureNote error={ending.error} />}
      </td>
      <td className="num" data-label="by">
        {WAYS[way]}
      </td>
      <td className="whole" title={agent}>
        <span className="mono">{clientIp}</span> <span className="muted">{agentWords(agent)}</span>
      </td>
      <td className="num" data-label="used" title={`Logged in ${fullTime(openedMs)}`}>
        {agoText(seenMs, serverNow())}
      </td>
      <td className="num" data-label="ends">
        {shortTime(endsMs)}
      </td>
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
            onClick={() => ending.mutate(id)}
          >
            End
          </Button>
        )}
      </td>
    </tr>
  )
}
