import { Modal } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { whoamiQuery } from '../api/access.ts'
import { somebodyIsKnown, useNobodyKnown } from '../api/known.ts'
import { LoginForm } from './login-form.tsx'

/** Over a page whose session ended: what is written there stays as it is. */
export function LoginAgain(): React.JSX.Element {
  const client = useQueryClient()
  const nobody = useNobodyKnown()
  const { data, dataUpdatedAt } = useQuery({ ...whoamiQuery, refetchInterval: 3000 })
  // It is there from the moment on when somebody must log in: what was known before does not count.
  const [since] = useState(() => performance.timeOrigin + performance.now())
  useEffect(() => {
    void client.invalidateQueries({ queryKey: whoamiQuery.queryKey })
  }, [client])
  // Somebody logged in meanwhile, in another tab.
  const isBack = dataUpdatedAt > since && data?.session !== null && data !== undefined
  useEffect(() => {
    if (!isBack) return
    somebodyIsKnown()
    void client.invalidateQueries()
  }, [isBack, client])
  const mayRead = data?.who.scopes.includes('read') === true && dataUpdatedAt > since
  return (
    <Modal
      opened={nobody}
      onClose={somebodyIsKnown}
      withCloseButton={mayRead}
      closeOnEscape={mayRead}
      closeOnClickOutside={false}
      centered
      title={mayRead ? 'Log in to do this' : 'Your session has ended'}
    >
      <div className="stack">
        <div className="muted">Log in to go on. What you have written here stays.</div>
        <LoginForm done={() => undefined} />
      </div>
    </Modal>
  )
}
