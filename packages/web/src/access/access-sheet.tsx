import { Skeleton } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import { whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { MoreButton } from '../frame/more-button.tsx'

const ROWS = 100

/** A list of those who get in, with what can be done about each at the end of its row. */
export function AccessSheet<T>(props: {
  readonly query: UseQueryResult<readonly T[]>
  readonly title: string
  readonly about: string
  /** For when there is none: what to do then. */
  readonly empty: React.ReactNode
  /** What can be done about all of them. */
  readonly action?: React.ReactNode
  readonly columns: readonly string[]
  /** What the buttons at the end of the rows do; the column has no other title. */
  readonly deed: string
  readonly renderRow: (item: T) => React.JSX.Element
}): React.JSX.Element {
  const { title, about, empty, action, columns, deed, renderRow } = props
  const { data, error, refetch } = props.query
  const [count, setCount] = useState(ROWS)
  if (data === undefined) {
    if (error === null) return <Skeleton height={200} />
    return <FailureNote error={error} retry={() => void refetch()} />
  }
  return (
    <section className="sheet" aria-label={title}>
      <div className="sheet-head">
        <h2>{title}</h2>
        <span className="muted">{data.length === 0 ? '' : `${whole(data.length)}, ${about}`}</span>
        <span className="spacer" />
        {action}
      </div>
      {data.length === 0 ? (
        <div className="empty">{empty}</div>
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label={`All: ${title}`}>
          <table className="plain folds">
            <thead>
              <tr>
                {columns.map((name) => (
                  <th key={name}>{name}</th>
                ))}
                <th>
                  <span className="visually-hidden">{deed}</span>
                </th>
              </tr>
            </thead>
            <tbody>{data.slice(0, count).map(renderRow)}</tbody>
          </table>
        </div>
      )}
      {count >= data.length ? null : (
        <div className="sheet-body">
          <MoreButton
            left={data.length - count}
            step={ROWS}
            onMore={() => setCount(count + ROWS)}
          />
        </div>
      )}
    </section>
  )
}
