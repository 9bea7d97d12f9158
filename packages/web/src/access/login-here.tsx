import { useLocation } from '@tanstack/react-router'
import { LoginPage } from './login-page.tsx'

/** In place of a page that nobody has seen yet: the address stays, and is shown after the login. */
export function LoginHere(): React.JSX.Element {
  const { href } = useLocation()
  return <LoginPage here={href} />
}
