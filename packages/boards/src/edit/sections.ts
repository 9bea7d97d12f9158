import type { Dashboard, Panel } from '../dashboard.ts'
import { bottomOf, compacted } from './grid.ts'
import { changePanel, panelOf } from './panels.ts'

/** A row with what it heads; the first may have none: what stands above all rows. */
interface Section {
  readonly row: Panel | undefined
  /** Of an open row, and of none. */
  readonly panels: readonly Panel[]
}

/** Moves a row with all that it heads; `y` is where its head is wanted, in rows of the grid. */
export function moveRow(board: Dashboard, id: number, y: number): Dashboard {
  const sections = sectionsOf(board)
  const from = sections.findIndex(({ row }) => row?.id === id)
  const moved = sections[from]
  if (moved === undefined) return board
  const others = sections.filter((_section, at) => at !== from)
  // One that it goes past by half changes places with it; what has no row stays above all.
  const before = others.filter(
    (one, at) =>
      one.row === undefined ||
      (at < from ? middleOf(one) <= y : middleOf(one) < y + heightOf(moved)),
  )
  return laidOut(board, [...before, moved, ...others.filter((one) => !before.includes(one))])
}

/** Moves a row by one place up or down. */
export function stepRow(board: Dashboard, id: number, step: -1 | 1): Dashboard {
  const sections = sectionsOf(board)
  const from = sections.findIndex(({ row }) => row?.id === id)
  const other = sections[from + step]
  if (from < 0 || other?.row === undefined) return board
  const next = [...sections]
  next[from + step] = sections[from]!
  next[from] = other
  return laidOut(board, next)
}

/** Puts a panel below all others of a row, open or folded; of none: above all rows. */
export function intoRow(board: Dashboard, id: number, row: number | undefined): Dashboard {
  const panel = panelOf(board, id)
  if (panel === undefined || panel.type === 'row') return board
  const sections = sectionsOf(without(board, id))
  const target = sections.find((one) => one.row?.id === row)
  if (target === undefined) {
    return row === undefined ? laidOut(board, [{ row, panels: [panel] }, ...sections]) : board
  }
  const isFolded = target.row?.collapsed === true
  const inner = isFolded ? (target.row?.panels ?? []) : target.panels
  const y = isFolded || inner.length > 0 ? bottomOf(inner) : (target.row?.gridPos.y ?? 0) + 1
  const added = [...inner, { ...panel, gridPos: { ...panel.gridPos, y } }]
  const grown: Section =
    isFolded && target.row !== undefined
      ? { row: { ...target.row, panels: compactedFrom(added) }, panels: [] }
      : { row: target.row, panels: added }
  return laidOut(
    board,
    sections.map((one) => (one === target ? grown : one)),
  )
}

/** Takes a panel out, of a folded row too. */
function without(board: Dashboard, id: number): Dashboard {
  const holder = board.panels.find((panel) => panel.panels?.some((inner) => inner.id === id))
  if (holder === undefined) {
    return { ...board, panels: board.panels.filter((panel) => panel.id !== id) }
  }
  return changePanel(board, holder.id, (row) => ({
    ...row,
    panels: (row.panels ?? []).filter((inner) => inner.id !== id),
  }))
}

function sectionsOf(board: Dashboard): Section[] {
  const sections: { row: Panel | undefined; panels: Panel[] }[] = []
  for (const panel of board.panels) {
    const last = sections.at(-1)
    if (panel.type === 'row') sections.push({ row: panel, panels: [] })
    else if (last === undefined) sections.push({ row: undefined, panels: [panel] })
    else last.panels.push(panel)
  }
  return sections
}

function topOf({ row, panels }: Section): number {
  return row?.gridPos.y ?? Math.min(...panels.map(({ gridPos }) => gridPos.y))
}

function heightOf(section: Section): number {
  const all = [...(section.row === undefined ? [] : [section.row]), ...section.panels]
  return bottomOf(all) - topOf(section)
}

const middleOf = (section: Section): number => topOf(section) + heightOf(section) / 2

/** The sections below each other, each as it is in itself. */
function laidOut(board: Dashboard, sections: readonly Section[]): Dashboard {
  let y = 0
  const panels = sections.flatMap((section) => {
    const shift = y - topOf(section)
    y += heightOf(section)
    const all = [...(section.row === undefined ? [] : [section.row]), ...section.panels]
    return all.map((panel) => ({
      ...panel,
      gridPos: { ...panel.gridPos, y: panel.gridPos.y + shift },
    }))
  })
  return { ...board, panels: compacted(panels) }
}

/** Panels of a folded row float up to the first of them, not to the top of the board. */
function compactedFrom(panels: readonly Panel[]): Panel[] {
  const top = Math.min(...panels.map(({ gridPos }) => gridPos.y))
  return compacted(
    panels.map((panel) => ({ ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y - top } })),
  ).map((panel) => ({ ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y + top } }))
}
