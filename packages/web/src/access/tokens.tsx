import { Button, Modal } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { limitTexts, refusedText } from './token-limits.ts'
import { useDeed } from './use-deed.ts'
import { type TokenView, createToken, revokeToken, tokensQuery } from '../api/access.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { agoText, fullTime, shortTime } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'
import { AccessSheet } from './access-sheet.tsx'
import { NewToken } from './new-token.tsx'
import { Offered } from './offered.tsx'

/** The tokens there are: made, looked at, revoked. */
export function Tokens(): React.JSX.Element {
  const [isMaking, setMaking] = useState(false)
  const [leaving, setLeaving] = useState<TokenView>()
  return (
    <>
      <AccessSheet
        query={useQuery(tokensQuery)}
        title="Tokens"
        about="for programs and people"
        empty="There is no token yet. A program that sends or asks needs one."
        action={
          <Offered to={createToken}>
            <Button size="compact-sm" onClick={() => setMaking(true)}>
              New token
            </Button>
          </Offered>
        }
        columns={['Name', 'May', 'At most', 'Used', 'Ends', 'Made']}
        deed="Revoke"
        renderRow={(token) => (
          <TokenRow key={token.id} token={token} onRevoke={() => setLeaving(token)} />
        )}
      />
      {isMaking ? <NewToken onClose={() => setMaking(false)} /> : null}
      {leaving === undefined ? null : (
        <Revoke token={leaving} onClose={() => setLeaving(undefined)} />
      )}
    </>
  )
}

function TokenRow(props: {
  readonly token: TokenView
  readonly onRevoke: () => void
}): React.JSX.Element {
  const { token, onRevoke } = props
  const { name, prefix, scopes, createdMs, createdBy, lastUsedMs } = token
  return (
    <tr>
      <td className="long">
        <b>{name}</b> <div className="muted mono">{prefix}…</div>
      </td>
      <td className="num">
        {scopes.map((scope) => (
          <span className="tag" key={scope}>
            {scope}
          </span>
        ))}
      </td>
      <td className="whole" data-label="at most">
        <Limits token={token} />
      </td>
      <td className="num" data-label="used">
        {lastUsedMs === null ? (
          <span className="muted">never</span>
        ) : (
          <span title={fullTime(lastUsedMs)}>{agoText(lastUsedMs, serverNow())}</span>
        )}
      </td>
      <td className="num" data-label="ends">
        <End atMs={token.expiresMs} />
      </td>
      <td className="num" data-label="made" title={fullTime(createdMs)}>
        {shortTime(createdMs)} <span className="muted">{createdBy}</span>
      </td>
      <td className="right">
        <Offered to={revokeToken}>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Revoke ${name}`}
            onClick={onRevoke}
          >
            Revoke
          </Button>
        </Offered>
      </td>
    </tr>
  )
}

/** How much may come with it, and how much more came. */
function Limits({ token }: { readonly token: TokenView }): React.JSX.Element {
  const limits = limitTexts(token)
  const refused = refusedText(token)
  if (limits.length === 0) return <span className="muted">no limit</span>
  return (
    <>
      {limits.join(', ')}{' '}
      {refused === '' ? null : (
        <span className="tag" data-mark title="Since Weir started">
          refused {refused}
        </span>
      )}
    </>
  )
}

function End({ atMs }: { readonly atMs: number | null }): React.JSX.Element {
  if (atMs === null) return <span className="muted">never</span>
  const nowMs = serverNow()
  if (atMs > nowMs) return <span title={fullTime(atMs)}>{agoText(atMs, nowMs)}</span>
  return (
    <span className="tag" data-mark>
      over since {shortTime(atMs)}
    </span>
  )
}

function Revoke(props: {
  readonly token: TokenView
  readonly onClose: () => void
}): React.JSX.Element {
  const { token, onClose } = props
  const client = useQueryClient()
  const going = useDeed(revokeToken, {
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['access'] })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} centered title={`Revoke ${token.name}?`}>
      <div className="stack">
        <div>
          Whoever uses it is refused from now on, and sessions that were opened with it end. It
          cannot be brought back.
        </div>
        {going.error === null ? null : <FailureNote error={going.error} />}
        <div className="dialog-foot">
          <Button variant="default" data-autofocus onClick={onClose}>
            Keep
          </Button>
          <Button
            className="destroy"
            loading={going.isPending}
            onClick={() => going.mutate(token.id)}
          >
            Revoke
          </Button>
        </div>
      </div>
    </Modal>
  )
}
