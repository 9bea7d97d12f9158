import { useQuery } from '@tanstack/react-query'
import { type Wanted, whoamiQuery } from '../api/access.ts'
import { useNobodyKnown } from '../api/known.ts'

/**
 * Whether the reader may do what wants a scope: a deed, or what is only shown to some. Until it is known he may:
 * Weir says no itself, and nothing that most may do should come late. While a session has ended he may too, so that
 * nothing goes in which he writes.
 */
export function useMay({ wants }: { readonly wants: Wanted }): boolean {
  const { data } = useQuery(whoamiQuery)
  const isNobody = useNobodyKnown()
  return wants === 'open' || data === undefined || isNobody || data.who.scopes.includes(wants)
}
