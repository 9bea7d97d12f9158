/**
 * `rows[]`, the layout of boards before the grid (schema below 16): rows of panels with widths in
 * twelfths (`span`) and heights in pixels.
 */
import { type Json, number, record, records, text, whole } from '../json.ts'

/** A unit of the grid's height with its gap, in pixels. */
const UNIT_PX = 38
const ROW_HEIGHT_PX = 250
const COLUMNS = 24
const SPAN_DEFAULT = 4

/** The panels of the board, each with its place on the grid; rows as panels where they say something. */
export function panelsOfRows(board: Json): readonly Json[] {
  const rows = records(board['rows'])
  const hasHeads = rows.some(
    (row) => isCollapsed(row) || isRepeated(row) || row['showTitle'] === true,
  )
  const panels: Json[] = []
  let y = 0
  for (const row of rows) {
    const top = hasHeads ? y + 1 : y
    const placed = placedOf(row, top)
    const bottom = Math.max(top, ...placed.map((panel) => bottomOf(panel)))
    if (!hasHeads) panels.push(...placed)
    else if (isCollapsed(row)) panels.push({ ...headOf(row, y), collapsed: true, panels: placed })
    else panels.push({ ...headOf(row, y), collapsed: false, panels: [] }, ...placed)
    y = isCollapsed(row) && hasHeads ? y + 1 : bottom
  }
  return panels
}

function isCollapsed(row: Json): boolean {
  return row['collapse'] === true || row['collapsed'] === true
}

function isRepeated(row: Json): boolean {
  return text(row['repeat']) !== ''
}

function headOf(row: Json, y: number): Json {
  return {
    type: 'row',
    title: text(row['title']),
    gridPos: { x: 0, y, w: COLUMNS, h: 1 },
    ...(isRepeated(row) && { repeat: row['repeat'] }),
  }
}

function bottomOf(panel: Json): number {
  const place = record(panel['gridPos'])
  return (number(place['y']) ?? 0) + (number(place['h']) ?? 0)
}

/** Each panel goes where it can be highest, leftmost first. */
function placedOf(row: Json, top: number): readonly Json[] {
  const depths = new Array<number>(COLUMNS).fill(top)
  return records(row['panels']).map((panel) => {
    const w = whole(panel['span'], SPAN_DEFAULT, 1, 12) * 2
    const px = number(panel['height']) ?? number(row['height']) ?? ROW_HEIGHT_PX
    const h = Math.min(1000, Math.max(1, Math.ceil(px / UNIT_PX)))
    let best = { x: 0, y: Infinity }
    for (let x = 0; x + w <= COLUMNS; x++) {
      const y = Math.max(...depths.slice(x, x + w))
      if (y < best.y) best = { x, y }
    }
    depths.fill(best.y + h, best.x, best.x + w)
    const { span: _, height: __, minSpan, ...rest } = panel
    return {
      ...rest,
      gridPos: { x: best.x, y: best.y, w, h },
      ...(minSpan !== undefined && { maxPerRow: perRow(number(minSpan) ?? SPAN_DEFAULT) }),
    }
  })
}

/** At least `span` twelfths wide: how many fit, of the counts that divide the grid. */
export function perRow(span: number): number {
  const fit = COLUMNS / Math.max(1, span)
  return [24, 12, 6, 4, 3, 2, 1].find((count) => count <= fit) ?? 1
}
