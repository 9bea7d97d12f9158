import './boards.css'
import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { FailureNote } from '../../frame/failure-note.tsx'
import { Board } from './board.tsx'
import { boardQuery } from './board-queries.ts'

/** A dashboard. What is looked at (time, variables, one panel) is in the address. */
export function BoardPage(): React.JSX.Element {
  const { uid } = useParams({ from: '/dashboards/$uid' })
  const { data, error } = useQuery(boardQuery(uid))
  if (error !== null) return <FailureNote error={error} />
  if (data === undefined) {
    return (
      <div className="stack">
        <Skeleton height={36} width={320} />
        <Skeleton height={300} />
      </div>
    )
  }
  return <Board key={uid} dashboard={data.dashboard} uid={uid} />
}
