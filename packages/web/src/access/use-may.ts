import { useQuery } from '@tanstack/react-query'
import { type Scope, whoamiQuery } from '../api/access.ts'
import { useNobodyKnown } from '../api/known.ts'

/**
 * Whether the reader may do what wants this scope. Until it is known he may: Weir says no itself, and nothing
 * that most may do should come late. While a session has ended he may too, so that nothing goes in which he writes.
 */
export function useMay(scope: Scope): boolean {
  const { data } = useQuery(whoamiQuery)
  const isNobody = useNobodyKnown()
  return data === undefined || isNobody || data.who.scopes.includes(scope)
}
