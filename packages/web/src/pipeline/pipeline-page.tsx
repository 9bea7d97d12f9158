import type { AlertView, PipelineDetail, PipelineSummary, SignalView, StageView } from '@weir/packs'
import { Skeleton, useComputedColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { IconBellRinging } from '@tabler/icons-react'
import { useMemo } from 'react'
import { firingWith, markTexts } from '../alerts/firing/firing-rows.ts'
import { firingQuery } from '../api/alerts.ts'
import { pipelineQuery } from '../api/weir.ts'
import { spacedColumn } from '../chart/align.ts'
import { Chart } from '../chart/chart.tsx'
import { seriesColor } from '../chart/palette.ts'
import type { Mark } from '../chart/marks.ts'
import { EventToggle, useEventMarks } from '../events/event-marks.tsx'
import { AlertLine } from '../frame/alert-line.tsx'
import { FailureNote } from '../frame/failure-note.tsx'
import { FigureText } from '../frame/figure-text.tsx'
import { HealthMark } from '../frame/health-mark.tsx'
import { TimeControl } from '../frame/time-control.tsx'
import { LogsLink } from '../logs/logs-link.tsx'
import { figureText, rateScale } from '../format/number.ts'
import { historyMs, shownCount } from '../time/history.ts'
import { useWindow } from '../time/use-window.ts'
import { SIGNAL_TITLES } from '../overview/signal-titles.ts'

/** One pipeline: how it is, its stages in order, and every signal of every stage as a chart. */
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
      <div className="page-head" style={{ marginBottom: 0 }}>
        <div className="grow">
          <div className="muted" style={{ fontSize: 13 }}>
            <Link to="/">Pipelines</Link> /{' '}
            <Link to="/" search={{ system }}>
              {system}
            </Link>
          </div>
          <h1 style={{ overflowWrap: 'anywhere' }}>{pipeline}</h1>
        </div>
        <TimeControl
          range={{ from: `now-${window}`, to: 'now' }}
          onChange={({ from }) => {
            void navigate({ search: { window: from.slice('now-'.length) }, replace: true })
          }}
          absolute={false}
        />
      </div>
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
  const { summary, stages, windowMs, stepMs } = props.detail
  const history = historyMs(signalsOf(props.detail))
  const shown = shownCount(Math.round(windowMs / stepMs) + 1, stepMs, history)
  const toMs = endOf(props.detail)
  const events = useEventMarks({ fromMs: toMs - windowMs, toMs, pipeline: summary.pipeline })
  return (
    <>
      <section className="sheet" aria-label="Summary">
        <div className="sheet-head" style={{ alignItems: 'center' }}>
          <HealthMark health={summary.health} />
          <span style={{ flex: 1, overflowWrap: 'anywhere' }}>{summary.reason}</span>
          <LogsLink
            labels={{ system: summary.system, pipeline: summary.pipeline }}
            span={{ from: `now-${props.window}`, to: 'now' }}
            of="this pipeline"
          />
          <EventToggle {...events} />
        </div>
        <ol className="flow" aria-label="Stages in order">
          {stages.map((stage) => (
            <li key={stage.stage}>
              <a href={`#stage-${stage.stage}`}>
                <div style={{ fontWeight: 600 }}>
                  {stage.title}
                  <StageAlert stage={stage.stage} alerts={summary.alerts} />
                </div>
                <div className="muted" style={{ fontSize: 12 }}>
                  {stageLine(stage)}
                </div>
              </a>
            </li>
          ))}
        </ol>
      </section>
      {summary.alerts.length === 0 ? null : <Alerts summary={summary} />}
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
              <LogsLink
                labels={{ system: summary.system, pipeline: summary.pipeline, stage: stage.stage }}
                span={{ from: `now-${props.window}`, to: 'now' }}
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
                    window={props.window}
                    shown={shown}
                    marks={events.marks}
                  />
                )
              })}
            </div>
          </section>
        ))}
      </div>
    </>
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
            mark={known === undefined ? '' : markTexts(known).join(', ')}
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

/** A stage whose alerts fire bears a mark, so that one sees where it hurts. */
function StageAlert(props: {
  readonly stage: string
  readonly alerts: readonly AlertView[]
}): React.JSX.Element | null {
  const own = props.alerts.filter(({ labels }) => labels['stage'] === props.stage)
  if (own.length === 0) return null
  const severe = own.some(({ severity }) => severity === 'critical' || severity === 'error')
  const names = own.map(({ name }) => name).join(', ')
  return (
    <IconBellRinging
      size={15}
      className="stage-alert"
      data-health={severe ? 'failing' : 'degraded'}
      role="img"
      aria-label={`Alerts: ${names}`}
    />
  )
}

/** The two figures that say most about a stage. */
function stageLine(stage: StageView): string {
  const said = SIGNAL_TITLES.flatMap(([kind]) => {
    const signal = stage.signals[kind]
    if (signal === undefined || signal.value === null) return []
    if (kind === 'errors' && signal.value === 0) return ['no errors']
    const named = kind === 'errors' || signal.unit === 's'
    return [`${named ? `${kind} ` : ''}${figureText(signal.value, signal.unit)}`]
  })
  return said.length === 0 ? 'no data' : said.slice(0, 2).join(' · ')
}

function SignalChart(props: {
  readonly title: string
  readonly stage: string
  readonly signal: SignalView
  readonly window: string
  readonly shown: number
  readonly marks: readonly Mark[]
}): React.JSX.Element {
  const { title, signal, shown, marks } = props
  const dark = useComputedColorScheme('light') === 'dark'
  const columns = useMemo(() => {
    // Lines of another unit (an error ratio beside errors per second) would lie: they go to the caption.
    const same = signal.also.filter(({ name }) => !name.includes('ratio'))
    const lines = [signal.values, ...same.map(({ values }) => values)].map((values) =>
      values.slice(-shown),
    )
    const highest = Math.max(0, ...lines.flat().map((value) => value ?? 0))
    const { factor, unit } = rateScale(highest, signal.unit)
    return {
      factor,
      unit,
      names: [title, ...same.map(({ name }) => name)],
      x: spacedColumn(signal.startMs, signal.stepMs, signal.values.length).slice(-shown),
      ys: lines.map((line) => line.map((value) => (value === null ? null : value * factor))),
    }
  }, [signal, title, shown])
  return (
    <div className="chart-cell">
      <div className="chart-title">
        <h3>{title}</h3>
        <Link
          to="/explore"
          search={{ expr: signal.expr, from: `now-${props.window}`, to: 'now' }}
          style={{ fontSize: 12 }}
          aria-label={`Explore ${title} of ${props.stage}`}
        >
          Explore
        </Link>
        <FigureText
          value={signal.value === null ? null : signal.value * columns.factor}
          unit={columns.unit}
        />
      </div>
      <Chart
        columns={columns}
        names={columns.names}
        unit={columns.unit}
        height={150}
        sync="pipeline"
        marks={marks}
        label={`${title} of ${props.stage}: now ${figureText(signal.value, signal.unit)}`}
      />
      <div className="muted" style={{ fontSize: 12, minHeight: 18 }}>
        {signal.also.map(({ name, value }) => {
          const line = columns.names.indexOf(name)
          return (
            <span key={name} className="num" style={{ marginRight: 14 }}>
              {line < 0 ? null : (
                <i className="swatch" style={{ background: seriesColor(line, dark) }} />
              )}
              {name} {figureText(value, name.includes('ratio') ? 'ratio' : signal.unit)}
            </span>
          )
        })}
      </div>
    </div>
  )
}
