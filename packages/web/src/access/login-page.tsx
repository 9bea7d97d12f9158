import { useNavigate, useSearch } from '@tanstack/react-router'
import { LoginForm } from './login-form.tsx'
import { localNext } from './local-next.ts'

/** What the provider's way back can end in, in words; the address holds the code only. */
const WHY: Readonly<Record<string, string>> = {
  LOGIN_FAILED: 'The login could not be checked. It may have taken too long; try again.',
  LOGIN_NO_ACCESS:
    'You are known, but nothing here is for you: none of your groups may use Weir. Ask whoever runs it.',
  LOGIN_PROVIDER_AWAY:
    'The provider does not answer. Try again in a moment, or log in another way.',
  SESSIONS_FULL: 'Too many people are logged in. Ask whoever runs Weir to end old sessions.',
}

/** Stands in for every page while nobody is known, and at /login. */
export function LoginPage(props: { readonly here?: string }): React.JSX.Element {
  const { next, error } = useSearch({ strict: false })
  const navigate = useNavigate()
  const where = props.here ?? localNext(next)
  return (
    <div className="login">
      <section className="sheet login-sheet" aria-labelledby="login-title">
        <h1 id="login-title">Log in to Weir</h1>
        {error === undefined ? null : (
          <div className="note" data-tone="error" role="alert">
            {WHY[error] ?? 'The login did not work. Try again.'}
          </div>
        )}
        <LoginForm
          next={where}
          done={() => {
            if (props.here === undefined) void navigate({ href: where, replace: true })
          }}
        />
      </section>
    </div>
  )
}

/** Where the provider's way leads that was opened beside a page. */
export function LoggedInPage(): React.JSX.Element {
  return (
    <div className="empty">
      <h1>You are logged in</h1>
      <p>Close this tab and go on where you were.</p>
      <a href="/">To the overview</a>
    </div>
  )
}
