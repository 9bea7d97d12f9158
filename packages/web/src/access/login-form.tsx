import { Button, PasswordInput, SegmentedControl, Skeleton, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDeed } from './use-deed.ts'
import { logIn, whoamiQuery } from '../api/access.ts'
import { RequestError } from '../api/client.ts'
import { somebodyIsKnown } from '../api/known.ts'
import { FailureNote } from '../frame/failure-note.tsx'

/**
 * How one says who one is: what is typed in, or a link to the provider.
 *
 * @param props.next where the provider's way leads back to; undefined opens it beside this page, which stays
 * @param props.done what to do when somebody is in
 */
export function LoginForm(props: {
  readonly next?: string
  readonly done: () => void
}): React.JSX.Element {
  const { next, done } = props
  const client = useQueryClient()
  const { data, error: unanswered } = useQuery(whoamiQuery)
  const [way, setWay] = useState<'token' | 'password'>()
  const [token, setToken] = useState('')
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const { mutate, isPending, error } = useDeed(logIn, {
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: whoamiQuery.queryKey })
      somebodyIsKnown()
      done()
      await client.invalidateQueries()
    },
  })
  if (data === undefined) {
    return unanswered === null ? <Skeleton height={150} /> : <FailureNote error={unanswered} />
  }
  const { oidc, password: hasPasswords } = data.ways
  const shown = way ?? (hasPasswords ? 'password' : 'token')
  return (
    <div className="stack">
      {oidc === null ? null : (
        <>
          <Button
            component="a"
            href={`/login/oidc?next=${encodeURIComponent(next ?? '/logged-in')}`}
            {...(next === undefined ? { target: '_blank', rel: 'noreferrer' } : {})}
            size="md"
            fullWidth
          >
            Continue with {oidc}
          </Button>
          <div className="login-or">or</div>
        </>
      )}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          mutate(shown === 'token' ? { token: token.trim() } : { user, password })
        }}
      >
        {hasPasswords ? (
          <SegmentedControl
            fullWidth
            aria-label="How to log in"
            value={shown}
            onChange={(value) => setWay(value === 'token' ? 'token' : 'password')}
            data={[
              { value: 'password', label: 'Password' },
              { value: 'token', label: 'Token' },
            ]}
          />
        ) : null}
        {shown === 'token' ? (
          <PasswordInput
            key="token"
            label="Token"
            description="Begins with weir_; whoever runs Weir makes one."
            placeholder="weir_…"
            autoComplete="off"
            data-autofocus
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
          />
        ) : (
          <>
            <TextInput
              label="User"
              autoComplete="username"
              data-autofocus
              value={user}
              onChange={(event) => setUser(event.currentTarget.value)}
            />
            <PasswordInput
              key="password"
              label="Password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          </>
        )}
        {error === null ? null : (
          <div className="note" data-tone="error" role="alert">
            {refusalText(error, shown)}
          </div>
        )}
        <Button
          type="submit"
          variant={oidc === null ? 'filled' : 'default'}
          loading={isPending}
          disabled={shown === 'token' ? token.trim() === '' : user === '' || password === ''}
        >
          Log in
        </Button>
      </form>
      {data.isReadable ? (
        <div className="note" role="status">
          This connection is not encrypted: what you type in can be read on the way.
        </div>
      ) : null}
    </div>
  )
}

function refusalText(error: Error, way: 'token' | 'password'): string {
  if (!(error instanceof RequestError) || error.failure.kind !== 'refused') return error.message
  switch (error.failure.code) {
    case 'ACCESS_UNKNOWN':
      return way === 'token'
        ? 'This token is not known. It may be mistyped, revoked or past its time.'
        : 'User or password is wrong.'
    case 'ACCESS_SLOWED':
      return 'Too many wrong tries from your address. Wait a little, then try again.'
    case 'LOGIN_NO_ACCESS':
      return 'This token may not read, so it opens no page. Ask for one with the scope read.'
    default:
      return error.message
  }
}
