import type { QueryStats } from '../api/prometheus.ts'
import { counted, figureText, whole } from '../format/number.ts'

const WORTH_TELLING_BYTES = 1024 * 1024
const WORTH_TELLING_S = 0.01

/** What a query cost: series and samples, the server's time, and the time until it was here. */
export function ResultFacts(props: {
  readonly count: number
  readonly at: string
  readonly stats: QueryStats | undefined
  readonly tookMs: number
}): React.JSX.Element {
  const { count, at, stats, tookMs } = props
  const { samplesRead, seriesRead, peakBytes } = stats?.samples ?? {}
  const { evalTotalTime, execQueueTime = 0 } = stats?.timings ?? {}
  const words = [
    `${whole(count)} series`,
    at,
    samplesRead === undefined
      ? ''
      : `${counted(samplesRead, 'sample')} of ${whole(seriesRead ?? 0)} series read`,
    peakBytes === undefined || peakBytes < WORTH_TELLING_BYTES
      ? ''
      : `${figureText(peakBytes, 'bytes')} held`,
    execQueueTime < WORTH_TELLING_S ? '' : `waited ${figureText(execQueueTime, 's')}`,
    evalTotalTime === undefined ? '' : `evaluated in ${figureText(evalTotalTime, 's')}`,
    `answered in ${figureText(tookMs / 1000, 's')}`,
  ]
  return (
    <div className="muted" style={{ fontSize: 12.5 }}>
      {words.filter((word) => word !== '').join(' · ')}
    </div>
  )
}
