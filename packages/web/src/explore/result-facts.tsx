import type { QueryStats } from '../api/prometheus.ts'
import { counted, figureText, whole } from '../format/number.ts'

/** What a query cost: series and samples, the server's time, and the time until it was here. */
export function ResultFacts(props: {
  readonly count: number
  readonly at: string
  readonly stats: QueryStats | undefined
  readonly tookMs: number
}): React.JSX.Element {
  const { count, at, stats, tookMs } = props
  const samples = stats?.samples?.totalQueryableSamples
  const evaluated = stats?.timings?.execTotalTime
  const words = [
    `${whole(count)} series`,
    at,
    samples === undefined ? '' : `${counted(samples, 'sample')} read`,
    evaluated === undefined ? '' : `evaluated in ${figureText(evaluated, 's')}`,
    `answered in ${figureText(tookMs / 1000, 's')}`,
  ]
  return (
    <div className="muted" style={{ fontSize: 12.5 }}>
      {words.filter((word) => word !== '').join(' · ')}
    </div>
  )
}
