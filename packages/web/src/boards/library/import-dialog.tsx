import type { ImportedBoard, Note } from '@weir/boards'
import { Button, Checkbox, Modal, TextInput, Textarea } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { IconFileUpload } from '@tabler/icons-react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useDeed } from '../../access/use-deed.ts'
import { useAuthor } from '../../alerts/author.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { counted } from '../../format/number.ts'
import { type Found, type Source, importTexts } from './board-deeds.ts'

const NONE: readonly Source[] = []

/** Takes dashboards in: files or pasted text first, then what was understood of them, then they are kept. */
export function ImportDialog(props: {
  /** Files that were dropped on the page: looked at at once. */
  readonly given?: readonly Source[]
  readonly onClose: () => void
}): React.JSX.Element {
  const { given = NONE, onClose } = props
  const client = useQueryClient()
  const navigate = useNavigate()
  const [author] = useAuthor()
  const [folder, setFolder] = useState('')
  const [replaces, setReplaces] = useState(false)
  const [pasted, setPasted] = useState('')
  const [found, setFound] = useState<readonly Found[] | undefined>(undefined)

  const choice = { folder, replaces, author }
  const looking = useDeed(importTexts, { onSuccess: setFound })
  const take = (sources: readonly Source[]): void =>
    looking.mutate({ sources, choice: { ...choice, isDry: true } })
  const lookAt = useEffectEvent(take)
  useEffect(() => {
    if (given.length > 0) lookAt(given)
  }, [given])
  const keeping = useDeed(importTexts, {
    onSuccess: async (kept) => {
      await client.invalidateQueries({ queryKey: ['dashboards'] })
      const rows = kept.flatMap((one) => one.boards.flatMap(({ saved }) => saved ?? []))
      if (rows.length === 0) {
        setFound(kept)
        return
      }
      onClose()
      if (rows.length === 1) {
        await navigate({ to: '/dashboards/$uid', params: { uid: rows[0]!.uid } })
      }
    },
  })
  const keep = (): void => {
    const sources = found?.map(({ source }) => source) ?? []
    keeping.mutate({ sources, choice: { ...choice, isDry: false } })
  }
  const boards = found?.flatMap((one) => one.boards) ?? []
  const good = boards.filter(({ problem }) => problem === '')
  const error = looking.error ?? keeping.error
  return (
    <Modal.Root opened onClose={onClose} centered size="lg">
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <div className="stack">
            <Modal.Title fw={600}>Import dashboards</Modal.Title>
            {found === undefined ? (
              <Choose
                pasted={pasted}
                onPaste={setPasted}
                isBusy={looking.isPending}
                onTake={take}
              />
            ) : (
              <>
                <ul className="import-list" aria-label="What was found">
                  {boards.map((board, i) => (
                    <FoundBoard key={`${board.uid} ${i}`} board={board} replaces={replaces} />
                  ))}
                </ul>
                <TextInput
                  label="Folder"
                  placeholder="none"
                  description="team/kafka is the folder kafka in team"
                  value={folder}
                  onChange={(event) => setFolder(event.currentTarget.value)}
                />
                {boards.some(({ exists }) => exists !== null && exists.origin !== 'pack') ? (
                  <Checkbox
                    label="Replace what is there already; else copies are kept beside it"
                    checked={replaces}
                    onChange={(event) => setReplaces(event.currentTarget.checked)}
                  />
                ) : null}
              </>
            )}
            {error === null ? null : <FailureNote error={error} />}
            <div className="dialog-end">
              <Button variant="default" onClick={onClose}>
                Not now
              </Button>
              {found === undefined ? (
                <Button
                  disabled={pasted.trim() === ''}
                  loading={looking.isPending}
                  onClick={() => take([{ name: 'Pasted text', text: pasted }])}
                >
                  Look at it
                </Button>
              ) : (
                <Button disabled={good.length === 0} loading={keeping.isPending} onClick={keep}>
                  Import {counted(good.length, 'dashboard')}
                </Button>
              )}
            </div>
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

/** Files as texts. */
export async function sourcesOf(files: FileList | null): Promise<Source[]> {
  return await Promise.all(
    [...(files ?? [])].map(async (file) => ({ name: file.name, text: await file.text() })),
  )
}

function Choose(props: {
  readonly pasted: string
  readonly isBusy: boolean
  readonly onPaste: (text: string) => void
  readonly onTake: (sources: readonly Source[]) => void
}): React.JSX.Element {
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const take = async (files: FileList | null): Promise<void> => {
    const sources = await sourcesOf(files)
    if (sources.length > 0) props.onTake(sources)
  }
  return (
    <>
      <div
        className="import-drop"
        data-over={isOver ? '' : undefined}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          event.stopPropagation()
          setOver(false)
          void take(event.dataTransfer.files)
        }}
      >
        <IconFileUpload size={26} stroke={1.4} aria-hidden />
        <div>Drop JSON files of Grafana here, or ConfigMaps as YAML</div>
        <Button
          size="compact-sm"
          variant="default"
          loading={props.isBusy}
          onClick={() => input.current?.click()}
        >
          Choose files
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept=".json,.yaml,.yml"
          aria-label="Files with dashboards"
          onChange={(event) => void take(event.currentTarget.files)}
        />
      </div>
      <Textarea
        label="Or paste the JSON"
        rows={6}
        spellCheck={false}
        value={props.pasted}
        onChange={(event) => props.onPaste(event.currentTarget.value)}
        classNames={{ input: 'mono' }}
      />
    </>
  )
}

/** Notes of one dashboard that are shown before the rest is counted. */
const NOTES_SHOWN = 6

function FoundBoard(props: {
  readonly board: ImportedBoard
  readonly replaces: boolean
}): React.JSX.Element {
  const { title, panelCount, notes, exists, problem } = props.board
  const [showsAll, setShowsAll] = useState(false)
  const shown = showsAll ? notes : notes.slice(0, NOTES_SHOWN)
  const becomes =
    props.replaces && exists?.origin !== 'pack' ? 'is replaced' : 'stays; a copy is kept'
  return (
    <li>
      <b>{title}</b> <span className="muted">{counted(panelCount, 'panel')}</span>
      {exists === null ? null : (
        <div className="muted">
          {exists.title} with the same uid is there and {becomes}
        </div>
      )}
      {problem === '' ? null : (
        <div className="note" data-tone="error">
          {problem}
        </div>
      )}
      {notes.length === 0 && problem === '' ? (
        <div className="muted">Everything in it is understood.</div>
      ) : (
        <ul className="import-notes">
          {shown.map((note, i) => (
            <NoteLine key={i} note={note} />
          ))}
        </ul>
      )}
      {shown.length < notes.length ? (
        <Button size="compact-xs" variant="subtle" onClick={() => setShowsAll(true)}>
          {notes.length - shown.length} more
        </Button>
      ) : null}
    </li>
  )
}

const WORDS = { changed: 'Changed', ignored: 'Left aside', broken: 'Does not work' } as const

function NoteLine({ note }: { readonly note: Note }): React.JSX.Element {
  return (
    <li data-kind={note.kind}>
      <span className="import-kind">{WORDS[note.kind]}</span>
      <span>
        {note.where === '' ? '' : `${note.where}: `}
        {note.text}
      </span>
    </li>
  )
}
