/** How tiles stand on a wall screen. */
export interface WallLayout {
  readonly columns: number
  readonly rows: number
  /** Screens that follow one another. */
  readonly pages: number
}

/** A smaller tile cannot be read from five metres, in pixels of a screen at full HD. */
const TILE_WIDTH_MIN = 300
const TILE_HEIGHT_MIN = 150
/** A tile looks best at this width ÷ height. */
const SHAPE = 1.9

/**
 * The largest tiles at which all fit on one screen; where even the smallest do not, the smallest,
 * on several screens.
 */
export function wallLayout(count: number, width: number, height: number): WallLayout {
  const columnsMax = Math.max(1, Math.floor(width / TILE_WIDTH_MIN))
  const rowsMax = Math.max(1, Math.floor(height / TILE_HEIGHT_MIN))
  let best: WallLayout | undefined
  let bestSize = 0
  for (let columns = 1; columns <= columnsMax; columns++) {
    const rows = Math.max(1, Math.ceil(count / columns))
    const size = Math.min(width / columns, (height / rows) * SHAPE)
    if (rows > rowsMax || size <= bestSize) continue
    best = { columns, rows, pages: 1 }
    bestSize = size
  }
  if (best !== undefined) return best
  const perPage = columnsMax * rowsMax
  return { columns: columnsMax, rows: rowsMax, pages: Math.ceil(count / perPage) }
}
