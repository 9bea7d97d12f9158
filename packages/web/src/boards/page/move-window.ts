import type { BoardTime } from './board-time.ts'

/** The time beside the one that is shown, or around it; never past now but where that was asked for. */
export function moveWindow(
  { fromMs, toMs, nowMs }: Pick<BoardTime, 'fromMs' | 'toMs' | 'nowMs'>,
  direction: 'back' | 'forth' | 'wider',
): { readonly from: string; readonly to: string } {
  const width = toMs - fromMs
  const end = Math.max(nowMs, toMs)
  const wished =
    direction === 'back'
      ? toMs - width / 2
      : direction === 'forth'
        ? toMs + width / 2
        : toMs + width / 2
  const to = Math.min(end, wished)
  const span = direction === 'wider' ? width * 2 : width
  return { from: String(Math.round(to - span)), to: String(Math.round(to)) }
}
