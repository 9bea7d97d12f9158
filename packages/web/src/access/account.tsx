import { ActionIcon, Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { IconKey, IconLogin2, IconLogout2, IconUser } from '@tabler/icons-react'
import { logOut, whoamiQuery } from '../api/access.ts'

/** Who one is here, what one may do, and the way out. */
export function AccountMenu(): React.JSX.Element {
  const { data } = useQuery(whoamiQuery)
  const { isAsked = false, who, session = null } = data ?? {}
  const isKnown = isAsked && who !== undefined && who.kind !== 'anyone'
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={34}
          aria-label={isKnown ? `Account: ${who.name}` : 'Account'}
        >
          <IconUser size={18} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <div className="account">
          {isKnown ? (
            <>
              <b className="clip">{who.name}</b>
              <span className="muted">may {scopeWords(who.scopes)}</span>
            </>
          ) : (
            <span className="muted">
              {isAsked
                ? 'You are not logged in.'
                : 'Nobody is asked who they are here: everybody may do everything.'}
            </span>
          )}
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} to="/access" leftSection={<IconKey size={15} />}>
          Access
        </Menu.Item>
        {isAsked && !isKnown ? (
          <Menu.Item
            component="a"
            href={`/login?next=${encodeURIComponent(location.pathname + location.search)}`}
            leftSection={<IconLogin2 size={15} />}
          >
            Log in
          </Menu.Item>
        ) : null}
        {session === null ? null : (
          <Menu.Item leftSection={<IconLogout2 size={15} />} onClick={() => void leave()}>
            Log out
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

/** `read and write`; what comes with a larger one is left out. */
function scopeWords(scopes: readonly string[]): string {
  if (scopes.includes('admin')) return 'do everything'
  const words = [
    ...(scopes.includes('read') ? ['read'] : []),
    ...(scopes.includes('write') ? ['change silences, rules, boards and levels'] : []),
    ...(scopes.includes('ingest') ? ['send data'] : []),
  ]
  return words.length === 0 ? 'do nothing yet' : words.join(', ')
}

/** A fresh page afterwards: nothing that was read stays in memory. */
export async function leave(): Promise<void> {
  location.assign(await logOut.run(undefined))
}
