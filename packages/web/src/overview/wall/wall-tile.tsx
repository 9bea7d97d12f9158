import type { PipelineSummary } from '@weir/packs'
import { Link } from '@tanstack/react-router'
import { Sparkline } from '../../chart/sparkline.tsx'
import { FigureText } from '../../frame/figure-text.tsx'
import { HealthMark } from '../../frame/health-mark.tsx'
import { titleOf } from '../filter.ts'
import { reasonText } from '../since-text.ts'

/** A pipeline on the wall: its name, how it is, why, and how much passes. */
export function WallTile(props: {
  readonly pipeline: PipelineSummary
  readonly shown: number
  readonly atMs: number
}): React.JSX.Element {
  const { pipeline, shown, atMs } = props
  const { system, health, signals, notes } = pipeline
  const signal = signals.throughput ?? signals.backlog ?? signals.freshness
  return (
    <div className="tile" data-health={health} role="listitem">
      <div className="tile-in">
        <div className="tile-head">
          <Link
            className="tile-name"
            to="/pipelines/$system/$pipeline"
            params={{ system, pipeline: pipeline.pipeline }}
          >
            {titleOf(pipeline)}
          </Link>
          <HealthMark health={health} />
        </div>
        <div className="tile-reason">{reasonText(pipeline, atMs)}</div>
        <div className="tile-foot">
          <span className="clip">{notes.team || system}</span>
          {signal === undefined ? null : (
            <>
              <Sparkline values={signal.values.slice(-shown)} tone={signal.kind} />
              <FigureText value={signal.value} unit={signal.unit} />
            </>
          )}
        </div>
      </div>
    </div>
  )
}
