import type { Wanted } from '../api/access.ts'
import { useMay } from './use-may.ts'

/** The way to a deed, for those who may do it: to others it is not offered. */
export function Offered(props: {
  readonly to: { readonly wants: Wanted }
  readonly children: React.ReactNode
}): React.ReactNode {
  return useMay(props.to) ? props.children : null
}
