import { useQuery } from '@tanstack/react-query'
import { whoamiQuery } from '../api/access.ts'

/** Loud, on every page: whoever reaches the port may do everything. It lies over the foot, so that nothing moves. */
export function ExposedBanner(): React.JSX.Element | null {
  const { data } = useQuery(whoamiQuery)
  if (data?.isExposed !== true) return null
  return (
    <aside className="exposed" aria-label="Warning">
      <b>Open to everybody.</b> Whoever reaches this port can read and change everything. Set up{' '}
      <code>auth</code> in weir.yml, or listen on this machine only.
    </aside>
  )
}
