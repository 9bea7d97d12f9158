import { useQuery } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { whoamiQuery } from '../api/access.ts'
import { nobodyIsKnown, useNobodyKnown } from '../api/known.ts'

/** Pages for those who are not in yet. */
const AT_THE_DOOR: ReadonlySet<string> = new Set(['/login', '/logged-in'])

/**
 * Whether somebody must log in: in place of a page that nobody has seen yet, or over one that was in use, so that
 * what is written there stays.
 */
export function useLoginWanted(): {
  readonly mustLogIn: boolean
  readonly wantsLogin: boolean
  readonly isAtDoor: boolean
} {
  const { pathname } = useLocation()
  const isNobody = useNobodyKnown()
  const { data } = useQuery(whoamiQuery)
  const [wasKnown, setWasKnown] = useState(false)
  const mayRead = data?.who.scopes.includes('read')
  if (mayRead === true && !wasKnown) setWasKnown(true)
  useEffect(() => {
    if (mayRead === false) nobodyIsKnown()
  }, [mayRead])
  const isAtDoor = AT_THE_DOOR.has(pathname)
  return {
    mustLogIn: isNobody && !wasKnown && !isAtDoor,
    wantsLogin: isNobody && !isAtDoor,
    isAtDoor,
  }
}
