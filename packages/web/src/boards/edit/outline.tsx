import {
  type Dashboard,
  type Panel,
  duplicatePanel,
  foldRow,
  intoRow,
  placePanel,
  removePanel,
  removeRow,
  stepRow,
  unfoldRow,
} from '@weir/boards'
import { ActionIcon, Menu } from '@mantine/core'
import {
  IconArrowDown,
  IconArrowUp,
  IconDots,
  IconLayoutRows,
  IconPencil,
} from '@tabler/icons-react'
import { useState } from 'react'
import { MoreButton } from '../../frame/more-button.tsx'
import type { BoardEdit } from './board-edit.ts'

/** The panels as a list: everything that the pointer can do on the board, by keyboard. */
export function Outline(props: {
  readonly edit: BoardEdit
  readonly onEdit: (id: number) => void
}): React.JSX.Element {
  const { edit, onEdit } = props
  const { panels } = edit.board
  const [shownCount, setShownCount] = useState(STEP)
  return (
    <aside className="outline" aria-label="Panels of this dashboard">
      <h2>Panels</h2>
      <p className="muted">
        On wide windows drag a panel or a row by its head, a panel&rsquo;s size by its corner. Here:
        arrow keys move, Shift + arrow keys change the size.
      </p>
      {panels.length === 0 ? <p className="muted">None yet.</p> : null}
      <ul>
        {panels.slice(0, shownCount).map((panel) => (
          <OutlineRow key={panel.id} {...{ panel, edit, onEdit }} />
        ))}
      </ul>
      <MoreButton
        left={panels.length - shownCount}
        step={STEP}
        onMore={() => setShownCount((count) => count + STEP)}
      />
    </aside>
  )
}

/** Panels that are listed at once. */
const STEP = 100

const STEPS: Readonly<Record<string, readonly [columns: number, rows: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

function OutlineRow(props: {
  readonly panel: Panel
  readonly edit: BoardEdit
  readonly onEdit: (id: number) => void
  readonly isInner?: boolean
}): React.JSX.Element {
  const { panel, edit, onEdit, isInner = false } = props
  const { id, type, gridPos } = panel
  const name = nameOf(panel)
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = STEPS[event.key]
    if (step === undefined || isInner || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    const what = event.shiftKey ? 'size' : 'place'
    edit.change((board) => stepped(board, id, step, event.shiftKey), `${what} of ${name}`)
  }
  return (
    <li data-inner={isInner ? '' : undefined}>
      <div className="outline-row">
        <button
          type="button"
          className="outline-name"
          onKeyDown={onKeyDown}
          onClick={() => onEdit(id)}
          title={`Edit ${name}`}
        >
          {type === 'row' ? <IconLayoutRows size={14} aria-hidden /> : null}
          <span className="clip">{name}</span>
          <span className="muted">{type === 'row' ? 'row' : `${gridPos.w} × ${gridPos.h}`}</span>
        </button>
        <PanelDeeds {...{ panel, edit, onEdit, isInner }} />
      </div>
      {panel.collapsed === true && panel.panels !== undefined ? (
        <ul>
          {panel.panels.map((inner) => (
            <OutlineRow key={inner.id} panel={inner} edit={edit} onEdit={onEdit} isInner />
          ))}
        </ul>
      ) : null}
    </li>
  )
}

function PanelDeeds(props: {
  readonly panel: Panel
  readonly edit: BoardEdit
  readonly onEdit: (id: number) => void
  readonly isInner: boolean
}): React.JSX.Element {
  const { panel, edit, onEdit, isInner } = props
  const { id, type, collapsed } = panel
  const name = nameOf(panel)
  const isRow = type === 'row'
  const rows = edit.board.panels.filter((one) => one.type === 'row')
  const home = isRow ? undefined : rowOf(edit.board, id)
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={26} aria-label={`Change ${name}`}>
          <IconDots size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => onEdit(id)}>
          {isRow ? 'Name and repeat' : 'Edit'}
        </Menu.Item>
        {isInner
          ? null
          : DIRECTIONS.map(({ words, step, Icon }) => (
              <Menu.Item
                key={words}
                leftSection={<Icon size={15} />}
                onClick={() =>
                  edit.change((board) => stepped(board, id, step, false), `place of ${name}`)
                }
              >
                {words}
              </Menu.Item>
            ))}
        {isRow || rows.length === 0 ? null : (
          <>
            <Menu.Divider />
            {home === undefined ? null : (
              <Menu.Item
                onClick={() =>
                  edit.change((board) => intoRow(board, id, undefined), `place of ${name}`)
                }
              >
                Out of its row, above all rows
              </Menu.Item>
            )}
            {rows
              .filter((row) => row !== home)
              .slice(0, ROWS_OFFERED)
              .map((row) => (
                <Menu.Item
                  key={row.id}
                  onClick={() =>
                    edit.change((board) => intoRow(board, id, row.id), `place of ${name}`)
                  }
                >
                  Into {nameOf(row)}
                </Menu.Item>
              ))}
            <Menu.Divider />
          </>
        )}
        {isRow ? (
          <>
            <Menu.Item
              onClick={() =>
                edit.change(
                  (board) => (collapsed === true ? unfoldRow(board, id) : foldRow(board, id)),
                  `${collapsed === true ? 'unfold' : 'fold'} ${name}`,
                )
              }
            >
              {collapsed === true ? 'Unfold' : 'Fold'}
            </Menu.Item>
            <Menu.Item
              onClick={() => edit.change((board) => removePanel(board, id), `remove ${name}`)}
            >
              Remove, keep its panels
            </Menu.Item>
            <Menu.Item
              color="red"
              onClick={() =>
                edit.change((board) => removeRow(board, id), `remove ${name} and its panels`)
              }
            >
              Remove with its panels
            </Menu.Item>
          </>
        ) : (
          <>
            <Menu.Item
              onClick={() => edit.change((board) => duplicatePanel(board, id), `copy of ${name}`)}
            >
              Duplicate
            </Menu.Item>
            <Menu.Item
              color="red"
              onClick={() => edit.change((board) => removePanel(board, id), `remove ${name}`)}
            >
              Remove
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

/** Rows that a panel can be moved into by its menu; more than these are dragged to. */
const ROWS_OFFERED = 12

const DIRECTIONS = [
  { words: 'Move up', step: [0, -1], Icon: IconArrowUp },
  { words: 'Move down', step: [0, 1], Icon: IconArrowDown },
] as const

/** The row that heads a panel, or in which it is folded away. */
function rowOf({ panels }: Dashboard, id: number): Panel | undefined {
  const holder = panels.find((panel) => panel.panels?.some((inner) => inner.id === id))
  if (holder !== undefined) return holder
  const at = panels.findIndex((panel) => panel.id === id)
  return panels.slice(0, Math.max(0, at)).findLast(({ type }) => type === 'row')
}

function stepped(
  board: Dashboard,
  id: number,
  [columns, rows]: readonly [number, number],
  isSize: boolean,
): Dashboard {
  const panel = board.panels.find((one) => one.id === id)
  if (panel === undefined) return board
  if (panel.type === 'row') {
    return rows === 0 || isSize ? board : stepRow(board, id, rows > 0 ? 1 : -1)
  }
  const { x, y, w, h } = panel.gridPos
  if (isSize) return placePanel(board, id, { w: w + columns, h: h + rows })
  // Up or down by one step of what lies there, since panels float up.
  const below = board.panels
    .map(({ gridPos }) => gridPos)
    .filter((other) => other.y >= y + h && other.x < x + w && x < other.x + other.w)
  const down = Math.min(...below.map((other) => other.y + other.h)) - h
  const nextY = rows > 0 ? (Number.isFinite(down) ? down : y) : Math.max(0, y + rows)
  return placePanel(board, id, { x: x + columns, y: nextY })
}

export function nameOf({ title, type, id }: Panel): string {
  return title === '' ? `${type} ${id}` : title
}
