import type { AlertView, PipelineSummary, StageView } from '@weir/packs'
import { CloseButton, Drawer } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { packQuery } from '../api/weir.ts'
import { HealthMark } from '../frame/health-mark.tsx'
import { SIGNAL_TITLES } from '../overview/signal-titles.ts'
import { sinceText } from '../overview/since-text.ts'
import { NewestLines } from './newest-lines.tsx'
import { OwnAlerts } from './own-alerts.tsx'
import { type ChartLook, SignalChart } from './signal-chart.tsx'

/** All about one stage: what is to be said of it, its alerts, its signals, its lines of log, its metrics. */
export function StageSheet(props: {
  readonly stage: StageView | undefined
  readonly summary: PipelineSummary
  readonly look: ChartLook
  readonly atMs: number
  readonly onClose: () => void
}): React.JSX.Element {
  const { stage, summary, look, atMs, onClose } = props
  return (
    <Drawer.Root opened={stage !== undefined} onClose={onClose} position="right" size={560}>
      <Drawer.Overlay backgroundOpacity={0.18} />
      <Drawer.Content aria-label={stage === undefined ? 'Stage' : `Stage ${stage.title}`}>
        <Drawer.Body pt="md">
          {stage === undefined ? null : (
            <div className="stage-sheet">
              <div className="stage-sheet-head">
                <h2>{stage.title}</h2>
                <HealthMark health={stage.health} />
                <CloseButton aria-label="Close" onClick={onClose} ml="auto" />
              </div>
              <Remarks stage={stage} atMs={atMs} />
              <OwnAlerts alerts={ofStage(summary.alerts, stage.stage)} />
              <section aria-label="Signals" className="sheet charts">
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
              </section>
              <NewestLines
                labels={{ system: summary.system, pipeline: summary.pipeline, stage: stage.stage }}
                window={look.window}
              />
              <Metrics system={summary.system} names={stage.metrics} />
            </div>
          )}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}

function ofStage(alerts: readonly AlertView[], stage: string): AlertView[] {
  return alerts.filter(({ labels }) => labels['stage'] === stage)
}

function Remarks(props: {
  readonly stage: StageView
  readonly atMs: number
}): React.JSX.Element | null {
  const { remarks } = props.stage
  if (remarks.length === 0) return null
  return (
    <ul className="stage-remarks" aria-label="What its signals do">
      {remarks.map(({ kind, tone, text, sinceMs }) => {
        const since = sinceText(kind === 'freshness' ? null : sinceMs, props.atMs)
        return (
          <li key={kind} data-tone={tone}>
            {since === '' ? text : `${text}, ${since}`}
          </li>
        )
      })}
    </ul>
  )
}

/** What its signals are made of, from the pack's reference. */
function Metrics(props: {
  readonly system: string
  readonly names: readonly string[]
}): React.JSX.Element | null {
  const { system, names } = props
  const { data } = useQuery({ ...packQuery(system), enabled: names.length > 0 })
  const rows = data?.metrics.filter(({ name }) => names.includes(name)) ?? []
  if (rows.length === 0) return null
  return (
    <section aria-label="Metrics">
      <h3>
        Metrics behind it{' '}
        <Link to="/packs/$id" params={{ id: system }} style={{ fontWeight: 400 }}>
          all of {data?.title}
        </Link>
      </h3>
      <dl className="stage-metrics">
        {rows.map(({ name, help, normal, type }) => (
          <div key={name}>
            <dt>
              <Link
                className="mono"
                to="/explore"
                search={{ expr: type === 'counter' ? `rate(${name}[5m])` : name }}
              >
                {name}
              </Link>
            </dt>
            <dd>{normal === '' ? help : `${help} Normal: ${normal}`}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
