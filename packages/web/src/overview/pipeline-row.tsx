import type { PipelineSummary } from '@weir/packs'
import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import { Sparkline } from '../chart/sparkline.tsx'
import { FigureText } from '../frame/figure-text.tsx'
import { HealthMark } from '../frame/health-mark.tsx'
import { pipelineKey, titleOf } from './filter.ts'
import { SIGNAL_TITLES } from './signal-titles.ts'
import { reasonText } from './since-text.ts'
import { Star } from './star.tsx'

/** A pipeline in the list: who it is, why it is as it is, its five signals. */
export const PipelineRow = memo(function PipelineRow(props: {
  readonly pipeline: PipelineSummary
  readonly window: string | undefined
  readonly shown: number
  readonly atMs: number
  readonly isStarred: boolean
  readonly onStar: (key: string) => void
  readonly position: number
  readonly of: number
}): React.JSX.Element {
  const { pipeline, window: span, shown, atMs, isStarred, onStar, position, of } = props
  const { system, notes, words } = pipeline
  const title = titleOf(pipeline)
  const reason = reasonText(pipeline, atMs)
  return (
    <div
      className="row"
      data-health={pipeline.health}
      role="listitem"
      aria-posinset={position}
      aria-setsize={of}
    >
      <div className="row-id">
        <div className="row-title">
          <Link
            className="row-name clip"
            title={pipeline.pipeline}
            to="/pipelines/$system/$pipeline"
            params={{ system, pipeline: pipeline.pipeline }}
            search={span === undefined ? {} : { window: span }}
          >
            {title}
          </Link>
          <span className="muted row-whose clip">
            {notes.team === '' ? system : `${system} · ${notes.team}`}
          </span>
          {notes.isCritical ? <span className="tag">critical</span> : null}
          <Star of={title} isOn={isStarred} onToggle={() => onStar(pipelineKey(pipeline))} />
        </div>
        <div
          className="row-reason"
          data-lines={words === '' ? 2 : 1}
          title={words === '' ? reason : `${reason}\n${words}`}
        >
          {reason}
        </div>
        {words === '' ? null : <div className="row-words clip">{words}</div>}
      </div>
      <HealthMark health={pipeline.health} />
      {SIGNAL_TITLES.map(([kind, name]) => {
        const signal = pipeline.signals[kind]
        return (
          <div className="cell" key={kind}>
            <span className="label">{name}</span>
            <FigureText value={signal?.value} unit={signal?.unit ?? ''} />
            <Sparkline values={signal?.values.slice(-shown) ?? []} tone={kind} />
          </div>
        )
      })}
    </div>
  )
})
