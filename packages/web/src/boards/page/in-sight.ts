import { type RefObject, useEffect, useState } from 'react'
import { ROW_STEP_PX } from './grid.ts'

/** From so many panels on only those about the window are made at all. */
const PANELS_MIN = 300
/** Rows of the grid that are made above and below the window; the rows move on by as many at once. */
const ROWS_BEYOND = 60

/** Rows of the grid, the last not counted. */
interface RowSpan {
  readonly from: number
  readonly to: number
}

/**
 * The rows of the grid that a reader may see next. `undefined` is all of them: on boards of a usual size, and
 * on narrow screens, where panels lie one below the other and no row says where.
 */
export function useRowsInSight(
  grid: RefObject<HTMLElement | null>,
  panelCount: number,
): RowSpan | undefined {
  const isLarge = panelCount >= PANELS_MIN
  const [span, setSpan] = useState<RowSpan>({ from: 0, to: 2 * ROWS_BEYOND })
  const [isGrid, setGrid] = useState(true)
  useEffect(() => {
    if (!isLarge) return undefined
    let frame = 0
    const look = (): void => {
      frame = 0
      const box = grid.current
      if (box === null) return
      setGrid(getComputedStyle(box).display === 'grid')
      const next = rowsAround(-box.getBoundingClientRect().top, window.innerHeight)
      setSpan((before) => (before.from === next.from && before.to === next.to ? before : next))
    }
    const onMove = (): void => {
      if (frame === 0) frame = requestAnimationFrame(look)
    }
    look()
    window.addEventListener('scroll', onMove, { passive: true })
    window.addEventListener('resize', onMove)
    return () => {
      cancelAnimationFrame(frame)
      window.removeEventListener('scroll', onMove)
      window.removeEventListener('resize', onMove)
    }
  }, [grid, isLarge])
  return isLarge && isGrid ? span : undefined
}

/**
 * @param topPx pixels of the grid above the window
 * @param heightPx of the window
 */
export function rowsAround(topPx: number, heightPx: number): RowSpan {
  const first = Math.floor(topPx / ROW_STEP_PX / ROWS_BEYOND)
  const last = Math.ceil((topPx + heightPx) / ROW_STEP_PX / ROWS_BEYOND)
  return { from: Math.max(0, first - 1) * ROWS_BEYOND, to: Math.max(1, last + 1) * ROWS_BEYOND }
}

/** Whether something of a panel lies in these rows. */
export function isInRows(
  { y, h }: { readonly y: number; readonly h: number },
  span: RowSpan | undefined,
): boolean {
  return span === undefined || (y < span.to && y + h > span.from)
}
