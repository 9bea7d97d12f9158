import { Button, Modal, Skeleton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type TokenView, revokeToken, tokensQuery } from '../api/access.ts'
import { whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { MoreButton } from '../frame/more-button.tsx'
import { agoText, fullTime, shortTime } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'
import { NewToken } from './new-token.tsx'

const ROWS = 100

/** The tokens there are: made, looked at, revoked. */
export function Tokens(): React.JSX.Element {
  const { data, error, refetch } = useQuery(tokensQuery)
  const [rows, setRows] = useState(ROWS)
  const [isMaking, setMaking] = useState(false)
  const [leaving, setLeaving] = useState<TokenView>()
  if (data === undefined) {
    if (error === null) return <Skeleton height={200} />
    return <FailureNote error={error} retry={() => void refetch()} />
  }
  return (
    <section className="sheet" aria-label="Tokens">
      <div className="sheet-head">
        <h2>Tokens</h2>
        <span className="muted">{whole(data.length)}, for programs and people</span>
        <Button size="compact-sm" ml="auto" onClick={() => setMaking(true)}>
          New token
        </Button>
      </div>
      {data.length === 0 ? (
        <div className="empty">There is no token yet. A program that sends or asks needs one.</div>
      ) : (
        <div className="scroll">
          <table className="plain">
            <thead>
              <tr>
                <th>Name</th>
                <th>May</th>
                <th>Used</th>
                <th>Ends</th>
                <th>Made</th>
                <th>
                  <span className="visually-hidden">Revoke</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.slice(0, rows).map((token) => (
                <TokenRow key={token.id} token={token} onRevoke={() => setLeaving(token)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows >= data.length ? null : (
        <div className="sheet-body">
          <MoreButton left={data.length - rows} step={ROWS} onMore={() => setRows(rows + ROWS)} />
        </div>
      )}
      {isMaking ? <NewToken onClose={() => setMaking(false)} /> : null}
      {leaving === undefined ? null : (
        <Revoke token={leaving} onClose={() => setLeaving(undefined)} />
      )}
    </section>
  )
}

function TokenRow(props: {
  readonly token: TokenView
  readonly onRevoke: () => void
}): React.JSX.Element {
  const { name, prefix, scopes, createdMs, createdBy, expiresMs, lastUsedMs } = props.token
  const nowMs = serverNow()
  const isOver = expiresMs !== null && expiresMs <= nowMs
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
      <td className="num">{lastUsedMs === null ? 'never' : agoText(lastUsedMs, nowMs)}</td>
      <td className="num">
        {expiresMs === null ? (
          <span className="muted">never</span>
        ) : isOver ? (
          <span className="tag" data-mark>
            over since {shortTime(expiresMs)}
          </span>
        ) : (
          <span title={fullTime(expiresMs)}>{agoText(expiresMs, nowMs)}</span>
        )}
      </td>
      <td className="num" title={fullTime(createdMs)}>
        {shortTime(createdMs)} <span className="muted">{createdBy}</span>
      </td>
      <td className="right">
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`Revoke ${name}`}
          onClick={props.onRevoke}
        >
          Revoke
        </Button>
      </td>
    </tr>
  )
}

function Revoke(props: {
  readonly token: TokenView
  readonly onClose: () => void
}): React.JSX.Element {
  const { token, onClose } = props
  const client = useQueryClient()
  const going = useMutation({
    mutationFn: () => revokeToken(token.id),
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
          <Button className="destroy" loading={going.isPending} onClick={() => going.mutate()}>
            Revoke
          </Button>
        </div>
      </div>
    </Modal>
  )
}
