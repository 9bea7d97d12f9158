import { type Dashboard, type PlacedPanel, expandRepeats, interpolate } from '@weir/boards'
import { Button, Skeleton, useComputedColorScheme } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { useMay } from '../../access/use-may.ts'
import { keepBoard } from '../library/board-deeds.ts'
import { counted } from '../../format/number.ts'
import { useRangeKeys } from '../../frame/range-keys.ts'
import { SEQUENCE_MS, isTyping, press } from '../../frame/shortcuts.ts'
import { serverNow } from '../../time/server-clock.ts'
import { askBoard } from './ask-board.ts'
import { BoardBar } from './board-bar.tsx'
import type { BoardLook } from './board-look.ts'
import { type BoardChange, changedSearch } from './board-search.ts'
import { boardTime, refreshMs, zoneName } from './board-time.ts'
import { BoardFeed } from './feed.ts'
import { heightPx } from './grid.ts'
import { isInRows, useRowsInSight } from './in-sight.ts'
import { useMarks } from './marks.ts'
import { PanelBox } from './panel-box.tsx'
import { type Asked, comparisonOf } from './panel-questions.ts'
import { useRefresh } from './refresh.ts'
import { useVariables } from './use-variables.ts'
import { VariableBar } from './variable-bar.tsx'

/** A board as it is looked at. */
export function Board(props: {
  readonly dashboard: Dashboard
  readonly uid: string
  /** While it is edited: a row is folded in the dashboard, not only on the page. */
  readonly onFold?: (id: number, isFolded: boolean) => void
  readonly onTold?: BoardLook['onTold']
}): React.JSX.Element {
  const { dashboard, uid, onFold, onTold } = props
  const search = useSearch({ from: '/dashboards/$uid' })
  const navigate = useNavigate({ from: '/dashboards/$uid' })
  const dark = useComputedColorScheme('light') === 'dark'
  const timeZone = zoneName(search.tz ?? dashboard.timezone)
  const from = search.from ?? dashboard.time.from
  const to = search.to ?? dashboard.time.to
  const [nowMs, setNow] = useState(wholeNow)
  const nowDelay = dashboard.timepicker?.nowDelay
  const time = useMemo(
    () => boardTime({ from, to }, nowMs, timeZone, nowDelay),
    [from, to, timeZone, nowDelay, nowMs],
  )
  const set = (change: BoardChange, replace = false): void => {
    void navigate({
      search: (before) => changedSearch(before, change),
      replace,
      resetScroll: false,
    })
  }
  const onTime = (next: { readonly from: string; readonly to: string }): void => {
    setNow(wholeNow())
    set(next)
  }
  const onZoom = (fromMs: number, toMs: number): void =>
    onTime({ from: String(Math.round(fromMs)), to: String(Math.round(toMs)) })
  useRangeKeys({ from: String(time.fromMs), to: String(time.toMs) }, onTime)
  const again = (): void => setNow(wholeNow())
  useRefresh(refreshMs(search.refresh ?? dashboard.refresh, time, window.innerWidth), again)

  const settled = useVariables(dashboard, search, time, timeZone)
  const feed = useMemo(() => new BoardFeed<readonly Asked[]>(askBoard), [])
  useEffect(() => () => feed.close(), [feed])
  const compare = comparisonOf(search.compare)
  const { marks, ...markChoice } = useMarks(dashboard, settled?.scope, time)
  const deeds = useRef({ onZoom, set })
  useEffect(() => {
    deeds.current = { onZoom, set }
  })
  const look = useMemo((): BoardLook => {
    return {
      uid,
      feed,
      time,
      timeZone,
      dark,
      compare,
      crosshair: dashboard.graphTooltip > 0 ? `board ${uid}` : undefined,
      isTooltipShared: dashboard.graphTooltip === 2,
      marks,
      onTold,
      onZoom: (fromMs, toMs) => deeds.current.onZoom(fromMs, toMs),
      onVariable: (name, value) => deeds.current.set({ [`var-${name}`]: value }),
      onView: (key) => deeds.current.set({ viewPanel: key }),
    }
  }, [uid, feed, time, timeZone, dark, compare, dashboard.graphTooltip, marks, onTold])

  const [folded, setFolded] = useState<ReadonlyMap<string, boolean>>(new Map())
  const placed = useMemo(
    () =>
      settled === undefined
        ? undefined
        : expandRepeats(dashboard, settled.scope, {
            isCollapsed: (key, row) => folded.get(key) ?? row.collapsed === true,
          }),
    [dashboard, settled, folded],
  )
  const grid = useRef<HTMLDivElement>(null)
  const inSight = useRowsInSight(grid, placed?.length ?? 0)
  const bottom = useMemo(
    () => Math.max(0, ...(placed ?? []).map(({ panel: { gridPos } }) => gridPos.y + gridPos.h)),
    [placed],
  )
  const alone = placed?.find(({ key }) => key === search.viewPanel)
  const isKiosk = search.kiosk !== undefined
  const mayEdit = useMay(keepBoard)
  useBoardKeys({
    view: (key) => set({ viewPanel: search.viewPanel === undefined ? key : undefined }),
    edit: (key) => {
      const panel = placed?.find((one) => one.key === key)?.panel
      if (panel !== undefined && mayEdit) {
        set({ viewPanel: undefined, edit: '1', editPanel: String(panel.id) })
      }
    },
    leave: () => set({ viewPanel: undefined, kiosk: undefined }),
    refresh: again,
  })

  return (
    <div className="board">
      {isKiosk ? (
        <>
          <h1 className="visually-hidden">{dashboard.title}</h1>
          <Button
            className="board-leave"
            size="compact-sm"
            variant="default"
            onClick={() => set({ kiosk: undefined })}
          >
            Leave kiosk
          </Button>
        </>
      ) : (
        <BoardBar
          {...{ dashboard, search, time, timeZone, set, onTime, again, scope: settled?.scope }}
          marks={markChoice}
          isAlone={alone !== undefined}
        />
      )}
      {settled === undefined ? <Skeleton height={30} width={420} /> : null}
      {settled !== undefined && !isKiosk ? <VariableBar {...{ dashboard, settled, set }} /> : null}
      {placed === undefined ? (
        <Skeleton height={300} />
      ) : alone !== undefined ? (
        <PanelBox placed={alone} look={look} isBig />
      ) : (
        <div
          ref={grid}
          className="board-grid"
          style={inSight === undefined ? undefined : { minHeight: heightPx(bottom) }}
        >
          {placed.map((one) =>
            one.isHidden || !isInRows(one.panel.gridPos, inSight) ? null : one.panel.type ===
              'row' ? (
              <RowHead
                key={one.key}
                row={one}
                count={placed.filter(({ row }) => row === one.key).length}
                onFold={(isFolded) =>
                  onFold === undefined
                    ? setFolded((before) => new Map([...before, [one.key, isFolded]]))
                    : onFold(one.panel.id, isFolded)
                }
              />
            ) : (
              <PanelBox key={one.key} placed={one} look={look} />
            ),
          )}
        </div>
      )}
      {placed?.length === 0 ? (
        <div className="sheet empty">This dashboard has no panels yet.</div>
      ) : null}
    </div>
  )
}

/** Now, in whole milliseconds. */
function wholeNow(): number {
  return Math.round(serverNow())
}

/** A row: folds and unfolds what is below it. */
function RowHead(props: {
  readonly row: PlacedPanel
  readonly count: number
  readonly onFold: (isFolded: boolean) => void
}): React.JSX.Element {
  const { row, count, onFold } = props
  const isFolded = row.panel.collapsed === true
  const Icon = isFolded ? IconChevronRight : IconChevronDown
  return (
    <div
      className="board-row"
      data-row={row.key}
      data-folded={isFolded ? '' : undefined}
      style={{ gridRow: row.panel.gridPos.y + 1 }}
    >
      <button type="button" aria-expanded={!isFolded} onClick={() => onFold(!isFolded)}>
        <Icon size={16} aria-hidden />
        <h2>{interpolate(row.panel.title, row.scope, 'text', 'text')}</h2>
        {isFolded ? <span className="muted">{counted(count, 'panel')}</span> : null}
      </button>
    </div>
  )
}

/**
 * `v` shows the panel under the pointer or the focus alone, `e` edits it, `r` asks again, Escape goes back.
 * The second key of a sequence of the page, as `g e`, is not one of these.
 */
function useBoardKeys(deeds: {
  readonly view: (key: string) => void
  readonly edit: (key: string) => void
  readonly leave: () => void
  readonly refresh: () => void
}): void {
  const before = useRef({ key: '', at: 0 })
  const onPress = useEffectEvent((event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    const began = event.timeStamp - before.current.at < SEQUENCE_MS ? before.current.key : ''
    const { pending, command } = press(began, event.key)
    before.current = { key: pending, at: event.timeStamp }
    if (command?.kind === 'go') return
    const isOver = document.querySelector('[role="dialog"]') !== null
    if (event.key === 'Escape' && !isOver) deeds.leave()
    if (event.key === 'r') deeds.refresh()
    if (isOver || (event.key !== 'v' && event.key !== 'e')) return
    const key = chosenPanel()?.getAttribute('data-panel')
    if (key === null || key === undefined) return
    if (event.key === 'v') deeds.view(key)
    else deeds.edit(key)
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => onPress(event)
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}

/** The panel that has the focus, or the pointer over it. */
function chosenPanel(): Element | null {
  const focused = document.activeElement?.closest('[data-panel]')
  return focused ?? document.querySelector('[data-panel]:hover')
}
