import { type Dashboard, COLUMNS, panelOf, placePanel } from '@weir/boards'
import { useEffect, useEffectEvent, useRef } from 'react'
import type { BoardEdit } from './board-edit.ts'

/** Pixels of a row of the grid, the gap counted. */
const ROW_PX = 38
const GAP_PX = 8
/** The corner that makes a panel larger. */
const CORNER_PX = 18

interface Drag {
  readonly id: number
  readonly isResize: boolean
  readonly startX: number
  readonly startY: number
  readonly columnPx: number
  readonly begun: Dashboard
  now: Dashboard
}

/**
 * Moves panels by their head and makes them larger by their lower right corner. While the pointer is down
 * the board shows what would be; letting go makes it one step, Escape makes it nothing.
 */
export function useGridDrag(
  box: React.RefObject<HTMLElement | null>,
  edit: BoardEdit,
  isOn: boolean,
): void {
  const drag = useRef<Drag | undefined>(undefined)
  const onDown = useEffectEvent((event: PointerEvent): void => {
    const begun = event.button === 0 ? dragAt(event, edit.board) : undefined
    if (begun === undefined) return
    event.preventDefault()
    drag.current = begun
    document.documentElement.dataset['dragging'] = begun.isResize ? 'size' : 'place'
  })
  const onMove = useEffectEvent((event: PointerEvent): void => {
    const held = drag.current
    if (held === undefined) return
    held.now = draggedTo(held, event)
    edit.preview(held.now)
  })
  const onEnd = useEffectEvent((isKept: boolean): void => {
    const held = drag.current
    if (held === undefined) return
    drag.current = undefined
    delete document.documentElement.dataset['dragging']
    edit.preview(undefined)
    const title = panelOf(held.begun, held.id)?.title ?? ''
    const label = `${held.isResize ? 'size' : 'place'} of ${title === '' ? 'a panel' : title}`
    if (isKept && held.now !== held.begun) edit.change(() => held.now, label)
  })
  useEffect(() => {
    const element = box.current
    if (element === null || !isOn) return undefined
    const onUp = (): void => onEnd(true)
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onEnd(false)
    }
    element.addEventListener('pointerdown', onDown)
    window.addEventListener('pointermove', onMove)
    window.addEventListener('pointerup', onUp)
    window.addEventListener('keydown', onKey)
    return () => {
      element.removeEventListener('pointerdown', onDown)
      window.removeEventListener('pointermove', onMove)
      window.removeEventListener('pointerup', onUp)
      window.removeEventListener('keydown', onKey)
    }
  }, [box, isOn])
}

/** A press on a head or a corner of a panel that stands in the board itself; undefined for any other. */
function dragAt(event: PointerEvent, board: Dashboard): Drag | undefined {
  const target = event.target instanceof Element ? event.target : undefined
  const panel = target?.closest<HTMLElement>('[data-panel]')
  const grid = target?.closest<HTMLElement>('.board-grid')
  if (panel === null || panel === undefined || grid === null || grid === undefined) return undefined
  // On phones panels stand below each other, and a finger on them scrolls.
  if (getComputedStyle(grid).display !== 'grid') return undefined
  const id = idOfKey(panel.dataset['panel'] ?? '')
  if (id === undefined || !board.panels.some((one) => one.id === id)) return undefined
  const { right, bottom } = panel.getBoundingClientRect()
  const isResize = right - event.clientX < CORNER_PX && bottom - event.clientY < CORNER_PX
  const isHead = target!.closest('.panel-head') !== null && target!.closest('button, a') === null
  if (!isResize && !isHead) return undefined
  return {
    id,
    isResize,
    startX: event.clientX,
    startY: event.clientY,
    columnPx: (grid.clientWidth + GAP_PX) / COLUMNS,
    begun: board,
    now: board,
  }
}

/** A copy for another value of a variable is the panel that it is a copy of. */
function idOfKey(key: string): number | undefined {
  const digits = /^\d+/.exec(key)?.[0]
  return digits === undefined ? undefined : Number(digits)
}

function draggedTo(
  { id, isResize, startX, startY, columnPx, begun }: Drag,
  event: PointerEvent,
): Dashboard {
  const panel = panelOf(begun, id)!
  const columns = Math.round((event.clientX - startX) / columnPx)
  const rows = Math.round((event.clientY - startY) / ROW_PX)
  if (columns === 0 && rows === 0) return begun
  const { x, y, w, h } = panel.gridPos
  return placePanel(
    begun,
    id,
    isResize
      ? { w: Math.min(COLUMNS - x, w + columns), h: h + rows }
      : { x: x + columns, y: Math.max(0, y + rows) },
  )
}
