import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { whoamiQuery } from '../api/access.ts'
import { PageTabs } from '../frame/page-tabs.tsx'
import { Changes } from './changes.tsx'
import { Sessions } from './sessions.tsx'
import { Tokens } from './tokens.tsx'
import { useMay } from './use-may.ts'

/** Who gets in, and who changed what. */
export function AccessPage(): React.JSX.Element {
  const { tab } = useSearch({ from: '/access' })
  const navigate = useNavigate({ from: '/access' })
  const { data: me, isPending } = useQuery(whoamiQuery)
  const isAdmin = useMay({ wants: 'admin' })
  if (isPending) return <Waiting />
  const tokens = isAdmin ? <Tokens /> : <AdminsOnly what="Tokens" />
  const changes = isAdmin ? <Changes /> : <AdminsOnly what="Changes" />
  return (
    <PageTabs
      title="Access"
      tab={tab}
      onTab={(next) => void navigate({ search: { tab: next } })}
      note={me === undefined || me.isAsked ? null : <NobodyIsAsked />}
      tabs={[
        { value: 'sessions', title: 'Sessions', body: <Sessions /> },
        { value: 'tokens', title: 'Tokens', body: tokens },
        { value: 'changes', title: 'Changes', body: changes },
      ]}
    />
  )
}

/** Until it is known what there is to say above the tabs: they must not move. */
function Waiting(): React.JSX.Element {
  return (
    <>
      <div className="page-head">
        <h1>Access</h1>
      </div>
      <Skeleton height={240} />
    </>
  )
}

function NobodyIsAsked(): React.JSX.Element {
  return (
    <div className="note" data-tone="quiet" style={{ marginBottom: 16 }}>
      Nobody is asked who they are: there is no <code>auth</code> in weir.yml. Tokens made here
      count once there is.
    </div>
  )
}

function AdminsOnly({ what }: { readonly what: string }): React.JSX.Element {
  return (
    <div className="sheet empty">
      {what} are for those with the scope <b>admin</b>.
    </div>
  )
}
