import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FailureNote } from '../../../frame/failure-note.tsx'
import { boardsQuery } from '../../page/board-queries.ts'
import type { PanelProps } from '../panel-props.ts'

/** Other boards: by words and tags. */
export function DashlistPanel({ panel, text }: PanelProps): React.JSX.Element {
  const { data, error } = useQuery(boardsQuery)
  if (error !== null) return <FailureNote error={error} />
  if (data === undefined) return <Skeleton height="100%" />
  const { query, tags, maxItems, folderUID } = panel.options
  const words = text(typeof query === 'string' ? query : '').toLowerCase()
  const wanted = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []
  const folder = typeof folderUID === 'string' ? folderUID : ''
  const found = data
    .filter((board) => board.title.toLowerCase().includes(words))
    .filter((board) => wanted.every((tag) => board.tags.includes(tag)))
    .filter((board) => folder === '' || board.folder === folder)
    .toSorted((a, b) => (a.title < b.title ? -1 : 1))
    .slice(0, typeof maxItems === 'number' && maxItems > 0 ? maxItems : 100)
  if (found.length === 0) return <div className="panel-say">No dashboard matches.</div>
  return (
    <ul className="board-links" aria-label="Dashboards" tabIndex={0}>
      {found.map(({ uid, title, tags: own }) => (
        <li key={uid}>
          <Link to="/dashboards/$uid" params={{ uid }}>
            {title}
          </Link>
          {own.slice(0, 4).map((tag) => (
            <span key={tag} className="tag">
              {tag}
            </span>
          ))}
        </li>
      ))}
    </ul>
  )
}
