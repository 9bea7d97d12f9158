import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FailureNote } from '../../frame/failure-note.tsx'
import { boardsQuery } from '../page/board-queries.ts'

/** All boards: those of packs and those that were imported or made here. */
export function LibraryPage(): React.JSX.Element {
  const { data, error } = useQuery(boardsQuery)
  return (
    <div className="stack">
      <h1>Dashboards</h1>
      {error === null ? null : <FailureNote error={error} />}
      {data === undefined && error === null ? <Skeleton height={200} /> : null}
      {data?.length === 0 ? <div className="sheet empty">No dashboards yet.</div> : null}
      <ul className="board-list">
        {data?.map(({ uid, title }) => (
          <li key={uid}>
            <Link to="/dashboards/$uid" params={{ uid }}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  )
}
