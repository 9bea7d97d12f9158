import { Skeleton } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { alignMatrix } from '../chart/align.ts'
import { Chart } from '../chart/chart.tsx'
import { Legend } from '../chart/legend.tsx'
import { seriesName, shortNames } from '../chart/series-name.ts'
import { EventToggle, useEventMarks } from '../events/event-marks.tsx'
import { whole } from '../format/number.ts'
import { commonLabels } from '../logs/link.ts'
import { LogsLink } from '../logs/logs-link.tsx'
import type { TimeRange } from '../time/range.ts'
import { spanText } from '../time/clock-text.ts'
import { ExemplarList } from './exemplar-list.tsx'
import { exemplarsQuery, isOf } from './exemplars.ts'
import { HistogramHeat } from './histogram-heat.tsx'
import { rangeQuery } from './range-query.ts'
import { ResultFacts } from './result-facts.tsx'
import { ResultNotes } from './result-notes.tsx'

/** More lines than this are neither readable nor quick to draw; the note says so. */
const SERIES_MAX = 250

/** Each takes a sheet of its own. */
const HEATS_MAX = 8

const NONE: ReadonlySet<number> = new Set()

export function ChartResult(props: {
  readonly expr: string
  readonly range: TimeRange
  readonly step: number
  readonly runs: number
  readonly onZoom: (range: TimeRange) => void
}): React.JSX.Element {
  const { expr, range, step, runs, onZoom } = props
  const { data, error, isFetching } = useQuery(rangeQuery({ expr, range, step, runs }))
  const { data: exemplars = [] } = useQuery({
    ...exemplarsQuery(expr, data?.from ?? 0, data?.to ?? 0),
    enabled: data !== undefined && data.series.length > 0,
    placeholderData: keepPreviousData,
  })
  const events = useEventMarks({ fromMs: (data?.from ?? 0) * 1000, toMs: (data?.to ?? 0) * 1000 })
  const [toggled, setToggled] = useState({ of: expr, hidden: NONE })
  const hidden = toggled.of === expr ? toggled.hidden : NONE
  const drawn = useMemo(() => {
    const series = (data?.series ?? []).filter((each) => each.values).slice(0, SERIES_MAX)
    return {
      names: shortNames(series.map(({ metric }) => metric)),
      columns: alignMatrix(
        series.map(({ values }) => values!),
        data?.from ?? 0,
        data?.to ?? 0,
        step,
      ),
    }
  }, [data, step])

  if (error !== null) return <ResultNotes error={error} expr={expr} warnings={[]} infos={[]} />
  if (data === undefined) return <Skeleton height={380} />
  const count = data.series.length
  const histograms = data.series.filter((each) => each.histograms)
  return (
    <div
      className="stack"
      style={{ gap: 10, opacity: isFetching && data.series.length === 0 ? 0.6 : 1 }}
    >
      <ResultNotes error={null} expr={expr} warnings={data.warnings} infos={data.infos} />
      {count > SERIES_MAX ? (
        <div className="note">
          {whole(count)} series; the first {SERIES_MAX} are drawn. Narrow the selector, or aggregate
          with sum, topk or quantile. The table has them all.
        </div>
      ) : null}
      {histograms.length > HEATS_MAX ? (
        <div className="note">
          {whole(histograms.length)} native histograms; the first {HEATS_MAX} are drawn. Add them up
          with sum, or ask for a histogram_quantile.
        </div>
      ) : null}
      {histograms.slice(0, HEATS_MAX).map((series) => (
        <HistogramHeat
          key={seriesName(series.metric)}
          metric={series.metric}
          histograms={series.histograms!}
          span={{ from: data.from, to: data.to, step }}
          exemplars={exemplars.filter((one) => isOf(one, series.metric))}
        />
      ))}
      {count === 0 ? <div className="sheet empty">No series in this time range.</div> : null}
      {drawn.names.length === 0 ? null : (
        <div className="sheet" style={{ padding: '12px 12px 10px' }}>
          <div className="chart-tools">
            <LogsLink
              labels={commonLabels(data.series.map(({ metric }) => metric))}
              span={range}
              of="this time"
            />
            <EventToggle {...events} />
          </div>
          <Chart
            marks={events.marks}
            columns={drawn.columns}
            names={drawn.names}
            unit=""
            height={340}
            label={`Chart of ${expr}: ${count} series`}
            hidden={hidden}
            onZoom={(from, to) =>
              onZoom({ from: String(Math.round(from * 1000)), to: String(Math.round(to * 1000)) })
            }
          />
          <Legend
            names={drawn.names}
            hidden={hidden}
            onChange={(next) => setToggled({ of: expr, hidden: next })}
          />
        </div>
      )}
      <ExemplarList exemplars={exemplars} />
      <ResultFacts
        count={count}
        at={`step ${spanText(step * 1000)}`}
        stats={data.stats}
        tookMs={data.tookMs}
      />
    </div>
  )
}
