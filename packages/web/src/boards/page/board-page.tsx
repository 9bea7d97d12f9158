import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { FailureNote } from '../../frame/failure-note.tsx'
import { boardQuery } from './board-queries.ts'

/** A dashboard. What is looked at (time, variables, one panel) is in the address. */
export function BoardPage(): React.JSX.Element {
  const { uid } = useParams({ from: '/dashboards/$uid' })
  const { data, error } = useQuery(boardQuery(uid))
  if (error !== null) return <FailureNote error={error} />
  if (data === undefined) return <Skeleton height={300} />
  return <h1>{data.dashboard.title}</h1>
}
