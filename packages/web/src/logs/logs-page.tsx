import './logs.css'
import { Button, CopyButton, SegmentedControl, Skeleton } from '@mantine/core'
import { useIsFetching, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { IconBroadcast, IconFilter, IconLink, IconPlayerPlayFilled } from '@tabler/icons-react'
import { Suspense, lazy, useMemo, useState } from 'react'
import { logsEngineQuery } from '../api/weir.ts'
import { useRangeKeys } from '../frame/range-keys.ts'
import { TimeControl } from '../frame/time-control.tsx'
import { stringifySearch } from '../search-text.ts'
import { LAST_HOUR, type TimeRange, isLive as followsClock, resolveRange } from '../time/range.ts'
import { serverNow } from '../time/server-clock.ts'
import { Facets } from './facets/facets.tsx'
import { barsOf } from './histogram/histogram-data.ts'
import { HistogramSheet } from './histogram/histogram-sheet.tsx'
import type { LineDeeds } from './lines/line-deeds.ts'
import { type LineNames, type ListLook, LinesResult } from './lines-result.tsx'
import { type Asked, fieldNamesQuery, labelNamesQuery } from './logs-queries.ts'
import {
  type LogsSearch,
  type LogsSearchChange,
  changed,
  columnsOf,
  toggledColumn,
} from './logs-search.ts'
import {
  type Field,
  LEVEL,
  conditionsOf,
  onlyValue,
  toggled,
  withStage,
  without,
} from './query/edit.ts'
import { EVERYTHING, type LogQuery, writeLogql, writeSelector } from './query/log-query.ts'
import { readLogql } from './query/read-logql.ts'
import { countable } from './query/series-step.ts'
import { type UnreadNames, parserOf, sortNames } from './query/unread-names.ts'
import { QueryParts, SearchBar } from './search-bar.tsx'

const LogqlEditor = lazy(async () => ({
  default: (await import('./editor/logql-editor.tsx')).LogqlEditor,
}))
const SeriesResult = lazy(async () => ({
  default: (await import('./series-result.tsx')).SeriesResult,
}))

/** Where somebody begins who opens the live view from a time that is over. */
const LIVE_RANGE: TimeRange = { from: 'now-15m', to: 'now' }

/** Groups that a count by a name shows. */
const COUNT_BY = 12

/** Search what was logged. All of the question and of the view is in the address. */
export function LogsPage(): React.JSX.Element {
  const search = useSearch({ from: '/logs' })
  const navigate = useNavigate({ from: '/logs' })
  const [runs, setRuns] = useState(0)
  const [showsFacets, setShowsFacets] = useState(false)
  const set = (change: LogsSearchChange): void => {
    void navigate({ search: (before) => changed(before, change) })
  }
  const range = useMemo(
    () => ({ from: search.from ?? LAST_HOUR.from, to: search.to ?? LAST_HOUR.to }),
    [search.from, search.to],
  )
  const text = search.query ?? writeLogql(EVERYTHING)
  const read = useMemo(() => readLogql(text), [text])
  const query = read.kind === 'lines' ? read.query : undefined
  const isEditor = search.mode === 'logql' || query === undefined
  const asked: Asked = useMemo(() => ({ query: text, range, runs }), [text, range, runs])

  const runText = (next: string): void => {
    setRuns((count) => count + 1)
    set({ query: next.trim() || undefined, line: undefined })
  }
  const run = (next: LogQuery): void => {
    const written = writeLogql(next)
    runText(written === writeLogql(EVERYTHING) ? '' : written)
  }
  const setRange = (next: TimeRange): void =>
    set({
      from: next.from,
      to: next.to,
      line: undefined,
      ...(followsClock(next) ? {} : { live: undefined }),
    })
  useRangeKeys(range, setRange)

  const isLive = search.live === '1'
  const setLive = (wanted: boolean): void => {
    setRuns((count) => count + 1)
    set({
      live: wanted ? '1' : undefined,
      ...(wanted && !followsClock(range) ? LIVE_RANGE : {}),
      ...(wanted ? { order: undefined, line: undefined } : {}),
    })
  }
  const look = useMemo<ListLook>(
    () => ({
      order: search.order === 'oldest' && !isLive ? 'oldest' : 'newest',
      columns: columnsOf(search.columns),
      wraps: search.wrap === '1',
      isLive,
      marked: search.line,
    }),
    [search.order, search.columns, search.wrap, search.line, isLive],
  )
  const names = useNames(text, range, query)
  const hasNothing =
    names.labels.length === 0 && query !== undefined && conditionsOf(query).length === 0
  // A browser has few connections for all questions: lines come first.
  const isAsking = useIsFetching({ queryKey: ['log-lines'] }) > 0
  const deeds = useDeeds({ search, text, range, query, unread: names.unread })

  return (
    <div className="stack log-page">
      <div className="page-head" style={{ marginBottom: 0 }}>
        <h1 className="grow">Logs</h1>
        <div className="log-head-tools">
          <Button
            variant={isLive ? 'filled' : 'default'}
            size="sm"
            aria-pressed={isLive}
            disabled={query === undefined}
            leftSection={<IconBroadcast size={15} aria-hidden />}
            onClick={() => setLive(!isLive)}
          >
            Live
          </Button>
          <CopyButton value={location.href}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                size="sm"
                leftSection={<IconLink size={15} aria-hidden />}
                onClick={copy}
              >
                {copied ? 'Copied' : 'Copy link'}
              </Button>
            )}
          </CopyButton>
          {query === undefined ? (
            read.kind === 'series' && read.lines !== '' ? (
              <Button variant="default" size="sm" onClick={() => runText(read.lines)}>
                Its lines
              </Button>
            ) : null
          ) : (
            <Button
              className="log-facets-button"
              variant={showsFacets ? 'light' : 'default'}
              size="sm"
              aria-pressed={showsFacets}
              leftSection={<IconFilter size={15} aria-hidden />}
              onClick={() => setShowsFacets(!showsFacets)}
            >
              Values
            </Button>
          )}
        </div>
        <TimeControl range={range} onChange={setRange} absolute />
      </div>
      <div className="log-ask">
        <div className="log-ask-line">
          <SegmentedControl
            aria-label="How to ask"
            value={isEditor ? 'logql' : 'words'}
            disabled={query === undefined}
            onChange={(mode) => set({ mode: mode === 'logql' ? mode : undefined })}
            data={[
              { value: 'words', label: 'Search' },
              { value: 'logql', label: 'LogQL' },
            ]}
          />
          <Draft
            key={text}
            text={text}
            query={isEditor ? undefined : query}
            range={range}
            onText={runText}
            onQuery={run}
          />
        </div>
        {query === undefined ? null : isEditor ? null : <QueryParts query={query} onRun={run} />}
      </div>
      {read.kind === 'series' ? (
        <Suspense fallback={<Skeleton height={360} />}>
          <SeriesResult asked={asked} onZoom={setRange} />
        </Suspense>
      ) : (
        <>
          {query === undefined ? null : (
            <HistogramSheet
              asked={asked}
              query={query}
              isLive={isLive}
              onLevel={(level) => run(toggled(query, LEVEL, level))}
              onZoom={(fromMs, toMs) => setRange({ from: String(fromMs), to: String(toMs) })}
            />
          )}
          <div className="log-body" data-facets={showsFacets ? '' : undefined}>
            {query === undefined || hasNothing ? null : (
              <Facets
                asked={asked}
                query={query}
                isHeld={isAsking}
                labelNames={names.labels}
                fieldNames={names.fields}
                unread={names.unread}
                deeds={deeds}
                onToggle={(field, value) => run(toggled(query, field, value))}
                onParser={(parser) => run(withStage(query, `| ${parser}`))}
              />
            )}
            <LinesResult
              asked={asked}
              query={query}
              look={look}
              names={names}
              deeds={deeds}
              onLook={({ order, wraps }) =>
                set({
                  ...(order === undefined ? {} : { order: order === 'oldest' ? order : undefined }),
                  ...(wraps === undefined ? {} : { wrap: wraps ? '1' : undefined }),
                })
              }
              onRun={run}
              onRange={setRange}
              onAgain={() => setRuns((count) => count + 1)}
            />
          </div>
        </>
      )}
    </div>
  )
}

/** What is being typed, until it is asked; another query from outside begins anew. */
function Draft(props: {
  readonly text: string
  /** In parts, for the search box; undefined for the editor. */
  readonly query: LogQuery | undefined
  readonly range: TimeRange
  readonly onText: (text: string) => void
  readonly onQuery: (query: LogQuery) => void
}): React.JSX.Element {
  const { text, query, range, onText, onQuery } = props
  const [draft, setDraft] = useState(text)
  const [words, setWords] = useState(query?.words ?? '')
  return (
    <>
      {query === undefined ? (
        <div className="log-editor">
          <Suspense fallback={<Skeleton height={38} />}>
            <LogqlEditor value={draft} range={range} onChange={setDraft} onRun={onText} />
          </Suspense>
        </div>
      ) : (
        <SearchBar query={query} words={words} range={range} onWords={setWords} onRun={onQuery} />
      )}
      <Button
        leftSection={<IconPlayerPlayFilled size={13} aria-hidden />}
        onClick={() =>
          query === undefined ? onText(draft) : onQuery({ ...query, words: words.trim() })
        }
      >
        Run
      </Button>
    </>
  )
}

/** Names of labels and fields that lines of the query have. */
function useNames(text: string, range: TimeRange, query: LogQuery | undefined): LineNames {
  const selector = query === undefined ? '' : writeSelector(query.matchers)
  const labels = useQuery(labelNamesQuery(range, selector))
  const fields = useQuery({ ...fieldNamesQuery(text, range), enabled: query !== undefined })
  const isLoki = useQuery(logsEngineQuery).data?.kind === 'loki'
  return useMemo(
    () => ({ labels: labels.data ?? [], ...sortNames(fields.data ?? [], query, isLoki) }),
    [labels.data, fields.data, query, isLoki],
  )
}

/** What can be done with lines and values, of one identity while nothing of it changes. */
function useDeeds(of: {
  readonly search: LogsSearch
  readonly text: string
  readonly range: TimeRange
  readonly query: LogQuery | undefined
  readonly unread: UnreadNames
}): Omit<LineDeeds, 'context'> {
  const navigate = useNavigate({ from: '/logs' })
  const { search, text, range, query, unread } = of
  return useMemo(() => {
    const go = (change: LogsSearchChange): void => {
      void navigate({ search: (before) => changed(before, change) })
    }
    // A name that only a parser finds wants it first.
    const edit = ({ name }: Field, change: (query: LogQuery) => LogQuery): void => {
      if (query === undefined) return
      const parser = parserOf(unread, name)
      const reading = parser === undefined ? query : withStage(query, `| ${parser}`)
      go({ query: writeLogql(change(reading)), line: undefined })
    }
    return {
      only: (field: Field, value: string) =>
        edit(field, (before) => onlyValue(before, field, value)),
      not: (field: Field, value: string) => edit(field, (before) => without(before, field, value)),
      count: ({ name }: Field) => {
        const { fromMs, toMs } = resolveRange(range, serverNow())
        const step = barsOf(fromMs, toMs).stepMs / 1000
        // A parser may bring the name only now, so that lines without it are left out at the end.
        const parser = parserOf(unread, name)
        const lines = parser === undefined ? text : `${text} | ${parser}`
        const counted = `sum by (${name}) (count_over_time(${countable(lines)} | ${name}!="" [${step}s]))`
        go({ query: `topk(${COUNT_BY}, ${counted})`, line: undefined, live: undefined })
      },
      column: (name: string) => {
        const columns = toggledColumn(search.columns, name)
        void navigate({ search: (before) => changed(before, { columns }), replace: true })
      },
      // Up to a moment after the line, so that it is among the first of the list.
      linkOf: ({ timeMs, timeNs }) =>
        `${location.origin}/logs${stringifySearch({
          ...search,
          from: String(timeMs - 600_000),
          to: String(timeMs + 1000),
          order: undefined,
          live: undefined,
          line: timeNs,
        })}`,
    }
  }, [navigate, search, text, range, query, unread])
}
