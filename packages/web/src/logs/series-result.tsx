import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { alignMatrix } from '../chart/align.ts'
import { Chart } from '../chart/chart.tsx'
import { Legend } from '../chart/legend.tsx'
import { shortNames } from '../chart/series-name.ts'
import { compact, counted } from '../format/number.ts'
import type { TimeRange } from '../time/range.ts'
import { inertText } from './lines/inert-text.ts'
import { type Asked, seriesQuery } from './logs-queries.ts'
import type { LokiSeries } from '../api/loki.ts'
import { isCount } from './query/series-step.ts'
import { QueryRefused } from './query-refused.tsx'

/** More lines than this are neither readable nor quick to draw. */
const SERIES_MAX = 100

const NONE: ReadonlySet<number> = new Set()

/** What a query that counts or measures answers: a chart, and the newest values. */
export function SeriesResult(props: {
  readonly asked: Asked
  readonly onZoom: (range: TimeRange) => void
}): React.JSX.Element {
  const { asked, onZoom } = props
  const { data, error } = useQuery(seriesQuery(asked))
  const [toggled, setToggled] = useState({ of: asked.query, hidden: NONE })
  const hidden = toggled.of === asked.query ? toggled.hidden : NONE
  const drawn = useMemo(() => {
    const series = (data?.series ?? []).slice(0, SERIES_MAX)
    const columns = alignMatrix(
      series.map(({ values }) => values),
      data?.from ?? 0,
      data?.to ?? 0,
      data?.step ?? 1,
    )
    const isNoneZero = isCount(asked.query)
    return {
      names: shortNames(series.map(({ metric }) => metric)).map(inertText),
      figures: series.map(({ values }) => figureOf(values, asked.query)),
      columns: isNoneZero
        ? { ...columns, ys: columns.ys.map((ys) => ys.map((value) => value ?? 0)) }
        : columns,
    }
  }, [data, asked.query])
  if (error !== null) return <QueryRefused error={error} query={asked.query} />
  if (data === undefined) return <Skeleton height={360} />
  if (data.series.length === 0) {
    return <div className="sheet empty">Nothing to count in this time range.</div>
  }
  return (
    <section className="sheet" style={{ padding: '12px 12px 10px' }} aria-label="Series">
      {data.series.length > SERIES_MAX ? (
        <div className="note">
          {counted(data.series.length, 'series')}; the first {SERIES_MAX} are drawn. Put topk(20, …)
          around the query.
        </div>
      ) : null}
      <Chart
        columns={drawn.columns}
        names={drawn.names}
        unit=""
        height={320}
        label={`Chart of ${asked.query}`}
        hidden={hidden}
        onZoom={(from, to) =>
          onZoom({ from: String(Math.round(from * 1000)), to: String(Math.round(to * 1000)) })
        }
      />
      <Legend
        names={drawn.names.map((name, i) => `${name} · ${drawn.figures[i]!}`)}
        hidden={hidden}
        onChange={(next) => setToggled({ of: asked.query, hidden: next })}
      />
    </section>
  )
}

/** Lines in all where they are counted, else the newest value. */
function figureOf(values: LokiSeries['values'], query: string): string {
  const isTotal = isCount(query) && query.includes('count_over_time')
  return isTotal
    ? `${compact(values.reduce((sum, [, value]) => sum + Number(value), 0))} lines`
    : compact(Number(values.at(-1)?.[1] ?? Number.NaN))
}
