import { type RefObject, useEffect, useEffectEvent } from 'react'
import { joinCrosshair } from './crosshair.ts'
import { watchGestures } from './gestures.ts'
import type { PanelProps } from './panel-props.ts'

/** Less than this many pixels is a click. */
const DRAG_LEAST = 6

/**
 * For charts over time that are no uPlot: the line under the pointer, which they share with the other charts
 * of a board, and zooming by a drag. Drawn by hand: a move of the pointer renders nothing.
 *
 * @param area what the pointer moves over; the axis begins `left` pixels inside and is `plot` wide
 * @param line the line; `span` what is dragged over
 */
export function useTimeCursor(
  {
    area,
    line,
    span,
  }: {
    readonly area: RefObject<HTMLElement | null>
    readonly line: RefObject<HTMLElement | null>
    readonly span: RefObject<HTMLElement | null>
  },
  props: Pick<PanelProps, 'crosshair' | 'fromMs' | 'toMs' | 'onZoom'> & {
    readonly left: number
    readonly plot: number
  },
): void {
  const latest = useEffectEvent(() => props)
  const { crosshair } = props
  useEffect(() => {
    const element = area.current
    if (element === null) return undefined
    let dragged: number | undefined
    const placeOf = (atMs: number): number => {
      const { left, plot, fromMs, toMs } = latest()
      return left + (plot * (atMs - fromMs)) / (toMs - fromMs || 1)
    }
    const timeAt = (x: number): number => {
      const { left, plot, fromMs, toMs } = latest()
      return fromMs + Math.min(1, Math.max(0, (x - left) / plot)) * (toMs - fromMs)
    }
    const show = (atMs: number | undefined): void => {
      const { fromMs, toMs } = latest()
      const isThere = atMs !== undefined && atMs >= fromMs && atMs <= toMs
      if (line.current === null) return
      line.current.hidden = !isThere
      if (isThere) line.current.style.transform = `translateX(${Math.round(placeOf(atMs))}px)`
    }
    const others = joinCrosshair(crosshair, show)
    const insideX = (event: PointerEvent): number =>
      event.clientX - element.getBoundingClientRect().left
    const move = (event: PointerEvent): void => {
      const x = insideX(event)
      const isInside = x >= latest().left
      const at = isInside ? timeAt(x) : undefined
      show(at)
      others.point(at)
      if (dragged === undefined || span.current === null) return
      const [low, high] = [Math.min(dragged, x), Math.max(dragged, x)]
      span.current.hidden = high - low < DRAG_LEAST
      span.current.style.left = `${Math.max(latest().left, low)}px`
      span.current.style.width = `${high - Math.max(latest().left, low)}px`
    }
    const end = (): void => {
      dragged = undefined
      if (span.current !== null) span.current.hidden = true
    }
    const down = (event: PointerEvent): void => {
      if (event.button !== 0 || event.shiftKey || insideX(event) < latest().left) return
      dragged = insideX(event)
      if (event.pointerType === 'mouse') element.setPointerCapture(event.pointerId)
    }
    const up = (event: PointerEvent): void => {
      const x = insideX(event)
      if (dragged !== undefined && Math.abs(x - dragged) >= DRAG_LEAST) {
        const [a, b] = [timeAt(dragged), timeAt(x)]
        latest().onZoom(Math.min(a, b), Math.max(a, b))
      }
      end()
    }
    const leave = (): void => {
      show(undefined)
      others.point(undefined)
    }
    const noGestures = watchGestures(element, {
      ends: () => latest(),
      show: () => undefined,
      end: ({ fromMs, toMs }) => latest().onZoom(fromMs, toMs),
    })
    const watched = [
      ['pointermove', move],
      ['pointerdown', down],
      ['pointerup', up],
      ['pointercancel', end],
      ['pointerleave', leave],
    ] as const
    for (const [name, listener] of watched) element.addEventListener(name, listener)
    return () => {
      noGestures()
      others.leave()
      for (const [name, listener] of watched) element.removeEventListener(name, listener)
    }
  }, [area, line, span, crosshair])
}
