import './edit.css'
import {
  type BoardAnswer,
  type BoardRow,
  type Dashboard,
  PANEL_KINDS,
  addPanel,
  addRow,
  foldRow,
  newPanel,
  panelOf,
  unfoldRow,
} from '@weir/boards'
import { ActionIcon, Button, Menu } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useBlocker, useNavigate, useSearch } from '@tanstack/react-router'
import { IconArrowBackUp, IconArrowForwardUp, IconPlus, IconSettings } from '@tabler/icons-react'
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { changedSearch } from '../page/board-search.ts'
import type { BoardLook } from '../page/board-look.ts'
import { zoneName } from '../page/board-time.ts'
import { Board } from '../page/board.tsx'
import { type BoardEdit, useBoardEdit } from './board-edit.ts'
import { BoardSettings } from './board-settings.tsx'
import { useGridDrag } from './grid-drag.ts'
import { Outline } from './outline.tsx'
import { PanelEditor } from './panel-editor.tsx'
import { SaveDialog } from './save-dialog.tsx'
import { type Told, fieldNamesAt } from './transform-options.ts'

type Opened = 'settings' | 'save' | 'copy' | undefined

/** A board that is being changed: the board itself as it will be, and the tools around it. */
export function EditBoard({ answer }: { readonly answer: BoardAnswer }): React.JSX.Element {
  const { meta } = answer
  const edit = useBoardEdit(answer.dashboard)
  const search = useSearch({ from: '/dashboards/$uid' })
  const navigate = useNavigate({ from: '/dashboards/$uid' })
  const client = useQueryClient()
  const box = useRef<HTMLDivElement>(null)
  const [opened, setOpened] = useState<Opened>(undefined)
  const chosen = search.editPanel === undefined ? undefined : Number(search.editPanel)
  const panel = chosen === undefined ? undefined : panelOf(edit.board, chosen)
  useGridDrag(box, edit, panel === undefined)
  const [told, setTold] = useState<Told | undefined>(undefined)
  const onTold = useCallback<NonNullable<BoardLook['onTold']>>(
    (placed, answers) => setTold({ placed, answers }),
    [],
  )
  const isLeaving = useRef(false)
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      edit.isChanged &&
      !isLeaving.current &&
      (current.pathname !== next.pathname || !('edit' in next.search)) &&
      !window.confirm('Leave without saving what you changed?'),
    enableBeforeUnload: false,
  })
  const show = (change: {
    readonly editPanel?: string | undefined
    readonly edit?: undefined
  }): void => {
    void navigate({ search: (before) => changedSearch(before, change), resetScroll: false })
  }
  useSaveKey(() => {
    if (opened === undefined && (edit.isChanged || meta.origin === 'pack')) setOpened('save')
  })
  const onEdit = (id: number): void => show({ editPanel: String(id) })
  const onSaved = async (row: BoardRow): Promise<void> => {
    isLeaving.current = true
    edit.saved()
    await client.invalidateQueries({ queryKey: ['dashboard', row.uid] })
    await navigate({
      to: '/dashboards/$uid',
      params: { uid: row.uid },
      search: (before) => changedSearch(before, { edit: undefined, editPanel: undefined }),
    })
  }
  return (
    <div className="edit" data-panel-open={panel === undefined ? undefined : ''}>
      <EditBar
        edit={edit}
        meta={meta}
        onOpen={setOpened}
        onAdd={(type) => {
          const before = edit.board
          const added = type === 'row' ? addRow(before) : addPanel(before, newPanel(type))
          edit.change(() => added, `add ${type}`)
          const made = added.panels.find(({ id }) => panelOf(before, id) === undefined)
          if (made !== undefined && type !== 'row') onEdit(made.id)
        }}
        onLeave={() => show({ edit: undefined, editPanel: undefined })}
      />
      {panel === undefined ? (
        <div className="edit-body">
          <div ref={box} className="edit-grid">
            <Board
              dashboard={edit.board}
              uid={meta.uid}
              onFold={(id, isFolded) =>
                edit.change(
                  (before) => (isFolded ? foldRow(before, id) : unfoldRow(before, id)),
                  isFolded ? 'fold a row' : 'unfold a row',
                )
              }
            />
          </div>
          <Outline edit={edit} onEdit={onEdit} />
        </div>
      ) : (
        <PanelEditor
          key={panel.id}
          panel={panel}
          edit={edit}
          preview={<Preview board={edit.board} id={panel.id} uid={meta.uid} onTold={onTold} />}
          namesAt={(step) =>
            told?.placed.panel.id === panel.id
              ? fieldNamesAt(told, step, zoneName(search.tz ?? edit.board.timezone))
              : []
          }
          onClose={() => show({ editPanel: undefined })}
        />
      )}
      {opened === 'settings' ? (
        <BoardSettings edit={edit} onClose={() => setOpened(undefined)} />
      ) : null}
      {opened === 'save' || opened === 'copy' ? (
        <SaveDialog
          board={edit.board}
          meta={meta}
          isCopy={opened === 'copy'}
          onSaved={(row) => void onSaved(row)}
          onClose={() => setOpened(undefined)}
        />
      ) : null}
    </div>
  )
}

/** Ctrl+S, also while typing: the browser's own saving of the page is never what is meant here. */
function useSaveKey(onSave: () => void): void {
  const save = useEffectEvent(onSave)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return
      if (event.key.toLowerCase() !== 's') return
      event.preventDefault()
      save()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}

function Preview(props: {
  readonly board: Dashboard
  readonly id: number
  readonly uid: string
  readonly onTold: BoardLook['onTold']
}): React.JSX.Element {
  const { board, id, uid, onTold } = props
  const only = useMemo(() => onlyOf(board, id), [board, id])
  return <Board dashboard={only} uid={uid} onTold={onTold} />
}

/** The board with one panel over its whole width: what its editor shows. */
function onlyOf(board: Dashboard, id: number): Dashboard {
  const panel = panelOf(board, id)!
  const { repeat: _, ...once } = panel
  const isRow = panel.type === 'row'
  const gridPos = { x: 0, y: 0, w: 24, h: isRow ? 1 : 9 }
  return { ...board, panels: [{ ...once, gridPos }] }
}

function EditBar(props: {
  readonly edit: BoardEdit
  readonly meta: BoardRow
  readonly onAdd: (type: string) => void
  readonly onOpen: (what: Opened) => void
  readonly onLeave: () => void
}): React.JSX.Element {
  const { edit, meta, onAdd, onOpen, onLeave } = props
  return (
    <div className="edit-bar" role="toolbar" aria-label="Edit the dashboard">
      <span className="edit-what">
        Editing
        <span className="muted">{edit.isChanged ? ' · not saved' : ''}</span>
      </span>
      <Menu position="bottom-start" width={320}>
        <Menu.Target>
          <Button size="compact-md" variant="default" leftSection={<IconPlus size={15} />}>
            Add
          </Button>
        </Menu.Target>
        <Menu.Dropdown className="edit-kinds">
          {PANEL_KINDS.map(({ type, title, about }) => (
            <Menu.Item key={type} onClick={() => onAdd(type)}>
              {title}
              <div className="muted edit-about">{about}</div>
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => onAdd('row')}>
            Row
            <div className="muted edit-about">Heads the panels below it, and folds them away</div>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button
        size="compact-md"
        variant="default"
        leftSection={<IconSettings size={15} />}
        onClick={() => onOpen('settings')}
      >
        Settings
      </Button>
      <ActionIcon
        variant="default"
        size={30}
        disabled={edit.undoLabel === undefined}
        aria-label={`Undo${edit.undoLabel === undefined ? '' : `: ${edit.undoLabel}`}`}
        title={edit.undoLabel}
        onClick={edit.undo}
      >
        <IconArrowBackUp size={16} />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size={30}
        disabled={edit.redoLabel === undefined}
        aria-label={`Redo${edit.redoLabel === undefined ? '' : `: ${edit.redoLabel}`}`}
        title={edit.redoLabel}
        onClick={edit.redo}
      >
        <IconArrowForwardUp size={16} />
      </ActionIcon>
      <span className="edit-grow" />
      <Button size="compact-md" variant="subtle" color="gray" onClick={onLeave}>
        {edit.isChanged ? 'Discard' : 'Done'}
      </Button>
      {meta.origin === 'pack' ? null : (
        <Button size="compact-md" variant="default" onClick={() => onOpen('copy')}>
          Save a copy
        </Button>
      )}
      <Button
        size="compact-md"
        disabled={!edit.isChanged && meta.origin !== 'pack'}
        onClick={() => onOpen('save')}
      >
        {meta.origin === 'pack' ? 'Save a copy' : 'Save'}
      </Button>
    </div>
  )
}
