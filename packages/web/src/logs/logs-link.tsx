import { Link } from '@tanstack/react-router'
import { logsOf } from './link.ts'

/** To the lines of a pipeline or stage in a span of time; not there where nothing says whose lines they are. */
export function LogsLink(props: {
  readonly labels: Readonly<Record<string, string>>
  readonly span: { readonly from: string; readonly to: string }
  /** Said to those who do not see what it stands beside. */
  readonly of: string
}): React.JSX.Element | null {
  const search = logsOf(props.labels, props.span)
  if (search === undefined) return null
  return (
    <Link to="/logs" search={search} aria-label={`Logs of ${props.of}`}>
      Logs
    </Link>
  )
}
