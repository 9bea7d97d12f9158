import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { seriesName } from '../chart/series-name.ts'
import { whole } from '../format/number.ts'
import { spanText } from '../time/clock-text.ts'
import { classicHistograms } from './classic-histograms.ts'
import { HistogramHeat } from './histogram-heat.tsx'
import { type RangeQuestion, rangeQuery } from './range-query.ts'
import { ResultFacts } from './result-facts.tsx'
import { ResultNotes } from './result-notes.tsx'

/** Each takes a sheet of its own. */
const HEATS_MAX = 8

/** Histograms over time, classic and native ones: where the values lie, and when. */
export function HeatResult({ question }: { readonly question: RangeQuestion }): React.JSX.Element {
  const { data, error } = useQuery(rangeQuery(question))
  const heats = useMemo(() => {
    const series = data?.series ?? []
    const native = series.flatMap(({ metric, histograms }) =>
      histograms === undefined ? [] : [{ metric, histograms }],
    )
    return [...native, ...classicHistograms(series)]
  }, [data])
  const { expr, step } = question
  if (error !== null) return <ResultNotes error={error} expr={expr} warnings={[]} infos={[]} />
  if (data === undefined) return <Skeleton height={380} />
  return (
    <div className="stack" style={{ gap: 10 }}>
      <ResultNotes error={null} expr={expr} warnings={data.warnings} infos={data.infos} />
      {heats.length > HEATS_MAX ? (
        <div className="note">
          {whole(heats.length)} histograms; the first {HEATS_MAX} are drawn. Add them up with{' '}
          <code>sum by (le) (rate(…))</code>.
        </div>
      ) : null}
      {heats.length === 0 ? (
        <div className="sheet empty">
          No histogram in this time range: a heat map needs series with the label le, or native
          histograms.
        </div>
      ) : null}
      {heats.slice(0, HEATS_MAX).map(({ metric, histograms }) => (
        <HistogramHeat
          key={seriesName(metric)}
          metric={metric}
          histograms={histograms}
          span={{ from: data.from, to: data.to, step }}
          exemplars={[]}
        />
      ))}
      <ResultFacts
        count={data.series.length}
        at={`step ${spanText(step * 1000)}`}
        stats={data.stats}
        tookMs={data.tookMs}
      />
    </div>
  )
}
