import './library.css'
import type { BoardRow } from '@weir/boards'
import { Button, SegmentedControl, Select, Skeleton, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { IconFileImport, IconPlus, IconSearch } from '@tabler/icons-react'
import { useDeferredValue, useMemo, useState } from 'react'
import { useMay } from '../../access/use-may.ts'
import { useDeed } from '../../access/use-deed.ts'
import { Offered } from '../../access/offered.tsx'
import { useAuthor } from '../../alerts/author.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { MoreButton } from '../../frame/more-button.tsx'
import { counted } from '../../format/number.ts'
import { boardListQuery } from '../page/board-queries.ts'
import { type Source, deleteBoard, importTexts, keepBoard, restoreBoard } from './board-deeds.ts'
import { BoardLine } from './board-line.tsx'
import { FileDrop } from './file-drop.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { type LibraryWish, boardsThatFit, foldersOf, tagsOf } from './library-filter.ts'
import { recentBoards, useStars } from './remembered.ts'

/** Rows that are made at once. */
const STEP = 200

/** All boards: those of packs and those that were imported or made here. */
export function LibraryPage(): React.JSX.Element {
  const search = useSearch({ from: '/dashboards' })
  const navigate = useNavigate({ from: '/dashboards' })
  const { data, error, refetch } = useQuery(boardListQuery)
  const { stars, toggle } = useStars()
  const [recent] = useState(recentBoards)
  const [importing, setImporting] = useState<readonly Source[] | undefined>(undefined)
  const [shownCount, setShownCount] = useState(STEP)
  const wish = useDeferredValue<LibraryWish>(search)
  const boards = data?.boards
  const found = useMemo(() => boardsThatFit(boards ?? [], wish, stars), [boards, wish, stars])
  const deleting = useDeleting()
  const mayDelete = useMay(deleteBoard)
  const creating = useCreating()
  const set = (change: LibraryWish): void => {
    setShownCount(STEP)
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }
  const isNarrowed = Object.values(search).some((value) => value !== undefined)
  return (
    <div className="stack">
      <div className="page-head" style={{ marginBottom: 0 }}>
        <div className="grow">
          <h1>Dashboards</h1>
          <div className="muted" style={{ fontSize: 13 }}>
            {boards === undefined ? 'Asking Weir…' : counted(boards.length, 'dashboard')}
          </div>
        </div>
        <Offered to={importTexts}>
          <Button
            variant="default"
            leftSection={<IconFileImport size={16} aria-hidden />}
            onClick={() => setImporting([])}
          >
            Import
          </Button>
        </Offered>
        <Offered to={keepBoard}>
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            loading={creating.isPending}
            onClick={() => creating.mutate()}
          >
            New
          </Button>
        </Offered>
      </div>
      {error === null ? null : <FailureNote error={error} retry={() => void refetch()} />}
      {[deleting.error, creating.error].map((failed) =>
        failed === null ? null : <FailureNote key={failed.message} error={failed} />,
      )}
      {deleting.gone === undefined ? null : (
        <div className="note library-gone" role="status">
          {deleting.gone.title} is deleted.
          <Offered to={restoreBoard}>
            <Button size="compact-sm" variant="default" onClick={deleting.undo}>
              Undo
            </Button>
          </Offered>
        </div>
      )}
      <Filters wish={search} rows={boards ?? []} onChange={set} />
      {boards === undefined || isNarrowed ? null : <Recent uids={recent} rows={boards} />}
      {boards === undefined && error === null ? <Skeleton height={320} /> : null}
      {boards === undefined ? null : found.length === 0 ? (
        <div className="sheet empty">
          {isNarrowed ? (
            <>
              No dashboard fits.{' '}
              <Link to="/dashboards" search={{}}>
                Show all
              </Link>
            </>
          ) : (
            'No dashboards yet. Import those that you have in Grafana, or make a new one.'
          )}
        </div>
      ) : (
        <ul className="sheet library" aria-label="Dashboards">
          {found.slice(0, shownCount).map((row) => (
            <BoardLine
              key={row.uid}
              row={row}
              isStarred={stars.has(row.uid)}
              onStar={() => toggle(row.uid)}
              onTag={(tag) => set({ tag })}
              onFolder={(folder) => set({ folder })}
              onDelete={mayDelete ? () => deleting.run(row) : undefined}
            />
          ))}
        </ul>
      )}
      <MoreButton
        left={found.length - shownCount}
        step={STEP}
        onMore={() => setShownCount((count) => count + STEP)}
      />
      {data === undefined || data.problems.length === 0 ? null : (
        <details className="sheet library-problems">
          <summary>
            {counted(data.problems.length, 'file')} in the directory cannot be shown
          </summary>
          <ul>
            {data.problems.map(({ file, what }) => (
              <li key={file}>
                <code>{file}</code> {what}
              </li>
            ))}
          </ul>
        </details>
      )}
      {importing === undefined ? (
        <Offered to={importTexts}>
          <FileDrop onFiles={setImporting} />
        </Offered>
      ) : (
        <ImportDialog given={importing} onClose={() => setImporting(undefined)} />
      )}
    </div>
  )
}

function Filters(props: {
  readonly wish: LibraryWish
  readonly rows: readonly BoardRow[]
  readonly onChange: (change: LibraryWish) => void
}): React.JSX.Element {
  const { wish, rows, onChange } = props
  const tags = useMemo(() => tagsOf(rows), [rows])
  const folders = useMemo(() => foldersOf(rows), [rows])
  return (
    <div className="filters">
      <TextInput
        data-search
        aria-label="Search dashboards"
        placeholder="Search title, folder, tag   /"
        leftSection={<IconSearch size={15} aria-hidden />}
        value={wish.q ?? ''}
        onChange={(event) => onChange({ q: event.currentTarget.value || undefined })}
        style={{ flex: '1 1 220px', maxWidth: 380 }}
      />
      {folders.length === 0 ? null : (
        <Select
          aria-label="Folder"
          placeholder="All folders"
          data={folders}
          value={wish.folder ?? null}
          onChange={(folder) => onChange({ folder: folder ?? undefined })}
          clearable
          searchable
          clearButtonProps={{ 'aria-label': 'All folders' }}
          w={190}
        />
      )}
      {tags.length === 0 ? null : (
        <Select
          aria-label="Tag"
          placeholder="All tags"
          data={tags}
          value={wish.tag ?? null}
          onChange={(tag) => onChange({ tag: tag ?? undefined })}
          clearable
          searchable
          clearButtonProps={{ 'aria-label': 'All tags' }}
          w={160}
        />
      )}
      <SegmentedControl
        aria-label="Whose"
        value={wish.origin ?? 'all'}
        onChange={(origin) => onChange({ origin: origin === 'all' ? undefined : origin })}
        data={[
          { value: 'all', label: 'All' },
          { value: 'own', label: 'Ours' },
          { value: 'pack', label: 'Of packs' },
        ]}
      />
    </div>
  )
}

function Recent(props: {
  readonly uids: readonly string[]
  readonly rows: readonly BoardRow[]
}): React.JSX.Element | null {
  const rows = props.uids.flatMap((uid) => props.rows.find((row) => row.uid === uid) ?? [])
  if (rows.length === 0) return null
  return (
    <nav className="library-recent" aria-label="Looked at last">
      <span className="muted">Looked at last</span>
      {rows.map(({ uid, title }) => (
        <Link key={uid} to="/dashboards/$uid" params={{ uid }}>
          {title}
        </Link>
      ))}
    </nav>
  )
}

/** Deletes at once, and offers to take it back. */
function useDeleting(): {
  readonly run: (row: BoardRow) => void
  readonly undo: () => void
  readonly gone: BoardRow | undefined
  readonly error: Error | null
} {
  const client = useQueryClient()
  const [author] = useAuthor()
  const [gone, setGone] = useState<BoardRow | undefined>(undefined)
  const again = (): Promise<void> => client.invalidateQueries({ queryKey: ['dashboards'] })
  const deleting = useDeed(deleteBoard, {
    onMutate: ({ uid: going }) => {
      client.setQueryData(
        boardListQuery.queryKey,
        (before) =>
          before && { ...before, boards: before.boards.filter(({ uid }) => uid !== going) },
      )
    },
    onError: () => setGone(undefined),
    onSettled: again,
  })
  const restoring = useDeed(restoreBoard, {
    onSuccess: () => setGone(undefined),
    onSettled: again,
  })
  return {
    run: (row) => {
      setGone(row)
      deleting.mutate({ uid: row.uid, author })
    },
    undo: () => {
      if (gone !== undefined) restoring.mutate({ uid: gone.uid, author })
    },
    gone,
    error: deleting.error ?? restoring.error,
  }
}

/** Makes an empty dashboard and opens it to be edited. */
function useCreating(): {
  readonly mutate: () => void
  readonly isPending: boolean
  readonly error: Error | null
} {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [author] = useAuthor()
  const { mutate, isPending, error } = useDeed(keepBoard, {
    onSuccess: async ({ uid }) => {
      await client.invalidateQueries({ queryKey: ['dashboards'] })
      await navigate({ to: '/dashboards/$uid', params: { uid }, search: { edit: '1' } })
    },
  })
  const dashboard = { title: 'New dashboard', schemaVersion: 42, panels: [] }
  return { mutate: () => mutate({ change: { dashboard, author } }), isPending, error }
}
