import { Button, Skeleton } from '@mantine/core'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { compact, threeDigits, whole } from '../format/number.ts'
import { type TimeRange, resolveRange } from '../time/range.ts'
import { serverNow } from '../time/server-clock.ts'
import { ContextDialog } from './context-dialog.tsx'
import { ColumnsMenu } from './lines/columns-menu.tsx'
import { DownloadButton } from './download-button.tsx'
import { needlesOf } from './lines/highlight.ts'
import type { LineDeeds } from './lines/line-deeds.ts'
import { LineHead } from './lines/line-head.tsx'
import { LineList } from './lines/line-list.tsx'
import { type LogLine, type Order, joined } from './lines/line.ts'
import { rateOf } from './live/followed.ts'
import { useTail } from './live/use-tail.ts'
import { type Asked, lineQuery, lineQueryKey } from './logs-queries.ts'
import { NoLines } from './no-lines.tsx'
import type { LogQuery } from './query/log-query.ts'
import { QueryRefused } from './query-refused.tsx'
import type { UnreadNames } from './query/unread-names.ts'

/** How the reader wants the list, as the address has it. */
export interface ListLook {
  readonly order: Order
  readonly columns: readonly string[]
  readonly wraps: boolean
  readonly isLive: boolean
  readonly marked: string | undefined
}

/** What lines of a query have names for; those of logfmt only once it is read, but a column reads it by itself. */
export interface LineNames {
  readonly labels: readonly string[]
  readonly fields: readonly string[]
  /** What lines have names for once a parser has read them. */
  readonly unread: UnreadNames
}

/** The lines of a query: those there are, and, live, those that come. */
export function LinesResult(props: {
  readonly asked: Asked
  /** In parts; undefined while it cannot be read. */
  readonly query: LogQuery | undefined
  readonly look: ListLook
  readonly names: LineNames
  readonly deeds: Omit<LineDeeds, 'context'>
  readonly onLook: (change: Partial<ListLook>) => void
  readonly onRun: (query: LogQuery) => void
  readonly onRange: (range: TimeRange) => void
  readonly onAgain: () => void
}): React.JSX.Element {
  const { asked, query, look, names, onLook, onAgain } = props
  const { order, columns, wraps, isLive, marked } = look
  const client = useQueryClient()
  const list = useInfiniteQuery(lineQuery(asked, order))
  const tail = useTail({ query: asked.query, isOn: isLive, labelNames: names.labels })
  const lines = useMemo(() => {
    let there: LogLine[] = []
    for (const page of list.data?.pages ?? []) there = joined(there, page.lines)
    return withFollowed(tail.followed.lines, there)
  }, [list.data, tail.followed.lines])
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const [context, setContext] = useState<LogLine | undefined>(undefined)
  const onToggle = useCallback((key: string) => {
    setToggled((before) => {
      const next = new Set(before)
      if (!next.delete(key)) next.add(key)
      return next
    })
  }, [])
  const deeds = useMemo(() => ({ ...props.deeds, context: setContext }), [props.deeds])
  const words = query?.words ?? ''
  const { fromMs, toMs } = resolveRange(asked.range, serverNow())
  const withDay = new Date(fromMs).toDateString() !== new Date(toMs - 1).toDateString()
  const lineLook = useMemo(
    () => ({ columns, wraps, withDay, needles: needlesOf(words) }),
    [columns, wraps, withDay, words],
  )
  const stop = (): void => {
    void client.cancelQueries({ queryKey: lineQueryKey(asked, order) })
    void client.cancelQueries({ queryKey: ['log-histogram'] })
  }
  const isStopped = list.status === 'pending' && list.fetchStatus === 'idle'

  if (list.error !== null && list.data === undefined) {
    return <QueryRefused error={list.error} query={asked.query} retry={() => void list.refetch()} />
  }
  return (
    <section className="sheet log-lines" aria-label="Log lines" aria-busy={list.isFetching}>
      <div className="log-tools">
        {isLive ? (
          <LiveState tail={tail} />
        ) : (
          <span className="muted log-facts">
            {factsOf(lines.length, list.hasNextPage, list.data?.pages[0])}
          </span>
        )}
        {list.isFetching ? (
          <Button className="log-late" size="compact-sm" variant="default" onClick={stop}>
            Asking… Stop
          </Button>
        ) : null}
        <span className="spacer" />
        <ColumnsMenu
          names={[...names.labels, ...names.fields, ...names.unread.json, ...names.unread.logfmt]}
          columns={columns}
          onToggle={deeds.column}
        />
        <Button
          size="compact-sm"
          variant={wraps ? 'light' : 'default'}
          aria-pressed={wraps}
          onClick={() => onLook({ wraps: !wraps })}
        >
          Wrap
        </Button>
        <DownloadButton
          query={asked.query}
          range={asked.range}
          order={order}
          isEmpty={lines.length === 0}
        />
      </div>
      {isStopped ? (
        <div className="empty">
          Stopped before there was an answer.{' '}
          <Button ml="xs" size="compact-sm" variant="default" onClick={onAgain}>
            Ask again
          </Button>
        </div>
      ) : null}
      {list.error === null ? null : (
        <div className="sheet-body">
          <QueryRefused error={list.error} query={asked.query} />
        </div>
      )}
      {list.data === undefined && !isStopped ? <Loading /> : null}
      {lines.length > 0 ? (
        <>
          <LineHead
            columns={columns}
            order={order}
            canTurn={!isLive}
            onOrder={(next) => onLook({ order: next })}
            onColumn={deeds.column}
            withDay={withDay}
          />
          <LineList
            lines={lines}
            look={lineLook}
            toggled={toggled}
            marked={marked}
            deeds={deeds}
            onToggle={onToggle}
          />
        </>
      ) : list.data !== undefined ? (
        isLive ? (
          <div className="empty">Waiting for the first line…</div>
        ) : (
          <NoLines query={query} range={asked.range} onRun={props.onRun} onRange={props.onRange} />
        )
      ) : null}
      {list.hasNextPage ? (
        <div className="log-more">
          <Button
            variant="default"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {order === 'newest' ? 'Older lines' : 'Newer lines'}
          </Button>
        </div>
      ) : null}
      {context === undefined ? null : (
        <ContextDialog key={context.key} line={context} onClose={() => setContext(undefined)} />
      )}
    </section>
  )
}

/** Lines that came in front of those that were there; those that are among both stand once, by their time. */
function withFollowed(followed: readonly LogLine[], there: readonly LogLine[]): readonly LogLine[] {
  if (followed.length === 0) return there
  const keys = new Set(followed.map(({ key }) => key))
  const rest = there.filter(({ key }) => !keys.has(key))
  const all = [...followed, ...rest]
  const isInOrder = (rest[0]?.timeMs ?? 0) <= followed.at(-1)!.timeMs
  return isInOrder ? all : all.toSorted((a, b) => b.timeMs - a.timeMs)
}

function factsOf(
  count: number,
  hasMore: boolean,
  page:
    | {
        readonly tookMs: number
        readonly stats: { readonly summary?: { readonly totalLinesProcessed?: number } } | undefined
      }
    | undefined,
): string {
  if (page === undefined) return ''
  const read = page.stats?.summary?.totalLinesProcessed ?? 0
  return [
    count === 0 ? '' : hasMore ? `first ${whole(count)}` : `all ${whole(count)}`,
    read > 0 ? `${compact(read)} read` : '',
    `${threeDigits(page.tookMs)} ms`,
  ]
    .filter((text) => text !== '')
    .join(' · ')
}

function LiveState({ tail }: { readonly tail: ReturnType<typeof useTail> }): React.JSX.Element {
  const { state, followed, hold } = tail
  const { waiting, isHeld, dropped, left } = followed
  return (
    <div className="log-live" role="status">
      <i data-state={isHeld ? 'held' : state} />
      <span>
        {state === 'lost'
          ? 'Connection lost; trying again…'
          : state !== 'open'
            ? 'Connecting…'
            : `${threeDigits(rateOf(followed, serverNow()))} lines/s`}
      </span>
      <Button size="compact-sm" variant="default" onClick={() => hold(!isHeld)}>
        {isHeld ? 'Go on' : 'Hold'}
      </Button>
      {isHeld ? <span className="muted">{whole(waiting.length)} waiting</span> : null}
      {dropped > 0 ? <span className="muted">{whole(dropped)} not sent: too many</span> : null}
      {left > 0 ? <span className="muted">{whole(left)} older ones left out</span> : null}
    </div>
  )
}

function Loading(): React.JSX.Element {
  return (
    <div className="log-loading" aria-label="Asking Weir…" role="status">
      {Array.from({ length: 14 }, (_, i) => (
        <Skeleton key={i} height={12} width={`${35 + ((i * 37) % 55)}%`} />
      ))}
    </div>
  )
}
