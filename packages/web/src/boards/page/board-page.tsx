import './boards.css'
import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { Suspense, lazy, useEffect } from 'react'
import { useMay } from '../../access/use-may.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { keepBoard } from '../library/board-deeds.ts'
import { rememberVisit } from '../library/remembered.ts'
import { Board } from './board.tsx'
import { boardQuery } from './board-queries.ts'

const EditBoard = lazy(async () => ({
  default: (await import('../edit/edit-board.tsx')).EditBoard,
}))

/** A dashboard. What is looked at (time, variables, one panel) is in the address, and whether it is edited. */
export function BoardPage(): React.JSX.Element {
  const { uid } = useParams({ from: '/dashboards/$uid' })
  const { edit } = useSearch({ from: '/dashboards/$uid' })
  const { data, error } = useQuery(boardQuery(uid))
  const mayEdit = useMay(keepBoard)
  const isThere = data !== undefined
  useEffect(() => {
    if (isThere) rememberVisit(uid)
  }, [uid, isThere])
  if (error !== null) {
    return (
      <div className="stack">
        <h1>Dashboard</h1>
        <FailureNote error={error} />
      </div>
    )
  }
  if (data === undefined) return <Waiting />
  if (edit === undefined || !mayEdit) {
    return (
      <>
        {edit === undefined ? null : (
          <div className="note" role="status" style={{ marginBottom: 16 }}>
            You may look at this dashboard, not change it: that wants the scope <b>write</b>.
          </div>
        )}
        <Board key={uid} dashboard={data.dashboard} uid={uid} />
      </>
    )
  }
  return (
    <Suspense fallback={<Waiting />}>
      <EditBoard key={`${uid} ${data.meta.version}`} answer={data} />
    </Suspense>
  )
}

function Waiting(): React.JSX.Element {
  return (
    <div className="stack">
      <h1 className="visually-hidden">Dashboard</h1>
      <Skeleton height={36} width={320} />
      <Skeleton height={300} />
    </div>
  )
}
