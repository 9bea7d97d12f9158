/** Ends of an axis of time; milliseconds. */
export interface TimeEnds {
  readonly fromMs: number
  readonly toMs: number
}

/** A stretch of this is the least that one can come near to. */
const LEAST_MS = 1000
const MOST_MS = 10 * 366 * 86_400_000
/** A wheel has no end: so long after its last turn the gesture is over. */
const WHEEL_REST_MS = 250

/** Moved by a share of its width. */
export function panned({ fromMs, toMs }: TimeEnds, share: number): TimeEnds {
  const by = (toMs - fromMs) * share
  return { fromMs: fromMs + by, toMs: toMs + by }
}

/** So many times as wide, with what is at `share` of the width staying where it is. */
export function zoomed({ fromMs, toMs }: TimeEnds, share: number, factor: number): TimeEnds {
  const width = toMs - fromMs
  const next = Math.min(MOST_MS, Math.max(LEAST_MS, width * factor))
  const from = fromMs + (width - next) * share
  return { fromMs: from, toMs: from + next }
}

/** What a turn of the wheel does to the axis; undefined: nothing, the page scrolls. */
export function wheeled(
  ends: TimeEnds,
  turn: Pick<WheelEvent, 'deltaX' | 'deltaY' | 'deltaMode' | 'ctrlKey' | 'metaKey' | 'shiftKey'>,
  share: number,
  width: number,
): TimeEnds | undefined {
  const unit = turn.deltaMode === 0 ? 1 : 16
  if (turn.ctrlKey || turn.metaKey) {
    return zoomed(ends, share, Math.exp(Math.max(-240, Math.min(240, turn.deltaY * unit)) / 400))
  }
  const along = turn.shiftKey && turn.deltaX === 0 ? turn.deltaY : turn.deltaX
  const isSideways = turn.shiftKey || Math.abs(turn.deltaX) > Math.abs(turn.deltaY)
  return isSideways && along !== 0 ? panned(ends, (along * unit) / width) : undefined
}

/**
 * Moving along the axis of time with the pointer: dragging with shift held, the wheel turned sideways or with
 * shift held (two fingers on a touch pad) moves, the wheel with ctrl held (a pinch there) zooms about
 * the pointer. Meanwhile only the scale moves, once in a frame; the new time is asked for at the end.
 */
export function watchGestures(
  element: HTMLElement,
  deeds: {
    readonly ends: () => TimeEnds
    readonly show: (ends: TimeEnds) => void
    readonly end: (ends: TimeEnds) => void
  },
): () => void {
  let at: TimeEnds | undefined
  let frame: number | undefined
  let rest: ReturnType<typeof setTimeout> | undefined
  let drag: { readonly x: number; readonly ends: TimeEnds; readonly id: number } | undefined

  function move(next: TimeEnds): void {
    at = next
    frame ??= requestAnimationFrame(() => {
      frame = undefined
      if (at !== undefined) deeds.show(at)
    })
  }
  function finish(): void {
    const last = at
    at = drag = undefined
    clearTimeout(rest)
    if (last !== undefined) deeds.end(last)
  }
  const wheel = (event: WheelEvent): void => {
    const { left, width } = element.getBoundingClientRect()
    const share = (event.clientX - left) / width
    const next = wheeled(at ?? deeds.ends(), event, share, width)
    if (next === undefined) return
    event.preventDefault()
    move(next)
    clearTimeout(rest)
    rest = setTimeout(finish, WHEEL_REST_MS)
  }
  const down = (event: PointerEvent): void => {
    if (event.button !== 0 || !event.shiftKey) return
    drag = { x: event.clientX, ends: at ?? deeds.ends(), id: event.pointerId }
    element.setPointerCapture(event.pointerId)
  }
  const drags = (event: PointerEvent): void => {
    if (drag?.id !== event.pointerId) return
    move(panned(drag.ends, (drag.x - event.clientX) / element.clientWidth))
  }
  const up = (event: PointerEvent): void => {
    if (drag?.id === event.pointerId) finish()
  }
  element.addEventListener('wheel', wheel, { passive: false })
  element.addEventListener('pointerdown', down)
  element.addEventListener('pointermove', drags)
  element.addEventListener('pointerup', up)
  element.addEventListener('pointercancel', up)
  return () => {
    clearTimeout(rest)
    if (frame !== undefined) cancelAnimationFrame(frame)
    element.removeEventListener('wheel', wheel)
    element.removeEventListener('pointerdown', down)
    element.removeEventListener('pointermove', drags)
    element.removeEventListener('pointerup', up)
    element.removeEventListener('pointercancel', up)
  }
}
