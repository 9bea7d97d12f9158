/** The grid of Grafana: 24 columns, rows of 30 pixels and 8 between. */
const ROW_PX = 30
const GAP_PX = 8
/** From one row to the next. */
export const ROW_STEP_PX = ROW_PX + GAP_PX

/** Pixels of so many rows of the grid. */
export function heightPx(rows: number): number {
  return Math.max(0, rows * ROW_STEP_PX - GAP_PX)
}
