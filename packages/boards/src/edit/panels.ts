import type { Dashboard, GridPos, Panel } from '../dashboard.ts'
import { COLUMNS, bottomOf, compacted, overlaps, withMoved } from './grid.ts'
import { copyOf, newRow } from './new-panel.ts'

/** Changes of a board's panels. Each gives a new board and leaves the old one as it was. */

/** All panels, those in folded rows too, in the order of the file. */
export function allPanels(board: Dashboard): Panel[] {
  return board.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])])
}

export function panelOf(board: Dashboard, id: number): Panel | undefined {
  return allPanels(board).find((panel) => panel.id === id)
}

/** A number that no panel has. */
function nextPanelId(board: Dashboard): number {
  return allPanels(board).reduce((highest, { id }) => Math.max(highest, id), 0) + 1
}

/** Another state of one panel, wherever it is. */
export function changePanel(
  board: Dashboard,
  id: number,
  change: (panel: Panel) => Panel,
): Dashboard {
  const changed = (panel: Panel): Panel => {
    if (panel.id === id) return { ...change(panel), id }
    return panel.panels?.some((inner) => inner.id === id) === true
      ? { ...panel, panels: panel.panels.map(changed) }
      : panel
  }
  return { ...board, panels: board.panels.map(changed) }
}

/** Smallest size of what is no row. */
const WIDTH_MIN = 2
const HEIGHT_MIN = 2

/** Moves a panel or makes it larger; the others make way. One in a folded row stays. */
export function placePanel(board: Dashboard, id: number, wanted: Partial<GridPos>): Dashboard {
  const panel = board.panels.find((one) => one.id === id)
  if (panel === undefined) return board
  const next = { ...panel.gridPos, ...wanted }
  const isRow = panel.type === 'row'
  const gridPos = isRow
    ? { x: 0, y: next.y, w: 24, h: 1 }
    : { ...next, w: Math.max(WIDTH_MIN, next.w), h: Math.max(HEIGHT_MIN, next.h) }
  return { ...board, panels: inRows(withMoved(board.panels, id, gridPos)) }
}

/** A new panel beside the uppermost ones where there is room, else above all others. */
export function addPanel(board: Dashboard, panel: Panel): Dashboard {
  const added = { ...panel, id: nextPanelId(board) }
  const { w, h } = panel.gridPos
  const free = Array.from({ length: COLUMNS - w + 1 }, (_, x) => ({ x, y: 0, w, h })).find(
    (place) => !board.panels.some(({ gridPos }) => overlaps(gridPos, place)),
  )
  const wanted = free ?? { x: 0, y: 0, w, h }
  return { ...board, panels: inRows(withMoved([added, ...board.panels], added.id, wanted)) }
}

/** A copy beside it where there is room, else below. */
export function duplicatePanel(board: Dashboard, id: number): Dashboard {
  const holder = board.panels.find((panel) => panel.panels?.some((inner) => inner.id === id))
  const source = panelOf(board, id)
  if (source === undefined || source.type === 'row') return board
  const copy = copyOf(source, nextPanelId(board))
  if (holder !== undefined) {
    return changePanel(board, holder.id, (row) => ({
      ...row,
      panels: [...(row.panels ?? []), copy],
    }))
  }
  const { x, y, w, h } = source.gridPos
  const wanted = x + 2 * w <= 24 ? { x: x + w, y, w, h } : { x, y: y + h, w, h }
  return {
    ...board,
    panels: inRows(withMoved([...board.panels, copy], copy.id, wanted)),
  }
}

/** Takes a panel away; a row alone, so that what was below it is below the row before. */
export function removePanel(board: Dashboard, id: number): Dashboard {
  const row = board.panels.find((panel) => panel.id === id && panel.type === 'row')
  const open = row?.collapsed === true ? unfoldRow(board, id) : board
  const panels = open.panels
    .filter((panel) => panel.id !== id)
    .map((panel) =>
      panel.panels?.some((inner) => inner.id === id) === true
        ? { ...panel, panels: panel.panels.filter((inner) => inner.id !== id) }
        : panel,
    )
  return { ...board, panels: inRows(compacted(panels)) }
}

/** Takes a row away with all that is in it. */
export function removeRow(board: Dashboard, id: number): Dashboard {
  const gone = new Set([id, ...panelsOfRow(board, id).map((panel) => panel.id)])
  const panels = board.panels.filter((panel) => !gone.has(panel.id))
  return { ...board, panels: inRows(compacted(panels)) }
}

/** A new row below everything. */
export function addRow(board: Dashboard, title = 'New row'): Dashboard {
  const row = newRow(nextPanelId(board), title, bottomOf(board.panels))
  return { ...board, panels: [...board.panels, row] }
}

/** Panels that an open row heads: those after it up to the next row. */
export function panelsOfRow(board: Dashboard, id: number): Panel[] {
  const at = board.panels.findIndex((panel) => panel.id === id)
  if (at < 0) return []
  const after = board.panels.slice(at + 1)
  const next = after.findIndex(({ type }) => type === 'row')
  return next < 0 ? after : after.slice(0, next)
}

/** Folds a row: what it heads is in it, and is not asked for. */
export function foldRow(board: Dashboard, id: number): Dashboard {
  const row = board.panels.find((panel) => panel.id === id && panel.type === 'row')
  if (row === undefined || row.collapsed === true) return board
  const inner = panelsOfRow(board, id)
  const within = new Set(inner.map((panel) => panel.id))
  const panels = board.panels
    .filter((panel) => !within.has(panel.id))
    .map((panel) => (panel.id === id ? { ...panel, collapsed: true, panels: inner } : panel))
  return { ...board, panels: inRows(compacted(panels)) }
}

/** Unfolds a row: what is in it stands below it, and what was there goes down. */
export function unfoldRow(board: Dashboard, id: number): Dashboard {
  const at = board.panels.findIndex((panel) => panel.id === id && panel.type === 'row')
  const row = board.panels[at]
  if (row === undefined || row.collapsed !== true) return board
  const inner = row.panels ?? []
  const top = Math.min(...inner.map(({ gridPos }) => gridPos.y))
  const from = row.gridPos.y + 1
  const raised = inner.map((panel) => shifted(panel, from - top))
  const length = inner.length === 0 ? 0 : bottomOf(raised) - from
  const panels = [
    ...board.panels.slice(0, at),
    { ...row, collapsed: false, panels: [] },
    ...raised,
    ...board.panels.slice(at + 1).map((panel) => shifted(panel, length)),
  ]
  return { ...board, panels: inRows(compacted(panels)) }
}

function shifted(panel: Panel, rows: number): Panel {
  return rows === 0 ? panel : { ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y + rows } }
}

/** Which row a panel is in is told by the order in the file: with rows it must be the order on the board. */
function inRows(panels: readonly Panel[]): Panel[] {
  if (!panels.some(({ type }) => type === 'row')) return [...panels]
  return [...panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x)
}
