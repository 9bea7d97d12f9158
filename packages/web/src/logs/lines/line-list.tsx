import { useMediaQuery } from '@mantine/hooks'
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { isTyping } from '../../frame/shortcuts.ts'
import { useScroll } from '../../overview/use-scroll.ts'
import { rowWindow, topsOf } from '../../overview/window-rows.ts'
import { columnStyle } from './column-style.ts'
import type { LineDeeds } from './line-deeds.ts'
import { type LineLook, LineRow } from './line-row.tsx'
import type { LogLine } from './line.ts'

/** Heights of a closed row in logs.css, in pixels; others are measured once they were seen. */
const HEIGHTS = { wide: 26, narrow: 48 }

/** The bar at the top of the page, under which nothing is seen. */
const BAR_HEIGHT = 53

/** Lines, of which only those near the screen are in the document. `j` and `k` go through them. */
export function LineList(props: {
  readonly lines: readonly LogLine[]
  readonly look: LineLook
  /** Lines that are not as they were at first: the line that the address names open, all others closed. */
  readonly toggled: ReadonlySet<string>
  /** The line that the address names. */
  readonly marked: string | undefined
  readonly deeds: LineDeeds
  readonly onToggle: (key: string) => void
}): React.JSX.Element {
  const { lines, look, toggled, marked, deeds, onToggle } = props
  const narrow = useMediaQuery('(max-width: 760px)', undefined, { getInitialValueInEffect: false })
  const list = useRef<HTMLDivElement>(null)
  const view = useScroll(list)
  const columns = look.columns.join()
  const usual = HEIGHTS[narrow ? 'narrow' : 'wide']
  const { heights, measure } = useHeights(`${look.wraps} ${columns}`, usual)
  const tops = useMemo(
    () => topsOf(lines.map(({ key }) => heights.get(key) ?? usual)),
    [lines, heights, usual],
  )
  const { first, end, top, total } = rowWindow(tops, view.top, view.height)
  useLineKeys(list)
  useMarkedInView(list, lines, tops, marked)

  return (
    <div
      ref={list}
      role="list"
      aria-label="Lines"
      className="log-list"
      style={{ height: total, ...columnStyle(look.columns.length) }}
    >
      <div style={{ height: top }} role="presentation" />
      {lines.slice(first, end).map((line, i) => (
        <LineRow
          key={line.key}
          line={line}
          look={look}
          position={first + i + 1}
          of={lines.length}
          isOpen={toggled.has(line.key) !== (line.timeNs === marked)}
          isMarked={line.timeNs === marked}
          deeds={deeds}
          onToggle={onToggle}
          measure={measure}
        />
      ))}
    </div>
  )
}

/** Heights of rows that differ from the usual one, as the browser has them. Another look makes all of them anew. */
function useHeights(
  look: string,
  usual: number,
): {
  readonly heights: ReadonlyMap<string, number>
  readonly measure: (element: HTMLElement | null) => (() => void) | undefined
} {
  const [known, setKnown] = useState<Heights>({ look, usual, heights: NO_HEIGHTS })
  if (known.look !== look || known.usual !== usual) setKnown({ look, usual, heights: NO_HEIGHTS })
  const observer = useRef<ResizeObserver | undefined>(undefined)
  useEffect(() => () => observer.current?.disconnect(), [])
  const measure = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined
    observer.current ??= new ResizeObserver((entries) => {
      setKnown((before) => withHeights(before, entries))
    })
    observer.current.observe(element)
    return () => observer.current?.unobserve(element)
  }, [])
  return { heights: known.heights, measure }
}

interface Heights {
  readonly look: string
  readonly usual: number
  readonly heights: ReadonlyMap<string, number>
}

const NO_HEIGHTS: ReadonlyMap<string, number> = new Map()

function withHeights(known: Heights, entries: readonly ResizeObserverEntry[]): Heights {
  const changed = entries.flatMap(({ target, borderBoxSize }): [string, number][] => {
    const key = (target as HTMLElement).dataset['key']!
    const height = borderBoxSize[0]?.blockSize ?? 0
    const before = known.heights.get(key) ?? known.usual
    // A row that left the document has no height.
    return height === 0 || height === before ? [] : [[key, height]]
  })
  return changed.length === 0
    ? known
    : { ...known, heights: new Map([...known.heights, ...changed]) }
}

/** `j` and `k` give the focus to the next and the previous row, whose button Enter presses. */
function useLineKeys(list: React.RefObject<HTMLDivElement | null>): void {
  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (event.key !== 'j' && event.key !== 'k') return
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('.log-item') ?? [])]
    const at = rows.findIndex((row) => row.contains(document.activeElement))
    const next =
      at >= 0
        ? rows[at + (event.key === 'j' ? 1 : -1)]
        : rows.find((row) => row.getBoundingClientRect().top >= BAR_HEIGHT)
    if (next === undefined) return
    event.preventDefault()
    next.querySelector<HTMLElement>('.log-open')?.focus({ preventScroll: true })
    next.scrollIntoView({ block: 'nearest' })
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKey(event)
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}

/** Brings the line that the address names to where it is seen, once it is there. */
function useMarkedInView(
  list: React.RefObject<HTMLDivElement | null>,
  lines: readonly LogLine[],
  tops: readonly number[],
  marked: string | undefined,
): void {
  const shown = useRef<string | undefined>(undefined)
  useEffect(() => {
    if (marked === undefined || shown.current === marked || list.current === null) return
    const at = lines.findIndex(({ timeNs }) => timeNs === marked)
    if (at < 0) return
    shown.current = marked
    const listTop = list.current.getBoundingClientRect().top + scrollY
    scrollTo({ top: listTop + tops[at]! - innerHeight / 3 })
  }, [list, lines, tops, marked])
}
