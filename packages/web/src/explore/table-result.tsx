import { Button, Skeleton } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { askPrometheus } from '../api/client.ts'
import type { HistogramValue, Labels, QueryResult } from '../api/prometheus.ts'
import { REFRESH_MS } from '../api/weir.ts'
import { seriesName } from '../chart/series-name.ts'
import { whole } from '../format/number.ts'
import { fullTime } from '../time/clock-text.ts'
import { type TimeRange, isLive, resolveRange } from '../time/range.ts'
import { serverNow } from '../time/server-clock.ts'
import { BucketTable } from './bucket-table.tsx'
import { ResultFacts } from './result-facts.tsx'
import { ResultNotes } from './result-notes.tsx'

const PAGE = 200

interface TableRow {
  readonly metric: Labels
  readonly value: string
  readonly histogram?: HistogramValue | undefined
}

/** The result at the end of the range, as numbers. */
export function TableResult(props: {
  readonly expr: string
  readonly range: TimeRange
  readonly runs: number
}): React.JSX.Element {
  const { expr, range, runs } = props
  const [shown, setShown] = useState(PAGE)
  const { data, error } = useQuery({
    queryKey: ['instant', expr, range.to, runs],
    queryFn: async ({ signal }) => {
      const time = resolveRange(range, serverNow()).toMs / 1000
      const began = performance.now()
      const answer = await askPrometheus<QueryResult>(
        'query',
        { query: expr, time: String(time), stats: 'weir' },
        signal,
      )
      return { ...answer, time, tookMs: performance.now() - began }
    },
    placeholderData: keepPreviousData,
    refetchInterval: isLive(range) ? REFRESH_MS : false,
  })
  if (error !== null) return <ResultNotes error={error} expr={expr} warnings={[]} infos={[]} />
  if (data === undefined) return <Skeleton height={240} />
  const rows = rowsOf(data.data)
  return (
    <div className="stack" style={{ gap: 10 }}>
      <ResultNotes error={null} expr={expr} warnings={data.warnings} infos={data.infos} />
      {rows.length === 0 ? (
        <div className="sheet empty">No series at this time.</div>
      ) : (
        <div className="sheet">
          <table className="plain">
            <thead>
              <tr>
                <th>Series</th>
                <th className="right">Value</th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, shown).map((row) => (
                <tr key={seriesName(row.metric)}>
                  <td className="mono" style={{ overflowWrap: 'anywhere' }}>
                    {seriesName(row.metric)}
                  </td>
                  <td className="right mono">
                    {row.histogram === undefined ? (
                      row.value
                    ) : (
                      <BucketTable histogram={row.histogram} />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {rows.length > shown ? (
            <Button variant="subtle" fullWidth onClick={() => setShown(shown + 5 * PAGE)}>
              Show more: {whole(rows.length - shown)} left
            </Button>
          ) : null}
        </div>
      )}
      <ResultFacts
        count={rows.length}
        at={`at ${fullTime(data.time * 1000)}`}
        stats={data.data.stats}
        tookMs={data.tookMs}
      />
    </div>
  )
}

function rowsOf(data: QueryResult): readonly TableRow[] {
  if (data.resultType === 'vector') {
    return data.result.map(({ metric, value, histogram }) => ({
      metric,
      value: value?.[1] ?? '',
      histogram: histogram?.[1],
    }))
  }
  if (data.resultType === 'matrix') {
    return data.result.map(({ metric, values = [], histograms = [] }) => ({
      metric,
      value: [
        ...values.map(([at, text]) => `${text} @${at}`),
        ...histograms.map(([at, { count, sum }]) => `count ${count}, sum ${sum} @${at}`),
      ].join('\n'),
    }))
  }
  return [{ metric: {}, value: data.result[1] }]
}
