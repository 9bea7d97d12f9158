import {
  type Panel as BoardPanel,
  PANEL_KINDS,
  type PlacedPanel,
  asksForData,
  interpolate,
  panelWindow,
  valueAt,
} from '@weir/boards'
import { Skeleton } from '@mantine/core'
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import {
  Suspense,
  createElement,
  memo,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { spanText } from '../../time/clock-text.ts'
import { Markdown } from '../panels/markdown.tsx'
import type { PanelProps } from '../panels/panel-props.ts'
import { panelFor } from '../panels/registry.ts'
import type { BoardLook } from './board-look.ts'
import { BoxNote } from './box-note.tsx'
import { EmptyReason } from './empty-reason.tsx'
import { heightPx } from './grid.ts'
import { useNear } from './near.ts'
import { exemplarsIn } from './panel-exemplars.ts'
import { drawnOf } from './panel-frames.ts'
import { PanelGuard } from './panel-guard.tsx'
import { PanelMenu } from './panel-menu.tsx'
import { type Asked, askedOf, questionsOf, toldOf } from './panel-questions.ts'
import { useSize } from './size.ts'

/** A panel in its box: its name, what can be done with it, and what it shows or why it shows nothing. */
export const PanelBox = memo(function PanelBox(props: {
  readonly placed: PlacedPanel
  readonly look: BoardLook
  /** Alone on the page. */
  readonly isBig?: boolean
}): React.JSX.Element {
  const { placed, look, isBig = false } = props
  const { panel, scope, key } = placed
  const box = useRef<HTMLElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const isNear = useNear(box)
  const size = useSize(body, isNear)
  const { x, y, w, h } = panel.gridPos
  const title = interpolate(panel.title, scope, 'text', 'text')
  const style = isBig
    ? {}
    : {
        gridColumn: `${x + 1} / span ${w}`,
        gridRow: `${y + 1} / span ${h}`,
        '--panel-height': `${heightPx(h)}px`,
      }
  return (
    <section
      ref={box}
      className="panel"
      aria-label={title === '' ? `Panel ${key}` : title}
      data-panel={key}
      data-big={isBig ? '' : undefined}
      data-transparent={panel.transparent === true ? '' : undefined}
      style={style}
    >
      {isNear ? (
        <PanelInside {...{ placed, look, title, body, size }} />
      ) : (
        <header className="panel-head">
          <h2 className="clip">{title}</h2>
        </header>
      )}
    </section>
  )
})

function PanelInside(props: {
  readonly placed: PlacedPanel
  readonly look: BoardLook
  readonly title: string
  readonly body: React.RefObject<HTMLDivElement | null>
  readonly size: { readonly width: number; readonly height: number } | undefined
}): React.JSX.Element {
  const { placed, look, title, body, size } = props
  const { panel, scope, key } = placed
  const { feed, time, compare, timeZone, dark } = look
  // Asked anew only when a panel becomes much wider or narrower.
  const width = size === undefined ? undefined : Math.max(100, Math.round(size.width / 100) * 100)
  const asked = useMemo(
    () => (width === undefined ? undefined : askedOf(placed, time, width, compare)),
    [placed, time, width, compare],
  )
  const text = useMemo(
    () => (asked === undefined ? '' : JSON.stringify([...questionsOf(asked)])),
    [asked],
  )
  // A panel that only moved asks nothing; at another time, or to refresh, the same questions are asked again.
  const [wanted, setWanted] = useState({ asked, text, time })
  if (wanted.text !== text || wanted.time !== time) setWanted({ asked, text, time })
  useEffect(() => {
    const { asked: now } = wanted
    if (now !== undefined) feed.want(key, now, questionsOf(now))
  }, [wanted, key, feed])
  useEffect(() => () => feed.leave(key), [feed, key])
  const fed = useSyncExternalStore(
    (listener) => feed.listen(key, listener),
    () => feed.of(key),
  )
  const shown = fed.about ?? NOT_ASKED
  const told = useMemo(() => toldOf(shown, fed), [shown, fed])
  const { onTold } = look
  useEffect(() => onTold?.(placed, told.answers), [onTold, placed, told])
  const drawn = useMemo(
    () => drawnOf(placed, told.answers, timeZone, compare),
    [placed, told, timeZone, compare],
  )
  const exemplars = useMemo(() => exemplarsIn(shown, fed), [shown, fed])
  const window = panelWindow(panel, scope, {
    from: time.fromMs,
    to: time.toMs,
    isAbsolute: time.isAbsolute,
  })
  const isFirst = fed.version === 0
  const hasOwnTime = window.shiftMs > 0 || window.to - window.from !== time.toMs - time.fromMs
  const needsData = asked === undefined || asked.length > 0
  // One whose queries cannot be asked here, or that has none yet, says so.
  const isUnasked = asked?.length === 0 && asksForData(panel.type) && isKnown(panel)
  const isEmpty = (needsData || isUnasked) && drawn.empty !== undefined
  const panelProps: Omit<PanelProps, 'width' | 'height'> = {
    panel,
    frames: drawn.frames,
    answers: told.answers,
    exemplars,
    fromMs: window.from,
    toMs: window.to,
    nowMs: time.nowMs,
    dark,
    timeZone,
    text: (template, format) => interpolate(template, scope, 'text', format),
    crosshair: look.crosshair,
    isTooltipShared: look.isTooltipShared,
    onZoom: look.onZoom,
    onVariable: look.onVariable,
    marks: look.marks,
  }
  return (
    <>
      <header className="panel-head">
        <h2 className="clip" title={title}>
          {title}
        </h2>
        {panel.description === undefined || panel.description === '' ? null : (
          <BoxNote label={`About ${title}`} icon={<IconInfoCircle size={15} aria-hidden />}>
            <Markdown text={interpolate(panel.description, scope)} />
          </BoxNote>
        )}
        {hasOwnTime && panel.hideTimeOverride !== true ? (
          <span className="panel-time muted">
            {panel.timeFrom === undefined ? '' : `last ${spanText(window.to - window.from)}`}
            {window.shiftMs > 0 ? ` ${spanText(window.shiftMs)} ago` : ''}
          </span>
        ) : null}
        {told.errors.length > 0 && !isEmpty ? (
          <BoxNote
            label={`${told.errors.length} queries of ${title} failed`}
            tone="error"
            icon={<IconAlertTriangle size={15} aria-hidden />}
          >
            <Errors errors={told.errors} />
          </BoxNote>
        ) : null}
        {drawn.notes.length + told.warnings.length > 0 ? (
          <BoxNote
            label={`Notes on ${title}`}
            tone="warning"
            icon={<IconAlertTriangle size={15} aria-hidden />}
          >
            {[...drawn.notes.map(({ text }) => text), ...told.warnings].map((text) => (
              <p key={text}>{text}</p>
            ))}
          </BoxNote>
        ) : null}
        <span className="panel-grow" />
        <PanelMenu {...{ placed, look, title, asked: shown, drawn, fed }} />
      </header>
      <div ref={body} className="panel-body" aria-busy={fed.isAsking}>
        {size === undefined || (isFirst && needsData) ? (
          <Skeleton height="100%" radius="sm" />
        ) : isEmpty && fed.failure !== undefined ? (
          <div className="panel-say" data-tone="error" role="alert">
            {fed.failure.message}
          </div>
        ) : isEmpty && told.errors.length > 0 ? (
          <div className="panel-say" data-tone="error" role="alert">
            <Errors errors={told.errors} />
          </div>
        ) : isEmpty && !saysNothing(panel) ? (
          <EmptyReason
            why={drawn.empty ?? ''}
            isAsking={drawn.emptyBy === 'queries'}
            unanswered={unansweredOf(panel)}
            asked={shown}
            time={time}
            size={size}
          />
        ) : (
          <PanelGuard key={panel.type} title={title}>
            <Suspense fallback={<Skeleton height="100%" radius="sm" />}>
              {createElement(panelFor(panel.type), { ...panelProps, ...size })}
            </Suspense>
          </PanelGuard>
        )}
      </div>
    </>
  )
}

/** Of a kind that is drawn here, or with queries that are shown as a table. */
function isKnown({ type, targets }: BoardPanel): boolean {
  return targets.length > 0 || PANEL_KINDS.some((kind) => kind.type === type)
}

/** What the queries of a panel ask that cannot be answered here: types of data sources. */
function unansweredOf({ targets }: BoardPanel): readonly string[] {
  const types = targets
    .filter(({ expr }) => expr.trim() === '')
    .map(({ datasource }) => valueAt(datasource, 'type'))
    .filter((type) => typeof type === 'string')
  return [...new Set(types)].filter((type) => type !== 'prometheus' && type !== 'loki')
}

const NOT_ASKED: readonly Asked[] = []

/** Panels of figures have a text of their own for no value, where the board gives one. */
function saysNothing({ type, fieldConfig }: BoardPanel): boolean {
  return FIGURES.has(type) && (fieldConfig.defaults.noValue ?? '') !== ''
}

const FIGURES = new Set(['stat', 'gauge'])

function Errors(props: {
  readonly errors: readonly {
    readonly refId: string
    readonly why: string
    readonly expr: string
  }[]
}): React.JSX.Element {
  return (
    <>
      {props.errors.map(({ refId, why, expr }) => (
        <div key={`${refId} ${expr}`} className="panel-error">
          <p>
            <b>{refId}</b> {why}
          </p>
          <pre tabIndex={0}>{expr}</pre>
        </div>
      ))}
    </>
  )
}
