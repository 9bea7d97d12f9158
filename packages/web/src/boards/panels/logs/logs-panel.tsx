import '../../../logs/logs.css'
import { useMemo, useState } from 'react'
import { LineRow } from '../../../logs/lines/line-row.tsx'
import { linesOf } from '../../../logs/lines/line.ts'
import type { LokiStream } from '../../../api/loki.ts'
import type { PanelProps } from '../panel-props.ts'
import { FrameTable } from '../frame-table.tsx'
import { deduplicated } from './deduplicated.ts'

/** More lines than this are looked for in the explorer of logs. */
const LINES_MAX = 1000
const DAY_MS = 86_400_000

/** Lines of log. */
export function LogsPanel(props: PanelProps): React.JSX.Element {
  const { panel, answers, frames, timeZone, fromMs, toMs } = props
  const { sortOrder, wrapLogMessage, dedupStrategy } = panel.options
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const lines = useMemo(() => {
    const streams = answers.flatMap(({ result }) =>
      result.resultType === 'streams' ? (result.result as readonly LokiStream[]) : [],
    )
    const all = linesOf(streams, sortOrder === 'Ascending' ? 'oldest' : 'newest')
    return deduplicated(all, dedupStrategy).slice(0, LINES_MAX)
  }, [answers, sortOrder, dedupStrategy])
  const hasLines = answers.some(({ result }) => result.resultType === 'streams')
  if (!hasLines) return <FrameTable frames={frames} timeZone={timeZone} />
  const look = {
    columns: [],
    wraps: wrapLogMessage === true,
    withDay: toMs - fromMs > DAY_MS,
    needles: [],
  }
  const toggle = (key: string): void => {
    const next = new Set(open)
    if (!next.delete(key)) next.add(key)
    setOpen(next)
  }
  return (
    <div className="board-logs" role="list" aria-label="Lines" tabIndex={0}>
      {lines.map(({ line, count }, i) => (
        <div key={line.key} className="board-log-line">
          <LineRow
            {...{ line, look }}
            position={i + 1}
            of={lines.length}
            isOpen={open.has(line.key)}
            deeds={undefined}
            onToggle={toggle}
            measure={NOT_MEASURED}
          />
          {count > 1 ? <span className="tag">×{count}</span> : null}
        </div>
      ))}
    </div>
  )
}

const NOT_MEASURED = (): undefined => undefined
