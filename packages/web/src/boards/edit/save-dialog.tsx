import type { BoardRow, Dashboard } from '@weir/boards'
import { Button, Modal, TextInput, Textarea } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDeed } from '../../access/use-deed.ts'
import { useAuthor } from '../../alerts/author.ts'
import { RequestError } from '../../api/client.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { keepBoard } from '../library/board-deeds.ts'

/** Saves a board as a new version, or a copy of it; says who was first when somebody was. */
export function SaveDialog(props: {
  readonly board: Dashboard
  readonly meta: BoardRow
  /** Under another uid, beside what it was made from. */
  readonly isCopy: boolean
  readonly onSaved: (row: BoardRow) => void
  readonly onClose: () => void
}): React.JSX.Element {
  const { board, meta, onSaved, onClose } = props
  const client = useQueryClient()
  const [author, setAuthor, isKnown] = useAuthor()
  const [isCopy, setCopy] = useState(props.isCopy || meta.origin === 'pack')
  const [title, setTitle] = useState(props.isCopy ? `${board.title} (copy)` : board.title)
  const [folder, setFolder] = useState(meta.origin === 'pack' ? '' : meta.folder)
  const [message, setMessage] = useState('')
  const [isForced, setForced] = useState(false)
  const saving = useDeed(keepBoard, {
    onSuccess: async (row) => {
      await client.invalidateQueries({ queryKey: ['dashboards'] })
      onSaved(row)
    },
  })
  const save = (force: boolean): void => {
    const said = { folder, author: author.trim(), message: message.trim() }
    const dashboard = { ...board, title: title.trim() }
    saving.mutate(
      isCopy
        ? { change: { ...said, dashboard: { ...dashboard, uid: '', id: null } } }
        : {
            uid: meta.uid,
            change: { ...said, dashboard, ...(force ? {} : { version: meta.version }) },
          },
    )
  }
  const failure = saving.error instanceof RequestError ? saving.error.failure : undefined
  const isConflict = failure?.kind === 'refused' && failure.status === 409
  /** Somebody deleted it meanwhile: there is nothing of theirs to look at. */
  const isGone = isConflict && failure.conflict === undefined
  return (
    <Modal.Root opened onClose={onClose} centered>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault()
              save(isForced)
            }}
          >
            <Modal.Title fw={600}>{isCopy ? 'Save a copy' : 'Save the dashboard'}</Modal.Title>
            {meta.origin === 'pack' ? (
              <div className="note">
                This dashboard comes with the pack {meta.pack} and stays as it is. Your copy is
                yours.
              </div>
            ) : null}
            <TextInput
              label="Title"
              value={title}
              onChange={(event) => setTitle(event.currentTarget.value)}
            />
            <TextInput
              label="Folder"
              placeholder="none"
              value={folder}
              onChange={(event) => setFolder(event.currentTarget.value)}
            />
            <Textarea
              label="What was changed"
              placeholder="may be left empty"
              autosize
              maxRows={4}
              data-autofocus
              value={message}
              onChange={(event) => setMessage(event.currentTarget.value)}
            />
            <TextInput
              label="Your name"
              value={author}
              readOnly={isKnown}
              onChange={(event) => setAuthor(event.currentTarget.value)}
            />
            {isConflict && !isForced ? (
              <div className="note" data-tone="error" role="alert">
                {saving.error?.message}
                <div className="dialog-end" style={{ marginTop: 10 }}>
                  {isGone ? null : (
                    <Button
                      size="compact-sm"
                      variant="default"
                      component="a"
                      href={`/dashboards/${encodeURIComponent(meta.uid)}`}
                      target="_blank"
                    >
                      Look at theirs
                    </Button>
                  )}
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => {
                      setCopy(true)
                      setTitle(`${board.title} (copy)`)
                      saving.reset()
                    }}
                  >
                    Save a copy
                  </Button>
                  <Button
                    size="compact-sm"
                    color="red"
                    onClick={() => {
                      setForced(true)
                      save(true)
                    }}
                  >
                    {isGone ? 'Keep it all the same' : 'Replace theirs'}
                  </Button>
                </div>
              </div>
            ) : saving.error === null ? null : (
              <FailureNote error={saving.error} />
            )}
            <div className="dialog-end">
              <Button variant="default" onClick={onClose}>
                Not now
              </Button>
              <Button type="submit" loading={saving.isPending} disabled={title.trim() === ''}>
                {isCopy ? 'Save the copy' : 'Save'}
              </Button>
            </div>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
