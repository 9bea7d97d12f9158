import { useState } from 'react'
import { labelsKey } from '../api/prometheus.ts'
import { whole } from '../format/number.ts'
import { MoreButton } from '../frame/more-button.tsx'
import { Discoverers } from './discoverers.tsx'
import { DroppedTargets } from './dropped-targets.tsx'
import type { JobTargets } from './target-filter.ts'
import { TargetRow } from './target-row.tsx'

/** A job shows so many targets at first, and as many more each time it is asked. */
const ROWS = 50

/** One job. */
export function JobSheet(
  props: JobTargets & {
    /** By the target's labels; undefined while it is not known. */
    readonly samples: ReadonlyMap<string, number> | undefined
    /** Undefined when nothing else is shown. */
    readonly onlyThis: (() => void) | undefined
  },
): React.JSX.Element {
  const { job, targets, upCount, samples, onlyThis } = props
  const [rows, setRows] = useState(ROWS)
  const shown = targets.slice(0, rows)
  const isAllUp = upCount === job.activeCount
  return (
    <section className="sheet" aria-label={`Job ${job.job}`}>
      <div className="sheet-head">
        <h2>
          {onlyThis === undefined ? (
            job.job
          ) : (
            <button type="button" className="link-button" onClick={onlyThis}>
              {job.job}
            </button>
          )}
        </h2>
        <span className="muted" style={isAllUp ? undefined : { color: 'var(--failing)' }}>
          {job.activeCount === 0
            ? 'no targets'
            : `${whole(upCount)} of ${whole(job.activeCount)} up`}
        </span>
      </div>
      <Discoverers job={job} />
      {shown.length === 0 ? null : (
        <div className="target target-head" aria-hidden>
          <span>Health</span>
          <span>Target</span>
          <span>Labels</span>
          <span className="right">Last scrape</span>
          <span className="right">Took</span>
          <span className="right">Samples</span>
        </div>
      )}
      {shown.map((target) => (
        <TargetRow
          key={`${target.scrapeUrl} ${labelsKey(target.labels)}`}
          target={target}
          samples={samples?.get(labelsKey(target.labels))}
        />
      ))}
      {rows >= targets.length ? null : (
        <div className="sheet-body">
          <MoreButton
            left={targets.length - rows}
            step={ROWS * 4}
            onMore={() => setRows(rows + ROWS * 4)}
          />
        </div>
      )}
      {job.droppedCount === 0 ? null : <DroppedTargets job={job.job} count={job.droppedCount} />}
    </section>
  )
}
