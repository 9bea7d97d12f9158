import { Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { whoamiQuery } from '../api/access.ts'
import { Changes } from './changes.tsx'
import { Sessions } from './sessions.tsx'
import { Tokens } from './tokens.tsx'
import { useMay } from './use-may.ts'

const TABS = ['sessions', 'tokens', 'changes'] as const

/** Who gets in, and who changed what. */
export function AccessPage(): React.JSX.Element {
  const { tab } = useSearch({ from: '/access' })
  const navigate = useNavigate({ from: '/access' })
  const { data: me } = useQuery(whoamiQuery)
  const isAdmin = useMay('admin')
  return (
    <>
      <div className="page-head">
        <h1>Access</h1>
      </div>
      {me === undefined || me.isAsked ? null : (
        <div className="note" data-tone="quiet" style={{ marginBottom: 16 }}>
          Nobody is asked who they are: there is no <code>auth</code> in weir.yml. Tokens made here
          count once there is.
        </div>
      )}
      <Tabs
        value={TABS.find((each) => each === tab) ?? TABS[0]}
        onChange={(next) =>
          void navigate({ search: { tab: next === TABS[0] ? undefined : (next ?? undefined) } })
        }
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="sessions">Sessions</Tabs.Tab>
          <Tabs.Tab value="tokens">Tokens</Tabs.Tab>
          <Tabs.Tab value="changes">Changes</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="sessions">
          <Sessions />
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          {isAdmin ? <Tokens /> : <AdminsOnly what="Tokens" />}
        </Tabs.Panel>
        <Tabs.Panel value="changes">
          {isAdmin ? <Changes /> : <AdminsOnly what="Changes" />}
        </Tabs.Panel>
      </Tabs>
    </>
  )
}

function AdminsOnly({ what }: { readonly what: string }): React.JSX.Element {
  return (
    <div className="sheet empty">
      {what} are for those with the scope <b>admin</b>.
    </div>
  )
}
