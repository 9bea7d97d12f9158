import { useMay } from './use-may.ts'
import type { Scope } from '../api/access.ts'

/** What only those may do who have a scope: to others it is not offered. */
export function Offered(props: {
  readonly to: Scope
  readonly children: React.ReactNode
}): React.ReactNode {
  return useMay(props.to) ? props.children : null
}
