import { type Dashboard, COLUMNS, intoRow, moveRow, panelOf, placePanel } from '@weir/boards'
import { useEffect, useEffectEvent, useRef } from 'react'
import type { BoardEdit } from './board-edit.ts'

/** Pixels of a row of the grid, the gap counted. */
const ROW_PX = 38
const GAP_PX = 8
/** The corner that makes a panel larger. */
const CORNER_PX = 18

interface Drag {
  readonly id: number
  readonly kind: 'place' | 'size' | 'row'
  readonly startX: number
  readonly startY: number
  readonly columnPx: number
  /** Heads of folded rows where they were when the drag began, on the page. */
  readonly folded: readonly FoldedRow[]
  readonly begun: Dashboard
  now: Dashboard
  /** Let go now, the panel goes into it. */
  into: FoldedRow | undefined
}

interface FoldedRow {
  readonly id: number
  readonly element: HTMLElement
  readonly top: number
  readonly bottom: number
}

/**
 * Moves panels by their head, rows with all that they head by theirs, and makes panels larger by their lower
 * right corner. A panel that is let go on the head of a folded row goes into it. While the pointer is down the
 * board shows what would be; letting go makes it one step, Escape makes it nothing.
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
    document.documentElement.dataset['dragging'] = begun.kind
  })
  const onMove = useEffectEvent((event: PointerEvent): void => {
    const held = drag.current
    if (held === undefined) return
    point(held, event)
    edit.preview(held.now)
  })
  const onEnd = useEffectEvent((isKept: boolean): void => {
    const held = drag.current
    if (held === undefined) return
    drag.current = undefined
    delete document.documentElement.dataset['dragging']
    delete held.into?.element.dataset['into']
    edit.preview(undefined)
    const title = panelOf(held.begun, held.id)?.title ?? ''
    const what = held.kind === 'size' ? 'size' : 'place'
    const label = `${what} of ${title === '' ? `a ${held.kind === 'row' ? 'row' : 'panel'}` : title}`
    if (held.now !== held.begun) swallowClick()
    if (!isKept) return
    const { into, id } = held
    if (into !== undefined) edit.change((board) => intoRow(board, id, into.id), label)
    else if (held.now !== held.begun) edit.change(() => held.now, label)
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
  const box = target?.closest<HTMLElement>('[data-panel], [data-row]')
  const grid = target?.closest<HTMLElement>('.board-grid')
  if (box === null || box === undefined || grid === null || grid === undefined) return undefined
  // On phones panels stand below each other, and a finger on them scrolls.
  if (getComputedStyle(grid).display !== 'grid') return undefined
  const id = idOfKey(box.dataset['panel'] ?? box.dataset['row'] ?? '')
  if (id === undefined || !board.panels.some((one) => one.id === id)) return undefined
  const isRow = box.dataset['row'] !== undefined
  const { right, bottom } = box.getBoundingClientRect()
  const isResize = !isRow && right - event.clientX < CORNER_PX && bottom - event.clientY < CORNER_PX
  const isHead =
    isRow || (target!.closest('.panel-head') !== null && target!.closest('button, a') === null)
  if (!isResize && !isHead) return undefined
  return {
    id,
    kind: isRow ? 'row' : isResize ? 'size' : 'place',
    startX: event.pageX,
    startY: event.pageY,
    columnPx: (grid.clientWidth + GAP_PX) / COLUMNS,
    folded: isRow || isResize ? [] : foldedIn(grid),
    begun: board,
    now: board,
    into: undefined,
  }
}

function foldedIn(grid: HTMLElement): FoldedRow[] {
  return [...grid.querySelectorAll<HTMLElement>('[data-row][data-folded]')].flatMap((element) => {
    const id = idOfKey(element.dataset['row'] ?? '')
    if (id === undefined) return []
    const { top, bottom } = element.getBoundingClientRect()
    return [{ id, element, top: top + window.scrollY, bottom: bottom + window.scrollY }]
  })
}

/** A copy for another value of a variable is the panel that it is a copy of. */
function idOfKey(key: string): number | undefined {
  const digits = /^\d+/.exec(key)?.[0]
  return digits === undefined ? undefined : Number(digits)
}

/** What would be, were the pointer let go here. */
function point(held: Drag, event: PointerEvent): void {
  const into = held.folded.find(({ top, bottom }) => event.pageY >= top && event.pageY < bottom)
  if (into !== held.into) {
    delete held.into?.element.dataset['into']
    if (into !== undefined) into.element.dataset['into'] = ''
    held.into = into
  }
  held.now = into === undefined ? draggedTo(held, event) : held.begun
}

function draggedTo(
  { id, kind, startX, startY, columnPx, begun }: Drag,
  event: PointerEvent,
): Dashboard {
  const panel = panelOf(begun, id)!
  const columns = Math.round((event.pageX - startX) / columnPx)
  const rows = Math.round((event.pageY - startY) / ROW_PX)
  if (columns === 0 && rows === 0) return begun
  const { x, y, w, h } = panel.gridPos
  if (kind === 'row') return rows === 0 ? begun : moveRow(begun, id, Math.max(0, y + rows))
  return placePanel(
    begun,
    id,
    kind === 'size'
      ? { w: Math.min(COLUMNS - x, w + columns), h: h + rows }
      : { x: x + columns, y: Math.max(0, y + rows) },
  )
}

/** The click that follows a drag is none: it would fold the row that was moved. */
function swallowClick(): void {
  const swallow = (event: Event): void => {
    event.stopPropagation()
    event.preventDefault()
  }
  window.addEventListener('click', swallow, { capture: true, once: true })
  setTimeout(() => window.removeEventListener('click', swallow, { capture: true }))
}
