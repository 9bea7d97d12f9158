import type { PipelineDetail } from '@weir/packs'
import { FigureText } from '../../frame/figure-text.tsx'
import { HealthMark } from '../../frame/health-mark.tsx'
import { SIGNAL_TITLES } from '../../overview/signal-titles.ts'

/** The map as a table: each stage, where its data comes from, and its figures. */
export function StageTable(props: {
  readonly detail: PipelineDetail
  readonly onChoose: (stage: string) => void
}): React.JSX.Element {
  const { stages, edges } = props.detail
  const titles = new Map(stages.map(({ stage, title }) => [stage, title]))
  return (
    <div className="scroll">
      <table className="plain">
        <thead>
          <tr>
            <th>Stage</th>
            <th>Health</th>
            <th>Comes from</th>
            {SIGNAL_TITLES.map(([kind, title]) => (
              <th key={kind} className="right">
                {kind === 'latency' ? 'Latency p95' : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stages.map((stage) => (
            <tr key={stage.stage}>
              <td className="long">
                <button
                  type="button"
                  className="link-button stage-open"
                  onClick={() => props.onChoose(stage.stage)}
                >
                  {stage.title}
                </button>
                {stage.remarks.map(({ text }) => (
                  <div key={text} className="muted" style={{ fontSize: 12.5 }}>
                    {text}
                  </div>
                ))}
              </td>
              <td>
                <HealthMark health={stage.health} />
              </td>
              <td>
                {edges
                  .filter(({ to }) => to === stage.stage)
                  .map(({ from }) => titles.get(from) ?? from)
                  .join(', ') || '–'}
              </td>
              {SIGNAL_TITLES.map(([kind]) => (
                <td key={kind} className="right">
                  <FigureText
                    value={stage.signals[kind]?.value}
                    unit={stage.signals[kind]?.unit ?? ''}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
