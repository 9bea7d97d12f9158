import { Link } from '@tanstack/react-router'
import { safeLink } from './safe-link.ts'

/** Where it is written what to do: a pack's page of this Weir in this window, anything else in a new one. */
export function RunbookLink({ url }: { readonly url: string }): React.JSX.Element | null {
  const link = safeLink(url)
  if (link === undefined) return null
  const [, id, hash] = /^\/packs\/([\w.-]+)#(.+)$/.exec(ownPath(link)) ?? []
  return id === undefined || hash === undefined ? (
    <a href={link} target="_blank" rel="noreferrer">
      Runbook
    </a>
  ) : (
    <Link to="/packs/$id" params={{ id }} hash={hash}>
      Runbook
    </Link>
  )
}

/** The path of an address that leads to this very Weir; every other address as it is. */
function ownPath(link: string): string {
  return link.startsWith(`${location.origin}/`) ? link.slice(location.origin.length) : link
}
