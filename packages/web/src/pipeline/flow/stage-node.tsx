import type { SignalKind, SignalView, StageView } from '@weir/packs'
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import { HealthMark } from '../../frame/health-mark.tsx'
import { figure, figureText } from '../../format/number.ts'
import { SIGNAL_TITLES } from '../../overview/signal-titles.ts'

export interface StageNodeData extends Record<string, unknown> {
  readonly stage: StageView
  readonly isChosen: boolean
  readonly onChoose: (stage: string) => void
}

const SHORT: Readonly<Record<SignalKind, string>> = {
  throughput: 'passes',
  errors: 'fails',
  latency: 'p95',
  backlog: 'waits',
  freshness: 'fresh',
}

/** A stage on the map: its health, what is to be said of it, and its figures. */
export function StageNode(props: NodeProps<Node<StageNodeData>>): React.JSX.Element {
  const { sourcePosition = Position.Right, targetPosition = Position.Left } = props
  const { stage, isChosen, onChoose } = props.data
  const [remark] = stage.remarks
  return (
    <>
      <Handle type="target" position={targetPosition} isConnectable={false} />
      <button
        type="button"
        className="stage-node nodrag nopan"
        data-health={stage.health}
        aria-pressed={isChosen}
        aria-label={spoken(stage)}
        onClick={() => onChoose(stage.stage)}
      >
        <span className="stage-node-head">
          <b className="clip" title={stage.title}>
            {stage.title}
          </b>
          <HealthMark health={stage.health} />
        </span>
        <span className="stage-node-remark" title={remark?.text} data-tone={remark?.tone}>
          {remark?.text ?? ''}
        </span>
        <span className="stage-node-figures">
          {SIGNAL_TITLES.filter(([kind]) => stage.signals[kind] !== undefined).map(([kind]) => (
            <span key={kind}>
              <i>{SHORT[kind]}</i>
              <ShortFigure signal={stage.signals[kind]!} />
            </span>
          ))}
        </span>
      </button>
      <Handle type="source" position={sourcePosition} isConnectable={false} />
    </>
  )
}

/** Without what is counted, which all stages have in common: `420/s`, `18k`. */
function ShortFigure({ signal }: { readonly signal: SignalView }): React.JSX.Element {
  const { text, unit } = figure(signal.value, signal.unit)
  const short = PLAIN.has(unit) ? unit : (/\/\w+$/.exec(unit)?.[0] ?? '')
  return (
    <span className="num">
      {text}
      {short === '' ? null : <small>{short}</small>}
    </span>
  )
}

/** Units that are no name of what is counted. */
const PLAIN = new Set(['s', 'ms', 'µs', 'min', 'h', 'd', '%', 'B', 'KiB', 'MiB', 'GiB', 'TiB'])

function spoken({ title, health, remarks, signals }: StageView): string {
  const figures = SIGNAL_TITLES.flatMap(([kind, name]) => {
    const signal = signals[kind]
    return signal === undefined ? [] : [`${name} ${figureText(signal.value, signal.unit)}`]
  })
  return [`${title}: ${health}`, ...remarks.map(({ text }) => text), ...figures].join(', ')
}
