import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { figureText, whole } from '../../format/number.ts'
import { type TimeRange, resolveRange } from '../../time/range.ts'
import { serverNow } from '../../time/server-clock.ts'
import { ResultNotes } from '../result-notes.tsx'
import { type PlanStep, type StepCost, costQuery, planQuery } from './plan-cost.ts'

/** How a query is evaluated: a line a step, what each takes with all below it, and its share of the whole. */
export function PlanResult(props: {
  readonly expr: string
  readonly range: TimeRange
  readonly step: number
  readonly onChoose: (expr: string) => void
}): React.JSX.Element {
  const { expr, range, step, onChoose } = props
  const { data: steps, error } = useQuery(planQuery(expr))
  if (error !== null) return <ResultNotes error={error} expr={expr} warnings={[]} infos={[]} />
  if (steps === undefined) return <Skeleton height={240} />
  return <PlanTable steps={steps} range={range} step={step} onChoose={onChoose} />
}

function PlanTable(props: {
  readonly steps: readonly PlanStep[]
  readonly range: TimeRange
  readonly step: number
  readonly onChoose: (expr: string) => void
}): React.JSX.Element {
  const { steps, range, step, onChoose } = props
  const ends = resolveRange(range, serverNow())
  const stepMs = Math.round(step * 1000)
  // Whole steps, so that looking again within one asks nothing.
  const onStep = (ms: number): number => Math.floor(ms / stepMs) * stepMs
  const { data: costs, error } = useQuery(
    costQuery(steps, { fromMs: onStep(ends.fromMs), toMs: onStep(ends.toMs), stepMs }),
  )
  const all = costs?.get('0')?.seconds
  return (
    <div className="stack" style={{ gap: 10 }}>
      {error === null ? null : <ResultNotes error={error} expr="" warnings={[]} infos={[]} />}
      <div className="sheet" style={{ overflowX: 'auto' }}>
        <table className="plain plan">
          <thead>
            <tr>
              <th>Step</th>
              <th className="right">Series out</th>
              <th className="right">Series read</th>
              <th className="right">Samples read</th>
              <th className="right">Memory</th>
              <th className="right">Time</th>
              <th style={{ width: 120 }}>
                <span className="visually-hidden">Share of the time</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {steps.map((each) => (
              <StepRow
                key={each.id}
                step={each}
                cost={costs?.get(each.id)}
                all={all}
                onChoose={onChoose}
              />
            ))}
          </tbody>
        </table>
      </div>
      <div className="muted" style={{ fontSize: 12.5 }}>
        Each step was evaluated by itself over the whole range, so its figures hold those below it.
        Click one to ask it alone.
      </div>
    </div>
  )
}

function StepRow(props: {
  readonly step: PlanStep
  readonly cost: StepCost | undefined
  readonly all: number | undefined
  readonly onChoose: (expr: string) => void
}): React.JSX.Element {
  const { step, cost, all, onChoose } = props
  const { node, depth, isAsked } = step
  const share = cost?.seconds === undefined || !all ? 0 : Math.min(1, cost.seconds / all)
  return (
    <tr>
      <td style={{ paddingLeft: 14 + depth * 22 }}>
        {isAsked ? (
          <button type="button" className="plain-button mono" onClick={() => onChoose(node.expr)}>
            {node.title}
          </button>
        ) : (
          <span className="mono">{node.title}</span>
        )}
        <div className="muted" style={{ fontSize: 12 }}>
          {cost?.error ?? node.how}
        </div>
      </td>
      <td className="right num">{cost?.series === undefined ? '' : whole(cost.series)}</td>
      <td className="right num">{cost?.seriesRead === undefined ? '' : whole(cost.seriesRead)}</td>
      <td className="right num">
        {cost?.samplesRead === undefined ? '' : whole(cost.samplesRead)}
      </td>
      <td className="right num">
        {cost?.bytes === undefined ? '' : figureText(cost.bytes, 'bytes')}
      </td>
      <td className="right num">
        {cost?.seconds === undefined ? '' : figureText(cost.seconds, 's')}
      </td>
      <td>
        <span className="plan-share" aria-hidden>
          <span style={{ width: `${share * 100}%` }} />
        </span>
      </td>
    </tr>
  )
}
