import type { PipelineDetail, PipelineSummary, SignalView, StageView } from '@weir/packs'
import { Button, SegmentedControl, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { IconHistory, IconZoomOut } from '@tabler/icons-react'
import { Suspense, lazy, useCallback, useState } from 'react'
import { firingWith, markTexts } from '../alerts/firing/firing-rows.ts'
import { firingQuery } from '../api/alerts.ts'
import { packQuery, pipelineQuery } from '../api/weir.ts'
import { EventToggle, useEventMarks } from '../events/event-marks.tsx'
import { AlertLine } from '../frame/alert-line.tsx'
import { FailureNote } from '../frame/failure-note.tsx'
import { HealthMark } from '../frame/health-mark.tsx'
import { TimeControl } from '../frame/time-control.tsx'
import { LogsLink } from '../logs/logs-link.tsx'
import { reasonText } from '../overview/since-text.ts'
import { SIGNAL_TITLES } from '../overview/signal-titles.ts'
import { historyMs, shownCount } from '../time/history.ts'
import { useWindow } from '../time/use-window.ts'
import { StageTable } from './flow/stage-table.tsx'
import { boardChoices } from './board-choices.ts'
import { PipelineHead } from './pipeline-head.tsx'
import { type ChartLook, SignalChart } from './signal-chart.tsx'
import type { Zoom } from './signal-lines.ts'
import { StageSheet } from './stage-sheet.tsx'
import { WhatChanged } from './what-changed.tsx'

const FlowMap = lazy(async () => ({ default: (await import('./flow/flow-map.tsx')).FlowMap }))

/** One pipeline: how it is, the way data takes through it, and every signal of every stage as a chart. */
export function PipelinePage(): React.JSX.Element {
  const { system, pipeline } = useParams({ from: '/pipelines/$system/$pipeline' })
  const search = useSearch({ from: '/pipelines/$system/$pipeline' })
  const navigate = useNavigate({ from: '/pipelines/$system/$pipeline' })
  const { window, settle } = useWindow(search.window)
  const { data, error, refetch, isPlaceholderData } = useQuery(
    pipelineQuery(system, pipeline, window),
  )
  if (data !== undefined && !isPlaceholderData) settle(signalsOf(data))
  return (
    <div className="stack">
      <PipelineHead system={system} pipeline={pipeline} summary={data?.summary}>
        <TimeControl
          range={{ from: `now-${window}`, to: 'now' }}
          onChange={({ from }) => {
            const back = from.slice('now-'.length)
            void navigate({ search: (before) => ({ ...before, window: back }), replace: true })
          }}
          absolute={false}
        />
      </PipelineHead>
      {error === null ? null : <FailureNote error={error} retry={() => void refetch()} />}
      {data === undefined ? (
        error === null ? (
          <Skeleton height={320} />
        ) : null
      ) : (
        <Detail detail={data} window={window} />
      )}
    </div>
  )
}

function Detail(props: {
  readonly detail: PipelineDetail
  readonly window: string
}): React.JSX.Element {
  const { detail, window } = props
  const { summary, stages, windowMs, stepMs, atMs } = detail
  const search = useSearch({ from: '/pipelines/$system/$pipeline' })
  const navigate = useNavigate({ from: '/pipelines/$system/$pipeline' })
  const [zoom, setZoom] = useState<Zoom | undefined>(undefined)
  const history = historyMs(signalsOf(detail))
  const toMs = endOf(detail)
  const events = useEventMarks({ fromMs: toMs - windowMs, toMs, pipeline: summary.pipeline })
  const choose = useCallback(
    (stage: string | undefined) =>
      void navigate({ search: (before) => ({ ...before, stage }), replace: true }),
    [navigate],
  )
  const compares = search.compare !== undefined
  const isTable = search.view === 'table'
  const look: ChartLook = {
    window,
    shown: shownCount(Math.round(windowMs / stepMs) + 1, stepMs, history),
    marks: events.marks,
    zoom,
    onZoom: setZoom,
    compares,
  }
  return (
    <>
      <section className="sheet" aria-label="Summary">
        <div className="sheet-head" style={{ alignItems: 'center' }}>
          <HealthMark health={summary.health} />
          <span style={{ flex: '1 1 240px', overflowWrap: 'anywhere' }}>
            {reasonText(summary, atMs)}
            {summary.words === '' ? null : <span className="muted"> · {summary.words}</span>}
          </span>
          <LogsLink
            labels={{ system: summary.system, pipeline: summary.pipeline }}
            span={{ from: `now-${window}`, to: 'now' }}
            of="this pipeline"
          />
          <SegmentedControl
            size="xs"
            aria-label="Stages as"
            value={isTable ? 'table' : 'map'}
            onChange={(view) =>
              void navigate({
                search: (before) => ({ ...before, view: view === 'table' ? view : undefined }),
                replace: true,
              })
            }
            data={[
              { value: 'map', label: 'Map' },
              { value: 'table', label: 'Table' },
            ]}
          />
        </div>
        <WhatChanged summary={summary} />
        {stages.length === 0 ? (
          <div className="empty">No stage has sent anything in this time range.</div>
        ) : isTable ? (
          <StageTable detail={detail} onChoose={choose} />
        ) : (
          <Suspense
            fallback={
              <div style={{ padding: 20 }}>
                <Skeleton height={138} />
              </div>
            }
          >
            <FlowMap detail={detail} chosen={search.stage} onChoose={choose} />
          </Suspense>
        )}
      </section>
      {summary.alerts.length === 0 ? null : <Alerts summary={summary} />}
      <div className="chart-tools">
        <Boards summary={summary} />
        <span className="spacer" />
        {zoom === undefined ? null : (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconZoomOut size={14} aria-hidden />}
            onClick={() => setZoom(undefined)}
          >
            Whole range
          </Button>
        )}
        <Button
          size="compact-sm"
          variant={compares ? 'light' : 'default'}
          leftSection={<IconHistory size={14} aria-hidden />}
          aria-pressed={compares}
          onClick={() =>
            void navigate({
              search: (before) => ({ ...before, compare: compares ? undefined : '1w' }),
              replace: true,
            })
          }
        >
          Last week
        </Button>
        <EventToggle {...events} />
      </div>
      <div className="stages">
        {stages.map((stage) => (
          <section
            className="sheet"
            key={stage.stage}
            id={`stage-${stage.stage}`}
            style={{ scrollMarginTop: 64, ...widthFor(stage) }}
          >
            <div className="sheet-head">
              <h2>{stage.title}</h2>
              <span className="muted mono">{stage.stage}</span>
              <span className="spacer" />
              <button
                type="button"
                className="link-button"
                style={{ color: 'var(--water)' }}
                aria-label={`Details of ${stage.title}`}
                onClick={() => choose(stage.stage)}
              >
                Details
              </button>
              <LogsLink
                labels={{ system: summary.system, pipeline: summary.pipeline, stage: stage.stage }}
                span={{ from: `now-${window}`, to: 'now' }}
                of={`the stage ${stage.title}`}
              />
            </div>
            <div className="charts">
              {SIGNAL_TITLES.map(([kind, title]) => {
                const signal = stage.signals[kind]
                return signal === undefined ? null : (
                  <SignalChart
                    key={kind}
                    title={kind === 'latency' ? 'Latency p95' : title}
                    stage={stage.title}
                    signal={signal}
                    look={look}
                  />
                )
              })}
            </div>
          </section>
        ))}
      </div>
      <StageSheet
        stage={stages.find(({ stage }) => stage === search.stage)}
        summary={summary}
        look={look}
        atMs={atMs}
        onClose={() => choose(undefined)}
      />
    </>
  )
}

/** Boards of the pack. */
function Boards({ summary }: { readonly summary: PipelineSummary }): React.JSX.Element | null {
  const { data } = useQuery({ ...packQuery(summary.system), retry: false })
  if (data === undefined || data.dashboards.length === 0) return null
  return (
    <span className="board-links">
      {data.dashboards.map(({ name, title, chosenBy }) => (
        <Link
          key={name}
          to="/dashboards/$uid"
          params={{ uid: name }}
          search={boardChoices(chosenBy, summary.pipeline)}
        >
          {title}
        </Link>
      ))}
    </span>
  )
}

/** Its alerts, with who deals with them and why nobody is told. */
function Alerts({ summary }: { readonly summary: PipelineSummary }): React.JSX.Element {
  const { alerts, pipeline } = summary
  const { data: firing = [] } = useQuery(firingQuery)
  return (
    <section className="sheet" aria-label="Alerts">
      <div className="sheet-head">
        <h2>Alerts</h2>
        <span className="muted">{alerts.length}</span>
        <span className="spacer" />
        <Link to="/alerts" search={{ q: `pipeline=${pipeline}` }}>
          Who was told, what to do
        </Link>
      </div>
      {alerts.map((alert) => {
        const known = firingWith(firing, { ...alert.labels, alertname: alert.name })
        return (
          <AlertLine
            key={`${alert.name} ${JSON.stringify(alert.labels)}`}
            {...alert}
            mark={known === undefined ? '' : markTexts(known.alert).join(', ')}
          />
        )
      })}
    </section>
  )
}

/** The time of the newest values; 0 without any. */
function endOf(detail: PipelineDetail): number {
  const [first] = signalsOf(detail)
  return first === undefined ? 0 : first.startMs + (first.values.length - 1) * first.stepMs
}

function signalsOf({ stages }: PipelineDetail): SignalView[] {
  return stages.flatMap(({ signals }) => Object.values(signals))
}

/** Stages of few signals stand side by side: each takes room by the number of its charts. */
function widthFor({ signals }: StageView): React.CSSProperties {
  const count = Math.max(1, Object.keys(signals).length)
  return { flex: `${count} 1 ${count * 250}px` }
}
