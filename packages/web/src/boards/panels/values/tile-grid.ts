/** Tiles of equal size in a box. */

export interface TileGrid {
  readonly columns: number
  readonly rows: number
  /** Pixels. */
  readonly width: number
  readonly height: number
}

export const TILE_GAP = 6

/**
 * @param orientation `vertical`: side by side, `horizontal`: one under the other, `auto`: as they become biggest
 * @param aspect how many times wider than high what stands in a tile is
 * @param least the smallest tile that can be read; what does not fit is scrolled to
 */
export function tileGrid(
  count: number,
  box: { readonly width: number; readonly height: number },
  orientation: string,
  least: { readonly width: number; readonly height: number },
  aspect = 3,
): TileGrid {
  const all = Math.max(1, count)
  const most = Math.max(1, Math.floor((box.width + TILE_GAP) / (least.width + TILE_GAP)))
  if (orientation === 'horizontal') return gridOf(1, all, box, least)
  if (orientation === 'vertical') return gridOf(Math.min(all, most), all, box, least)
  let best = gridOf(1, all, box, least)
  for (let columns = 2; columns <= Math.min(all, most); columns++) {
    const grid = gridOf(columns, all, box, least)
    if (sizeOf(grid, box.height, aspect) > sizeOf(best, box.height, aspect)) best = grid
  }
  return best
}

/** Whether the tiles need more height than there is. */
export function isTall({ rows, height }: TileGrid, room: number): boolean {
  return rows * (height + TILE_GAP) - TILE_GAP > room
}

/** How big a figure would be in it; what must be scrolled to counts for less. */
function sizeOf({ width, height, rows }: TileGrid, room: number, aspect: number): number {
  const needed = rows * (height + TILE_GAP) - TILE_GAP
  return Math.min(width / aspect, height) * Math.min(1, room / needed)
}

function gridOf(
  columns: number,
  count: number,
  box: { readonly width: number; readonly height: number },
  least: { readonly height: number },
): TileGrid {
  const rows = Math.ceil(count / columns)
  const share = (size: number, parts: number): number => (size - TILE_GAP * (parts - 1)) / parts
  return {
    columns,
    rows,
    width: Math.floor(share(box.width, columns)),
    height: Math.max(least.height, Math.floor(share(box.height, rows))),
  }
}

/** Pixels of a font in which a text fits a box on one line. */
export function fontFor(
  text: string,
  box: { readonly width: number; readonly height: number },
  limits: { readonly min: number; readonly max: number },
): number {
  // A digit of our type is 0.6 of its height wide.
  const wide = box.width / (Math.max(1, text.length) * 0.6)
  return Math.round(Math.max(limits.min, Math.min(limits.max, wide, box.height / 1.2)))
}
